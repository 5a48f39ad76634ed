from odoo import models
from odoo.exceptions import UserError


class FsmOrder(models.Model):
    """The journal in which a service order is invoiced."""

    _inherit = "fsm.order"

    # --- invoices ---
    def _get_billing_journals(self):
        """:return: the sales journals of the company in force, that to use first"""
        company = self.env.company
        journals = self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(company),
                ("type", "=", "sale"),
            ]
        )
        if not journals:
            raise UserError(
                self.env._(
                    "Company %(company)s has no sales journal. Create one under "
                    "Invoicing > Configuration > Journals, then press Create invoice "
                    "again.",
                    company=company.display_name,
                )
            )
        return journals

    def _choose_journal(self, journals, currency):
        """Choose a journal that leaves an invoice in ``currency``, its own one first.

        Odoo turns an invoice into the currency of its journal, and leaves the prices.

        :raise UserError: if all journals are in other currencies
        """
        company = self.env.company
        own = journals.filtered(lambda journal: journal.currency_id == currency)
        if own and currency != company.currency_id:
            return own[0]
        open_to_all = journals.filtered(lambda journal: not journal.currency_id)
        fitting = journals & (own | open_to_all)
        if not fitting:
            raise UserError(
                self.env._(
                    "Company %(company)s has no sales journal for invoices in "
                    "%(currency)s. Create one under Invoicing > Configuration > "
                    "Journals, then press Create invoice again.",
                    company=company.display_name,
                    currency=currency.name,
                )
            )
        return fitting[0]
