from odoo.tests import tagged

from ..prices_common import PricesCommon


@tagged("post_install", "-at_install")
class TestPriceTiers(PricesCommon):
    """The quantity that a price goes by is the one printed, of all of the order."""

    def test_hours_reach_a_tier_by_the_quantity_printed(self):
        self._create_pricelist(
            self._fixed(self.labor, 60), self._fixed(self.labor, 50, min_quantity=8)
        )
        order = self._create_order(hours=0, parts=0)
        for _minutes in range(80):
            self._log_hours(order, 0.1)
        line = self._product_lines(self._assert_preview_is_invoice(order))
        self.assertEqual((line.quantity, line.price_unit), (8, 50))

    def test_minutes_reach_a_tier_by_the_quantity_printed(self):
        self._create_pricelist(
            self._fixed(self.labor, 60), self._fixed(self.labor, 50, min_quantity=6.67)
        )
        order = self._create_order(hours=0, parts=0)
        for minutes in (15, 50, 225, 75, 35):  # 6.6667 hours
            self._log_hours(order, minutes / 60)
        self.assertEqual(self._prices_of(order), [50])

    def test_parts_in_another_unit_reach_a_tier(self):
        third = self.env["uom.uom"].create(
            {
                "name": "Third",
                "relative_factor": 1 / 3,
                "relative_uom_id": self.pump.uom_id.id,
            }
        )
        self._create_pricelist(
            self._fixed(self.pump, 100), self._fixed(self.pump, 50, min_quantity=1)
        )
        order = self._create_order(hours=0, parts=0)
        for _part in range(3):
            self._use_part(order, 1, unit=third)
        self.assertEqual(self._prices_of(order), [50])

    def test_charge_reaches_a_tier_by_the_quantity_printed(self):
        self._create_pricelist(
            self._fixed(self.labor, 60), self._fixed(self.labor, 50, min_quantity=0.3)
        )
        charge = self._add_charge(
            self._create_order(hours=0, parts=0), quantity=0.1 * 3 - 1e-12
        )
        self.assertEqual(charge.price_unit, 50)

    def test_what_stands_counts_for_later_work(self):
        self._create_pricelist(
            self._fixed(self.pump, 100), self._fixed(self.pump, 50, min_quantity=10)
        )
        order = self._create_order(hours=0, parts=6)
        self.assertEqual(self._product_lines(self._post(order)).price_unit, 100)
        self._use_part(order, 4)
        self.assertEqual(self._prices_of(order), [50])

    def test_what_was_credited_does_not_count_for_later_work(self):
        self._create_pricelist(
            self._fixed(self.pump, 100), self._fixed(self.pump, 50, min_quantity=10)
        )
        order = self._create_order(hours=0, parts=6)
        self._credit(self._post(order), fsm_work="refund")
        self._use_part(order, 4)
        self.assertEqual(self._prices_of(order), [100])

    def test_another_order_does_not_count(self):
        self._create_pricelist(
            self._fixed(self.pump, 100), self._fixed(self.pump, 50, min_quantity=10)
        )
        self._post(self._create_order(hours=0, parts=6))
        self.assertEqual(self._prices_of(self._create_order(hours=0, parts=4)), [100])
