"""Work is billed while a credit note opens it, or takes it back: real transactions."""

from odoo.tests import tagged

from .race_common import RaceCommon


@tagged("post_install", "-at_install")
class TestConcurrentCorrections(RaceCommon):
    def setUp(self):
        super().setUp()
        self.invoice = self._create_posted()
        self.hours = self.order.timesheet_ids

    def _log_late_hour(self):
        late = self._log_hours(self.committed, 1)
        self.committed.cr.commit()
        return late

    def _create_posted_credit(self, quantity=None):
        credit = self._create_credit(self.invoice, quantity)
        credit.action_post()
        self.committed.cr.commit()
        return credit

    def _set_hours(self, hours):
        return self._call(self.hours, "write", {"unit_amount": hours})

    # --- the open rest is billed, the invoice is credited ---
    def test_rest_billed_before_the_credit_leaves_what_it_opens(self):
        self._log_late_hour()
        credit = self._create_credit(self.invoice)
        self._assert_done(
            *self._race_clerks(
                self._press_create_invoice(), self._call(credit, "action_post")
            )
        )
        self._assert_hours(1, 2, "to_invoice")

    def test_credit_before_the_rest_is_billed_adds_what_it_opens(self):
        self._log_late_hour()
        credit = self._create_credit(self.invoice)
        self._assert_done(
            *self._race_clerks(
                self._call(credit, "action_post"), self._press_create_invoice()
            )
        )
        self._assert_hours(3, 0, "draft")

    def test_rest_billed_before_a_partial_credit(self):
        self._log_late_hour()
        credit = self._create_credit(self.invoice, 0.5)
        self._assert_done(
            *self._race_clerks(
                self._press_create_invoice(), self._call(credit, "action_post")
            )
        )
        self._assert_hours(2.5, 0.5, "to_invoice")

    def test_partial_credit_before_the_rest_is_billed(self):
        self._log_late_hour()
        credit = self._create_credit(self.invoice, 0.5)
        self._assert_done(
            *self._race_clerks(
                self._call(credit, "action_post"), self._press_create_invoice()
            )
        )
        self._assert_hours(3, 0, "draft")

    def test_rest_billed_before_reverse_and_create(self):
        self._log_late_hour()
        self._assert_done(
            *self._race_clerks(
                self._press_create_invoice(),
                self._reverse(self.invoice, is_modify=True),
            )
        )
        self._assert_hours(3, 0, "draft")

    def test_reverse_and_create_before_the_rest_is_billed(self):
        self._log_late_hour()
        self._assert_done(
            *self._race_clerks(
                self._reverse(self.invoice, is_modify=True),
                self._press_create_invoice(),
            )
        )
        self._assert_hours(3, 0, "draft")

    def test_reverse_and_create_leaves_nothing_to_who_bills_meanwhile(self):
        first, second = self._race_clerks(
            self._reverse(self.invoice, is_modify=True), self._press_create_invoice()
        )
        self._assert_done(first)
        self._assert_refused(second, "is invoiced already: see")
        self._assert_hours(2, 0, "draft")

    # --- hours change, the invoice is credited ---
    def test_hours_stay_while_their_credit_note_is_posted(self):
        credit = self._create_credit(self.invoice)
        first, second = self._race(
            (self.clerk.id, self._call(credit, "action_post")),
            (self.dispatcher.id, self._set_hours(3)),
        )
        self._assert_done(first)
        self._assert_refused(second, "can't be changed or deleted")
        self._assert_hours(0, 2, "to_invoice")

    def test_hours_refused_before_their_credit_note_is_posted(self):
        credit = self._create_credit(self.invoice)
        first, second = self._race(
            (self.dispatcher.id, self._set_hours(3)),
            (self.clerk.id, self._call(credit, "action_post")),
        )
        self._assert_refused(first, "can't be changed or deleted")
        self._assert_done(second)
        self._assert_hours(0, 2, "to_invoice")

    def test_late_hours_changed_before_the_credit(self):
        late = self._log_late_hour()
        credit = self._create_credit(self.invoice)
        self._assert_done(
            *self._race(
                (
                    self.dispatcher.id,
                    self._call(late, "write", {"billing_mode": "not_billed"}),
                ),
                (self.clerk.id, self._call(credit, "action_post")),
            )
        )
        self._assert_hours(0, 2, "to_invoice")

    def test_late_hours_changed_after_the_refund(self):
        late = self._log_late_hour()
        credit = self._create_credit(self.invoice, fsm_work="refund")
        self._assert_done(
            *self._race(
                (self.clerk.id, self._call(credit, "action_post")),
                (
                    self.dispatcher.id,
                    self._call(late, "write", {"billing_mode": "not_billed"}),
                ),
            )
        )
        self.assertEqual(self.order.billing_status, "credited")

    # --- the credit note is taken back, what it opened is billed or changed ---
    def test_credit_note_back_to_draft_before_its_work_is_billed_again(self):
        credit = self._create_posted_credit()
        first, second = self._race_clerks(
            self._call(credit, "button_draft"), self._press_create_invoice()
        )
        self._assert_done(first)
        self._assert_refused(second, f"is invoiced already: see {self.invoice.name}")
        self._assert_hours(2, 0, "draft")
        self.assertEqual(credit.state, "draft")

    def test_credit_note_stays_posted_once_its_work_is_billed_again(self):
        credit = self._create_posted_credit()
        first, second = self._race_clerks(
            self._press_create_invoice(), self._call(credit, "button_draft")
        )
        self._assert_done(first)
        self._assert_refused(second, "was billed in the meantime on")
        self._assert_hours(2, 0, "draft")
        self.assertEqual(credit.state, "posted")

    def test_credit_note_cancelled_before_its_work_is_billed_again(self):
        credit = self._create_posted_credit(0.5)
        first, second = self._race_clerks(
            self._call(credit, "button_cancel"), self._press_create_invoice()
        )
        self._assert_done(first)
        self._assert_refused(second, f"is invoiced already: see {self.invoice.name}")
        self._assert_hours(2, 0, "posted")
        self.assertEqual(credit.state, "cancel")

    def test_credit_note_is_not_cancelled_once_its_work_is_billed_again(self):
        credit = self._create_posted_credit(0.5)
        first, second = self._race_clerks(
            self._press_create_invoice(), self._call(credit, "button_cancel")
        )
        self._assert_done(first)
        self._assert_refused(second, "was billed in the meantime on")
        self._assert_hours(2, 0, "draft")
        self.assertEqual(credit.state, "posted")

    def test_credit_note_back_to_draft_before_its_hours_are_cut(self):
        credit = self._create_posted_credit()
        first, second = self._race(
            (self.clerk.id, self._call(credit, "button_draft")),
            (self.dispatcher.id, self._set_hours(1)),
        )
        self._assert_done(first)
        self._assert_refused(second, "can't be changed or deleted")
        self._assert_hours(2, 0, "draft")

    def test_credit_note_stays_posted_once_its_hours_are_cut(self):
        credit = self._create_posted_credit()
        first, second = self._race(
            (self.dispatcher.id, self._set_hours(1)),
            (self.clerk.id, self._call(credit, "button_draft")),
        )
        self._assert_done(first)
        self._assert_refused(second, "has changed since it was invoiced")
        self._assert_hours(0, 1, "to_invoice")
        self.assertEqual(credit.state, "posted")

    # --- the invoice itself is taken back ---
    def test_invoice_back_to_draft_before_its_credit(self):
        credit = self._create_credit(self.invoice)
        first, second = self._race_clerks(
            self._call(self.invoice, "button_draft"), self._call(credit, "action_post")
        )
        self._assert_done(first)
        self._assert_refused(second, "is not posted, so there is nothing to credit")
        self._assert_hours(2, 0, "draft")

    def test_credited_invoice_stays_posted(self):
        credit = self._create_credit(self.invoice)
        first, second = self._race_clerks(
            self._call(credit, "action_post"), self._call(self.invoice, "button_draft")
        )
        self._assert_done(first)
        self._assert_refused(second, f"is credited by {credit.name}")
        self._assert_hours(0, 2, "to_invoice")
        self.assertEqual(self.invoice.state, "posted")
