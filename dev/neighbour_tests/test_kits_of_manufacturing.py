"""Kits as Odoo's manufacturing delivers them; ``dev/neighbours`` installs it."""

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.fieldservice_invoicing.tests.kits_common import (
    KitScenarios,
    KitsCommon,
)


@tagged("post_install", "-at_install")
class TestKitsOfManufacturing(KitScenarios, KitsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bom = cls._create_bom(cls.kit, {cls.valve: 2, cls.hose: 1})

    @classmethod
    def _create_bom(cls, product, parts):
        return cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": part.id, "product_qty": quantity})
                    for part, quantity in parts.items()
                ],
            }
        )

    def test_kit_in_a_kit_is_billed_as_the_outer_one(self):
        valves = self._create_product(name="Set of valves", type="consu")
        self._create_bom(valves, {self.valve: 2})
        self.bom.bom_line_ids.filtered(
            lambda line: line.product_id == self.valve
        ).write({"product_id": valves.id, "product_qty": 1})
        order, moves = self._deliver_order(2)
        self.assertEqual(moves.product_id, self.valve | self.hose)
        self.assertEqual(self._get_lines(self._invoice(order)), [("Pump kit", 2, 500)])

    def test_quoted_kit_is_left_to_the_quotation(self):
        self.kit.invoice_policy = "delivery"
        sale = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [
                    Command.create({"product_id": self.kit.id, "product_uom_qty": 1})
                ],
            }
        )
        sale.action_confirm()
        order = self._create_order(hours=0, parts=0, sale_id=sale.id)
        sale.picking_ids.fsm_order_id = order
        self._validate(sale.picking_ids)
        order.with_user(self.clerk).action_create_invoice()
        self.assertEqual(self._get_lines(order.invoice_ids), [("Pump kit", 1, 500)])
