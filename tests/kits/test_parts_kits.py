from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from ...models.kits.values import KitComponent, count_kits, take
from .kits_common import KitScenarios, KitsCommon


@tagged("post_install", "-at_install")
class TestPartsKits(KitScenarios, KitsCommon):
    """Kits, as Odoo's manufacturing delivers them; ``dev/neighbours`` tries it too.

    It copies the move of the kit for each component, naming the line of its bill of
    materials.
    """

    def _explode(self, move):
        if "bom_line_id" in move._fields:
            self.skipTest("Manufacturing is installed: see dev/neighbour_tests")
        for number, (part, quantity) in enumerate(
            ((self.valve, 2), (self.hose, 1)), start=1
        ):
            [vals] = move.copy_data(
                {
                    "picking_id": move.picking_id.id,
                    "product_id": part.id,
                    "product_uom": part.uom_id.id,
                    "product_uom_qty": quantity * move.product_uom_qty,
                    "bom_line_id": number,
                }
            )
            del vals["bom_line_id"]
            self.env["stock.move"].create(vals)
        move.unlink()

    def test_kit_in_a_kit_is_part_of_the_outer_one(self):
        order = self._create_order(hours=0, parts=0)
        inner = self._create_product(name="Set of valves", type="consu")
        move = self._use_kit(order, 2).filtered(
            lambda move: move.product_id == self.valve
        )
        self.assertEqual(move.fsm_kit_quantity, 2)
        move.product_id = inner
        [vals] = move.copy_data(
            {"product_id": self.valve.id, "product_uom_qty": 12, "bom_line_id": 3}
        )
        # 4 sets of 3 valves for 2 kits
        self.assertEqual(
            (vals["fsm_kit_product_id"], vals["fsm_kit_quantity"]), (self.kit.id, 6)
        )

    def _create_kit_move(self, **values):
        """:return: the move of a kit, as Odoo has it before it is confirmed"""
        order = self._create_order(hours=0, parts=0, done=False)
        return self.env["stock.move"].create(
            {
                "product_id": self.kit.id,
                "product_uom_qty": 1,
                "product_uom": self.kit.uom_id.id,
                "location_id": self.stock.id,
                "location_dest_id": self.customers.id,
                "fsm_order_id": order.id,
                **values,
            }
        )

    def _create_component(self, move, **values):
        """:return: a valve in the place of a kit, as whoever confirms the transfer"""
        user = self._create_role(
            "warehouse", "fieldservice.group_fsm_user,stock.group_stock_user"
        )
        [vals] = move.with_user(user).copy_data(
            {"product_id": self.valve.id, "product_uom_qty": 2, "bom_line_id": 1}
        )
        del vals["bom_line_id"]
        return self.env["stock.move"].with_user(user).create({**vals, **values})

    def test_components_are_charged_as_was_chosen_for_their_kit(self):
        move = self._create_kit_move(billing_mode="warranty")
        component = self._create_component(move)
        self.assertEqual(component.fsm_kit_product_id, self.kit)
        self.assertEqual(component.billing_mode, "warranty")

    def test_components_are_not_charged_otherwise_than_their_kit(self):
        move = self._create_kit_move()
        with self.assertRaisesRegex(AccessError, "says how work is charged"):
            self._create_component(move, billing_mode="not_billed")

    def test_component_is_billed_again_at_the_prices_of_both_its_lines(self):
        order = self._create_order(hours=0, parts=0)
        self._deliver(self._use_kit(order, 2), valve=5)
        invoice = self._post_invoice(order)
        self._confirm(
            invoice, {self.kit: (1, "bill_again"), self.valve: (1, "bill_again")}
        )
        self.kit.lst_price = 600
        self.valve.lst_price = 20
        self.assertEqual(
            sorted(self._get_lines(self._invoice(order))),
            [("Pump kit", 1, 500), ("Valve", 1, 15)],
        )

    def test_copy_of_a_part_is_no_kit(self):
        order = self._create_order(hours=0, parts=1)
        self.assertFalse(order.part_ids.copy().fsm_kit_product_id)


@tagged("post_install", "-at_install")
class TestCountKits(TransactionCase):
    def _component(self, in_one, recorded, billed=0.0):
        return KitComponent(in_one, recorded, billed, billed_alone=0.0, items=[])

    def test_kits_are_as_many_as_are_whole(self):
        components = [self._component(2, 5), self._component(1, 3)]
        self.assertEqual(count_kits(components), 2)

    def test_kits_billed_are_not_billed_again(self):
        components = [self._component(2, 5, 2), self._component(1, 3, 1)]
        self.assertEqual(count_kits(components), 1)

    def test_kit_with_a_component_back_is_to_be_credited(self):
        components = [self._component(2, 2, 2), self._component(1, 0, 1)]
        self.assertEqual(count_kits(components), -1)

    def test_what_is_taken_comes_to_what_is_wanted(self):
        amounts = [("a", 3), ("b", 2), ("c", -1)]
        self.assertEqual(take(amounts, 2), [("c", -1), ("a", 3)])
        self.assertEqual(take(amounts, 4), [("c", -1), ("a", 3), ("b", 2)])
        self.assertEqual(take([("a", -1)], -1), [("a", -1)])
