from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from .credit_common import CreditCommon


class TimeCommon(CreditCommon):
    """Hours of one service order on several invoices, by a policy with time rules."""

    def _order(self, **policy):
        """Create a done service order without work, and set the policy's rules."""
        self.policy.write(policy)
        return self._create_order(hours=0, parts=0)

    def _bill(self, order, hours=None, post=True, **values):
        """Log ``hours``, if any, and invoice what is open; return the invoice."""
        if hours:
            self._log_hours(order, hours, **values)
        invoice = self._invoice(order)
        if post:
            invoice.action_post()
        return invoice

    def _bill_each(self, order, *hours, **values):
        """Log and invoice each of ``hours`` on its own; return the invoices."""
        return [self._bill(order, number, **values) for number in hours]

    def _printed(self, *invoices):
        """:return: the quantities that invoices print of time, one for each line"""
        return [
            round(line.quantity, 6)
            for invoice in invoices
            for line in self._product_lines(invoice)
            if line.product_id == self.labor
        ]

    def _standing(self, order, product=None):
        """:return: what documents print of ``product``, credit notes less"""
        lines = order.invoice_lines.filtered(
            lambda line: (
                line.product_id == (product or self.labor)
                and line.parent_state in ("draft", "posted")
                and line.display_type == "product"
            )
        )
        return round(
            sum(
                -line.quantity
                if line.move_id.move_type == "out_refund"
                else line.quantity
                for line in lines
                if line.fsm_credit_work != "price"
            ),
            6,
        )

    def _change(self, invoice, quantity):
        """Change the quantity of the hours on a draft, as the clerk does."""
        line = self._line(invoice, self.labor)
        invoice.write(
            {"invoice_line_ids": [Command.update(line.id, {"quantity": quantity})]}
        )

    def _ago(self, days):
        return fields.Date.today() - timedelta(days=days)
