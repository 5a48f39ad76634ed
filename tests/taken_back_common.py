from odoo.fields import Command

from .credit_common import CreditCommon


class TakenBackCommon(CreditCommon):
    """Work taken back: two services to charge, and what Create invoice makes of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        taxes = [Command.set(cls.tax_sale_a.ids)]
        cls.service = cls._create_service("Waste disposal", 20.0, taxes_id=taxes)
        cls.overtime = cls._create_service(
            "Overtime", 90.0, uom_id=cls.labor.uom_id.id, taxes_id=taxes
        )

    def _bill(self, order):
        """Press Create invoice; return the draft invoice and the draft credit notes."""
        last = self.env["account.move"].search([], order="id DESC", limit=1)
        order.with_user(self.clerk).action_create_invoice()
        drafts = self.env["account.move"].search([("id", ">", last.id or 0)])
        drafts = drafts.with_user(self.clerk)
        credits = drafts.filtered(lambda move: move.move_type == "out_refund")
        return drafts - credits, credits

    def _get_left(self, invoice, product):
        """:return: (quantity, amount) that the dialog offers to credit"""
        line = self._line(self._open_dialog(invoice), product)
        return line.qty_left, line.amount_left

    def _charge(self, order, price, quantity=1, product=None, **values):
        return self._add_charge(
            order,
            product or self.service,
            price_unit=price,
            quantity=quantity,
            **values,
        )
