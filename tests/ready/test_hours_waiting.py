from odoo.exceptions import UserError
from odoo.tests import tagged

from ..approval.test_approval import ApprovalCommon
from ..runs.runs_common import RunsCommon


@tagged("post_install", "-at_install")
class TestHoursWaiting(ApprovalCommon, RunsCommon):
    """Hours that wait for approval make their order one to check."""

    def test_order_with_hours_and_a_part_is_to_check(self):
        order = self._create_complete_order(hours=2, parts=1)
        self.assertEqual(self._find(order), {"approval"})
        finding = self._get_findings(order)["approval"]
        self.assertEqual((finding.kind, order.billing_readiness), ("rule", "check"))
        self.assertIn("2 h of Marc: not approved yet", finding.message)
        self.assertIn("Hours to approve", finding.message)

    def test_order_with_nothing_else_is_in_the_queue(self):
        order = self._create_complete_order(hours=2, parts=0)
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertEqual(self._find(order), {"problem"})
        finding = self._get_findings(order)["problem"]
        self.assertIn("2 h of Marc: not approved yet", finding.message)
        self.assertEqual(order.billing_readiness, "check")
        self.assertIn("not approved yet", order.with_user(self.clerk).billing_problem)
        with self.assertRaisesRegex(UserError, "can't be invoiced as it is"):
            self._answer(finding)

    def test_order_with_nothing_else_is_held(self):
        order = self._create_complete_order(hours=2, parts=0)
        self._hold(order)
        self.assertEqual(order.billing_readiness, "hold")

    def test_approved_hours_are_ready(self):
        order = self._create_complete_order(hours=2, parts=1)
        self._find(order)
        self._approve(order)
        self.assertFalse(self._find(order))
        self.assertEqual(order.billing_readiness, "ready")

    def test_policy_that_bills_all_hours_asks_nothing(self):
        self.policy.is_approval_needed = False
        self.assertFalse(self._find(self._create_complete_order()))

    def test_run_leaves_out_hours_that_wait(self):
        waiting = self._create_complete_order(hours=2, parts=1)
        alone = self._create_complete_order(hours=2, parts=0)
        ready = self._create_complete_order(hours=1, parts=0)
        self._approve(ready)
        orders = waiting | alone | ready
        self._examine(orders)
        run = self._start(orders)
        self.assertIn("2 to check first", run.left_out)
        self._work()
        self.assertEqual(run.line_ids.order_ids, ready)
        self.assertFalse((waiting | alone).invoice_ids)

    def test_run_names_hours_that_nobody_looked_at(self):
        order = self._create_complete_order(hours=2, parts=1)
        self.env.flush_all()
        run = self._start(order)
        self._work()
        self.assertEqual(run.line_ids.state, "failed")
        self.assertIn("not approved yet", run.line_ids.problem)

    def test_clerk_who_says_fine_invoices_the_part_alone(self):
        order = self._create_complete_order(hours=2, parts=1)
        self._find(order)
        self._answer(self._get_findings(order)["approval"], "Hours come later")
        self.assertEqual(order.billing_readiness, "ready")
        self._start(order)
        self._work()
        self.assertEqual(order.invoice_ids.amount_untaxed, 100)
        self._examine(order)
        # what is left can't be invoiced before it is approved
        self.assertEqual(order.billing_readiness, "check")
        self.assertEqual(set(self._get_findings(order)), {"problem"})

    def test_more_hours_that_wait_ask_again(self):
        order = self._create_complete_order(hours=2, parts=1)
        self._find(order)
        self._answer(self._get_findings(order)["approval"])
        self._log_hours(order, 1)
        self._examine(order)
        self.assertTrue(self._get_findings(order)["approval"].is_open)

    def test_link_leads_to_the_hours(self):
        for parts, code in ((1, "approval"), (0, "problem")):
            order = self._create_complete_order(hours=2, parts=parts)
            self._find(order)
            action = self._get_findings(order)[code].action_open_place()
            rows = self.env[action["res_model"]].with_user(self.clerk)
            found = rows.search(action["domain"])
            self.assertEqual(found.order_id, order)
            self.assertEqual(found.mapped("is_awaiting"), [True])
