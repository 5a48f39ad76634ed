from lxml import html

from odoo.tests import TransactionCase, tagged

from ...tools.printed_rows import keep_printed_rows

SECTION = '<tr class="o_line_section"><td colspan="2">Order</td><td>9</td></tr>'
SUBSECTION = '<tr class="o_line_subsection"><td colspan="2">Parts</td><td>9</td></tr>'
LINE = "<tr><td>Pump</td><td>1</td><td>9</td></tr>"
NOTE = '<tr class="o_line_note"><td colspan="99">Note</td></tr>'


@tagged("post_install", "-at_install")
class TestPrintedRows(TransactionCase):
    """What stays together on a page, as the rows of one cell."""

    def _keep(self, *rows, mark="o_fsm_orders", totals=3, other=""):
        content = f"""<html><body><div class="{mark}"></div>
            <table name="invoice_line_table"><thead><tr>
                <th name="th_description">What</th><th name="th_quantity">Qty</th>
                <th name="{other}">Other</th>
            </tr></thead><tbody>{"".join(rows)}</tbody></table>
            <div><table class="o_total_table">{"<tr></tr>" * totals}</table></div>
            </body></html>""".encode()
        kept = keep_printed_rows(content)
        self.is_changed = kept != content
        return html.fromstring(kept).xpath("//table[@name='invoice_line_table']")[0]

    def _get_rows(self, table):
        """:return: list of the texts of each row, those of a table inside as a tuple"""
        return [
            tuple(
                " ".join(inner.text_content().split())
                for inner in row.xpath("./td//table/tbody/tr")
            )
            or " ".join(row.text_content().split())
            for row in table.xpath("./tbody/tr")
        ]

    def test_headings_stay_with_their_first_line(self):
        table = self._keep(SECTION, SUBSECTION, LINE, LINE, SUBSECTION, LINE, LINE)
        self.assertEqual(
            self._get_rows(table),
            [
                ("Order9", "Parts9", "Pump19"),
                "Pump19",
                ("Parts9", "Pump19"),
                ("Pump19",),
            ],
        )

    def test_only_the_last_line_has_room_for_the_totals(self):
        table = self._keep(SECTION, LINE, LINE)
        first, last = table.xpath("./tbody/tr")
        self.assertFalse(first.xpath(".//div[@class='o_fsm_room']"))
        self.assertTrue(last.xpath(".//div[@class='o_fsm_room']"))
        self.assertIn("o_fsm_with_room", table.get("class"))

    def test_room_is_as_high_as_the_totals(self):
        table = self._keep(SECTION, LINE, totals=5)
        self.assertIn("o_fsm_room_5", table.get("class").split())

    def test_large_rows_are_left_alone(self):
        # a block of them may be larger than a page
        long = LINE.replace("Pump", "Pump<br/>" * 30)
        wide = LINE.replace("Pump", "Pump " * 200)
        for row in (long, wide):
            table = self._keep(SECTION, row)
            self.assertFalse(table.xpath(".//table"))
            self.assertNotIn("o_fsm_with_room", table.get("class"))

    def test_short_words_take_a_line_each_and_no_more(self):
        words = LINE.replace("Pump", "<br/>".join(["Red pump"] * 22))
        self.assertTrue(self._keep(SECTION, words).xpath(".//table"))

    def test_words_of_a_narrow_column_take_more_lines(self):
        taxes = LINE.replace("<td>1</td>", f"<td>{'VAT 21%, ' * 30}</td>")
        self.assertFalse(self._keep(SECTION, taxes).xpath(".//table"))

    def test_last_rows_have_no_room_that_a_page_has_not(self):
        # they would be cut in the midst, and printed over the names of the columns
        long = LINE.replace("Pump", "Pump<br/>" * 20)
        for totals, has_room in ((3, True), (8, False)):
            table = self._keep(SECTION, long, totals=totals)
            self.assertEqual(self._get_rows(table), [("Order9", f"{'Pump' * 20}19")])
            self.assertEqual("o_fsm_with_room" in table.get("class"), has_room)

    def test_blanks_of_a_template_are_no_text(self):
        table = self._keep(SECTION.replace(">", ">" + " " * 500), LINE)
        self.assertTrue(table.xpath(".//table"))

    def test_tables_inside_have_the_columns_of_the_table(self):
        table = self._keep(SECTION, LINE)
        columns = [
            [column.get("class") for column in group]
            for group in table.xpath(".//colgroup")
        ]
        self.assertEqual(columns, [["th_description", "th_quantity", ""]] * 2)

    def test_columns_of_others_leave_some_room_for_the_description(self):
        for name, is_shared in (("th_subtotal", False), ("th_hsn", True)):
            table = self._keep(SECTION, LINE, other=name)
            groups = table.xpath(".//colgroup/@class")
            self.assertEqual(groups, ["o_fsm_shared"] * 2 if is_shared else [])

    def test_cells_make_no_columns_of_their_own(self):
        table = self._keep(SECTION, NOTE, LINE)
        self.assertEqual(
            table.xpath(".//tr[contains(@class, 'o_line_note')]/td/@colspan"), ["3"]
        )

    def test_every_second_row_stays_every_second_one(self):
        table = self._keep(SECTION, LINE, LINE, SECTION, LINE)
        rows = table.xpath(".//tr[td[not(.//table)]]")
        self.assertEqual(
            ["o_fsm_odd" in row.get("class", "") for row in rows],
            [True, False, True, False, True],
        )

    def test_documents_of_others_are_left_alone(self):
        self._keep(SECTION, LINE, mark="o_others")
        self.assertFalse(self.is_changed)
