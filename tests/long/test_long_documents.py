import random

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.account.models.account_move_line import AccountMoveLine

from ..common import InvoicingCommon

KINDS = ("line_section", "line_subsection", "line_note", "product", "product")
#: sections of a document that Odoo alone could not read
MANY = 600


@tagged("post_install", "-at_install")
class TestLongDocuments(InvoicingCommon):
    """Documents of thousands of lines are read, confirmed and printed."""

    def _prepare_line(self, kind, sequence, name="Something"):
        values = {"display_type": kind, "sequence": sequence, "name": name}
        if kind == "product":
            values |= {
                "product_id": self.labor.id,
                "quantity": 1 + sequence % 7,
                "price_unit": 10,
            }
        return Command.create(values)

    def _add_lines(self, invoice, kinds):
        """Put lines of ``kinds`` behind the others of a draft."""
        after = max(invoice.invoice_line_ids.mapped("sequence")) + 1
        invoice.write(
            {
                "invoice_line_ids": [
                    self._prepare_line(kind, after + index, f"Section {index}")
                    for index, kind in enumerate(kinds)
                ]
            }
        )

    def _create_long_invoice(self, sections=MANY):
        """:return: draft of a service order, and behind it so many more sections

        Each of them has a note.
        """
        invoice = self._invoice(self._create_order())
        self._add_lines(invoice, ["line_section", "line_note"])
        copied = invoice.invoice_line_ids.sorted("sequence")[-2:]
        self._copy_by_sql(
            copied,
            sections - 1,
            sequence="sequence + 2 * number",
            name="'Section ' || number",
        )
        return invoice

    # --- which section ---
    def test_lines_of_a_long_document_know_their_sections(self):
        lines = self._create_long_invoice().invoice_line_ids.sorted("sequence")
        own = lines.filtered(lambda line: line.name.startswith("Section "))
        self.assertEqual(len(own), 2 * MANY)
        sections = own.filtered(lambda line: line.display_type == "line_section")
        self.assertFalse(sections.parent_id)
        notes = own.filtered(lambda line: line.display_type == "line_note")
        self.assertEqual(notes.mapped("parent_id"), sections)
        for section, note in zip(sections, notes, strict=True):
            self.assertEqual(note.parent_id, section)

    def test_sections_have_the_lines_that_odoo_says(self):
        chance = random.Random(16)
        for length in (1, 5, 12, 40):
            kinds = chance.choices(KINDS, k=length)
            places = chance.choices(range(length), k=length)
            invoice = self.env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "invoice_line_ids": list(map(self._prepare_line, kinds, places)),
                }
            )
            self.assertSectionsAreOdoos(invoice)

    def assertSectionsAreOdoos(self, invoice):
        for line in invoice.invoice_line_ids:
            expected = AccountMoveLine._get_section_lines(line)
            self.assertEqual(line._get_section_lines().ids, expected.ids)
            self.assertEqual(
                line.get_section_subtotal(), sum(expected.mapped("price_subtotal"))
            )

    def test_sections_of_several_orders_have_the_lines_that_odoo_says(self):
        self.policy.grouping = "customer"
        orders = self._create_order() | self._create_order(hours=3)
        invoice = self._invoice(orders)
        self.assertSectionsAreOdoos(invoice)
        first = invoice.invoice_line_ids.sorted("sequence")[0]
        self.assertEqual(first.get_section_subtotal(), 220.0)

    def test_a_line_that_is_added_counts_in_its_section(self):
        invoice = self._invoice(self._create_order())
        section = invoice.invoice_line_ids.sorted("sequence")[-2]
        before = section.get_section_subtotal()
        self._add_lines(invoice, ["product"])
        added = invoice.invoice_line_ids.sorted("sequence")[-1]
        self.assertEqual(section.get_section_subtotal(), before + added.price_subtotal)
        added.unlink()
        self.assertEqual(section.get_section_subtotal(), before)

    def test_price_that_is_changed_counts_in_its_section(self):
        invoice = self._invoice(self._create_order())
        section, line = invoice.invoice_line_ids.sorted("sequence")[-2:]
        self.assertEqual(section.get_section_subtotal(), 100.0)
        line.price_unit = 120.0
        self.assertEqual(section.get_section_subtotal(), 120.0)

    def test_sections_cost_no_query_for_each(self):
        def read(sections):
            invoice = self._create_long_invoice(sections)
            before = self.env.cr.sql_log_count
            for line in invoice.invoice_line_ids:
                line.get_section_subtotal()
            return self.env.cr.sql_log_count - before

        read(5)
        self.assertEqual(read(100), read(5))

    # --- what is done with it ---
    def test_long_document_is_shown_confirmed_and_printed(self):
        invoice = self._create_long_invoice()
        fields = {"display_type": {}, "parent_id": {}, "name": {}, "price_subtotal": {}}
        [shown] = invoice.web_read({"invoice_line_ids": {"fields": fields}})
        self.assertGreater(len(shown["invoice_line_ids"]), 1000)
        invoice.action_post()
        self.assertEqual(invoice.state, "posted")
        self.env.invalidate_all()
        html, _type = self.env["ir.actions.report"]._render_qweb_html(
            "account.account_invoices", invoice.ids
        )
        self.assertIn(f"Section {MANY - 1}", html.decode())
