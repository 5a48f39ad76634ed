from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestPolicyTime(InvoicingCommon):
    """Rounding, minimum and detail of the time billed."""

    def _order_with_minutes(self, *minutes, **policy):
        self.policy.write(policy)
        order = self._create_order(hours=0, parts=0)
        for number in minutes:
            self._log_hours(order, number / 60)
        return order

    def _billed_hours(self, order):
        return self._product_lines(self._invoice(order)).mapped("quantity")

    # --- level ---
    def test_each_timesheet_is_rounded(self):
        order = self._order_with_minutes(
            10, 20, labor_rounding=0.25, labor_level="timesheet"
        )
        self.assertEqual(self._billed_hours(order), [0.75])

    def test_day_of_a_technician_is_rounded(self):
        order = self._order_with_minutes(10, 25, labor_rounding=0.25, labor_level="day")
        self.assertEqual(self._billed_hours(order), [0.75])

    def test_days_are_rounded_apart(self):
        order = self._order_with_minutes(10, labor_rounding=0.25, labor_level="day")
        self._log_hours(order, 1 / 6, date=fields.Date.today() - timedelta(days=1))
        self.assertEqual(self._billed_hours(order), [0.5])

    def test_technicians_of_a_day_are_rounded_apart(self):
        order = self._order_with_minutes(10, labor_rounding=0.25, labor_level="day")
        self._log_hours(order, 1 / 6, employee=self.lea)
        self.assertEqual(self._billed_hours(order), [0.25, 0.25])

    def test_order_is_rounded_as_a_whole(self):
        order = self._order_with_minutes(10, labor_rounding=0.25, labor_level="order")
        self._log_hours(order, 1 / 6, employee=self.lea)
        self.assertAlmostEqual(sum(self._billed_hours(order)), 0.5)

    def test_full_quarters_stay(self):
        order = self._order_with_minutes(
            75, 35, 25, labor_rounding=0.25, labor_level="order"
        )
        self.assertEqual(self._billed_hours(order), [2.25])

    def test_minimum_of_the_order(self):
        order = self._order_with_minutes(10, labor_minimum=1.0, labor_level="order")
        self.assertEqual(self._billed_hours(order), [1.0])

    def test_minimum_is_no_maximum(self):
        order = self._order_with_minutes(90, labor_minimum=1.0, labor_level="order")
        self.assertEqual(self._billed_hours(order), [1.5])

    def test_days_are_rounded_in_hours(self):
        self.labor.uom_id = self.env.ref("uom.product_uom_day")
        order = self._order_with_minutes(110, labor_rounding=2.0, labor_level="order")
        self.assertEqual(self._billed_hours(order), [0.25])

    def test_time_not_billed_does_not_count(self):
        order = self._order_with_minutes(20, labor_rounding=0.5, labor_level="order")
        free = self._log_hours(order, 0.25)
        free.billing_mode = "not_billed"
        self.assertEqual(self._billed_hours(order), [0.5])

    # --- the ledger goes by what was recorded ---
    def test_rounded_time_is_billed_in_full(self):
        order = self._order_with_minutes(10, labor_rounding=0.25)
        self._invoice(order)
        self.assertAlmostEqual(order.timesheet_ids.qty_billed, 1 / 6)
        self.assertEqual(order.billing_status, "draft")

    def test_cost_of_time_stays(self):
        order = self._order_with_minutes(30, labor_rounding=2.0)
        self._invoice(order)
        self.assertEqual(order.timesheet_ids.amount, -12.5)

    def test_late_time_within_the_minimum_is_free(self):
        order = self._order_with_minutes(20, labor_minimum=1.0, labor_level="order")
        self._invoice(order).action_post()
        self._log_hours(order, 0.5)
        late = self._invoice(order)
        self.assertEqual(self._product_lines(late).mapped("quantity"), [0.0])
        self.assertEqual(order.billing_status, "draft")

    def test_late_time_beyond_the_minimum_is_billed(self):
        order = self._order_with_minutes(20, labor_minimum=1.0, labor_level="order")
        self._invoice(order).action_post()
        self._log_hours(order, 1.0)
        self.assertAlmostEqual(self._billed_hours(order)[0], 0.33)

    def test_late_time_of_two_within_the_minimum_is_free_for_both(self):
        order = self._order_with_minutes(60, labor_minimum=2.0, labor_level="order")
        self._invoice(order).action_post()
        self._log_hours(order, 0.25)
        self._log_hours(order, 0.25, employee=self.lea)
        self.assertEqual(self._billed_hours(order), [0, 0])

    def test_minimum_credited_in_full_is_billed_again(self):
        order = self._order_with_minutes(20, labor_minimum=1.0, labor_level="order")
        invoice = self._post_invoice(order)
        self._credit(invoice)
        self.assertEqual(self._billed_hours(order), [1.0])

    # --- detail ---
    def test_a_line_for_each_timesheet(self):
        order = self._order_with_minutes(30, 60, detail="timesheet")
        lines = self._product_lines(self._invoice(order))
        self.assertEqual(lines.mapped("quantity"), [0.5, 1.0])
        self.assertIn("Work on site", lines[0].name)

    def test_a_line_for_each_technician(self):
        order = self._order_with_minutes(30, 60, detail="technician")
        self._log_hours(order, 2, employee=self.lea)
        lines = self._product_lines(self._invoice(order))
        self.assertEqual(lines.mapped("quantity"), [1.5, 2.0])
        self.assertIn("Marc", lines[0].name)

    def test_a_line_for_each_product(self):
        order = self._order_with_minutes(30, 60, detail="product")
        self._log_hours(order, 2, employee=self.lea)
        line = self._product_lines(self._invoice(order))
        self.assertEqual(line.quantity, 3.5)
        self.assertNotIn("Marc", line.name)

    def test_amount_does_not_depend_on_detail(self):
        amounts = set()
        for detail in ("timesheet", "technician", "product"):
            order = self._order_with_minutes(15, 50, 225, 75, 35, detail=detail)
            amounts.add(self._invoice(order).amount_untaxed)
        self.assertEqual(amounts, {400.2})

    def test_recorded_time_is_printed(self):
        order = self._order_with_minutes(
            20, labor_minimum=1.0, is_recorded_printed=True
        )
        line = self._product_lines(self._invoice(order))
        self.assertIn("Time worked: 0.33 Hours", line.name)

    def test_recorded_time_is_not_printed_where_it_is_billed(self):
        order = self._order_with_minutes(
            60, labor_minimum=1.0, is_recorded_printed=True
        )
        self.assertNotIn("Time worked", self._product_lines(self._invoice(order)).name)

    def test_recorded_time_is_not_printed_unless_asked_for(self):
        order = self._order_with_minutes(20, labor_minimum=1.0)
        self.assertNotIn("Time worked", self._product_lines(self._invoice(order)).name)

    # --- labor product ---
    def _create_labor(self, name, price):
        return self._create_service(name, price, uom_id=self.labor.uom_id.id)

    def test_labor_product_of_the_order_type(self):
        lifts = self.env["fsm.order.type"].create({"name": "Lifts"})
        lifts.labor_product_id = self._create_labor("Lift labor", 80.0)
        order = self._create_order(parts=0, type=lifts.id)
        line = self._product_lines(self._invoice(order))
        self.assertEqual(line.product_id, lifts.labor_product_id)

    def test_labor_product_of_the_technician_comes_first(self):
        lifts = self.env["fsm.order.type"].create({"name": "Lifts"})
        lifts.labor_product_id = self._create_labor("Lift labor", 80.0)
        self.marc.fsm_labor_product_id = self._create_labor("Master", 95.0)
        order = self._create_order(parts=0, type=lifts.id)
        line = self._product_lines(self._invoice(order))
        self.assertEqual(line.product_id, self.marc.fsm_labor_product_id)

    def test_overtime_on_the_timesheet_comes_before_all(self):
        overtime = self._create_labor("Overtime", 90.0)
        self.marc.fsm_labor_product_id = self._create_labor("Master", 95.0)
        order = self._create_order(hours=8, parts=0)
        self._log_hours(order, 2, fsm_labor_product_id=overtime.id)
        lines = self._product_lines(self._invoice(order))
        self.assertEqual(lines.mapped("price_unit"), [95.0, 90.0])
        self.assertEqual(lines.mapped("quantity"), [8.0, 2.0])

    def test_cost_of_overtime_stays_that_of_the_hours(self):
        overtime = self._create_labor("Overtime", 90.0)
        order = self._create_order(hours=0, parts=0)
        line = self._log_hours(order, 2, fsm_labor_product_id=overtime.id)
        self.assertEqual(line.amount, -50.0)

    def test_overtime_of_billed_time_stays(self):
        order = self._create_order(parts=0)
        self._invoice(order)
        with self.assertRaisesRegex(UserError, "can't be changed"):
            order.timesheet_ids.fsm_labor_product_id = self._create_labor("X", 1.0)
