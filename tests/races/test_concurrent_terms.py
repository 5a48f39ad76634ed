"""Whom to bill and how, and whether at all, changes at once: real transactions."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .race_common import RaceCommon


@tagged("post_install", "-at_install")
class TestConcurrentTerms(RaceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.committed
        cls.payer = env["res.partner"].create(
            {
                "name": "Race payer",
                "property_account_receivable_id": (
                    cls.customer.property_account_receivable_id.id
                ),
                "fsm_billing_policy_id": cls.policy.id,
            }
        )
        cls.with_fee = cls.policy.copy({"callout_product_id": cls.fee.id})
        cls.manager = new_test_user(
            env,
            login="race_manager",
            groups="fieldservice.group_fsm_manager,account.group_account_manager",
        )
        env.cr.commit()

    def _while_billing(self, change, user=None):
        return self._race(
            (self.clerk.id, self._press_create_invoice()),
            ((user or self.dispatcher).id, change),
        )

    def _before_billing(self, change, user=None):
        return self._race(
            ((user or self.dispatcher).id, change),
            (self.clerk.id, self._press_create_invoice()),
        )

    # --- whom to bill ---
    def _bill_to_payer(self):
        return self._call(self.order, "write", {"bill_to_id": self.payer.id})

    def test_bill_to_changed_first_gets_the_invoice(self):
        self._assert_done(*self._before_billing(self._bill_to_payer()))
        self.assertEqual(self.order.invoice_lines.move_id.partner_id, self.payer)
        self._assert_hours(2, 0, "draft")

    def test_bill_to_changed_while_billing_gets_the_next_invoice(self):
        self._assert_done(*self._while_billing(self._bill_to_payer()))
        self.assertEqual(self.order.invoice_lines.move_id.partner_id, self.customer)
        self.assertEqual(self.order.bill_to_id, self.payer)
        self._assert_hours(2, 0, "draft")

    # --- the policy of the order ---
    def _choose_policy(self, policy):
        return self._call(self.order, "write", {"billing_policy_id": policy.id})

    def test_policy_chosen_first_prices_the_invoice(self):
        self._assert_done(*self._before_billing(self._choose_policy(self.with_fee)))
        self.assertEqual(self._get_invoiced(), 120 + 75)
        self.assertEqual(self.order.charge_ids.mapped("qty_billed"), [1])
        self.assertEqual(self.order.billing_status, "draft")

    def test_policy_of_an_order_being_billed_stays(self):
        first, second = self._while_billing(self._choose_policy(self.with_fee))
        self._assert_done(first)
        self._assert_refused(second, "has priced")
        self.assertEqual(self.order.billing_policy_id, self.policy)
        self.assertFalse(self.order.charge_ids)
        self._assert_hours(2, 0, "draft")

    # --- the policy itself ---
    def test_policy_archived_while_billing_prices_what_was_done(self):
        policy = self.policy.copy()
        self.order.billing_policy_id = policy
        self.committed.cr.commit()
        archive = self._call(policy, "action_archive")
        self._assert_done(*self._while_billing(archive, self.manager))
        self.assertFalse(policy.active)
        self._assert_hours(2, 0, "draft")

    def test_policy_archived_first_still_prices_its_orders(self):
        policy = self.policy.copy()
        self.order.billing_policy_id = policy
        self.committed.cr.commit()
        archive = self._call(policy, "action_archive")
        self._assert_done(*self._before_billing(archive, self.manager))
        self.assertEqual(self.order.billing_policy_id, policy)
        self._assert_hours(2, 0, "draft")

    def test_policy_of_an_order_being_billed_is_not_deleted(self):
        first, second = self._while_billing(
            self._call(self.policy, "unlink"), self.manager
        )
        self._assert_done(first)
        self._assert_refused(second, "is used by .* Archive it")
        self._assert_hours(2, 0, "draft")

    def test_policy_of_an_order_is_not_deleted_before_billing(self):
        first, second = self._before_billing(
            self._call(self.policy, "unlink"), self.manager
        )
        self._assert_refused(first, "is used by .* Archive it")
        self._assert_done(second)
        self._assert_hours(2, 0, "draft")

    def test_policy_being_chosen_is_not_deleted(self):
        policy = self.policy.copy()
        self.committed.cr.commit()
        first, second = self._race(
            (self.dispatcher.id, self._choose_policy(policy)),
            (self.manager.id, self._call(policy, "unlink")),
        )
        self._assert_done(first)
        # Odoo's own words
        self.assertRegex(str(second), "How about archiving the record instead?")
        self.assertEqual(self.order.billing_policy_id, policy)

    def test_policy_deleted_first_is_not_chosen(self):
        policy = self.policy.copy()
        self.committed.cr.commit()
        first, second = self._race(
            (self.manager.id, self._call(policy, "unlink")),
            (self.dispatcher.id, self._choose_policy(policy)),
        )
        self._assert_done(first)
        self.assertIsInstance(second, UserError)
        # Odoo's own words
        self.assertRegex(str(second), "Record does not exist or has been deleted")
        self.assertEqual(self.order.billing_policy_id, self.policy)
        self._assert_hours(0, 2, "to_invoice")

    # --- completing the order ---
    def _create_open_order(self):
        self.order = self._create_order(
            hours=2, done=False, billing_policy_id=self.with_fee.id
        )

    def _complete(self):
        return self._call(self.order, "action_complete")

    def _assert_fees(self, *quantities):
        self.assertEqual(
            self.order.charge_ids.mapped(lambda charge: (charge.rule, charge.quantity)),
            [("callout", quantity) for quantity in quantities],
        )

    def test_order_completed_twice_has_one_fee(self):
        self._create_open_order()
        self._assert_done(
            *self._race(
                (self.dispatcher.id, self._complete()),
                (self.clerk.id, self._complete()),
            )
        )
        self._assert_fees(1)
        self.assertEqual(self.order.billing_status, "to_invoice")

    def test_order_completed_twice_the_other_way_round_has_one_fee(self):
        self._create_open_order()
        self._assert_done(
            *self._race(
                (self.clerk.id, self._complete()),
                (self.dispatcher.id, self._complete()),
            )
        )
        self._assert_fees(1)
        self.assertEqual(self.order.billing_status, "to_invoice")

    def test_order_completed_before_it_is_billed(self):
        self._create_open_order()
        self._assert_done(*self._before_billing(self._complete()))
        self._assert_fees(1)
        self.assertEqual(self.order.charge_ids.qty_billed, 1)
        self.assertEqual(self._get_invoiced(), 120 + 75)

    def test_order_completed_while_billing_is_left_to_invoice(self):
        self._create_open_order()
        first, second = self._while_billing(self._complete())
        self._assert_refused(first, "is not done yet")
        self._assert_done(second)
        self._assert_fees(1)
        self._assert_hours(0, 2, "to_invoice")

    def test_visits_on_two_days_logged_at_once_are_two_fees(self):
        self.with_fee.callout_per = "day"
        self._create_open_order()
        self._assert_done(*self._race_clerks_for_visits(1, 2))
        self._assert_fees(3)

    def test_visits_logged_at_once_the_other_way_round_are_two_fees(self):
        self.with_fee.callout_per = "day"
        self._create_open_order()
        self._assert_done(*self._race_clerks_for_visits(2, 1))
        self._assert_fees(3)

    def _race_clerks_for_visits(self, *days):
        self.order.action_complete()
        self.committed.cr.commit()
        requests = [
            lambda env, day=day: (
                self._log_hours(
                    env, 1, date=fields.Date.today() - timedelta(days=day)
                ).id
            )
            for day in days
        ]
        return self._race(*((self.dispatcher.id, request) for request in requests))

    # --- cancelling the order ---
    def _cancel(self):
        return self._call(self.order, "action_cancel")

    def test_order_being_billed_is_not_cancelled(self):
        first, second = self._while_billing(self._cancel())
        self._assert_done(first)
        self._assert_refused(second, "can't be cancelled, deleted or moved")
        self._assert_hours(2, 0, "draft")

    def test_order_cancelled_first_is_not_billed(self):
        first, second = self._before_billing(self._cancel())
        self._assert_done(first)
        self._assert_refused(second, "is cancelled, and a cancelled order")
        self.assertEqual(self._get_invoiced(), 0)
