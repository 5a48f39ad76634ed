from odoo.fields import Command
from odoo.tests import tagged

from ..quotation_common import QuotationCommon


@tagged("post_install", "-at_install")
class TestQuotationTexts(QuotationCommon):
    """Sections and notes of a quotation are on its invoices, each with its lines."""

    def _quote(self, *lines):
        """:return: a quotation of products, "# section", "## subsection" and notes"""
        sale = self._confirm_quotation(order_line=[*map(self._prepare_line, lines)])
        sale.fsm_order_ids.action_complete()
        return sale

    def _prepare_line(self, line):
        if not isinstance(line, str):
            return Command.create({"product_id": line.id, "product_uom_qty": 1})
        marks = line.partition(" ")[0]
        kind = {"#": "line_section", "##": "line_subsection"}.get(marks, "line_note")
        return Command.create({"display_type": kind, "name": line.lstrip("# ")})

    def _get_texts(self, invoice):
        """:return: list of what the lines say, below the heading of the quotation"""
        return [line.name.split("\n")[0] for line in invoice.invoice_line_ids][1:]

    def test_note_at_the_end_is_printed(self):
        sale = self._quote(self.service_per_sale, "Two years of warranty")
        invoice = self._invoice_of(sale.fsm_order_ids)
        self.assertEqual(self._get_texts(invoice), ["Repair", "Two years of warranty"])
        note = invoice.invoice_line_ids[-1]
        self.assertEqual(note.display_type, "line_note")

    def test_note_at_the_end_stands_above_down_payment_and_extra_work(self):
        sale = self._quote(self.service_per_sale, "Two years of warranty")
        self._pay_in_advance(sale, 115)
        order = sale.fsm_order_ids
        self._use_part(order, 1)
        texts = self._get_texts(self._invoice_of(order))
        self.assertEqual(
            texts[:3], ["Repair", "Two years of warranty", "Down Payments"]
        )
        self.assertEqual(texts[4:], ["Parts", "Pump"])

    def test_texts_are_printed_in_their_order(self):
        texts = [
            "Thank you for your order",
            "# Works",
            "As discussed",
            self.service_per_sale,
            "On a Monday",
            "## Plans",
            self.sold_at_once,
            "On paper",
        ]
        sale = self._quote(*texts)
        self.assertEqual(
            self._get_texts(self._invoice_of(sale.fsm_order_ids)),
            [
                "Thank you for your order",
                "Works",
                "As discussed",
                "Repair",
                "On a Monday",
                "Plans",
                "Plan of the building",
                "On paper",
            ],
        )

    def test_texts_of_lines_of_another_order_are_not_printed(self):
        visit = self.service_per_line
        sale = self._quote(
            "# Spring", visit, "In April", "# Autumn", visit, "In October"
        )
        first, second = sale.order_line.fsm_order_id.sorted("id")
        self.assertEqual(
            self._get_texts(self._invoice_of(second)),
            ["Autumn", "Yearly service", "In October"],
        )
        self.assertEqual(
            self._get_texts(self._invoice_of(first)),
            ["Spring", "Yearly service", "In April"],
        )

    def test_section_without_a_line_billed_is_not_printed(self):
        sale = self._quote(
            "# Works", self.service_per_sale, "# Empty", "Nothing here", "# Last"
        )
        self.assertEqual(
            self._get_texts(self._invoice_of(sale.fsm_order_ids)), ["Works", "Repair"]
        )
