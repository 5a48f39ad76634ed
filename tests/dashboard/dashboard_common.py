from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from ..common import InvoicingCommon


class DashboardCommon(InvoicingCommon):
    """Reads the dashboard as people do, over documents of some months."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.env.user)

    def _read(self, user=None, **options):
        """:return: what the dashboard shows to ``user``, the clerk by default"""
        Dashboard = self.env["fsm.billing.dashboard"].with_user(user or self.clerk)
        return Dashboard.with_context(allowed_company_ids=self.company.ids).get_data(
            **options
        )

    def _read_days(self, first, last, **options):
        return self._read(
            period="custom",
            date_from=fields.Date.to_string(first),
            date_to=fields.Date.to_string(last),
            **options,
        )

    @classmethod
    def _ago(cls, days):
        return cls.today - timedelta(days=days)

    @classmethod
    def _post(cls, order, days_ago=0):
        """Invoice ``order`` as of some days ago, payable at once."""
        invoice = cls._invoice(order)
        invoice.invoice_payment_term_id = cls.env.ref(
            "account.account_payment_term_immediate"
        )
        invoice.invoice_date = cls._ago(days_ago)
        invoice.action_post()
        return invoice

    @classmethod
    def _write_invoice(cls, amount, days_ago=0, post=True, **values):
        """Write an invoice without a service order."""
        invoice = (
            cls.env["account.move"]
            .with_user(cls.clerk)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": cls.customer.id,
                    "invoice_date": cls._ago(days_ago),
                    "invoice_payment_term_id": cls.env.ref(
                        "account.account_payment_term_immediate"
                    ).id,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Contract",
                                "price_unit": amount,
                                "tax_ids": [Command.set(cls.tax_sale_a.ids)],
                            }
                        )
                    ],
                    **values,
                }
            )
        )
        if post:
            invoice.action_post()
        return invoice

    def _query(self, query, **values):
        """:return: the only row of a plain SQL query"""
        self.env.flush_all()
        self.env.cr.execute(query, {"company": self.company.id, **values})
        [row] = self.env.cr.fetchall()
        return tuple(value or 0 for value in row)

    def _sum_receivable(self, column, *conditions, **values):
        """Ask the books what customers owe.

        :param str column: SQL on the journal items, to sum
        :param conditions: SQL on the document ``move`` and its ``line``
        :return: count of documents, and their sum
        """
        return self._query(
            f"""
            SELECT COUNT(DISTINCT move.id), SUM({column})
              FROM account_move AS move
              JOIN account_move_line AS line ON line.move_id = move.id
              JOIN account_account AS account ON account.id = line.account_id
             WHERE move.company_id = %(company)s
               AND account.account_type = 'asset_receivable'
               AND {" AND ".join(conditions)}
            """,
            **values,
        )
