from odoo import fields, models
from odoo.fields import Command
from odoo.tests import tagged

from ..models_common import ModelsCommon
from .e_invoice_common import FACTUR_X, UBL_BIS3, EInvoiceCommon

#: where the formats say the same
AGREEMENT = ".//ram:ApplicableHeaderTradeAgreement"
SETTLEMENT = ".//ram:ApplicableHeaderTradeSettlement"
CREDITED = {
    FACTUR_X: (
        f"{SETTLEMENT}/ram:InvoiceReferencedDocument/ram:IssuerAssignedID",
        f"{SETTLEMENT}/ram:InvoiceReferencedDocument/ram:FormattedIssueDateTime"
        "/qdt:DateTimeString",
    ),
    UBL_BIS3: (
        "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID",
        "cac:BillingReference/cac:InvoiceDocumentReference/cbc:IssueDate",
    ),
}
REFERENCE = {
    FACTUR_X: f"{AGREEMENT}/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID",
    UBL_BIS3: "cac:OrderReference/cbc:ID",
}
CONTRACT = {
    FACTUR_X: f"{AGREEMENT}/ram:ContractReferencedDocument/ram:IssuerAssignedID",
    UBL_BIS3: "cac:ContractDocumentReference/cbc:ID",
}
LINE_REFERENCE = {
    FACTUR_X: ".//ram:SpecifiedLineTradeAgreement/ram:BuyerOrderReferencedDocument"
    "/ram:IssuerAssignedID",
    UBL_BIS3: "cac:InvoiceLine/cac:OrderLineReference/cbc:LineID",
}
ORDER = {
    FACTUR_X: f"{AGREEMENT}/ram:AdditionalReferencedDocument/ram:IssuerAssignedID",
    UBL_BIS3: "cac:AdditionalDocumentReference/cbc:ID",
}
LINE_ORDER = {
    FACTUR_X: ".//ram:SpecifiedLineTradeSettlement/ram:AdditionalReferencedDocument"
    "/ram:IssuerAssignedID",
    UBL_BIS3: "cac:InvoiceLine/cac:DocumentReference/cbc:ID",
}
PERIOD = {
    FACTUR_X: f"{SETTLEMENT}/ram:BillingSpecifiedPeriod//udt:DateTimeString",
    UBL_BIS3: "cac:InvoicePeriod/*",
}
LINE_PERIOD = {
    FACTUR_X: ".//ram:SpecifiedLineTradeSettlement/ram:BillingSpecifiedPeriod"
    "//udt:DateTimeString",
    UBL_BIS3: "cac:InvoiceLine/cac:InvoicePeriod/*",
}
DELIVERED_TO = {
    FACTUR_X: ".//ram:ApplicableHeaderTradeDelivery/ram:ShipToTradeParty"
    "/ram:PostalTradeAddress/ram:LineOne",
    UBL_BIS3: "cac:Delivery/cac:DeliveryLocation/cac:Address/cbc:StreetName",
}
LINE_NOTE = {
    FACTUR_X: ".//ram:AssociatedDocumentLineDocument/ram:IncludedNote/ram:Content",
    UBL_BIS3: "cac:InvoiceLine/cbc:Note",
}


@tagged("post_install", "-at_install")
class TestEInvoiceFacts(EInvoiceCommon):
    """Which order, site, days and invoice a document is about, in both syntaxes."""

    def assertSays(self, move, paths, *texts):
        """Check the texts at ``paths``: dict format -> path, or paths in turn."""
        for edi_format, where in paths.items():
            tree = self._read(move, edi_format)
            where = (where,) if isinstance(where, str) else where
            found = [text for path in where for text in self._find(tree, path)]
            with self.subTest(edi_format=edi_format):
                # days are written with hyphens in UBL alone
                self.assertEqual(
                    [text.replace("-", "") for text in found],
                    [str(text).replace("-", "") for text in texts],
                )

    def _post_two_sites(self, *references):
        """:return: two orders on two sites, and their invoice"""
        values = [
            {"customer_reference": reference} for reference in references or ("", "")
        ]
        second_site = self._create_second_site()
        orders = self._create_order(parts=0, **values[0])
        orders |= self._create_order(parts=0, location_id=second_site.id, **values[1])
        return orders, self._post_together(*orders)

    # --- credit notes ---
    def test_credit_note_names_number_and_day_of_its_invoice(self):
        invoice = self._invoice(self._create_order())
        invoice.invoice_date = fields.Date.subtract(fields.Date.today(), days=1)
        invoice.action_post()
        credit = self._confirm(invoice, {self.labor: 1.5})
        self.assertSays(credit, CREDITED, invoice.name, invoice.invoice_date)

    def test_dutch_credit_note_names_its_invoice(self):
        self.company.partner_id.country_id = self.env.ref("base.nl")
        self.company.partner_id.peppol_eas = "0106"
        self.company.partner_id.peppol_endpoint = "12345678"
        order = self._create_order(customer_reference="PO-7")
        invoice = self._post_invoice(order)
        credit = self._confirm(invoice)
        content, _errors = self.env[UBL_BIS3]._export_invoice(credit.sudo())
        self.assertIn(f"<cbc:ID>{invoice.name}</cbc:ID>", content.decode())

    def test_credit_note_says_the_number_of_the_customer(self):
        order = self._create_order(customer_reference="PO-7")
        credit = self._confirm(self._post_invoice(order))
        self.assertSays(credit, REFERENCE, "PO-7")

    def test_our_invoice_is_no_order_of_the_customer(self):
        credit = self._confirm(self._post_invoice(self._create_order()))
        self.assertEqual(credit.ref, credit.reversed_entry_id.name)
        self.assertSays(credit, REFERENCE)

    def test_credit_note_of_a_down_payment_says_the_number_of_the_customer(self):
        sale = self._confirm_quotation(self.service_per_line, client_order_ref="PO-9")
        credit = self._credit(self._pay_in_advance(sale, 120))
        self.assertSays(credit, REFERENCE, "PO-9")

    # --- references ---
    def test_invoice_without_number_of_the_customer_says_none(self):
        self.assertSays(self._post_invoice(self._create_order()), REFERENCE)

    def test_several_numbers_stand_on_their_lines(self):
        _orders, invoice = self._post_two_sites("PO-1", "PO-2")
        self.assertEqual(invoice.ref, "PO-1, PO-2")
        self.assertSays(invoice, REFERENCE)
        self.assertSays(invoice, LINE_REFERENCE, "PO-1", "PO-2")

    def test_number_with_a_comma_is_one_number(self):
        invoice = self._invoice(self._create_order(customer_reference="PO-1"))
        invoice.ref = "PO-8, item 5"
        invoice.action_post()
        self.assertSays(invoice, REFERENCE, "PO-8, item 5")

    def test_one_order_is_named_once(self):
        order = self._create_order()
        invoice = self._post_invoice(order)
        self.assertSays(invoice, ORDER, order.name)
        self.assertSays(invoice, LINE_ORDER)

    def test_several_orders_are_named_on_their_lines(self):
        orders, invoice = self._post_two_sites()
        self.assertSays(invoice, ORDER)
        self.assertSays(invoice, LINE_ORDER, *orders.mapped("name"))

    def test_other_invoices_stay_as_odoo_makes_them(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [
                    Command.create({"product_id": self.pump.id, "price_unit": 5})
                ],
            }
        )
        invoice.action_post()
        self.assertSays(invoice, REFERENCE, invoice.name)
        self.assertSays(invoice, LINE_PERIOD)

    # --- days ---
    def test_days_of_the_work_are_said_of_document_and_lines(self):
        today = fields.Date.today()
        first, second = (fields.Date.subtract(today, days=days) for days in (9, 4))
        order = self._create_order(hours=0, parts=0, done=False)
        self._log_hours(order, 1, date=first)
        self._log_hours(order, 2, date=second)
        order.action_complete()
        invoice = self._post_invoice(order)
        self.assertSays(invoice, PERIOD, first, second)
        self.assertSays(invoice, LINE_PERIOD, first, second)

    # --- sites ---
    def test_work_is_delivered_to_its_site(self):
        invoice = self._post_invoice(self._create_order())
        self.assertSays(invoice, DELIVERED_TO, "7 quai de la Chaudière")
        self.assertSays(invoice, LINE_NOTE)

    def test_address_that_the_clerk_chose_is_delivered_to(self):
        draft = self._invoice(self._create_order())
        draft.partner_shipping_id = self._create_second_site().partner_id
        draft.action_post()
        self.assertSays(draft, DELIVERED_TO, "9 place du Bassin")

    def test_lines_of_several_sites_name_theirs(self):
        _orders, invoice = self._post_two_sites()
        for edi_format, path in LINE_NOTE.items():
            notes = self._find(self._read(invoice, edi_format), path)
            with self.subTest(edi_format=edi_format):
                self.assertEqual(len(notes), 2)
                self.assertIn("7 quai de la Chaudière", notes[0])
                self.assertIn("9 place du Bassin", notes[1])

    # --- lines without product ---
    def test_typed_line_is_named_by_its_first_line(self):
        tree = self._read(self._post_with_typed_line())
        product = ".//ram:SpecifiedTradeProduct"
        self.assertEqual(self._find(tree, f"{product}/ram:Name")[-1], "Parking")
        self.assertEqual(
            self._find(tree, f"{product}/ram:Description")[-1], "at the town hall"
        )


@tagged("post_install", "-at_install")
class TestEInvoiceAgreements(ModelsCommon, EInvoiceCommon):
    """The agreement that OCA's ``fieldservice_agreement`` names on a service order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()

        class Agreement(models.Model):
            _module = None
            _name = "agreement"
            _description = "What was agreed with a customer"

            name = fields.Char()
            code = fields.Char()

        class FsmOrder(models.Model):
            _module = None
            _inherit = ["fsm.order"]
            _name = "fsm.order"

            agreement_id = fields.Many2one("agreement")

        cls._declare(Agreement, FsmOrder)
        cls._create_tables("agreement", "fsm.order")
        cls.agreement, cls.other = (
            cls.env["agreement"]
            .sudo()
            .create(
                [
                    {"name": "Boilers", "code": "AG-17"},
                    {"name": "Pools", "code": "AG-18"},
                ]
            )
        )

    def _read_contract(self, *agreements):
        """:return: dict format -> what it says of the invoice of as many orders"""
        orders = [
            self._create_order(parts=0, agreement_id=agreement.id)
            for agreement in agreements
        ]
        invoice = self._post_together(*orders)
        self.assertValid(invoice)
        return {
            edi_format: self._find(self._read(invoice, edi_format), path)
            for edi_format, path in CONTRACT.items()
        }

    def test_agreement_of_the_orders_is_named(self):
        found = self._read_contract(self.agreement, self.agreement)
        self.assertEqual(found, dict.fromkeys(CONTRACT, ["AG-17"]))

    def test_no_agreement_is_named_for_orders_under_another(self):
        found = self._read_contract(self.agreement, self.other)
        self.assertEqual(found, dict.fromkeys(CONTRACT, []))

    def test_no_agreement_is_named_for_orders_without(self):
        found = self._read_contract(self.agreement.browse(), self.agreement)
        self.assertEqual(found, dict.fromkeys(CONTRACT, []))
