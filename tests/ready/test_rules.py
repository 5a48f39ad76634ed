from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..documents_common import DocumentsCommon
from ..ready_common import ReadyCommon


@tagged("post_install", "-at_install")
class TestRules(ReadyCommon, DocumentsCommon):
    """What the billing policy asks for; none of it is asked for at first."""

    def _require(self, **values):
        self.policy.write(values)

    def test_nothing_is_asked_for_at_first(self):
        policy = self.env["fsm.billing.policy"].create({"name": "New"})
        rules = self.env["fsm.billing.examination"]._get_rules()
        self.assertTrue(rules)
        self.assertFalse([name for name in rules.values() if policy[name]])

    # --- customer's order number ---
    def test_reference(self):
        self._require(is_reference_required=True)
        order = self._create_complete_order()
        self.assertEqual(self._find(order), {"reference"})
        order.customer_reference = "PO 7"
        self.assertFalse(self._find(order))

    def test_references_are_kept_apart(self):
        self._require(is_reference_apart=True, grouping="customer")
        first, second = (
            self._create_complete_order(customer_reference=name) for name in "AB"
        )
        third = self._create_complete_order(customer_reference="A")
        orders = (first | second | third).with_user(self.clerk)
        moves = orders._create_invoices()
        self.assertEqual(sorted(moves.mapped("ref")), ["A", "B"])

    def test_references_are_together_where_nobody_minds(self):
        self._require(grouping="customer")
        orders = self._create_complete_order(customer_reference="A")
        orders |= self._create_complete_order(customer_reference="B")
        moves = orders.with_user(self.clerk)._create_invoices()
        self.assertEqual(moves.mapped("ref"), ["A, B"])

    # --- what was done, and shown ---
    def test_signature(self):
        self._require(is_signature_required=True)
        order = self._create_complete_order()
        self.assertEqual(self._find(order), {"signature"})
        order.sudo().signed_on = "2026-01-01"
        self.assertFalse(self._find(order))

    def test_report(self):
        self._require(is_report_required=True)
        order = self._create_complete_order(resolution="<p><br></p>")
        # the warning would say the same again
        self.assertEqual(self._find(order), {"report"})

    def test_photo(self):
        self._require(is_photo_required=True)
        order = self._create_complete_order()
        self.assertEqual(self._find(order), {"photo"})
        photo = self._attach(order)
        self.assertFalse(self._find(order))
        photo.unlink()
        self.assertEqual(self._find(order), {"photo"})

    # --- amounts ---
    def test_limit_with_what_was_billed_before(self):
        self._require(is_limit_checked=True)
        order = self._create_complete_order(billing_limit=300)
        self._invoice(order).action_post()
        self._log_hours(order, 2)
        self.assertEqual(self._find(order), {"limit"})
        message = self._get_findings(order)["limit"].message
        self.assertIn("340.00 of 300.00", message)

    def test_limit_that_is_kept(self):
        self._require(is_limit_checked=True)
        order = self._create_complete_order(billing_limit=220)
        self.assertFalse(self._find(order))

    def test_limit_is_looked_at_where_the_policy_says_so(self):
        self.assertFalse(self._find(self._create_complete_order(billing_limit=10)))

    def test_large_amount(self):
        self._require(amount_to_check=200)
        order = self._create_complete_order()
        self.assertEqual(self._find(order), {"amount"})
        self.assertIn("220.00", self._get_findings(order)["amount"].message)
        self._require(amount_to_check=220)
        self.assertFalse(self._find(order))

    # --- what stands in the way ---
    def test_problem(self):
        self.policy.labor_product_id = False
        order = self._create_complete_order()
        self.assertEqual(self._find(order), {"problem"})
        finding = self._get_findings(order)["problem"]
        self.assertIn("no labor product", finding.message)
        with self.assertRaisesRegex(UserError, "can't be invoiced as it is"):
            self._answer(finding)

    # --- who lets it go ---
    def test_clerk_lets_a_rule_go(self):
        self._require(is_signature_required=True)
        order = self._create_complete_order()
        self._find(order)
        self._answer(self._get_findings(order)["signature"], "Was not at home")
        self.assertEqual(order.billing_readiness, "ready")

    def test_dispatcher_lets_no_rule_go(self):
        self._require(is_signature_required=True)
        order = self._create_complete_order()
        self._find(order)
        finding = self._get_findings(order)["signature"]
        self.assertFalse(finding.with_user(self.dispatcher).can_answer)
        with self.assertRaisesRegex(AccessError, "Ask an invoicing clerk"):
            self._answer(finding, user=self.dispatcher)

    def test_order_to_check_is_invoiced_by_a_press(self):
        self._require(is_signature_required=True)
        order = self._create_complete_order()
        self._find(order)
        self.assertEqual(self._invoice(order).amount_untaxed, 220)

    def test_technician_sets_no_limit(self):
        order = self._create_complete_order().with_user(self.technician)
        with self.assertRaises(AccessError):
            order.billing_limit = 10
