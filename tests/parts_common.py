from .common import InvoicingCommon


class PartsCommon(InvoicingCommon):
    """Parts that go to the customer, and elsewhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.stock = cls.warehouse.lot_stock_id
        cls.scrap = cls._get_location("inventory")
        cls.production = cls._get_location("production")

    @classmethod
    def _get_location(cls, usage):
        return cls.env["stock.location"].search(
            [("usage", "=", usage), ("company_id", "=", cls.company.id)], limit=1
        )

    def _deliver_and_bill(self, quantity=2):
        """:return: an order of parts with a posted invoice, and the move of them"""
        order = self._create_order(hours=0, parts=0)
        move = self._use_part(order, quantity)
        self._invoice(order).action_post()
        self.assertEqual(order.billing_status, "posted")
        return order, move

    def _move(self, order, source, destination, quantity=1, **values):
        move = self.env["stock.move"].create(
            {
                "product_id": self.pump.id,
                "product_uom_qty": quantity,
                "product_uom": self.pump.uom_id.id,
                "location_id": source.id,
                "location_dest_id": destination.id,
                "fsm_order_id": order.id,
                **values,
            }
        )
        move._action_confirm()
        move.write({"quantity": quantity, "picked": True})
        move._action_done()
        return move

    def _return(self, move, quantity=1, update_quantities=True):
        """Return parts by Odoo's dialog; *Update quantities* is ticked or not."""
        return self._return_part(move, quantity, to_refund=update_quantities)

    def _assert_nothing_open(self, order):
        self.assertEqual(order.with_user(self.clerk).amount_to_bill, 0)
        self.assertEqual(order.billing_status, "posted")
