from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from .fsm_order import BILLING_GROUP


class FsmOrder(models.Model):
    """Amounts on the documents of a service order."""

    _inherit = "fsm.order"

    def _check_report_access(self, with_prices):
        """Check the rights of whoever asks: templates of e-mails print as superuser.

        :raise AccessError: if they may not read the orders, or their amounts
        """
        orders = self.sudo(False)
        orders.check_access("read")
        # what is left of a superuser is Odoo's own: a scheduled action, an automation
        if with_prices and not (
            orders.env.su or self.env.user.has_group(BILLING_GROUP)
        ):
            raise AccessError(
                self.env._(
                    "You are not allowed to see the amounts of service orders. Print "
                    "the service report without prices, or ask an administrator for "
                    "the right to create invoices."
                )
            )

    def _check_proforma(self):
        """:raise UserError: if one has nothing to price, or no price; in the language
        of whoever prints it, not in that of the customer
        """
        priced = self.env["fsm.billing.pricing"]._price(self)
        for order, (_terms, lines) in priced.items():
            if not order._is_billable(lines):
                raise UserError(order._get_nothing_to_invoice_message())

    def _prepare_proforma(self):
        """Price what the next invoice of this order would have on it today.

        :return: dict, see :meth:`_prepare_report_prices`; with ``payment_term`` and
            ``note``
        """
        self.ensure_one()
        terms, lines = self.env["fsm.billing.pricing"]._price(self)[self]
        day = format_date(self.env, self._get_site_day())
        return {
            **self._prepare_open_prices(terms, lines),
            "payment_term": terms.payment_term,
            "note": self.env._(
                "This is not an invoice. It shows what the invoice would come to on "
                "%(day)s.",
                day=day,
            ),
        }

    def _prepare_report_prices(self):
        """Gather the amounts of this order, invoice by invoice, and of what is open.

        :return: list of dict: ``title``, ``sections`` (list of heading and rows),
            ``currency``, ``is_discounted``, ``untaxed``, ``tax`` and ``total``
        """
        self.ensure_one()
        blocks = [
            self._prepare_billed_prices(move, lines)
            for move, lines in self._get_lines_billed().grouped("move_id").items()
        ]
        terms, lines = self.env["fsm.billing.pricing"]._price(self)[self]
        if lines:
            blocks.append(self._prepare_open_prices(terms, lines))
        return blocks

    def _get_lines_billed(self):
        """:return: lines of this order on invoices and credit notes, as they print"""
        lines = self.env["account.move.line"].search(
            Domain("fsm_order_ids", "in", self.ids)
            & Domain("display_type", "=", "product")
            & Domain("parent_state", "!=", "cancel")
            & Domain("move_id.move_type", "in", ("out_invoice", "out_refund"))
        )
        return lines.sorted(
            lambda line: (
                line.move_id.invoice_date or line.move_id.date,
                line.move_id.id,
                line.sequence,
                line.id,
            )
        )

    def _prepare_open_prices(self, terms, lines):
        """:return: dict of what is on no invoice yet"""
        preview = self._prepare_billing_preview(terms, lines)
        return {
            **preview,
            "title": self.env._("To be invoiced"),
            "sections": [
                (
                    heading,
                    [
                        {
                            "name": row["name"],
                            "details": row["details"],
                            "quantity": row["line"].quantity,
                            "unit": row["line"].unit.name,
                            "price_unit": row["line"].price_unit,
                            "discount": row["line"].discount,
                            "amount": row["line"].subtotal,
                        }
                        for row in rows
                    ],
                )
                for heading, rows in preview["sections"].items()
            ],
        }

    def _prepare_billed_prices(self, move, lines):
        """:return: dict of what is on ``move``; a credit note counts against it"""
        sign = -1 if move.move_type == "out_refund" else 1
        currency = move.currency_id
        untaxed = currency.round(sign * sum(lines.mapped("price_subtotal")))
        total = currency.round(sign * sum(lines.mapped("price_total")))
        sections = {}
        for line in lines:
            name, *details = (line.name or "").split("\n")
            sections.setdefault(line.parent_id.name or "", []).append(
                {
                    "name": name,
                    "details": details,
                    "quantity": sign * line.quantity,
                    "unit": line.product_uom_id.name,
                    "price_unit": line.price_unit,
                    "discount": line.discount,
                    "amount": sign * line.price_subtotal,
                }
            )
        return {
            "title": move._get_fsm_title(),
            "sections": list(sections.items()),
            "currency": currency,
            "is_discounted": any(lines.mapped("discount")),
            "untaxed": untaxed,
            "tax": currency.round(total - untaxed),
            "total": total,
        }
