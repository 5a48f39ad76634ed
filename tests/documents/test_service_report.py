import base64
import io

from PIL import Image

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..documents_common import DocumentsCommon

REPORT = "fieldservice_invoicing.report_service"
PRICED = "fieldservice_invoicing.report_service_priced"
PROFORMA = "fieldservice_invoicing.report_proforma"


@tagged("post_install", "-at_install")
class TestServiceReport(DocumentsCommon):
    """What the technician shows on site, with and without prices."""

    def test_pdf_says_what_was_found_done_and_used(self):
        order = self._create_report_order()
        self._sign(order)
        text = " ".join(self._print_pdf(REPORT, order))
        for words in (
            f"Service Report {order.name}",
            "The pump was blocked.",
            "Boiler street 7",
            "Marc",
            "Léa",
            "Cleaning",
            "Pump",
            "PO-77",
            "Mrs Customer",
        ):
            self.assertIn(words, text)

    def test_hours_are_added_up_by_technician_and_day(self):
        order = self._create_report_order()
        self._log_hours(order, 0.5, name="Paperwork")
        page = self._print(REPORT, order)
        rows = [self._text(row) for row in page.xpath("//*[@name='hours']//tbody/tr")]
        self.assertEqual(len(rows), 3)
        self.assertIn("Marc Work on sitePaperwork 02:30", rows[0])
        self.assertTrue(rows[2].startswith("Total"))
        self.assertIn("03:45", rows[2])

    def test_table_stands_below_its_heading(self):
        order = self._create_order(done=False)
        self._use_part(order, product=self._create_part("Valve", 30.0, 10.0))
        order.action_complete()
        distances = set()
        for space in range(340, 500, 20):
            for page in self._print_styled_pages(REPORT, order, space):
                heights = self._get_heights(page)
                if "Parts" in heights:
                    distances.add(heights["Part"] - heights["Parts"])
        # wherever on the page it is, and with the head of its table
        self.assertEqual(len(distances), 1)

    def _get_heights(self, page):
        """:return: dict, where the texts of a page first are, in pixels from above"""
        heights = {}

        def visit(text, _position, matrix, _font, _size):
            heights.setdefault(text.strip(), matrix[5])

        page.extract_text(visitor_text=visit)
        return heights

    def test_parts_that_came_back_are_not_named(self):
        order = self._create_report_order()
        self._return_part(order.part_ids, 1)
        self.assertIn("1.00", self._find(self._print(REPORT, order), "parts"))
        self._return_part(order.part_ids.filtered(lambda m: m.quantity == 2), 1)
        self.assertFalse(self._find_all(self._print(REPORT, order), "parts"))

    def test_lots_that_stayed_are_named(self):
        product, lots = self._set_tracked()
        order = self._create_order(hours=0, parts=0, done=False)
        for lot in lots:
            move = self._use_lot(order, product, lot)
        self._return_part(move)
        parts = self._find(self._print(REPORT, order), "parts")
        self.assertIn("SN-1", parts)
        self.assertNotIn("SN-2", parts)

    # --- pictures ---
    def _get_photos(self, order):
        page = self._print(REPORT, order)
        return page.xpath("//*[@name='photos']//img/@src")

    def test_text_of_the_fiscal_position_is_signed(self):
        position = self.env["account.fiscal.position"].create(
            {"name": "Renovation", "note": "<p>Dwelling older than two years</p>"}
        )
        order = self._create_report_order()
        page = self._print(REPORT, order)
        self.assertFalse(page.xpath("//*[@name='tax_note']"))
        self.customer.property_account_position_id = position
        page = self._print(REPORT, order)
        [note] = page.xpath("//*[@name='tax_note']")
        self.assertEqual(self._text(note), "Dwelling older than two years")
        # what is signed is above the signature
        self._sign(order)
        page = self._print(REPORT, order)
        names = page.xpath("//*[@name='tax_note' or @name='signature']/@name")
        self.assertEqual(names, ["tax_note", "signature"])
        # and stays what was signed
        position.note = "<p>Another text</p>"
        page = self._print(REPORT, order)
        [note] = page.xpath("//*[@name='tax_note']")
        self.assertEqual(self._text(note), "Dwelling older than two years")

    def test_photos_are_made_small(self):
        order = self._create_report_order()
        self._attach(order, self._get_picture((4000, 3000), "JPEG"))
        [source] = self._get_photos(order)
        content = base64.b64decode(source.removeprefix("data:image/jpeg;base64,"))
        self.assertEqual(max(Image.open(io.BytesIO(content)).size), 900)

    def test_internal_pictures_are_not_printed(self):
        order = self._create_report_order()
        self._sign(order)
        inside = self._attach(order)
        order.message_post(
            body="For us",
            attachment_ids=inside.ids,
            subtype_xmlid="mail.mt_note",
        )
        logo = self._attach(order, self._get_picture((90, 40)))
        self.assertTrue(logo)
        self.assertFalse(self._get_photos(order))

    def test_rubbish_called_a_photo_is_left_out(self):
        order = self._create_report_order()
        self._attach(order, b"\x89PNG\r\n\x1a\nrubbish", mimetype="image/png")
        self._attach(order)
        self.assertEqual(len(self._get_photos(order)), 1)

    def test_number_of_photos_is_limited(self):
        order = self._create_report_order()
        for _number in range(10):
            self._attach(order)
        self.assertEqual(len(self._get_photos(order)), 8)

    def test_picture_in_the_text_is_printed_there(self):
        order = self._create_report_order()
        own = self._attach(order)
        other = self._attach(self._create_order(), self._get_picture(color="blue"))
        order.resolution = (
            f'<p>See <img src="/web/image/{own.id}-abc/photo.png">'
            f'<img src="/web/image/{other.id}"></p>'
        )
        page = self._print(REPORT, order)
        [source] = page.xpath("//*[@name='resolution']//img/@src")
        self.assertTrue(source.startswith("data:image/jpeg;base64,"))
        self.assertFalse(page.xpath("//*[@name='photos']"))

    # --- rights ---
    def test_technician_prints_his_order_without_amounts(self):
        order = self._create_report_order()
        text = self._text(self._print(REPORT, order, self.technician))
        self.assertIn("The pump was blocked.", text)
        self.assertIn("Léa", text)  # whose timesheets he may not read
        for amount in ("60.00", "120.00", "100.00", "200.00"):
            self.assertNotIn(amount, text)

    def test_who_reads_no_orders_prints_none(self):
        order = self._create_report_order()
        user = self._create_role("outsider", "base.group_portal")
        with self.assertRaises(AccessError):
            self._print(REPORT, order, user)

    def test_amounts_are_for_billers_alone(self):
        order = self._create_report_order()
        for name in (PRICED, PROFORMA):
            with self.assertRaises(AccessError):
                self._print(name, order, self.technician)
            self.assertIn("120.00", self._text(self._print(name, order)))
            self.assertIn(
                "120.00", self._text(self._print(name, order, self.dispatcher))
            )

    # --- prices ---
    def test_prices_are_those_of_invoices_and_of_what_is_open(self):
        order = self._create_report_order()
        invoice = self._post_invoice(order)
        self._log_hours(order, 1, name="Late")
        billed, late = self._find_all(self._print(PRICED, order), "prices")
        self.assertIn(invoice.name, billed)
        self.assertIn("454.25", billed)  # (3.25 h x 60 + 2 x 100) x 1.15
        self.assertIn("To be invoiced", late)
        self.assertIn("69.00", late)

    def test_priced_pdf(self):
        order = self._create_report_order()
        text = " ".join(self._print_pdf(PRICED, order))
        self.assertIn("454.25", text)
        self.assertIn("The pump was blocked.", text)
