from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..interim_common import MONDAY, TUESDAY, WEDNESDAY, InterimCommon


@tagged("post_install", "-at_install")
class TestInterimInvoices(InterimCommon):
    """What is recorded so far is invoiced before the order is done."""

    # --- whether it may be ---
    def test_order_going_on_is_refused_where_nobody_asks_and_told_how(self):
        order = self._create_order(done=False)
        with self.assertRaisesRegex(UserError, "press Interim invoice"):
            order.with_user(self.clerk).action_create_invoice()

    def test_order_going_on_without_work_is_told_to_be_completed(self):
        order = self._create_order(hours=0, parts=0, done=False)
        with self.assertRaisesRegex(UserError, "Press Complete") as refused:
            order.with_user(self.clerk).action_create_invoice()
        self.assertNotIn("Interim", str(refused.exception))

    def test_order_going_on_is_refused_where_the_policy_has_none(self):
        self.policy.interim = "never"
        order = self._create_order(done=False)
        self.assertFalse(order.with_user(self.clerk).can_invoice_interim)
        with self.assertRaisesRegex(UserError, "is not done yet"):
            self._bill_interim(order)

    def test_policy_has_none_unless_somebody_says_so(self):
        policy = self.env["fsm.billing.policy"].create({"name": "Other"})
        self.assertEqual(policy.interim, "never")

    def test_cancelled_order_is_refused(self):
        order = self._create_order(done=False)
        order.action_cancel()
        self.assertFalse(order.with_user(self.clerk).can_invoice_interim)
        with self.assertRaisesRegex(UserError, "cancelled"):
            self._bill_interim(order)

    def test_order_on_hold_is_refused(self):
        order = self._create_order(done=False)
        order.with_user(self.clerk)._set_hold(
            self.env.ref("fieldservice_invoicing.fsm_billing_hold_reason_complaint")
        )
        with self.assertRaisesRegex(UserError, "on hold"):
            self._bill_interim(order)

    def test_button_is_there_while_there_is_work(self):
        order = self._create_order(hours=0, parts=0, done=False)
        self.assertFalse(order.with_user(self.clerk).can_invoice_interim)
        self._log_hours(order, 1)
        self.assertTrue(order.with_user(self.clerk).can_invoice_interim)
        self._bill_interim(order)
        self.assertFalse(order.with_user(self.clerk).can_invoice_interim)
        order.action_complete()
        self._log_hours(order, 1)
        self.assertFalse(order.with_user(self.clerk).can_invoice_interim)

    def test_button_opens_the_draft(self):
        order = self._create_order(done=False)
        action = order.with_user(self.clerk).action_create_interim_invoice()
        self.assertEqual(action["res_id"], order.invoice_ids.id)
        form = Form(order.with_user(self.clerk))
        self.assertFalse(form.can_invoice_interim)

    # --- who ---
    def test_dispatcher_creates_an_interim_invoice(self):
        order = self._create_order(done=False)
        self.assertTrue(order.with_user(self.dispatcher).can_invoice_interim)
        order.with_user(self.dispatcher).action_create_interim_invoice()
        self.assertEqual(order.invoice_ids.state, "draft")

    def test_technician_creates_none(self):
        order = self._create_order(done=False)
        with self.assertRaises(AccessError):
            order.with_user(self.technician).action_create_interim_invoice()

    # --- what is on it ---
    def test_hours_parts_and_charges_are_on_it(self):
        order = self._create_order(hours=2, parts=1, done=False)
        self._add_charge(order, self.callout)
        self.assertEqual(self._bill_interim(order).amount_untaxed, 120 + 100 + 75)
        self.assertLedgerHolds(order)

    def test_fees_of_the_policy_come_once_it_is_done(self):
        self.policy.write(
            {"callout_product_id": self.callout.id, "callout_per": "order"}
        )
        order = self._create_order(hours=2, parts=0, done=False)
        self.assertEqual(self._bill_interim(order).amount_untaxed, 120)
        order.action_complete()
        self.assertEqual(self._invoice_of(order).amount_untaxed, 75)

    def test_fees_of_an_order_that_was_reopened_wait_for_its_end(self):
        self.policy.callout_product_id = self.callout
        order = self._create_order(hours=2, parts=0)
        self._reopen(order)
        self.assertEqual(self._bill_interim(order).amount_untaxed, 120)
        order.action_complete()
        self.assertEqual(self._invoice_of(order).amount_untaxed, 75)

    def test_nothing_but_fees_is_said(self):
        self.policy.callout_product_id = self.callout
        order = self._create_order(hours=0, parts=0)
        self._reopen(order)
        with self.assertRaisesRegex(UserError, "once it is done"):
            self._bill_interim(order)

    def test_order_that_is_done_is_invoiced_as_ever(self):
        self.policy.callout_product_id = self.callout
        order = self._create_order(hours=2, parts=0)
        self.assertEqual(self._bill_interim(order).amount_untaxed, 120 + 75)

    def test_intervention_report_is_not_behind_it(self):
        order = self._create_order(done=False, resolution="<p>So far</p>")
        draft = self._bill_interim(order)
        self.assertFalse(draft._prepare_fsm_print()["reports"])
        order.action_complete()
        self.assertTrue(draft._prepare_fsm_print()["reports"])

    # --- minimum, rounding and fees across several ---
    def test_minimum_is_billed_once_at_each_level(self):
        for level, printed in (
            ("timesheet", [2, 2, 2]),
            ("day", [2, 2, 0]),
            ("order", [2, 0, 0]),
        ):
            with self.subTest(level):
                self.policy.write({"labor_minimum": 2, "labor_level": level})
                order = self._create_order_of_days({MONDAY: 1})
                quantities = [self._get_hours(self._bill_interim(order))]
                for day in (TUESDAY, TUESDAY):
                    self._log_hours(order, 0.5, date=day)
                    quantities.append(self._get_hours(self._bill_interim(order)))
                self.assertEqual(quantities, printed)
                self.assertLedgerHolds(order)

    def test_three_interim_invoices_and_a_final_one_come_to_one_invoice(self):
        self.policy.write(
            {
                "labor_minimum": 2,
                "labor_rounding": 0.25,
                "labor_level": "order",
                "callout_product_id": self.callout.id,
                "callout_per": "day",
            }
        )
        work = {MONDAY: 0.8, TUESDAY: 0.7, WEDNESDAY: 1.1}
        last = 0.9
        at_once = self._create_order_of_days({**work}, done=False)
        self._log_hours(at_once, last, date=WEDNESDAY)
        self._use_part(at_once, 2)
        at_once.action_complete()
        expected = self._invoice_of(at_once).amount_untaxed
        # 3.5 h at 60.00, three visits at 75.00 and two pumps at 100.00
        self.assertEqual(expected, 210 + 225 + 200)
        order = self._create_order_of_days({})
        for day, hours in work.items():
            self._log_hours(order, hours, date=day)
            if day == TUESDAY:
                self._use_part(order, 2)
            self._bill_interim(order).action_post()
        self._log_hours(order, last, date=WEDNESDAY)
        order.action_complete()
        self._invoice_of(order).action_post()
        self.assertEqual(len(order.invoice_ids), 4)
        self.assertEqual(self._get_untaxed(order), expected)
        self.assertLedgerHolds(order)

    # --- what becomes of the order ---
    def test_status_goes_by_the_interim_invoice_until_there_is_more(self):
        order = self._create_order(hours=2, parts=0, done=False)
        self.assertEqual(order.billing_status, "nothing")
        draft = self._bill_interim(order)
        self.assertEqual(order.billing_status, "draft")
        draft.action_post()
        self.assertEqual(order.billing_status, "posted")
        self._pay(draft)
        self.assertEqual(order.billing_status, "paid")
        self.assertIn("not done yet", order.with_user(self.clerk).billing_hint)
        self._log_hours(order, 1)
        self.assertEqual(order.billing_status, "paid")
        order.action_complete()
        self.assertEqual(order.billing_status, "to_invoice")
        self._invoice_of(order).action_post()
        self.assertEqual(order.billing_status, "partial")

    def test_order_that_is_done_with_nothing_left_is_paid(self):
        order = self._create_order(hours=2, parts=0, done=False)
        draft = self._bill_interim(order)
        draft.action_post()
        self._pay(draft)
        order.action_complete()
        self.assertEqual(order.billing_status, "paid")
        self.assertIn("Everything", order.with_user(self.clerk).billing_hint)

    def test_draft_that_is_deleted_leaves_its_work_open(self):
        order = self._create_order(hours=2, parts=0, done=False)
        draft = self._bill_interim(order)
        self.assertIn("not done yet", order.with_user(self.clerk).billing_hint)
        draft.unlink()
        self.assertEqual(order.billing_status, "nothing")
        self.assertTrue(order.with_user(self.clerk).can_invoice_interim)

    def test_interim_invoice_that_is_credited_is_billed_again(self):
        self.policy.write({"labor_minimum": 2, "labor_level": "order"})
        order = self._create_order(hours=1, parts=0, done=False)
        first = self._bill_interim(order)
        first.action_post()
        self._credit(first)
        self.assertEqual(order.billing_status, "credited")
        self._log_hours(order, 0.5)
        order.action_complete()
        self.assertEqual(self._invoice_of(order).amount_untaxed, 120)
        self.assertLedgerHolds(order)

    def test_order_with_an_interim_invoice_is_not_cancelled(self):
        order = self._create_order(hours=1, parts=0, done=False)
        self._bill_interim(order)
        with self.assertRaisesRegex(UserError, "can't be cancelled"):
            order.action_cancel()

    def test_billed_hours_stay_as_they_are(self):
        order = self._create_order(hours=1, parts=0, done=False)
        self._bill_interim(order)
        with self.assertRaisesRegex(UserError, "can't be changed"):
            order.timesheet_ids.unit_amount = 3

    def test_amount_once_done_is_what_is_left(self):
        order = self._create_order(hours=2, parts=1, done=False)
        self.assertEqual(order.with_user(self.clerk).amount_once_done, 220)
        self._bill_interim(order)
        self._log_hours(order, 0.5)
        order = order.with_user(self.clerk)
        self.assertEqual((order.amount_to_bill, order.amount_once_done), (0, 30))
        self.assertEqual(order.amount_draft, 220)

    def _reopen(self, order):
        self.assertEqual(order.charge_ids.rule, "callout")
        order.stage_id = self.env.ref("fieldservice.fsm_stage_new")

    def _get_hours(self, invoice):
        lines = self._product_lines(invoice)
        return sum(line.quantity for line in lines if line.product_id == self.labor)
