from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ...models.forward import account_move
from ..runs.runs_common import RunsCommon


@tagged("post_install", "-at_install")
class TestManyDrafts(RunsCommon):
    """More drafts than a request has time for are confirmed in the background."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(account_move, "CHUNK_SIZE", 2))

    def _create_drafts(self, count=3):
        orders = self._create_orders(count).with_user(self.clerk)
        return orders._create_invoices(grouping="order")

    def _get_listed(self, moves):
        """:return: what a button gets of a list with nothing ticked"""
        return moves.browse().with_context(active_domain=[("id", "in", moves.ids)])

    def _press(self, moves, name="action_fsm_confirm"):
        """:return: the run that a button opens"""
        action = getattr(self._get_listed(moves), name)()
        self.assertEqual(action["res_model"], "fsm.billing.run")
        return (
            self.env["fsm.billing.run"].with_user(self.clerk).browse(action["res_id"])
        )

    def test_many_are_confirmed_by_a_run(self):
        drafts = self._create_drafts()
        run = self._press(drafts)
        self.assertEqual(set(drafts.mapped("state")), {"draft"})
        self.assertEqual(run.line_ids.order_ids, drafts.sudo().fsm_order_ids)
        self._work()
        self.assertEqual(set(drafts.mapped("state")), {"posted"})
        self.assertEqual((run.state, run.confirmed_count), ("done", 3))
        self.assertEqual(set(run.line_ids.mapped("state")), {"posted"})

    def test_few_are_confirmed_at_once(self):
        drafts = self._create_drafts(2)
        self.assertFalse(self._get_listed(drafts).action_fsm_confirm())
        self.assertEqual(set(drafts.mapped("state")), {"posted"})

    def test_many_are_confirmed_and_sent_by_a_run(self):
        drafts = self._create_drafts(4)
        drafts[3].action_post()
        run = self._press(drafts, "action_fsm_confirm_and_send")
        self._work()
        self.assertEqual((run.state, run.sent_count), ("done", 4))
        self.assertTrue(all(drafts.mapped("sending_data")))

    def test_summary_is_of_what_was_confirmed(self):
        run = self._press(self._create_drafts())
        self._work()
        summary = run.activity_ids.summary
        self.assertIn("3 documents to go on with. 3 confirmed.", summary)
        self.assertNotIn("created", summary)

    def test_draft_of_a_day_to_come_says_so_on_its_line(self):
        drafts = self._create_drafts()
        drafts[1].invoice_date = fields.Date.today() + timedelta(days=9)
        run = self._press(drafts)
        self._work()
        self.assertEqual(drafts.mapped("state"), ["posted", "draft", "posted"])
        failed = run.line_ids.filtered(lambda line: line.state == "failed")
        self.assertEqual(failed.move_ids, drafts[1])
        self.assertIn("has a date to come", failed.problem)

    def test_draft_of_a_closed_period_says_so_on_its_line(self):
        drafts = self._create_drafts()
        drafts[1].invoice_date = fields.Date.today() - timedelta(days=60)
        self.company.sudo().sale_lock_date = fields.Date.today() - timedelta(days=30)
        run = self._press(drafts)
        self._work()
        self.assertEqual(drafts.mapped("state"), ["posted", "draft", "posted"])
        failed = run.line_ids.filtered(lambda line: line.state == "failed")
        self.assertEqual(failed.move_ids, drafts[1])
        self.assertIn("Choose another invoice date", failed.problem)

    def test_draft_of_an_order_on_hold_says_so_on_its_line(self):
        drafts = self._create_drafts()
        self._hold(drafts[0].sudo().fsm_order_ids)
        run = self._press(drafts)
        self._work()
        failed = run.line_ids.filtered(lambda line: line.state == "failed")
        self.assertEqual(failed.move_ids, drafts[0])
        self.assertIn("Press Release", failed.problem)

    def test_what_is_on_hold_keeps_no_other_draft_from_being_confirmed(self):
        drafts = self._create_drafts(2)
        self._hold(drafts[0].sudo().fsm_order_ids)
        told = self._get_listed(drafts).action_fsm_confirm()
        self.assertEqual(drafts.mapped("state"), ["draft", "posted"])
        self.assertIn("Press Release", told["params"]["message"])
        with self.assertRaisesRegex(UserError, "Press Release"):
            drafts[0].action_fsm_confirm()

    def test_what_is_on_hold_keeps_no_other_draft_from_being_sent(self):
        drafts = self._create_drafts(2)
        self._hold(drafts[0].sudo().fsm_order_ids)
        told = self._get_listed(drafts).action_fsm_confirm_and_send()
        self.assertEqual(drafts.mapped("state"), ["draft", "posted"])
        self.assertIn("Press Release", told["params"]["message"])
        dialog = self.env["account.move.send.wizard"]
        self.assertEqual(told["params"]["next"]["res_model"], dialog._name)
        with self.assertRaisesRegex(UserError, "Press Release"):
            drafts[0].action_fsm_confirm_and_send()

    def _ask_for_distribution(self):
        """Let each line of an invoice need an analytic distribution."""
        plan = self.env["account.analytic.plan"].create(
            {
                "name": "Branches",
                "applicability_ids": [
                    Command.create(
                        {"business_domain": "invoice", "applicability": "mandatory"}
                    )
                ],
            }
        )
        # a plan without an account is none
        self.env["account.analytic.account"].create(
            {"name": "Lyon", "plan_id": plan.id}
        )

    def test_what_lacks_its_analytic_distribution_says_so_on_its_line(self):
        drafts = self._create_drafts()
        self._ask_for_distribution()
        run = self._press(drafts)
        self._work()
        self.assertEqual(set(drafts.mapped("state")), {"draft"})
        self.assertIn("100%", run.line_ids[0].problem)

    def test_what_lacks_its_analytic_distribution_is_not_confirmed_on_the_list(self):
        drafts = self._create_drafts(2)
        self._ask_for_distribution()
        for button in ("action_fsm_confirm", "action_fsm_confirm_and_send"):
            with self.subTest(button), self.assertRaisesRegex(Exception, "100%"):
                getattr(self._get_listed(drafts), button)()

    def test_credit_note_is_not_sent_without_what_takes_its_place(self):
        draft = self._create_drafts(1)
        draft.action_post()
        dialog = self._open_dialog(draft)
        dialog.action_fsm_correct()
        [new] = draft.sudo().fsm_order_ids.invoice_ids.filtered(
            lambda move: move.state == "draft"
        )
        self.assertTrue(new.fsm_companion_ids)
        self._hold(new.fsm_order_ids)
        with self.assertRaisesRegex(UserError, "Press Release"):
            new.with_user(self.clerk).action_fsm_confirm_and_send()

    def test_invoice_without_an_order_is_confirmed_too(self):
        drafts = self._create_drafts()
        typed = drafts[0].copy()
        self.assertFalse(typed.sudo().fsm_order_ids)
        self._press(drafts | typed)
        self._work()
        self.assertEqual(typed.state, "posted")

    def test_dispatcher_starts_no_run_of_drafts(self):
        drafts = self._create_drafts()
        with self.assertRaises(AccessError):
            drafts.with_user(self.dispatcher).action_fsm_confirm()
        self.assertFalse(self.env["fsm.billing.run"].search([]))
