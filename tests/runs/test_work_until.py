from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from .runs_common import RunsCommon


@tagged("post_install", "-at_install")
class TestWorkUntil(RunsCommon):
    """Only what was done until a day is invoiced; the rest stays open."""

    def _bill_until(self, order, day):
        return order.with_user(self.clerk)._create_invoices(until=day)

    def test_hours_after_the_day_stay_open(self):
        order = self._create_order(hours=0, parts=0)
        self._log_hours(order, 2, date=date(2026, 3, 30))
        self._log_hours(order, 3, date=date(2026, 4, 1))
        invoice = self._bill_until(order, date(2026, 3, 31))
        self.assertEqual(self._product_lines(invoice).mapped("quantity"), [2])
        self.assertEqual(
            order.timesheet_ids.sorted("date").mapped("qty_to_bill"), [0, 3]
        )
        invoice = self._bill_until(order, date(2026, 4, 30))
        self.assertEqual(self._product_lines(invoice).mapped("quantity"), [3])
        self.assertLedgerHolds(order)

    def test_day_with_nothing_before_it_is_said(self):
        order = self._create_order(hours=0, parts=0)
        self._log_hours(order, 2, date=date(2026, 4, 1))
        orders = order | self._create_order(hours=1, parts=0)
        self._log_hours(orders[1], 1, date=date(2026, 3, 1))
        result = orders.with_user(self.clerk)._create_invoices_apart(
            until=date(2026, 3, 31)
        )
        self.assertIn("done after", result.left_out[order])

    def test_part_that_came_back_later_is_no_return_yet(self):
        order = self._create_order(hours=0, parts=2)
        delivery = order.part_ids
        delivery.sudo().date = "2026-03-10 10:00:00"
        back = self._return_part(delivery)
        back.sudo().date = "2026-04-02 10:00:00"
        invoice = self._bill_until(order, date(2026, 3, 31))
        self.assertEqual(self._product_lines(invoice).mapped("quantity"), [2])

    def test_minimum_of_a_day_is_billed_once_across_two_days_of_invoices(self):
        self.policy.write({"labor_minimum": 2, "labor_level": "order"})
        order = self._create_order(hours=0, parts=0)
        self._log_hours(order, 1, date=date(2026, 3, 30))
        self._log_hours(order, 0.5, date=date(2026, 4, 1))
        first = self._bill_until(order, date(2026, 3, 31))
        self.assertEqual(self._product_lines(first).mapped("quantity"), [2])
        second = self._bill_until(order, date(2026, 4, 30))
        self.assertEqual(sum(self._product_lines(second).mapped("quantity")), 0)

    def test_wizard_invoices_until_a_day(self):
        order = self._create_order(hours=0, parts=0)
        self._log_hours(order, 2, date=date(2026, 3, 30))
        self._log_hours(order, 3, date=date(2026, 4, 1))
        wizard = (
            self.env["fsm.billing.wizard"]
            .with_user(self.clerk)
            .create({"order_ids": [Command.set(order.ids)], "until": date(2026, 3, 31)})
        )
        self.assertIn("120.00", wizard.preview)
        wizard.action_create_invoices()
        self.assertEqual(order.invoice_ids.amount_untaxed, 120)
