from odoo import models


class FsmOrder(models.Model):
    """Which document the next one of an order is, and what decides about its rate."""

    _inherit = "fsm.order"

    def _is_credit(self, lines, terms):
        """:return: True if more came back than was used"""
        total = sum(line.total for line in lines)
        return terms.currency.compare_amounts(total, 0) < 0

    def _prepare_rate_values(self, lines, terms):
        """:return: values of the document of ``lines`` that decide about its rate"""
        is_credit = self._is_credit(lines, terms)
        invoice = self._get_invoice_to_credit(lines) if is_credit else None
        return {
            **self._prepare_credited_values(invoice, terms),
            "move_type": "out_refund" if is_credit else "out_invoice",
            "company_id": terms.company.id,
            "currency_id": terms.currency.id,
            "delivery_date": max(
                [day for line in lines for day in line.dates],
                default=self[0]._get_work_date(),
            ),
            **({"invoice_date": terms.invoice_date} if terms.invoice_date else {}),
        }

    def _prepare_credited_values(self, invoice, terms):
        """:return: values of a document that credits ``invoice``, if it credits one"""
        if not invoice:
            return {}
        values = {"reversed_entry_id": invoice.id}  # set off against it when posted
        if invoice.currency_id == terms.currency != terms.company.currency_id:
            # what is credited was booked at that rate
            values["invoice_currency_rate"] = invoice.invoice_currency_rate
        return values

    def _get_invoice_to_credit(self, lines):
        """:return: the posted invoice of the parts that came back, if it is one"""
        sources = [item.source for line in lines for item in line.items]
        AccountMove = self.env["account.move"]
        invoices = AccountMove.union(
            *(line.origin.move_id for line in lines if line.origin)
        ) or AccountMove.union(
            *(source._get_billing_moves_returned() for source in sources)
        )
        invoices = invoices.filtered(lambda move: move.state == "posted")
        return invoices if len(invoices) == 1 else invoices.browse()
