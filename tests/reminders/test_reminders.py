from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ...models.reminders import account_move
from .reminders_common import RemindersCommon


@tagged("post_install", "-at_install")
class TestReminders(RemindersCommon):
    """One reminder for each customer who is late, with the statement."""

    def test_each_customer_gets_one_with_all_that_is_late(self):
        old, late = self._post_due(30), self._post_due(3)
        other = self._post_due(5, location_id=self.cellar.id)
        action = (late | other).action_fsm_remind()
        self.assertIn("Other, Heating Cooperative", action["params"]["message"])
        self.assertFalse(self._get_mails(old), "nobody ticked it")
        [mail] = self._get_mails(late)
        self.assertEqual(mail.partner_ids, self.customer)
        for invoice in old | late:
            self.assertIn(invoice.name, mail.body)
        self.assertNotIn(other.name, mail.body)
        self.assertIn("Statement", mail.attachment_ids.name)

    def test_customer_is_reminded_once_a_day(self):
        old, late = self._post_due(30), self._post_due(3)
        old.action_fsm_remind()
        action = late.action_fsm_remind()
        self.assertIn("Reminded today already", action["params"]["message"])
        self.assertEqual(len(self._get_mails(old | late)), 1)

    def test_statement_of_a_customer_is_printed_once(self):
        old, late = self._post_due(30), self._post_due(3)
        other = self._post_due(5, location_id=self.cellar.id)
        documents = (old | late | other)._get_fsm_statements()
        self.assertEqual(documents.partner_id, self.customer | self.other)
        self.assertEqual(len(documents), 2)

    def test_reminders_are_counted(self):
        old, late = self._post_due(30), self._post_due(3)
        late.action_fsm_remind()
        week = fields.Date.today() - timedelta(days=7)
        (old | late).sudo().fsm_reminded_on = week
        self._post_due(2).action_fsm_remind()
        self.assertEqual((old | late).mapped("fsm_reminder_count"), [2, 2])
        self.assertEqual(late.fsm_reminded_on, fields.Date.today())

    def test_what_is_not_late_gets_none(self):
        due = self._post_due(-5)
        paid = self._post_due(5)
        self._pay(paid)
        draft = self._invoice(self._create_order())
        with self.assertRaisesRegex(UserError, "is overdue"):
            (due | paid | draft).action_fsm_remind()

    def test_customer_without_address_is_named(self):
        self.customer.email = False
        late = self._post_due(3)
        action = late.action_fsm_remind()
        self.assertIn("No e-mail address: Heating", action["params"]["message"])
        self.assertFalse(late.fsm_reminded_on)

    def test_customer_who_has_as_much_to_their_credit_is_named(self):
        late = self._post_due(3)
        paid = self._post_due(5)
        self._pay(paid)
        self._credit(paid)
        other = self._post_due(5, location_id=self.cellar.id)
        action = (late | other).action_fsm_remind()
        self.assertIn("their credit: Heating", action["params"]["message"])
        self.assertFalse(late.fsm_reminded_on)
        self.assertTrue(other.fsm_reminded_on)

    def test_customer_who_paid_what_nobody_matched_is_named(self):
        late = self._post_due(3)
        self._post_due(-30)  # more is open, and not due
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "amount": late.amount_total,
                "journal_id": self.company_data["default_journal_bank"].id,
            }
        )
        payment.action_post()
        action = late.action_fsm_remind()
        self.assertIn("their credit: Heating", action["params"]["message"])
        self.assertFalse(late.fsm_reminded_on)

    def test_dispatcher_reminds_nobody(self):
        with self.assertRaises(AccessError):
            self._post_due(3).with_user(self.dispatcher).action_fsm_remind()

    # --- many of them ---
    def test_many_are_sent_in_the_background(self):
        self.patch(account_move, "AT_ONCE", 1)
        late = self._post_due(3)
        other = self._post_due(5, location_id=self.cellar.id)
        action = (late | other).action_fsm_remind()
        self.assertIn("2 reminders are being sent", action["params"]["message"])
        self.assertFalse(self._get_mails(late | other))
        again = late.action_fsm_remind()
        self.assertIn("Reminded today already", again["params"]["message"])
        self._send_in_background()
        for invoice in late | other:
            [mail] = self._get_mails(invoice)
            self.assertEqual(mail.author_id, self.clerk.partner_id)
        self._send_in_background()
        self.assertEqual(len(self._get_mails(late | other)), 2)

    def test_what_is_paid_meanwhile_is_not_reminded_of(self):
        self.patch(account_move, "AT_ONCE", 0)
        late = self._post_due(3)
        late.action_fsm_remind()
        self._pay(late)
        self._send_in_background()
        self.assertFalse(self._get_mails(late))
        self.assertFalse(late.fsm_reminder_user_id)

    def test_what_else_is_late_is_reminded_of_where_the_oldest_is_paid(self):
        self.patch(account_move, "AT_ONCE", 0)
        oldest, other = self._post_due(9), self._post_due(3)
        (oldest | other).action_fsm_remind()
        self._pay(oldest)
        self._send_in_background()
        self.assertFalse(self._get_mails(oldest))
        self.assertTrue(self._get_mails(other))

    def test_address_that_went_meanwhile_is_told(self):
        self.patch(account_move, "AT_ONCE", 0)
        late = self._post_due(3)
        late.action_fsm_remind()
        self.customer.email = False
        self._send_in_background()
        self.assertIn("No e-mail address", late.activity_ids.note)
        self.assertEqual(late.activity_ids.user_id, self.clerk)

    def test_nothing_is_promised_where_nothing_sends(self):
        self.patch(account_move, "AT_ONCE", 0)
        late = self._post_due(3)
        self.env.ref("fieldservice_invoicing.ir_cron_remind").sudo().active = False
        with self.assertRaisesRegex(UserError, "switched off"):
            late.action_fsm_remind()
        self.assertFalse(late.fsm_reminder_user_id)

    def test_reminder_that_fails_is_a_task(self):
        late = self._post_due(3)
        other = self._post_due(5, location_id=self.cellar.id)
        # whose right is gone
        late.sudo().fsm_reminder_user_id = self.technician
        other.sudo().fsm_reminder_user_id = self.clerk
        with self.assertLogs("odoo.addons.fieldservice_invoicing", "ERROR"):
            self._send_in_background()
        self.assertIn("was not sent", late.activity_ids.summary)
        self.assertFalse(late.fsm_reminder_user_id)
        self.assertTrue(self._get_mails(other))

    def test_asking_takes_the_same_queries_however_many(self):
        self.patch(account_move, "AT_ONCE", 0)

        def count(invoices):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            invoices.action_fsm_remind()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(self._create_customers(1))  # what is read once only
        few, many = (count(self._create_customers(number)) for number in (2, 6))
        self.assertLessEqual(many, few + 2)

    # --- the statement ---
    def test_statement_has_what_is_open_and_late(self):
        late, due = self._post_due(3), self._post_due(-5)
        self._pay(self._post_due(9))
        self._pay(late, amount=53)
        statement = due._prepare_fsm_statement()
        self.assertEqual([row["move"] for row in statement["rows"]], [late, due])
        self.assertEqual([row["days"] for row in statement["rows"]], [3, 0])
        self.assertEqual(statement["totals"], {late.currency_id: (453.0, 200.0)})

    def test_credit_note_is_taken_off(self):
        late = self._post_due(3)
        line = {"name": "Gesture", "price_unit": 10, "tax_ids": []}
        credit = late.create(
            {
                "move_type": "out_refund",
                "partner_id": self.customer.id,
                "invoice_line_ids": [Command.create(line)],
            }
        )
        credit.action_post()
        statement = late._prepare_fsm_statement()
        self.assertEqual(statement["totals"], {late.currency_id: (243.0, 253.0)})

    def test_statement_is_printed_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        module = self.env["ir.module.module"]._get("fieldservice_invoicing")
        module._update_translations(["fr_FR"], overwrite=True)
        late = self._post_due(3)
        report = self.env["ir.actions.report"].with_user(self.clerk)
        html, _kind = report._render_qweb_html(
            "fieldservice_invoicing.report_statement", late.ids
        )
        self.assertIn(b"Statement of open invoices", html)
        self.assertIn(late.name.encode(), html)
        self.customer.lang = "fr_FR"
        html, _kind = report._render_qweb_html(
            "fieldservice_invoicing.report_statement", late.ids
        )
        self.assertIn("Relevé".encode(), html)
