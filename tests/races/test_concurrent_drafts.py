"""Two clerks work on drafts of one order at once: real transactions."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .race import Queue
from .race_common import DEADLOCK, RaceCommon


@tagged("post_install", "-at_install")
class TestConcurrentDrafts(RaceCommon):
    def setUp(self):
        super().setUp()
        self.draft = self._create_draft()

    def _add_draft(self, hours=1):
        """Log late hours and put them on a second draft."""
        self._log_late_hours(hours)
        return self._create_draft()

    def _log_late_hours(self, hours=1):
        self._log_hours(self.committed, hours)
        self.committed.cr.commit()

    def _remove_line(self):
        return self._call(self._get_product_lines(self.draft), "unlink")

    def _assert_loser(self, result):
        """Check that Odoo itself told the second one that he came too late."""
        self.assertIsInstance(result, UserError)
        self.assertNotIn("The operation cannot be completed", str(result))

    # --- one draft ---
    def test_draft_posted_first_is_not_deleted(self):
        first, second = self._race_clerks(
            self._call(self.draft, "action_post"), self._call(self.draft, "unlink")
        )
        self._assert_done(first)
        self._assert_loser(second)
        self._assert_hours(2, 0, "posted")

    def test_draft_deleted_first_is_not_posted(self):
        first, second = self._race_clerks(
            self._call(self.draft, "unlink"), self._call(self.draft, "action_post")
        )
        self._assert_done(first)
        self._assert_loser(second)
        self.assertFalse(self.draft.exists())
        self._assert_hours(0, 2, "to_invoice")

    def test_draft_cancelled_first_is_not_posted(self):
        first, second = self._race_clerks(
            self._call(self.draft, "button_cancel"),
            self._call(self.draft, "action_post"),
        )
        self._assert_done(first)
        self._assert_loser(second)
        self.assertEqual(self.draft.state, "cancel")
        self._assert_hours(0, 2, "to_invoice")

    def test_draft_posted_first_is_cancelled_as_posted(self):
        self._assert_done(
            *self._race_clerks(
                self._call(self.draft, "action_post"),
                self._call(self.draft, "button_cancel"),
            )
        )
        self.assertEqual(self.draft.state, "cancel")
        self._assert_hours(0, 2, "to_invoice")

    def test_draft_posted_twice_is_posted_once(self):
        first, second = self._race_clerks(
            self._call(self.draft, "action_post"), self._call(self.draft, "action_post")
        )
        self._assert_done(first)
        self._assert_loser(second)
        self._assert_hours(2, 0, "posted")

    def test_draft_deleted_twice_opens_its_work_once(self):
        first, second = self._race_clerks(
            self._call(self.draft, "unlink"), self._call(self.draft, "unlink")
        )
        self._assert_done(first)
        self._assert_loser(second)
        self._assert_hours(0, 2, "to_invoice")

    # --- a line of the draft ---
    def test_line_removed_before_the_draft_is_posted_is_not_on_it(self):
        self._log_late_hours()
        self.draft.unlink()
        self.order.billing_policy_id = self.policy.copy({"detail": "timesheet"})
        self.draft = self._create_draft()
        line = self._get_product_lines(self.draft)[0]
        self._assert_done(
            *self._race_clerks(
                self._call(line, "unlink"), self._call(self.draft, "action_post")
            )
        )
        self.assertEqual(self.draft.amount_untaxed, 60)
        self._assert_hours(1, 2, "to_invoice")

    def test_line_of_a_draft_posted_first_stays(self):
        first, second = self._race_clerks(
            self._call(self.draft, "action_post"), self._remove_line()
        )
        self._assert_done(first)
        self._assert_loser(second)
        self._assert_hours(2, 0, "posted")

    def test_line_removed_first_is_billed_with_the_rest(self):
        self._log_late_hours()
        self._assert_done(
            *self._race_clerks(self._remove_line(), self._press_create_invoice())
        )
        self._assert_hours(3, 0, "draft")

    def test_line_removed_after_the_rest_was_billed_is_open(self):
        self._log_late_hours()
        self._assert_done(
            *self._race_clerks(self._press_create_invoice(), self._remove_line())
        )
        self._assert_hours(1, 2, "to_invoice")

    # --- the draft is taken back, its order billed again ---
    def test_deleted_draft_is_billed_again_with_the_rest(self):
        self._log_late_hours()
        self._assert_done(
            *self._race_clerks(
                self._call(self.draft, "unlink"), self._press_create_invoice()
            )
        )
        self._assert_hours(3, 0, "draft")

    def test_draft_deleted_after_the_rest_was_billed_is_open(self):
        self._log_late_hours()
        self._assert_done(
            *self._race_clerks(
                self._press_create_invoice(), self._call(self.draft, "unlink")
            )
        )
        self._assert_hours(1, 2, "to_invoice")

    def _cancel_draft(self):
        self.draft.button_cancel()
        self.committed.cr.commit()

    def test_cancelled_invoice_revived_before_its_work_is_billed_again(self):
        self._cancel_draft()
        first, second = self._race_clerks(
            self._call(self.draft, "button_draft"), self._press_create_invoice()
        )
        self._assert_done(first)
        self._assert_refused(second, "is invoiced already: see")
        self._assert_hours(2, 0, "draft")

    def test_cancelled_invoice_stays_so_once_its_work_is_billed_again(self):
        self._cancel_draft()
        first, second = self._race_clerks(
            self._press_create_invoice(), self._call(self.draft, "button_draft")
        )
        self._assert_done(first)
        self._assert_refused(second, "was billed in the meantime on")
        self.assertEqual(self.draft.state, "cancel")
        self._assert_hours(2, 0, "draft")

    # --- two drafts of one order ---
    def test_two_drafts_posted_at_once_leave_the_order_posted(self):
        other = self._add_draft()
        self._assert_done(
            *self._race_clerks(
                self._call(self.draft, "action_post"), self._call(other, "action_post")
            )
        )
        self._assert_hours(3, 0, "posted")

    def test_two_drafts_posted_at_once_the_later_first(self):
        other = self._add_draft()
        self._assert_done(
            *self._race_clerks(
                self._call(other, "action_post"), self._call(self.draft, "action_post")
            )
        )
        self._assert_hours(3, 0, "posted")

    def test_drafts_posted_in_opposite_order_make_no_deadlock(self):
        other = self._create_order(hours=1)
        drafts = [self.draft, self._create_draft(other)]
        moves = self.committed["account.move"]
        # without a date, they would meet at the invoices already
        moves.concat(*drafts).invoice_date = fields.Date.today()
        self.committed.cr.commit()
        queue = Queue(
            self.dbname,
            (self.clerk.id, self._call(moves.concat(*drafts), "action_post")),
            (self.clerk.id, self._call(moves.concat(*drafts[::-1]), "action_post")),
            f"SELECT id FROM fsm_order WHERE id = {self.order.id} FOR UPDATE",
        )
        first, second = self._run(queue)
        self.assertNotIn(DEADLOCK, [code for _name, code in queue.interruptions])
        self._assert_done(first)
        self._assert_loser(second)
        self._assert_hours(2, 0, "posted")
        self._assert_hours(1, 0, "posted", other)

    def test_draft_posted_while_the_other_is_deleted(self):
        other = self._add_draft()
        self._assert_done(
            *self._race_clerks(
                self._call(self.draft, "action_post"), self._call(other, "unlink")
            )
        )
        self._assert_hours(2, 1, "to_invoice")

    def test_late_hours_deleted_while_the_draft_is_posted(self):
        late = self._log_hours(self.committed, 1)
        self.committed.cr.commit()
        self._assert_done(
            *self._race(
                (self.clerk.id, self._call(self.draft, "action_post")),
                (self.dispatcher.id, self._call(late, "unlink")),
            )
        )
        self._assert_hours(2, 0, "posted")

    def test_draft_posted_while_late_hours_are_deleted(self):
        late = self._log_hours(self.committed, 1)
        self.committed.cr.commit()
        self._assert_done(
            *self._race(
                (self.dispatcher.id, self._call(late, "unlink")),
                (self.clerk.id, self._call(self.draft, "action_post")),
            )
        )
        self._assert_hours(2, 0, "posted")
