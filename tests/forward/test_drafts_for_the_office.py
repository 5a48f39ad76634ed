from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestDraftsForTheOffice(InvoicingCommon):
    """A dispatcher's drafts are somebody's task in the office."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.fsm_review_user_id = cls.clerk
        cls.review = cls.env.ref("fieldservice_invoicing.mail_activity_type_review")

    def _create_draft(self, user):
        order = self._create_order()
        action = order.with_user(user).action_create_invoice()
        return order.invoice_ids, action

    def test_dispatcher_is_told_that_the_office_has_it(self):
        _draft, action = self._create_draft(self.dispatcher)
        self.assertIn("The office has the draft", action["params"]["message"])

    def test_reviewer_gets_an_activity_on_the_draft(self):
        draft, _action = self._create_draft(self.dispatcher)
        self.assertRecordValues(
            draft.activity_ids,
            [{"user_id": self.clerk.id, "activity_type_id": self.review.id}],
        )
        self.assertIn("dispatcher", draft.activity_ids.note)

    def test_reviewer_reads_what_is_to_check_on_the_order(self):
        draft, _action = self._create_draft(self.dispatcher)
        self.assertNotIn("report", draft.activity_ids.note)
        order = self._create_order()  # hours without a report
        order._examine_marked()
        order.with_user(self.dispatcher).action_create_invoice()
        self.assertIn("report", order.invoice_ids.activity_ids.note)

    def test_clerk_who_sees_the_draft_needs_no_activity(self):
        draft, _action = self._create_draft(self.clerk)
        self.assertFalse(draft.activity_ids)

    def test_confirming_the_draft_does_the_activity(self):
        draft, _action = self._create_draft(self.dispatcher)
        draft.with_user(self.accountant).action_post()
        self.assertFalse(draft.activity_ids)

    def test_without_a_reviewer_the_clerk_of_the_last_invoice_gets_it(self):
        self.company.fsm_review_user_id = False
        self._post_invoice(self._create_order())
        draft, _action = self._create_draft(self.dispatcher)
        self.assertEqual(draft.activity_ids.user_id, self.clerk)

    def test_reviewer_who_left_gets_none(self):
        self.company.fsm_review_user_id = self.accountant
        self.accountant.active = False
        self._post_invoice(self._create_order())
        draft, _action = self._create_draft(self.dispatcher)
        self.assertEqual(draft.activity_ids.user_id, self.clerk)

    def test_reviewer_without_a_right_to_invoices_gets_none(self):
        self.company.fsm_review_user_id = self.technician
        self._post_invoice(self._create_order())
        draft, _action = self._create_draft(self.dispatcher)
        self.assertEqual(draft.activity_ids.user_id, self.clerk)

    def test_dispatcher_who_sells_leaves_word_too(self):
        self.dispatcher.group_ids |= self.env.ref("sales_team.group_sale_salesman")
        draft, _action = self._create_draft(self.dispatcher)
        self.assertEqual(draft.activity_ids.user_id, self.clerk)

    def test_many_drafts_are_one_activity(self):
        orders = self.env["fsm.order"].union(
            *(self._create_order(hours=1, parts=0) for _index in range(7))
        )
        orders.with_user(self.dispatcher)._create_invoices()
        [activity] = orders.invoice_ids.activity_ids
        self.assertIn("6 more drafts", activity.note)

    def test_activity_opens_no_invoices_to_the_dispatcher(self):
        draft, _action = self._create_draft(self.dispatcher)
        with self.assertRaises(AccessError):
            draft.with_user(self.dispatcher).read(["amount_total"])
