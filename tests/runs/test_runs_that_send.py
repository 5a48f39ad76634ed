from odoo.tests import tagged

from .runs_common import RunsCommon


@tagged("post_install", "-at_install")
class TestRunsThatSend(RunsCommon):
    """What becomes of documents that a run gave to sending."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.email = "office@customer.example"

    def _run_to_sending(self):
        """:return: run of one order that is done"""
        run = self._start(self._create_orders(1), "send")
        self._work()
        return run

    def test_customer_who_wants_paper_is_to_print_for(self):
        self.customer.invoice_sending_method = "manual"
        run = self._run_to_sending()
        self.assertEqual(run.line_ids.how_far, "print")
        self.assertFalse(run.line_ids.move_ids.sending_data)
        self.assertEqual((run.sent_count, run.to_print_count), (0, 1))
        self.assertEqual(run.progress, 100)
        self.assertIn("1 to print", run.activity_ids.summary)

    def test_invoice_that_could_not_be_sent_has_failed(self):
        run = self._run_to_sending()
        invoice = run.line_ids.move_ids.sudo()
        self._fail_sending(invoice, {"error_title": "No VAT number"})
        line = run.line_ids
        self.assertEqual((line.state, line.failed_step), ("failed", "send"))
        self.assertIn("could not be sent", run.activity_ids[-1:].summary)
        run.action_retry()
        self._work()
        self.assertEqual(line.state, "sent")

    def test_invoice_that_is_tried_again_is_being_sent(self):
        run = self._run_to_sending()
        invoice = run.line_ids.move_ids.sudo()
        self._fail_sending(invoice, {"error_title": "Busy", "retry": True})
        self.assertEqual(run.line_ids.how_far, "sending")

    def _fail_sending(self, invoice, error):
        """Do what Odoo's scheduled action does where a document can't be made."""
        data = {"error": error, "author_partner_id": self.clerk.partner_id.id}
        send = self.env["account.move.send"].sudo()
        send._hook_if_errors({invoice: data}, allow_raising=False)

    def test_invoice_whose_mail_came_back_and_was_sent_again_is_sent(self):
        run = self._run_to_sending()
        invoice = run.line_ids.move_ids.sudo()
        invoice.is_move_sent = True
        self._notify(invoice, "bounce")
        self.assertEqual(run.line_ids.how_far, "returned")
        self._notify(invoice, "sent")
        self.env.invalidate_all()
        self.assertEqual(run.line_ids.how_far, "sent")

    def _notify(self, invoice, status):
        """Send the customer a mail that ends with ``status``."""
        message = invoice.message_post(body="Invoice", message_type="email_outgoing")
        self.env["mail.notification"].sudo().create(
            {
                "mail_message_id": message.id,
                "res_partner_id": self.customer.id,
                "notification_type": "email",
                "notification_status": status,
            }
        )
