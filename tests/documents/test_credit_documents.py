from lxml import html

from odoo.tests import tagged

from ..credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestCreditDocuments(CreditCommon):
    """What the customer reads: the credit note on paper."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(hours=2, parts=1)
        cls.company.write(
            {
                "country_id": cls.env.ref("base.be").id,
                "vat": "BE0477472701",
                "street": "Main street 1",
                "zip": "1000",
                "city": "Brussels",
                "email": "office@example.com",
            }
        )
        cls.customer.write(
            {
                "country_id": cls.env.ref("base.be").id,
                "street": "Church street 2",
                "zip": "4000",
                "city": "Liège",
                "vat": "BE0246697724",
            }
        )

    def setUp(self):
        super().setUp()
        self.invoice = self._post_invoice(self.order)
        self.credit = self._confirm(
            self.invoice, {self.labor: 1.5}, reason="Wrong price or quantity"
        )

    def _print(self, move):
        content, _type = (
            self.env["ir.actions.report"]
            .with_user(self.clerk)
            ._render_qweb_html("account.report_invoice", move.ids)
        )
        return html.fromstring(content)

    def _text(self, node, name):
        [found] = node.xpath(f"//*[@name='{name}']")
        return " ".join(found.text_content().split())

    def test_credit_note_names_invoice_order_reason_and_lines(self):
        page = self._print(self.credit)
        self.assertEqual(
            self._text(page, "fsm_credited_invoice"),
            f"Credited Invoice {self.invoice.name}",
        )
        self.assertEqual(
            self._text(page, "fsm_credit_reason"), "Reason: Wrong price or quantity"
        )
        self.assertIn(self.order.name, self._text(page, "fsm_orders"))
        text = page.text_content()
        self.assertIn("Marc", text)
        self.assertIn("90.00", text)
        self.assertNotIn("Pump", text)

    def test_number_of_the_invoice_is_printed_once(self):
        page = self._print(self.credit)
        self.assertFalse(page.xpath("//*[@name='reference']"))

    def test_invoice_has_no_such_lines(self):
        page = self._print(self.invoice)
        self.assertFalse(page.xpath("//*[@name='fsm_credited_invoice']"))
        self.assertFalse(page.xpath("//*[@name='fsm_credit_reason']"))

    def test_reason_is_read_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        reason = self.env.ref("fieldservice_invoicing.fsm_credit_reason_customer")
        reason.with_context(lang="fr_FR").name = "Mauvais client"
        self.customer.lang = "fr_FR"
        dialog = self._open_dialog(self.invoice)
        dialog.fsm_reason_id = reason
        dialog._onchange_fsm_reason_id()
        self.assertEqual(dialog.reason, "Mauvais client")
