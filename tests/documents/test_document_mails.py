from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..documents_common import DocumentsCommon


@tagged("post_install", "-at_install")
class TestDocumentMails(DocumentsCommon):
    """E-mails to customers: which words are proposed, and what is attached."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_report_order()
        cls.clerk.email = "clerk@example.com"
        cls.invoice = cls._post_invoice(cls.order)

    def _send(self, move):
        """Press Send and send; return the e-mail's message."""
        wizard = (
            self.env["account.move.send.wizard"]
            .with_user(self.clerk)
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({})
        )
        wizard.action_send_and_print()
        return move.message_ids.filtered(
            lambda message: message.attachment_ids and message.partner_ids
        )[:1]

    def test_invoice_is_sent_with_order_site_and_annex(self):
        message = self._send(self.invoice)
        for words in (self.order.name, self.invoice.name):
            self.assertIn(words, message.subject)
        for words in (self.order.name, "Boiler room", "Heating Cooperative"):
            self.assertIn(words, message.body)
        self.assertEqual(message.partner_ids, self.customer)
        [attachment] = message.attachment_ids
        self.assertIn(b"The pump was", attachment.raw)

    def test_credit_note_is_sent_with_its_own_words(self):
        credit = self._credit(self.invoice, reason="Wrong price")
        message = self._send(credit)
        self.assertIn(f"credit note {credit.name}", message.subject)
        for words in (self.order.name, self.invoice.name):
            self.assertIn(words, message.body)

    def test_other_invoices_are_sent_as_odoo_does(self):
        other = self.init_invoice("out_invoice", amounts=[100], post=True)
        core = self.env.ref("account.email_template_edi_invoice")
        self.assertEqual(other._get_mail_template(), core)
        self.assertEqual((other | self.invoice)._get_mail_template(), core)

    def test_deleted_template_is_not_missed(self):
        self.env.ref("fieldservice_invoicing.mail_template_invoice").unlink()
        self.assertEqual(
            self.invoice._get_mail_template(),
            self.env.ref("account.email_template_edi_invoice"),
        )

    def test_words_are_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("fieldservice_invoicing.mail_template_invoice")
        template.with_context(lang="fr_FR").subject = "Facture {{ object.name }}"
        self.customer.lang = "fr_FR"
        message = self._send(self.invoice)
        self.assertEqual(message.subject, f"Facture {self.invoice.name}")

    # --- service report ---
    def _compose(self, order, user):
        action = order.with_user(user).action_send_report()
        return (
            self.env["mail.compose.message"]
            .with_user(user)
            .with_context(**action["context"])
        )

    def test_service_report_is_sent_by_the_technician(self):
        self.technician.email = "marc@example.com"
        composer = Form(self._compose(self.order, self.technician)).save()
        composer._action_send_mail()
        message = self.order.message_ids[0]
        self.assertIn(f"service report {self.order.name}", message.subject)
        self.assertEqual(message.partner_ids, self.customer)
        [attachment] = message.attachment_ids
        self.assertIn(b"The pump was", attachment.raw)
        self.assertNotIn(b"120.00", attachment.raw)

    def test_service_report_goes_to_the_site_if_it_has_an_address(self):
        self.site.partner_id.email = "boiler@example.com"
        composer = Form(self._compose(self.order, self.clerk)).save()
        self.assertEqual(composer.partner_ids, self.site.partner_id)

    def test_who_reads_no_orders_sends_none(self):
        user = self._create_role("outsider", "base.group_portal")
        with self.assertRaises(AccessError):
            self.order.with_user(user).action_send_report()
