from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..interim_common import MONDAY, TUESDAY, WEDNESDAY, InterimCommon
from ..quotation_common import QuotationCommon


@tagged("post_install", "-at_install")
class TestVisits(InterimCommon, QuotationCommon):
    """Days chosen one by one; what is of an order as a whole; what is taken back."""

    def _bill(self, order, *days):
        """:return: the drafts of what was done on ``order`` on these days"""
        visits = self._choose(*((order, day) for day in days))
        return order.with_user(self.clerk)._create_invoices(visits=visits)

    # --- visit by visit ---
    def test_visit_that_is_chosen_is_invoiced_alone(self):
        order = self._create_order_of_days(
            {MONDAY: 1, TUESDAY: 2, WEDNESDAY: 4}, done=True
        )
        invoice = self._bill(order, MONDAY, WEDNESDAY)
        self.assertEqual(invoice.amount_untaxed, 300)
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertEqual(self._invoice_of(order).amount_untaxed, 120)
        self.assertLedgerHolds(order)

    def test_visit_of_an_order_going_on(self):
        order = self._create_order_of_days({MONDAY: 1, TUESDAY: 2})
        visits = self._choose((order, TUESDAY))
        self.assertEqual(self._bill_interim(order, visits=visits).amount_untaxed, 120)

    def test_minimum_of_an_order_is_billed_once_across_visits(self):
        self.policy.write({"labor_minimum": 2, "labor_level": "order"})
        order = self._create_order_of_days({MONDAY: 1, TUESDAY: 0.5}, done=True)
        self.assertEqual(self._bill(order, TUESDAY).amount_untaxed, 120)
        self.assertEqual(self._invoice_of(order).amount_untaxed, 0)

    def test_day_of_a_visit_is_the_site_s(self):
        self.site.tz = "America/New_York"
        order = self._create_order(hours=0, parts=0, done=False)
        with freeze_time(datetime(2026, 3, 3, 3, 30)):  # the 2nd in New York
            self._use_part(order, 1)
        order.action_complete()
        with self.assertRaises(UserError):
            self._bill(order, TUESDAY)
        self.assertEqual(self._bill(order, MONDAY).amount_untaxed, 100)

    def test_day_on_which_nothing_was_done_is_said(self):
        order = self._create_order_of_days({MONDAY: 1}, done=True)
        with self.assertRaisesRegex(UserError, "visits that are ticked"):
            self._bill(order, TUESDAY)

    def test_visits_of_one_order_are_none_of_another(self):
        orders = self._create_order_of_days({MONDAY: 1}, done=True)
        orders |= self._create_order_of_days({MONDAY: 2}, done=True)
        result = orders.with_user(self.clerk)._create_invoices_apart(
            visits=self._choose((orders[1], MONDAY))
        )
        self.assertEqual(result.moves.amount_untaxed, 120)
        self.assertEqual(list(result.left_out), [orders[0]])

    # --- what is taken back ---
    def test_correction_of_another_day_stays_open(self):
        order = self._create_order_of_days({MONDAY: 3, TUESDAY: -1}, done=True)
        invoice = self._bill(order, MONDAY)
        self.assertEqual(invoice.amount_untaxed, 180)
        self.assertEqual(order.timesheet_ids.sorted("date")[1].qty_to_bill, -1)
        invoice.with_user(self.clerk).action_post()
        self._invoice_of(order).action_post()
        self.assertEqual(self._get_untaxed(order), 120)
        self.assertLedgerHolds(order)

    def test_correction_alone_waits_for_the_work_that_it_corrects(self):
        order = self._create_order_of_days({MONDAY: 3, TUESDAY: -1}, done=True)
        with self.assertRaisesRegex(UserError, "goes with that work"):
            self._bill(order, TUESDAY)
        self.assertFalse(order.invoice_ids)

    def test_correction_alone_credits_no_older_invoice(self):
        order = self._create_order_of_days({MONDAY: 2}, done=True)
        self._bill(order, MONDAY).with_user(self.clerk).action_post()
        self._log_hours(order, 3, date=TUESDAY)
        self._log_hours(order, -1, date=WEDNESDAY)
        with self.assertRaisesRegex(UserError, "goes with that work"):
            self._bill(order, WEDNESDAY)
        self.assertEqual(self._invoice_of(order).amount_untaxed, 120)

    def test_correction_of_invoiced_work_is_credited(self):
        order = self._create_order_of_days({MONDAY: 3}, done=True)
        self._bill(order, MONDAY).with_user(self.clerk).action_post()
        self._log_hours(order, -1, date=TUESDAY)
        self._log_hours(order, 2, date=WEDNESDAY)
        credit = self._bill(order, TUESDAY)
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual(credit.amount_untaxed, 60)
        self.assertLedgerHolds(order)

    def test_correction_is_split_between_its_day_and_another(self):
        order = self._create_order_of_days({MONDAY: 3}, done=True)
        self._log_hours(order, 1, date=TUESDAY)
        self._log_hours(order, -2, date=TUESDAY)
        with self.assertRaisesRegex(UserError, "goes with that work"):
            self._bill(order, TUESDAY)
        self.assertEqual(self._invoice_of(order).amount_untaxed, 120)

    def test_reduction_alone_says_what_is_missing(self):
        order = self._create_order_of_days({MONDAY: 3}, done=True)
        self._add_charge(order, self.callout, quantity=-1, date=TUESDAY)
        with self.assertRaisesRegex(UserError, "more than there is"):
            self._bill(order, TUESDAY)
        self.assertEqual(self._bill(order, MONDAY, TUESDAY).amount_untaxed, 105)

    # --- the quotation ---
    def _sell(self, **values):
        """:return: an order of a repair at 250.00, with 2 h extra on Monday"""
        sale = self._confirm_quotation(self.service_per_sale)
        order = sale.fsm_order_ids
        self._log_hours(order, 2, date=MONDAY, fsm_is_extra=True)
        return sale, order

    def test_quotation_is_not_on_an_interim_invoice(self):
        _sale, order = self._sell()
        self.assertEqual(self._bill_interim(order).amount_untaxed, 120)
        order.action_complete()
        self.assertEqual(self._invoice_of(order).amount_untaxed, 250)

    def test_quotation_alone_is_left_to_the_end(self):
        sale = self._confirm_quotation(self.service_per_sale)
        order = sale.fsm_order_ids
        self.assertFalse(order.with_user(self.clerk).can_invoice_interim)
        with self.assertRaisesRegex(UserError, "once it is done"):
            self._bill_interim(order)

    def test_quotation_is_of_no_day_before_the_order_is_done(self):
        _sale, order = self._sell()
        priced = self.env["fsm.billing.pricing"]._price(order)[order]
        self.assertEqual(sum(line.subtotal for line in priced.lines), 370)
        invoice = self._bill_interim(order, until=date(2026, 12, 31))
        self.assertEqual(invoice.amount_untaxed, 120)

    def test_quotation_is_of_the_day_on_which_the_order_was_done(self):
        _sale, order = self._sell()
        order.date_end = "2026-03-04 10:00:00"
        order.action_complete()
        self.assertEqual(order.billing_done_day, WEDNESDAY)
        self.assertEqual(self._bill(order, MONDAY).amount_untaxed, 120)
        self.assertEqual(self._bill(order, WEDNESDAY).amount_untaxed, 250)

    def test_down_payment_waits_for_the_quotation(self):
        sale, order = self._sell()
        self._pay_in_advance(sale, 115)
        self.assertEqual(self._bill_interim(order).amount_untaxed, 120)
        order.action_complete()
        self.assertEqual(self._invoice_of(order).amount_untaxed, 150)
