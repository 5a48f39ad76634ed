from odoo import models


class FsmOrder(models.Model):
    """Which document the next one of an order is, and what decides about its rate."""

    _inherit = "fsm.order"

    def _is_credit(self, lines, terms):
        """:return: True if a quotation comes to less than nothing, as Odoo has it"""
        total = sum(line.total for line in lines)
        return terms.currency.compare_amounts(total, 0) < 0

    def _prepare_rate_values(self, lines, terms):
        """:return: values of the document of ``lines`` that decide about its rate"""
        return {
            "move_type": (
                "out_refund" if self._is_credit(lines, terms) else "out_invoice"
            ),
            "company_id": terms.company.id,
            "currency_id": terms.currency.id,
            "delivery_date": max(
                [day for line in lines for day in line.dates],
                default=self[0]._get_work_date(),
            ),
            **({"invoice_date": terms.invoice_date} if terms.invoice_date else {}),
        }

    def _has_open_work(self):
        # What takes back other work may come to nothing: used and returned, logged and
        # corrected, or credited already.
        is_open = super()._has_open_work()
        if not is_open or self._is_surely_open():
            return is_open
        order = self.sudo()  # sudo: who records work may not read prices
        return bool(order.env["fsm.billing.pricing"]._price(order)[order].lines)

    def _is_surely_open(self):
        """:return: True if what is open makes lines, whatever the prices are"""
        return all(
            source._is_surely_billed()
            for sources in self._get_billing_sources()
            for source in sources.filtered("qty_to_bill")
        ) and all(line.qty_to_invoice > 0 for line in self._get_lines_quoted_open())
