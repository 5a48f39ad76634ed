from datetime import date

from lxml import html

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import InvoicingCommon

#: before a colon, and inside of quotation marks
NO_BREAK = "\N{NO-BREAK SPACE}"


@tagged("post_install", "-at_install")
class TestFrench(InvoicingCommon):
    """A French clerk reads French, and so does the customer of an English one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        module = cls.env["ir.module.module"]._get("fieldservice_invoicing")
        module._update_translations(["fr_FR"], overwrite=True)

    def _speak_french(self, record):
        return record.with_user(self.clerk).with_context(lang="fr_FR")

    def _print(self, document):
        """:return: what is printed of an invoice, as HTML"""
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "account.account_invoices", document.ids
        )
        return content.decode()

    def test_button_of_the_service_order(self):
        arch = self._speak_french(self.env["fsm.order"]).get_view(view_type="form")
        self.assertIn('string="Créer une facture"', arch["arch"])

    def test_billing_status(self):
        orders = self._speak_french(self.env["fsm.order"])
        words = dict(orders.fields_get()["billing_status"]["selection"])
        self.assertEqual(words["to_invoice"], "À facturer")
        self.assertEqual(words["credited"], "Crédité")

    def test_billing_mode_wherever_it_is_chosen(self):
        for model in ("fsm.billing.work", "fsm.billing.report", "fsm.order.type"):
            record = self.env[model].with_context(lang="fr_FR")
            words = dict(record.fields_get()["billing_mode"]["selection"])
            self.assertEqual(words["not_billed"], "Non facturé", model)

    def test_menu(self):
        menu = self.env.ref("fieldservice_invoicing.menu_invoicing_orders")
        self.assertEqual(self._speak_french(menu).name, "Interventions à facturer")

    def test_what_is_to_be_checked(self):
        order = self._create_order()
        # an English person looked at it
        order.with_user(self.clerk)._split_by_readiness()
        text = self._speak_french(order).billing_readiness_text
        self.assertIn("le rapport d'intervention est vide", text)

    def test_hold_reason(self):
        reason = self.env.ref(
            "fieldservice_invoicing.fsm_billing_hold_reason_complaint"
        )
        self.assertEqual(self._speak_french(reason).name, "Réclamation")

    def test_credit_note_reason(self):
        reason = self.env.ref("fieldservice_invoicing.fsm_credit_reason_goodwill")
        self.assertEqual(self._speak_french(reason).name, "Geste commercial")

    def test_refusal_names_the_order_and_the_button(self):
        order = self._create_order(done=False)
        with self.assertRaises(UserError) as refusal:
            self._speak_french(order).action_create_invoice()
        self.assertEqual(
            str(refusal.exception),
            f"L'intervention {order.name} n'est pas encore terminée. "
            f"Appuyez sur «{NO_BREAK}Compléter{NO_BREAK}» dans celle-ci, puis créez "
            "la facture.",
        )

    def test_refusal_of_a_billed_timesheet(self):
        order = self._create_order(hours=1, parts=0)
        self._invoice(order)
        work = self._speak_french(order).timesheet_ids.sudo()
        with self.assertRaises(UserError) as refusal:
            work.unit_amount = 2
        self.assertIn("ne peut être ni modifié ni supprimé", str(refusal.exception))

    def test_refusal_writes_dates_and_quantities_as_the_reader_does(self):
        order = self._create_order(hours=0, parts=0, done=False)
        work = self._log_hours(order, 1, date=date(2026, 1, 12))
        self._use_part(order, 3.5)
        order.action_complete()
        invoice = self._invoice(order)
        label = self._speak_french(work).sudo()._get_billing_label()
        self.assertEqual(label, "Le temps de Marc du 12/01/2026")
        invoice.action_post()
        dialog = (
            self._speak_french(self.env["account.move.reversal"])
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "reason": "Prix"})
        )
        part = dialog.fsm_credit_line_ids.filtered("has_parts")
        part.qty_to_credit = 4
        with self.assertRaises(UserError) as refusal:
            dialog.action_fsm_confirm()
        self.assertIn("Il reste 3,5 ", str(refusal.exception))

    def test_english_clerk_bills_a_french_customer(self):
        self.customer.lang = "fr_FR"
        invoice = self._invoice(self._create_order())
        sections = invoice.invoice_line_ids.filtered(
            lambda line: line.display_type == "line_section"
        )
        self.assertEqual(sections.mapped("name"), ["Main-d'œuvre", "Pièces"])

    def test_preview_is_in_the_words_of_the_invoice(self):
        self.customer.lang = "fr_FR"
        preview = html.fromstring(
            self._create_order().with_user(self.clerk).billing_preview
        )
        headings = [node.text_content() for node in preview.xpath("//tbody//th")]
        self.assertEqual(headings, ["Main-d'œuvre", "Pièces"])
        # the clerk's own words around them
        self.assertIn("Untaxed amount", preview.text_content())

    def test_proforma_of_a_french_customer_has_no_english_word(self):
        self.customer.lang = "fr_FR"
        page = self._print_proforma(self._create_order())
        texts = [text.strip() for text in page.itertext()]
        for words in ("Main-d'œuvre", "Pièces", "Technicien", "Quantité"):
            self.assertIn(words, texts)
        for words in ("Parts", "Quantity", "Amount", "Technician", "Work Dates"):
            self.assertNotIn(words, texts)
        [note] = page.xpath("//*[@name='proforma_note']")
        self.assertIn("n'est pas une facture", note.text)

    def test_refusal_of_a_proforma_is_in_the_words_of_the_clerk(self):
        self.customer.lang = "fr_FR"
        order = self._create_order()
        self._invoice(order)
        with self.assertRaisesRegex(UserError, "is invoiced already"):
            self._print_proforma(order)

    def _print_proforma(self, order):
        content, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.clerk)
            ._render_qweb_html("fieldservice_invoicing.report_proforma", order.ids)
        )
        return html.fromstring(content)

    def test_numbers_of_things_have_words_of_their_own(self):
        orders = self._speak_french(self.env["fsm.order"])
        self.assertIn("le brouillon", orders._get_drafts_text(1))
        self.assertIn("2 brouillons", orders._get_drafts_text(2))
        self.assertNotIn("(s)", orders._get_drafts_text(2))
        move = self._speak_french(self.env["account.move"])
        self.assertEqual(
            [move._get_fsm_services_more(count) for count in (1, 2)],
            ["et une autre intervention", "et 2 autres interventions"],
        )

    def test_history_says_created_of_invoice_and_credit_note(self):
        order = self._speak_french(self._create_order(hours=0))
        invoice = self._invoice(order)
        self.assertIn("Facture</a> créée depuis", order._get_created_text(invoice))
        invoice.action_post()
        credit = self._credit(invoice)
        self.assertIn("Avoir</a> créé depuis", order._get_created_text(credit))

    def test_credit_note_printed_for_a_french_customer(self):
        self.customer.lang = "fr_FR"
        invoice = self._post_invoice(self._create_order())
        credit = self._credit(invoice, reason="Pompe reprise")
        content = self._print(credit.sudo())
        self.assertIn(f"<strong>Motif{NO_BREAK}:</strong>", content)
        self.assertIn("<strong>Facture créditée</strong>", content)

    def test_french_clerk_bills_an_english_customer(self):
        self.customer.lang = "en_US"
        order = self._create_order()
        self._speak_french(order).action_create_invoice()
        sections = order.billing_entry_ids.move_id.invoice_line_ids.filtered(
            lambda line: line.display_type == "line_section"
        )
        self.assertEqual(sections.mapped("name"), ["Labor", "Parts"])
