from odoo.exceptions import UserError
from odoo.tests import tagged

from ..time_common import TimeCommon


@tagged("post_install", "-at_install")
class TestCorrectionsOfTime(TimeCommon):
    """Time that was logged too much and is taken back by less than nothing."""

    # --- rounding and minimum ---
    def _printed_of(self, *hours, **policy):
        order = self._order(**policy)
        for number in hours:
            self._log_hours(order, number)
        return sum(self._printed(self._invoice(order)))

    def test_no_minimum_for_a_correction(self):
        for level in ("timesheet", "day", "order"):
            self.assertAlmostEqual(
                self._printed_of(5, -0.2, labor_minimum=1, labor_level=level), 4.8
            )

    def test_time_corrected_is_rounded_as_if_it_was_logged_right(self):
        for level in ("timesheet", "day", "order"):
            printed = self._printed_of(5, -0.2, labor_rounding=0.5, labor_level=level)
            self.assertAlmostEqual(printed, 5)

    def test_time_corrected_has_its_minimum(self):
        for level in ("timesheet", "day", "order"):
            printed = self._printed_of(1, -0.2, labor_minimum=1, labor_level=level)
            self.assertAlmostEqual(printed, 1)

    def test_timesheet_taken_back_leaves_the_others_their_minimum(self):
        printed = self._printed_of(
            0.5, 3, -0.5, labor_minimum=1, labor_level="timesheet"
        )
        self.assertAlmostEqual(printed, 3)

    def test_correction_on_another_day(self):
        order = self._order(labor_minimum=1, labor_level="day")
        self._log_hours(order, 5, date=self._ago(1))
        self._log_hours(order, -0.2)
        self.assertAlmostEqual(sum(self._printed(self._invoice(order))), 4.8)

    def test_correction_of_one_technician_leaves_the_other_alone(self):
        order = self._order(labor_minimum=1, labor_level="timesheet")
        self._log_hours(order, 5)
        self._log_hours(order, -0.2)
        self._log_hours(order, 0.5, employee=self.lea)
        self.assertEqual(self._printed(self._invoice(order)), [4.8, 1])

    # --- after the invoice ---
    def test_correction_after_the_invoice_gives_back_what_it_is(self):
        for level in ("timesheet", "day", "order"):
            order = self._order(labor_minimum=1, labor_level=level)
            self._bill(order, 5)
            self._bill(order, -0.2)
            self.assertAlmostEqual(self._standing(order), 4.8)

    def test_correction_within_the_rounding_gives_back_nothing(self):
        order = self._order(labor_rounding=0.5, labor_level="day")
        self._bill(order, 5)
        self._log_hours(order, -0.2)
        self.assertEqual(order.billing_status, "posted")

    def test_correction_within_the_minimum_gives_back_nothing(self):
        order = self._order(labor_minimum=2, labor_level="day")
        self._bill(order, 1)
        self._log_hours(order, -0.2)
        self.assertEqual(order.billing_status, "posted")

    def test_correction_within_the_minimum_counts_with_later_time(self):
        order = self._order(labor_minimum=2, labor_level="day")
        self._bill(order, 1)
        self._log_hours(order, -0.2)
        self.assertEqual(self._printed(self._bill(order, 2)), [0.8])
        self.assertEqual(sum(order.timesheet_ids.mapped("qty_to_bill")), 0)

    def test_correction_gives_back_no_surplus_of_a_clerk(self):
        order = self._order(labor_minimum=1, labor_level="day")
        first = self._bill(order, 5, post=False)
        self._change(first, 8)
        first.action_post()
        self._bill(order, -0.2)
        self.assertAlmostEqual(self._standing(order), 7.8)

    def test_correction_charges_nothing(self):
        order = self._order(labor_minimum=1, labor_level="day")
        first = self._bill(order, 5, post=False)
        self._change(first, 3)
        first.action_post()
        self._log_hours(order, -0.2)
        self.assertEqual(order.billing_status, "posted")

    def test_minimum_of_time_taken_back_is_given_back(self):
        order = self._order(labor_minimum=1, labor_level="timesheet")
        self._bill(order, 0.5)
        self._bill(order, -0.5)
        self.assertAlmostEqual(self._standing(order), 0)

    # --- nothing to invoice ---
    def test_time_taken_back_is_nothing_to_invoice(self):
        for detail in ("timesheet", "technician", "product"):
            order = self._order(detail=detail, labor_minimum=1)
            self._log_hours(order, 5)
            self.assertEqual(order.billing_status, "to_invoice")
            self._log_hours(order, -5)
            self.assertEqual(order.billing_status, "nothing")
            self.assertEqual(order.with_user(self.clerk).amount_to_bill, 0)
            with self.assertRaisesRegex(UserError, "nothing to invoice"):
                self._invoice(order)

    def test_time_taken_back_on_another_day_is_nothing_to_invoice(self):
        order = self._order(labor_minimum=1)
        self._log_hours(order, 0.5, date=self._ago(1))
        self._log_hours(order, -0.5)
        self.assertEqual(order.billing_status, "nothing")

    def test_orders_to_invoice_are_without_time_taken_back(self):
        order = self._order()
        self._log_hours(order, 5)
        self._log_hours(order, -5)
        found = order.search(
            [("billing_status", "=", "to_invoice"), ("id", "=", order.id)]
        )
        self.assertFalse(found)

    def test_time_taken_back_is_on_no_invoice_of_other_work(self):
        order = self._order(labor_minimum=1, detail="timesheet")
        self._log_hours(order, 5)
        self._log_hours(order, -5)
        self._use_part(order)
        invoice = self._bill(order)
        self.assertEqual(self._printed(invoice), [])
        self.assertEqual(order.billing_status, "posted")

    def test_time_taken_back_is_billed_with_later_time(self):
        order = self._order()
        for hours in (5, -5, 2):
            self._log_hours(order, hours)
        self.assertEqual(self._printed(self._bill(order)), [2])
        self.assertEqual(order.timesheet_ids.mapped("qty_to_bill"), [0, 0, 0])

    def test_time_taken_back_does_not_pay_for_later_time(self):
        overtime = self.labor.copy({"name": "Overtime"})
        order = self._order(labor_rounding=0.5, labor_level="day")
        self._log_hours(order, 5, date=self._ago(1), fsm_labor_product_id=overtime.id)
        self._log_hours(order, -5, fsm_labor_product_id=overtime.id)
        self.assertEqual(self._printed(self._bill(order, 6)), [6])
        self.assertEqual(self._printed(self._bill(order, 1)), [1])

    def test_time_of_another_technician_is_taken_back_as_well(self):
        order = self._order()
        self._log_hours(order, 5)
        self._log_hours(order, -4, employee=self.lea)
        self.assertEqual(self._printed(self._bill(order)), [1])
        self.assertEqual(order.timesheet_ids.mapped("qty_to_bill"), [0, 0])

    def test_time_edited_afterwards_is_to_be_invoiced(self):
        order = self._order()
        self._log_hours(order, 5)
        back = self._log_hours(order, -5)
        back.unit_amount = -4
        self.assertEqual(order.billing_status, "to_invoice")
        back.unit_amount = -5
        self.assertEqual(order.billing_status, "nothing")
        back.fsm_labor_product_id = self._create_product(
            name="Overtime", type="service", uom_id=self.labor.uom_id.id
        )
        self.assertEqual(order.billing_status, "to_invoice")

    def test_charge_taken_back_is_nothing_to_invoice(self):
        order = self._order()
        charge = {"fsm_order_id": order.id, "product_id": self.labor.id}
        self.env["fsm.order.charge"].create([charge, {**charge, "quantity": -1}])
        self.assertEqual(order.billing_status, "nothing")
        order.charge_ids[0].price_unit = 10
        self.assertEqual(order.billing_status, "to_invoice")
