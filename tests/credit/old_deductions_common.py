from odoo.fields import Command

from ..credit_common import CreditCommon


class OldDeductionsCommon(CreditCommon):
    """Invoices of versions before 19.0.1.5.0, which deduct parts that came back."""

    def _post_deduction(self):
        """Bill an hour and 3 pumps; 4 hours less a pump on a second invoice.

        :return: both posted invoices
        """
        order = self._create_order(hours=1, parts=3)
        first = self._post_invoice(order)
        back = self._return_part(order.part_ids, 1)
        self._log_hours(order, 4)
        second, credit = self._invoice(order).sorted("move_type")
        credit.unlink()
        pumps = self._line(first, self.pump).sudo()
        entry = {
            "order_id": order.id,
            "stock_move_id": back.id,
            "quantity": -1,
            "qty_exact": -1,
            "qty_printed": -1,
        }
        second.sudo().invoice_line_ids = [
            Command.create(
                {
                    "product_id": self.pump.id,
                    "quantity": -1,
                    "price_unit": pumps.price_unit,
                    "tax_ids": [Command.set(pumps.tax_ids.ids)],
                    "fsm_order_ids": [Command.set(order.ids)],
                    "fsm_credited_line_id": pumps.id,
                    "fsm_billing_entry_ids": [Command.create(entry)],
                }
            )
        ]
        second.action_post()
        return first, second
