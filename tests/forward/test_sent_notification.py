from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestSentNotification(InvoicingCommon):
    """Sending several says what was sent, and to whom nothing went."""

    def _send(self, moves):
        """Send ``moves`` in the background; return what the client is told."""
        wizard = (
            self.env["account.move.send.batch.wizard"]
            .with_user(self.clerk)
            .create({"move_ids": [Command.set(moves.ids)]})
        )
        wizard.action_send_and_print()
        told = []
        partner = type(self.env["res.partner"])
        with (
            patch.object(
                partner, "_bus_send", lambda _self, name, data: told.append(data)
            ),
            self.enter_registry_test_mode(),
        ):
            self.env.ref(
                "account.ir_cron_account_move_send"
            ).sudo().method_direct_trigger()
        self.env.invalidate_all()
        return [data["message"] for data in told]

    def test_says_what_was_sent_and_marks_it(self):
        moves = self._post_invoice(self._create_order())
        moves |= self._post_invoice(self._create_order())
        [message] = self._send(moves)
        self.assertIn("2 sent", message)
        for move in moves:
            self.assertIn(move.name, message)
            self.assertEqual(move.move_sent_values, "sent")

    def test_says_who_has_no_address(self):
        mute = self.env["res.partner"].create({"name": "Mute"})
        site = self._create_site("Cellar", mute)
        sent = self._post_invoice(self._create_order())
        lost = self._post_invoice(self._create_order(location_id=site.id))
        [message] = self._send(sent | lost)
        self.assertIn("1 sent", message)
        self.assertIn(f"No e-mail address for {lost.name}", message)
        self.assertEqual((sent.is_move_sent, lost.is_move_sent), (True, False))

    def test_says_what_goes_on_paper(self):
        paper = self.env["res.partner"].create(
            {"name": "Paper", "invoice_sending_method": "manual"}
        )
        site = self._create_site("Attic", paper)
        sent = self._post_invoice(self._create_order())
        printed = self._post_invoice(self._create_order(location_id=site.id))
        [message] = self._send(sent | printed)
        self.assertIn(f"1 sent: {sent.name}", message)
        self.assertIn(f"To be printed: {printed.name}", message)
        self.assertEqual((sent.is_move_sent, printed.is_move_sent), (True, False))

    def test_many_are_not_named_one_by_one(self):
        moves = self.env["account.move"]
        for _index in range(7):
            moves |= self._post_invoice(self._create_order(parts=0))
        moves.is_move_sent = True
        text = self.env["account.move.send"]._get_fsm_sent_text(moves)
        self.assertIn("7 sent", text)
        self.assertIn("2 more", text)
