from odoo.exceptions import UserError
from odoo.tests import tagged

from ..ready_common import ReadyCommon


@tagged("post_install", "-at_install")
class TestHoldOffered(ReadyCommon):
    """Hold is there on what can still be invoiced or confirmed."""

    def _can_hold(self, order):
        self.env.flush_all()
        self.env.invalidate_all()
        return order.with_user(self.clerk).can_hold

    def test_order_that_is_not_done_is_held_where_interim_invoices_are(self):
        order = self._create_order(done=False)
        self.assertFalse(self._can_hold(order))
        self.policy.interim = "hand"
        self.assertTrue(self._can_hold(order))

    def test_done_order_is_held(self):
        self.assertTrue(self._can_hold(self._create_complete_order()))

    def test_done_order_without_work_is_held(self):
        self.assertTrue(self._can_hold(self._create_order(hours=0, parts=0)))

    def test_order_with_a_draft_is_held(self):
        order = self._create_complete_order()
        self._invoice(order)
        self.assertTrue(self._can_hold(order))

    def test_order_on_hold_or_invoiced_is_not_held(self):
        held, invoiced = self._create_complete_order(), self._create_complete_order()
        self._hold(held)
        self._post_invoice(invoiced)
        self.assertFalse(self._can_hold(held))
        self.assertFalse(self._can_hold(invoiced))

    def test_draft_of_a_held_order_is_not_confirmed(self):
        order = self._create_complete_order()
        draft = self._invoice(order)
        self._hold(order, note="Wants a visit first")
        with self.assertRaisesRegex(UserError, "Wants a visit first.*Press Release"):
            draft.with_user(self.clerk).action_post()
        order.with_user(self.dispatcher).action_release()
        draft.with_user(self.clerk).action_post()
        self.assertEqual(draft.state, "posted")

    def test_draft_of_a_held_customer_is_not_confirmed(self):
        draft = self._invoice(self._create_complete_order())
        self._hold(self.customer)
        with self.assertRaisesRegex(UserError, "Customer Heating Cooperative is on"):
            draft.with_user(self.clerk).action_post()

    def test_credit_note_of_a_held_order_is_confirmed(self):
        order = self._create_complete_order()
        invoice = self._post_invoice(order)
        self._hold(order)
        self.assertEqual(self._credit(invoice).state, "posted")
