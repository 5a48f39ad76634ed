from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestResetSent(InvoicingCommon):
    """An invoice that its customer has goes back to draft after a question only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls.invoice = cls._post_invoice(cls.order)

    def setUp(self):
        super().setUp()
        self.invoice.sudo().is_move_sent = True

    def _ask(self, user=None):
        return (
            self.env["fsm.invoice.reset"]
            .with_user(user or self.clerk)
            .with_context(active_model="account.move", active_id=self.invoice.id)
            .create({})
        )

    def test_button_and_rpc_are_refused(self):
        for reset in (
            self.invoice.button_draft,
            self.invoice.button_cancel,
            lambda: self.invoice.write({"state": "draft"}),
            self.invoice.with_context(fsm_asked=True).button_draft,
        ):
            with self.assertRaisesRegex(UserError, "was sent to its customer"):
                reset()
        self.assertEqual(self.invoice.state, "posted")

    def test_question_offers_the_credit_note(self):
        action = self.invoice.action_fsm_reset_to_draft()
        self.assertEqual(action["res_model"], "fsm.invoice.reset")
        action = self._ask().action_add_credit_note()
        self.assertEqual(action["res_model"], "account.move.reversal")
        self.assertEqual(action["context"]["active_ids"], self.invoice.ids)

    def test_whoever_was_asked_resets_it(self):
        self._ask().action_reset_anyway()
        self.assertEqual(self.invoice.state, "draft")

    def test_what_comes_of_it_is_not_sent_yet(self):
        self._ask().action_reset_anyway()
        self.assertFalse(self.invoice.is_move_sent)
        self.invoice.action_fsm_confirm()
        self.assertEqual(self.invoice._filter_fsm_unsent(), self.invoice)
        self.assertLedgerHolds(self.order)

    def test_dispatcher_can_not_ask(self):
        with self.assertRaises(AccessError):
            self._ask(self.dispatcher)

    def test_invoice_that_nobody_got_is_reset_as_ever(self):
        self.invoice.sudo().is_move_sent = False
        self.assertFalse(self.invoice.fsm_is_reset_asked)
        self.invoice.button_draft()
        self.assertEqual(self.invoice.state, "draft")

    def test_invoice_without_service_orders_is_reset_as_ever(self):
        typed = self.invoice.copy({"invoice_line_ids": False})
        typed.invoice_line_ids = [Command.create({"name": "Typed", "price_unit": 10})]
        typed.action_post()
        typed.sudo().is_move_sent = True
        typed.button_draft()
        self.assertEqual(typed.state, "draft")

    def test_credit_note_that_was_sent_is_reset_as_our_sentences_say(self):
        credit = self._credit(self.invoice)
        credit.sudo().is_move_sent = True
        credit.button_draft()
        self.assertEqual(credit.state, "draft")
