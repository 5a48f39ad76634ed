"""Kits as Odoo's manufacturing delivers them; ``dev/neighbours`` installs it."""

import importlib.util
from pathlib import Path

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.fieldservice_invoicing.tests.kits.kits_common import (
    KitScenarios,
    KitsCommon,
)

MIGRATION = (
    Path(__file__).parent.parent.parent / "migrations" / "19.0.1.4.0" / "post-moves.py"
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

    def _migrate(self):
        spec = importlib.util.spec_from_file_location("migrate_moves", MIGRATION)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_move SET fsm_kit_product_id = NULL, fsm_kit_quantity = NULL"
        )
        self.env.invalidate_all()
        module.migrate(self.env.cr, "19.0.1.3.0")
        self.env.invalidate_all()

    def test_kits_delivered_before_are_recognized(self):
        order, moves = self._deliver_order(2)
        self._migrate()
        self.assertEqual(moves.fsm_kit_product_id, self.kit)
        self.assertEqual(
            {move.product_id: move.fsm_kit_quantity for move in moves},
            {self.valve: 2, self.hose: 1},
        )
        self.assertEqual(self._get_open(order), 1000)

    def test_components_billed_before_stay_billed(self):
        order, moves = self._deliver_order(1)
        moves.sudo().fsm_kit_product_id = False
        self.assertEqual(self._post_invoice(order).amount_untaxed, 60)
        self._migrate()
        self.assertEqual(self._get_open(order), 0)
        self.assertEqual(order.billing_status, "posted")

    def test_kits_in_kits_can_not_be_recognized(self):
        valves = self._create_product(name="Set of valves", type="consu")
        self._create_bom(valves, {self.valve: 2})
        self.bom.bom_line_ids.filtered(
            lambda line: line.product_id == self.valve
        ).write({"product_id": valves.id, "product_qty": 1})
        _order, moves = self._deliver_order(2)
        self._migrate()
        self.assertFalse(moves.fsm_kit_product_id)
