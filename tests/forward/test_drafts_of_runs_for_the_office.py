from unittest.mock import patch

from odoo.tests import tagged

from ...models.runs import fsm_billing_run
from ..runs.runs_common import RunsCommon


@tagged("post_install", "-at_install")
class TestDraftsOfRunsForTheOffice(RunsCommon):
    """A run of a dispatcher asks the office once, however many chunks it has."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.fsm_review_user_id = cls.clerk

    def _bill(self, count, user):
        self.startPatcher(patch.object(fsm_billing_run, "CHUNK_SIZE", 2))
        run = self._start(self._create_orders(count), user=user)
        return run, run.sudo().line_ids

    def _get_reviews(self, lines):
        return lines.move_ids._get_fsm_reviews()

    def test_run_is_one_activity_of_the_office(self):
        _run, lines = self._bill(7, self.dispatcher)
        self._work()
        [activity] = self._get_reviews(lines)
        self.assertEqual(activity.user_id, self.clerk)
        self.assertIn("dispatcher", activity.note)
        self.assertIn("6 more drafts", activity.note)

    def test_nobody_is_asked_before_the_run_ends(self):
        run, lines = self._bill(3, self.dispatcher)
        self._work_once(run)
        self.env.invalidate_all()
        self.assertTrue(lines.move_ids)
        self.assertFalse(self._get_reviews(lines))

    def test_office_has_the_drafts_of_a_run_that_was_stopped(self):
        run, lines = self._bill(3, self.dispatcher)
        self._work_once(run)
        self.env.invalidate_all()
        run.action_stop()
        self.assertEqual(self._get_reviews(lines).user_id, self.clerk)

    def test_run_of_a_clerk_asks_nobody(self):
        _run, lines = self._bill(3, self.clerk)
        self._work()
        self.assertTrue(lines.move_ids)
        self.assertFalse(self._get_reviews(lines))
