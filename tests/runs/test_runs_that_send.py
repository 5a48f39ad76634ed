from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError, UserError
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
        self.assertEqual(run.returned_count, 1)
        lines = self.env["fsm.billing.run.line"].with_user(self.clerk)
        found = lines.search(run.with_user(self.clerk).action_open_returned()["domain"])
        self.assertEqual(found, run.line_ids)
        self._notify(invoice, "sent")
        self.env.invalidate_all()
        self.assertEqual(run.line_ids.how_far, "sent")
        self.assertFalse(run.returned_count)

    def test_mail_to_our_own_people_says_nothing_of_the_customer(self):
        run = self._run_to_sending()
        invoice = run.line_ids.move_ids.sudo()
        invoice.is_move_sent = True
        self._notify(invoice, "bounce", self.accountant.partner_id)
        self.assertEqual(run.line_ids.how_far, "sent")
        self._notify(invoice, "bounce")
        self._notify(invoice, "sent", self.accountant.partner_id)
        self.env.invalidate_all()
        self.assertEqual(run.line_ids.how_far, "returned")

    # --- after it was given to sending ---
    def _send(self):
        self._run_action("account.ir_cron_account_move_send")

    def _break_sending(self, bad):
        """Let the PDF of ``bad`` fail as another module's fault would."""
        model = type(self.env["account.move.send"])
        right = model._prepare_invoice_pdf_report

        def broken(this, invoices_data):
            if bad.id in [move.id for move in invoices_data]:
                raise ValueError("no such font")
            return right(this, invoices_data)

        self.patch(model, "_prepare_invoice_pdf_report", broken)

    def test_invoice_that_breaks_keeps_no_other_from_being_sent(self):
        run = self._start(self._create_orders(2), "send")
        self._work()
        good, bad = run.line_ids
        self._break_sending(bad.move_ids)
        with self.assertLogs("odoo.addons.fieldservice_invoicing", "ERROR"):
            self._send()
        self.assertEqual(good.how_far, "sent")
        self.assertEqual((bad.state, bad.failed_step), ("failed", "send"))
        self.assertFalse(bad.move_ids.sending_data)
        self.assertIn("no such font", bad.move_ids.message_ids[0].body)

    def test_sending_that_met_somebody_else_is_tried_again_soon(self):
        run = self._run_to_sending()
        cron = self.env.ref("account.ir_cron_account_move_send").sudo()
        triggers = self.env["ir.cron.trigger"].sudo()
        triggers.search([("cron_id", "=", cron.id)]).unlink()

        def conflicting(*_args, **_options):
            raise SerializationFailure("concurrent update")

        model = type(self.env["account.move.send"])
        self.patch(model, "_generate_and_send_invoices", conflicting)
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.env(cr=cr, su=True)["account.move"]._cron_account_move_send()
        self.env.invalidate_all()
        self.assertTrue(triggers.search([("cron_id", "=", cron.id)]))
        self.assertEqual(run.line_ids.how_far, "sending")

    def test_invoice_held_is_not_sent_where_another_one_breaks(self):
        run = self._start(self._create_orders(2), "send")
        self._work()
        held, bad = run.line_ids
        held.order_ids.sudo()._set_hold(self.complaint, "a complaint")
        self._break_sending(bad.move_ids)
        with self.assertLogs("odoo.addons.fieldservice_invoicing", "ERROR"):
            self._send()
        self.assertIn("on hold", held.problem)
        self.assertFalse(held.move_ids.is_move_sent)
        self.assertEqual(bad.state, "failed")

    def test_holds_are_looked_at_whatever_stands_before_them(self):
        run = self._start(self._create_orders(2), "send")
        self._work()
        for line in run.line_ids:
            line.order_ids.sudo()._set_hold(self.complaint, "a complaint")
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            moves = self.env(cr=cr, su=True)["account.move"]
            moves._cron_account_move_send(job_count=1)
        self.env.invalidate_all()
        self.assertFalse(any(run.line_ids.move_ids.mapped("is_move_sent")))

    def test_invoice_held_after_it_was_given_to_sending_is_not_sent(self):
        run = self._start(self._create_orders(2), "send")
        self._work()
        held, free = run.line_ids
        held.order_ids.sudo()._set_hold(self.complaint, "a complaint")
        self._send()
        self.assertEqual(free.how_far, "sent")
        self.assertEqual((held.state, held.failed_step), ("failed", "send"))
        self.assertIn("on hold", held.problem)
        self.assertFalse(held.move_ids.is_move_sent)

    def test_sending_is_stopped_and_goes_on(self):
        run = self._run_to_sending()
        line = run.line_ids
        self.assertEqual(run.sending_count, 1)
        run.with_user(self.clerk).action_stop_sending()
        self._send()
        self.assertFalse(line.move_ids.is_move_sent)
        self.assertIn("stopped the sending", line.problem)
        with self.assertRaisesRegex(UserError, "nothing to stop"):
            run.action_stop_sending()
        run.action_retry()
        self._work()
        self._send()
        self.assertEqual(line.how_far, "sent")

    def test_technician_does_not_stop_the_sending(self):
        run = self._run_to_sending()
        with self.assertRaises(AccessError):
            run.with_user(self.technician).action_stop_sending()

    def test_invoice_sent_again_is_closed_where_somebody_got_it(self):
        self.customer.email = False
        run = self._run_to_sending()
        line = run.line_ids
        self.assertEqual(line.failed_step, "send")
        line.move_ids.sudo()._fsm_send_in_background()
        self._send()
        self.assertEqual(line.state, "failed")
        self.assertFalse(line.move_ids.is_move_sent)
        self.customer.email = "office@customer.example"
        line.move_ids.sudo()._fsm_send_in_background()
        self._send()
        self.assertTrue(line.move_ids.is_move_sent)
        self.assertEqual(line.state, "skipped")

    def test_customer_who_lost_the_address_since_is_named(self):
        run = self._run_to_sending()
        self.customer.email = False
        self._send()
        line = run.line_ids
        self.assertEqual((line.state, line.failed_step), ("failed", "send"))
        self.assertIn("no e-mail address", line.problem)

    def test_customer_who_wants_paper_since_is_to_print_for(self):
        run = self._run_to_sending()
        self.customer.invoice_sending_method = "manual"
        self._send()
        self.assertEqual(run.line_ids.how_far, "print")

    def test_what_a_network_delivered_is_sent(self):
        self.customer.email = False
        invoice = self._post_invoice(self._create_order())
        data = {"sending_methods": {"peppol", "email"}, "mail_partner_ids": []}
        send = self.env["account.move.send"]
        self.assertTrue(send._is_fsm_reached(invoice, data, from_cron=True))
        data["sending_methods"] = {"email"}
        self.assertFalse(send._is_fsm_reached(invoice, data, from_cron=True))
        data["mail_partner_ids"] = self.accountant.partner_id.ids
        self.assertTrue(send._is_fsm_reached(invoice, data, from_cron=True))

    def test_old_line_does_not_fail_when_its_invoice_is_sent_again(self):
        run = self._run_to_sending()
        self._send()
        line = run.line_ids
        line.order_ids.sudo()._set_hold(self.complaint, "a complaint")
        line.move_ids.sudo()._fsm_send_in_background()
        self._send()
        self.assertEqual(line.how_far, "sent")

    def test_dispatcher_does_not_stop_the_sending_of_a_clerk(self):
        run = self._run_to_sending()
        with self.assertRaisesRegex(UserError, "not confirm"):
            run.with_user(self.dispatcher).action_stop_sending()

    def _notify(self, invoice, status, recipient=None):
        """Send the customer, or ``recipient``, a mail that ends with ``status``."""
        message = invoice.message_post(body="Invoice", message_type="email_outgoing")
        self.env["mail.notification"].sudo().create(
            {
                "mail_message_id": message.id,
                "res_partner_id": (recipient or self.customer).id,
                "notification_type": "email",
                "notification_status": status,
            }
        )
