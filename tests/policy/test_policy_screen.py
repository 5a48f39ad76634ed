from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestPolicyScreen(InvoicingCommon):
    """What an administrator reads on a policy, and what he can choose there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_role("manager", "fieldservice.group_fsm_manager")

    def _say(self, rounding=0.0, minimum=0.0):
        self.policy.write({"labor_rounding": rounding, "labor_minimum": minimum})
        return self.policy.labor_example

    # --- time rules in words ---
    def test_rounding_and_minimum(self):
        self.assertEqual(
            self._say(rounding=0.25, minimum=1.0),
            "1 h 20 worked is billed as 1 h 30; the minimum is 1 h.",
        )

    def test_rounding_alone(self):
        self.assertEqual(self._say(rounding=1.0), "1 h 20 worked is billed as 2 h.")

    def test_minimum_alone(self):
        self.assertEqual(
            self._say(minimum=0.75),
            "Time is billed as it was logged; the minimum is 45 min.",
        )

    def test_neither(self):
        self.assertEqual(self._say(), "Time is billed as it was logged.")

    def test_example_shows_a_difference(self):
        # 1 h 20 is a multiple of these
        self.assertEqual(
            self._say(rounding=1 / 3), "1 h 07 worked is billed as 1 h 20."
        )
        self.assertEqual(self._say(rounding=0.1), "1 h 20 worked is billed as 1 h 24.")

    def test_example_is_beyond_the_minimum(self):
        self.assertEqual(
            self._say(rounding=0.25, minimum=2.5),
            "3 h 20 worked is billed as 3 h 30; the minimum is 2 h 30.",
        )

    def test_hours_typed_for_minutes_are_seen(self):
        self.assertEqual(self._say(rounding=15), "1 h 20 worked is billed as 15 h.")

    def test_example_follows_what_is_typed(self):
        with Form(self.policy.with_user(self.manager)) as form:
            form.labor_rounding = 0.5
            self.assertIn("is billed as 1 h 30", form.labor_example)
            # negative figures are refused when they are saved, not while typing
            form.labor_rounding = -0.5
            self.assertEqual(form.labor_example, "Time is billed as it was logged.")
            form.labor_rounding = 0.0

    # --- where it is used ---
    def test_usage_is_counted(self):
        policy = self.policy.copy({"name": "Contract"}).with_user(self.manager)
        self.customer.fsm_billing_policy_id = policy
        order_type = self.env["fsm.order.type"].create(
            {"name": "Lifts", "billing_policy_id": policy.id}
        )
        order = self._create_order()
        self.env.invalidate_all()
        self.assertRecordValues(
            policy, [{"order_count": 1, "customer_count": 1, "order_type_count": 1}]
        )
        for action, records in (
            (policy.action_view_orders(), order),
            (policy.action_view_customers(), self.customer),
            (policy.action_view_order_types(), order_type),
        ):
            self.assertEqual(
                self.env[action["res_model"]].search(action["domain"]), records
            )

    def test_default_of_the_company_is_marked(self):
        other = self.policy.copy({"name": "Contract"})
        self.assertTrue(self.policy.is_company_default)
        self.assertFalse(other.is_company_default)

    def test_policy_of_a_customer_or_type_is_not_deleted(self):
        for user in (
            self.customer,
            self.env["fsm.order.type"].create({"name": "Lifts"}),
        ):
            policy = self.policy.copy({"name": "Contract"})
            field = (
                "fsm_billing_policy_id"
                if "fsm_billing_policy_id" in user._fields
                else "billing_policy_id"
            )
            user[field] = policy
            with (
                self.subTest(user=user.name),
                self.assertRaisesRegex(UserError, f"used by {user.name}"),
            ):
                policy.with_user(self.manager).unlink()

    def test_duplicate_has_a_name_of_its_own(self):
        self.assertEqual(self.policy.copy().name, "Test policy (copy)")

    def test_policy_of_the_company_is_not_archived(self):
        other = self.policy.copy({"name": "Contract"})
        with self.assertRaisesRegex(ValidationError, "Choose another one"):
            self.policy.with_user(self.manager).action_archive()
        self.company.fsm_billing_policy_id = other
        self.policy.with_user(self.manager).action_archive()
        self.assertFalse(self.policy.active)

    def test_policy_in_use_does_not_go_to_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.policy.labor_product_id = False
        with self.assertRaisesRegex(ValidationError, "leave its company empty"):
            self.policy.company_id = other
        policy = self.policy.copy({"name": "Contract", "company_id": False})
        order = self._create_order(hours=0, billing_policy_id=policy.id)
        with self.assertRaisesRegex(ValidationError, order.name):
            policy.company_id = other
        policy.company_id = self.company
