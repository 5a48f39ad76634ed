from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import InvoicingCommon, TourCase


@tagged("post_install", "-at_install")
class TestConfirmAndSend(InvoicingCommon):
    """From drafts to what customers have: by buttons of the form and of the list."""

    def _create_drafts(self, count=2):
        orders = self.env["fsm.order"]
        for _index in range(count):
            orders |= self._create_order()
        return orders.with_user(self.clerk)._create_invoices(grouping="order")

    def test_one_draft_is_confirmed_and_sent_by_the_dialog_of_one(self):
        draft = self._create_drafts(1)
        action = draft.action_fsm_confirm_and_send()
        self.assertEqual(draft.state, "posted")
        self.assertEqual(action["res_model"], "account.move.send.wizard")
        self.assertEqual(action["context"]["active_ids"], draft.ids)

    def test_several_are_sent_by_the_dialog_of_several(self):
        drafts = self._create_drafts()
        action = drafts.action_fsm_confirm_and_send()
        self.assertEqual(set(drafts.mapped("state")), {"posted"})
        self.assertEqual(action["res_model"], "account.move.send.batch.wizard")

    def test_what_was_sent_is_not_sent_along(self):
        sent = self._create_drafts(1)
        sent.action_post()
        sent.is_move_sent = True
        drafts = self._create_drafts()
        action = (drafts | sent).action_fsm_confirm_and_send()
        self.assertEqual(sorted(action["context"]["active_ids"]), sorted(drafts.ids))

    def test_send_of_all_that_is_listed_leaves_out_what_was_sent(self):
        moves = self._create_drafts(3)
        moves.action_post()
        moves[0].is_move_sent = True
        listed = moves.browse().with_context(active_domain=[("id", "in", moves.ids)])
        action = listed.action_fsm_send()
        self.assertEqual(sorted(action["context"]["active_ids"]), sorted(moves[1:].ids))

    def test_nothing_ticked_takes_all_that_is_listed(self):
        drafts = self._create_drafts()
        other = self._create_drafts(1)
        moves = self.env["account.move"].with_user(self.clerk)
        moves.with_context(
            active_domain=[("id", "in", drafts.ids)]
        ).action_fsm_confirm()
        self.assertEqual(set(drafts.mapped("state")), {"posted"})
        self.assertEqual(other.state, "draft")

    def test_nothing_at_all_says_what_to_do(self):
        moves = self.env["account.move"].with_user(self.clerk)
        for context in ({}, {"active_domain": []}, {"active_domain": "all"}):
            with self.subTest(context), self.assertRaisesRegex(UserError, "Tick"):
                domain = context.get("active_domain")
                if domain == []:
                    context = {"active_domain": [("id", "=", 0)]}
                moves.with_context(**context).action_fsm_send()

    def test_confirm_of_posted_ones_only_says_so(self):
        drafts = self._create_drafts(1)
        drafts.action_post()
        with self.assertRaises(UserError):
            drafts.action_fsm_confirm()

    def test_what_waits_for_its_day_is_not_confirmed_among_others(self):
        drafts = self._create_drafts()
        drafts[1].invoice_date = fields.Date.today() + timedelta(days=9)
        with self.assertRaisesRegex(UserError, "Press Confirm"):
            drafts.action_fsm_confirm_and_send()
        self.assertEqual(set(drafts.mapped("state")), {"draft"})

    def test_one_that_waits_for_its_day_is_asked_about(self):
        draft = self._create_drafts(1)
        draft.invoice_date = fields.Date.today() + timedelta(days=9)
        action = draft.action_fsm_confirm_and_send()
        self.assertEqual(action["res_model"], "validate.account.move")
        self.assertEqual(draft.state, "draft")

    def test_dispatcher_confirms_nothing(self):
        draft = self._create_drafts(1)
        with self.assertRaises(AccessError):
            draft.with_user(self.dispatcher).action_fsm_confirm_and_send()

    # --- a correction is two documents ---
    def _correct(self, invoice):
        dialog = self._open_dialog(invoice)
        dialog.action_fsm_correct()
        credit = dialog.new_move_ids
        return credit, self.env["account.move"].with_user(self.clerk).search(
            [("state", "=", "draft"), ("move_type", "=", "out_invoice")]
        )

    def test_correction_leads_to_its_credit_note_and_sends_both(self):
        invoice = self._create_drafts(1)
        invoice.action_post()
        credit, draft = self._correct(invoice)
        self.assertEqual(draft.fsm_companion_ids, credit)
        action = draft.action_fsm_confirm_and_send()
        self.assertEqual(draft.state, "posted")
        self.assertEqual(set(action["context"]["active_ids"]), {draft.id, credit.id})

    def test_credit_note_that_was_sent_is_not_sent_again(self):
        invoice = self._create_drafts(1)
        invoice.action_post()
        credit, draft = self._correct(invoice)
        credit.sudo().is_move_sent = True
        self.assertFalse(draft.fsm_companion_ids)

    def test_list_of_new_drafts_has_its_buttons_at_once(self):
        orders = self._create_order() | self._create_order()
        action = orders.with_user(self.clerk).action_create_invoice()
        self.assertTrue(action["context"]["fsm_drafts"])
        orders.invoice_ids.with_user(self.clerk).action_post()
        action = orders.with_user(self.clerk).action_view_invoices()
        self.assertNotIn("fsm_drafts", action["context"])


@tagged("post_install", "-at_install")
class TestConfirmAndSendTour(InvoicingCommon, TourCase):
    """The same, clicked."""

    def test_from_the_queue_to_sent(self):
        orders = self._create_order() | self._create_order()
        self.start_tour("/odoo", "fsm_invoicing_confirm_and_send", login="clerk")
        self.env.invalidate_all()
        self.assertEqual(set(orders.invoice_ids.mapped("state")), {"posted"})
        self.assertTrue(all(orders.invoice_ids.mapped("is_being_sent")))
