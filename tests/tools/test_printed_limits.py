import base64
import io
import signal
import subprocess
import sys
from unittest.mock import patch

from lxml import html as lxml_html
from PIL import Image

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from ...tools import pdf_engine
from ...tools.printed_html import PictureTooLarge, clean_printed_html, get_printed_image
from ...tools.printed_limits import (
    MAX_CELL_LETTERS,
    MAX_CELL_LINES,
    MAX_LETTERS,
    MAX_LINES,
    limit_cells,
)
from ..documents_common import DocumentsCommon

REPORT = "fieldservice_invoicing.report_service"
NOTICE = "(more)"


def picture(size, kind="PNG"):
    """:return: bytes of a picture that takes little room as a file"""
    output = io.BytesIO()
    Image.new("L", size).save(output, kind)
    return output.getvalue()


@tagged("post_install", "-at_install")
class TestPrintedLimits(TransactionCase):
    """What is longer or larger than anybody reads is cut, and the paper says so."""

    def _clean(self, content, get_image=None):
        return lxml_html.fromstring(clean_printed_html(content, get_image, NOTICE))

    def test_letters_of_a_text(self):
        text = self._clean(f"<p>{'word ' * 10_000}</p><p>after</p>").text_content()
        self.assertLess(len(text), MAX_LETTERS + 20)
        self.assertTrue(text.endswith(NOTICE))
        self.assertNotIn("after", text)

    def test_lines_of_a_text(self):
        for line in ("x<br>", "<p>x</p>", "<div>x</div>", "<ul><li>x</li></ul>"):
            with self.subTest(line=line):
                text = self._clean(line * 20_000).text_content()
                self.assertLessEqual(text.count("x"), MAX_LINES + 1)
                self.assertTrue(text.endswith(NOTICE))

    def test_a_long_word_can_be_broken(self):
        text = self._clean(f"<p>{'x' * 10_000}</p>").text_content()
        self.assertLessEqual(max(map(len, text.split("\u200b"))), 200)
        self.assertEqual(text.replace("\u200b", ""), "x" * 10_000)

    def test_what_has_room_stays_as_it_is(self):
        content = f"<p>{'word ' * 300}</p>\n<p>last<br>line</p>"
        cleaned = clean_printed_html(content, notice=NOTICE)
        self.assertEqual(cleaned, f"<div>{content}</div>")

    def test_text_after_the_last_line_goes_with_it(self):
        # the text itself begins a line
        content = "x<br>" * (MAX_LINES - 1) + "<b>y</b>z<br>" + "<b>y</b>w<br>" * 9
        text = self._clean(content).text_content()
        self.assertTrue(text.endswith(f"yz … {NOTICE}"))

    def test_a_cell_is_cut_by_itself(self):
        root = lxml_html.fromstring(
            f"<table><tr><td>{'x' * 300_000}</td><td>{'y<br>' * 20_000}</td>"
            "<td>kept</td></tr></table>"
        )
        limit_cells(root, NOTICE)
        long, many, other = root.iter("td")
        letters = long.text_content().replace("\u200b", "")
        self.assertEqual(letters.count("x"), MAX_CELL_LETTERS)
        self.assertLessEqual(many.text_content().count("y"), MAX_CELL_LINES + 1)
        for cell in (long, many):
            self.assertTrue(cell.text_content().endswith(NOTICE))
        self.assertEqual(other.text_content(), "kept")

    # --- pictures ---
    def test_a_picture_is_read_once_however_often_it_stands_there(self):
        reads = []

        def get_image(source):
            reads.append(source)
            return picture((200, 200))

        root = self._clean('<img src="/web/image/1">' * 200, get_image)
        self.assertEqual(len(reads), 1)
        self.assertEqual(len(root.findall(".//img")), 20)
        self.assertTrue(root.text_content().endswith(NOTICE))

    def test_so_many_pictures_are_read(self):
        reads = []
        content = "".join(f'<img src="/web/image/{n}">' for n in range(200))
        self._clean(f"<p>x</p>{content}", reads.append)
        self.assertEqual(len(reads), 20)

    def test_a_picture_of_too_many_pixels_is_not_read(self):
        content = picture((10_900, 10_900))
        with self.assertRaises(PictureTooLarge):
            get_printed_image(content)
        source = f"data:image/png;base64,{base64.b64encode(content).decode()}"
        root = self._clean(f'<p>x<img src="{source}"></p>')
        self.assertFalse(root.findall(".//img"))
        self.assertTrue(root.text_content().endswith(NOTICE))

    def test_the_picture_of_a_large_camera_is_printed(self):
        # a JPEG is made smaller while it is read
        self.assertTrue(get_printed_image(picture((12_000, 9_000), "JPEG")))


@tagged("post_install", "-at_install")
class TestPrintedLimitsOnPaper(DocumentsCommon):
    """The PDF engine ends, whatever people type."""

    def _create_long_order(self):
        order = self._create_report_order()
        order.resolution = f"<p>{'x' * 300_000}</p>{'y<br>' * 20_000}"
        self._log_hours(order, 1, name="z" * 300_000)
        return order

    def test_long_words_on_the_service_report(self):
        text = " ".join(self._print_pdf(REPORT, self._create_long_order()))
        self.assertIn("too long to print in full", text)
        self.assertLess(len(text), 60_000)

    def test_long_words_on_the_invoice(self):
        order = self._create_long_order()
        order.billing_policy_id.detail = "timesheet"
        move = order.with_user(self.clerk)._create_invoices()
        text = " ".join(self._print_pdf("account.report_invoice", move))
        self.assertIn("too long to print in full", text)
        self.assertLess(len(text), 80_000)

    def test_picture_with_an_endless_number(self):
        order = self._create_report_order()
        order.resolution = f'<p>Done<img src="/web/image/{"1" * 5_000}"></p>'
        self.assertIn("Done", self._text(self._print(REPORT, order)))
        move = order.with_user(self.clerk)._create_invoices()
        move.action_post()
        text = " ".join(self._print_pdf("account.report_invoice", move))
        for words in (move.name, "Done"):  # the report follows the invoice
            self.assertIn(words, text)

    def test_photos_left_out_are_counted(self):
        order = self._create_report_order()
        for _number in range(12):
            self._attach(order)
        text = self._find(self._print(REPORT, order), "photos")
        self.assertIn("Pictures not printed: 4", text)

    def test_photo_too_large_is_named(self):
        order = self._create_report_order()
        # else Odoo makes it smaller when it is attached
        self.env["ir.config_parameter"].set_param("base.image_autoresize_max_px", "0")
        self._attach(order, picture((10_900, 10_900)), description="The boiler")
        text = self._find(self._print(REPORT, order), "photos")
        self.assertIn("too large to be printed", text)
        self.assertIn("The boiler", text)

    def test_who_prints_is_told_what_to_do(self):
        order = self._create_report_order()
        with (
            patch.object(pdf_engine, "SECONDS", 0),
            patch.object(pdf_engine, "SECONDS_PER_DOCUMENT", 0),
            self.assertRaisesRegex(UserError, "print fewer documents at once"),
        ):
            self._print_pdf(REPORT, order)


@tagged("post_install", "-at_install")
class TestPdfEngineLimits(TransactionCase):
    """The system ends an engine that takes too much, whether we wait for it or not."""

    def _run(self, program):
        """:return: exit status of a program of Python started within the limits"""
        wait = "import time; time.sleep(0.5)\n"  # the limits come after the start
        with pdf_engine.limited(documents=1):
            return subprocess.run(
                [sys.executable, "-c", wait + program], stderr=subprocess.DEVNULL
            ).returncode

    def test_time(self):
        with (
            patch.object(pdf_engine, "SECONDS", 0),
            patch.object(pdf_engine, "SECONDS_PER_DOCUMENT", 1),
        ):
            status = self._run("while True: pass")
        self.assertIn(status, (-signal.SIGXCPU, -signal.SIGKILL))

    def test_memory(self):
        with patch.object(pdf_engine, "MEMORY", 300 * 1024**2):
            self.assertNotEqual(self._run("bytearray(400 * 1024**2)"), 0)
            self.assertEqual(self._run("bytearray(100 * 1024**2)"), 0)

    def test_other_programs_are_left_alone(self):
        with patch.object(pdf_engine, "MEMORY", 300 * 1024**2):
            self._run("")
            other = subprocess.run([sys.executable, "-c", "bytearray(400 * 1024**2)"])
        self.assertEqual(other.returncode, 0)
