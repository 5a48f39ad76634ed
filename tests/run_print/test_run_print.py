import base64
import io
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader

from ...models.run_print import fsm_billing_run
from ..companies_common import CompaniesCommon
from ..documents_common import DocumentsCommon
from ..runs.runs_common import RunsCommon


class RunPrintCommon(RunsCommon, DocumentsCommon):
    """Runs whose invoices are printed for good; some can't be."""

    def setUp(self):
        super().setUp()
        self.bad = self.broken = self.env["account.move"]
        report = type(self.env["ir.actions.report"])
        right = report._render_qweb_pdf

        def render(this, name, res_ids=None, data=None):
            if set(self.bad.ids) & set(res_ids):
                raise ValueError("no such picture")
            if self.broken.ids == list(res_ids):
                return b"nothing that is a PDF", "pdf"
            # Odoo prints HTML in tests
            this = this.with_context(force_report_rendering=True)
            return right(this, name, res_ids, data)

        self.patch(report, "_render_qweb_pdf", render)


@tagged("post_install", "-at_install")
class TestRunPrint(RunPrintCommon):
    """The invoices of a run on paper."""

    def test_invoices_are_printed_as_one_file(self):
        orders = self._create_orders(3)
        run = self._start(orders, "post")
        self._work()
        with (
            patch.object(fsm_billing_run, "PRINTED_AT_ONCE", 2),
            self.allow_pdf_render(),
        ):
            run.action_print()
            self._work()
        self.assertEqual(run.print_state, "ready")
        pages = self._read_pdf(base64.b64decode(run.pdf))
        names = [line.move_ids.name for line in run.line_ids]
        self.assertEqual(len(names), 3)
        printed = [name for page in pages for name in names if name in page]
        self.assertEqual(list(dict.fromkeys(printed)), names)
        self.assertFalse(any(line.part for line in run.sudo().line_ids))

    def _print(self, run, user=None):
        with self.allow_pdf_render():
            run.with_user(user or self.clerk).action_print()
            self._work()

    def _create_posted_run(self, count):
        run = self._start(self._create_orders(count), "post")
        self._work()
        return run

    def test_paper_of_an_order_on_hold_is_left_out(self):
        self.customer.invoice_sending_method = "manual"
        orders = self._create_orders(2)
        run = self._start(orders, "send")
        self._work()
        self.assertEqual(run.to_print_count, 2)
        held = run.line_ids[0]
        self._hold(held.order_ids)
        with self.allow_pdf_render():
            run.action_print_paper()
            self._work()
        self.assertEqual(run.print_state, "ready")
        self.assertEqual(run.line_ids.mapped("how_far"), ["failed", "printed"])
        self.assertIn("Press Release", held.problem)
        self.assertFalse(held.move_ids.is_move_sent)
        [pages] = [self._read_pdf(base64.b64decode(run.pdf))]
        self.assertFalse(any(held.move_ids.name in page for page in pages))

    def test_many_invoices_are_several_files(self):
        run = self._create_posted_run(5)
        with (
            patch.object(fsm_billing_run, "PRINTED_AT_ONCE", 1),
            patch.object(fsm_billing_run, "CHUNKS_OF_FILE", 2),
        ):
            self._print(run)
        self.assertEqual(run.print_state, "ready")
        self.assertEqual(
            run.file_ids.mapped("name"),
            [f"{run.name.replace('/', '-')} part {n} of 3.pdf" for n in (1, 2, 3)],
        )
        names = [line.move_ids.name for line in run.line_ids]
        pages = [
            page
            for file in run.file_ids
            for page in self._read_pdf(base64.b64decode(file.pdf))
        ]
        printed = [name for page in pages for name in names if name in page]
        self.assertEqual(list(dict.fromkeys(printed)), names)
        self.assertFalse(any(line.part for line in run.sudo().line_ids))

    def test_large_chunks_are_files_of_their_own(self):
        run = self._create_posted_run(2)
        with (
            patch.object(fsm_billing_run, "PRINTED_AT_ONCE", 1),
            patch.object(fsm_billing_run, "BYTES_OF_FILE", 100),
        ):
            self._print(run)
        self.assertEqual(len(run.file_ids), 2)

    def test_printed_again_has_new_files(self):
        run = self._create_posted_run(1)
        self._print(run)
        old = run.file_ids
        self._print(run)
        self.assertFalse(old.exists())
        self.assertEqual(len(run.file_ids), 1)

    def test_chunk_that_was_lost_is_named_and_the_others_printed(self):
        run = self._create_posted_run(2)
        good, bad = run.line_ids
        with (
            patch.object(fsm_billing_run, "PRINTED_AT_ONCE", 1),
            self.allow_pdf_render(),
            self.assertLogs("odoo.addons.fieldservice_invoicing", "ERROR"),
        ):
            run.action_print()
            engine = run.sudo()
            engine._take_step()
            engine._take_step()
            bad.sudo().part = base64.b64encode(b"nothing that is a PDF")
            self._work()
        self.assertEqual((run.print_state, run.unprintable_count), ("ready", 1))
        self.assertIn("Show it to an administrator", bad.print_problem)
        [page] = self._read_pdf(base64.b64decode(run.pdf))[:1]
        self.assertIn(good.move_ids.name, page)

    def test_files_are_for_readers_of_invoices(self):
        run = self._create_posted_run(1)
        self._print(run)
        file = run.file_ids
        self.assertTrue(file.with_user(self.clerk).pdf)
        with self.assertRaises(AccessError):
            file.with_user(self.dispatcher).read(["pdf"])

    def test_whoever_asked_for_the_pdf_is_told(self):
        run = self._create_posted_run(1)
        self.env["bus.bus"].sudo().search([]).unlink()
        self._print(run, self.accountant)
        self.env.cr.precommit.run()
        channels = self.env["bus.bus"].sudo().search([]).mapped("channel")
        own = f'"res.partner",{self.accountant.partner_id.id}]'
        self.assertTrue(
            [name for name in channels if name.replace(" ", "").endswith(own)]
        )

    def test_drafts_are_not_printed(self):
        run = self._start(self._create_orders(1))
        self._work()
        with self.assertRaisesRegex(UserError, "Confirm"):
            run.action_print()

    def test_invoice_that_cannot_be_printed_leaves_the_others(self):
        orders = self._create_orders(2)
        run = self._start(orders, "post")
        self._work()
        self.bad = orders[0].invoice_ids
        with (
            self.allow_pdf_render(),
            self.assertLogs("odoo.addons.fieldservice_invoicing", "ERROR"),
        ):
            run.action_print()
            self._work()
        [page] = self._read_pdf(base64.b64decode(run.pdf))[:1]
        self.assertIn(orders[1].invoice_ids.name, page)
        line = run.line_ids.filtered(lambda line: line.order_ids == orders[0])
        self.assertIn("no such picture", line.print_problem)
        self.assertEqual(line.state, "posted")
        self.assertEqual(run.unprintable_count, 1)

    # --- what goes to customers on paper ---
    def _run_to_paper(self):
        """:return: run that sent one invoice, and left one to be printed"""
        self.customer.email = "office@customer.example"
        paper = self.env["res.partner"].create(
            {"name": "Paper", "invoice_sending_method": "manual"}
        )
        site = self._create_site("Attic", paper)
        orders = self._create_orders(1) | self._create_orders(1, location_id=site.id)
        run = self._start(orders, "send")
        self._work()
        self.assertEqual((run.sent_count, run.to_print_count), (1, 1))
        return run, orders[1].invoice_ids

    def test_paper_that_was_printed_is_done(self):
        run, invoice = self._run_to_paper()
        self._print(run)
        self.assertEqual((run.to_print_count, run.printed_count), (0, 1))
        self.assertTrue(invoice.is_move_sent)
        by_mail = run.line_ids.move_ids - invoice
        self.assertFalse(by_mail.is_move_sent)

    def test_paper_is_printed_alone(self):
        run, invoice = self._run_to_paper()
        with self.allow_pdf_render():
            run.action_print_paper()
            self._work()
        pages = self._read_pdf(base64.b64decode(run.pdf))
        self.assertIn(invoice.name, pages[0])
        by_mail = run.line_ids.move_ids - invoice
        self.assertFalse([page for page in pages if by_mail.name in page])
        with self.assertRaisesRegex(UserError, "Nothing waits to be printed"):
            run.action_print_paper()

    def _run_to_nobody(self):
        """:return: run whose invoice can't be sent, as its customer has no address"""
        self.customer.email = False
        run = self._start(self._create_orders(1), "send")
        self._work()
        line = run.line_ids
        self.assertEqual((line.state, line.failed_step), ("failed", "send"))
        return run

    def test_customer_without_an_address_gets_paper(self):
        run = self._run_to_nobody()
        line = run.line_ids
        self._print(run)
        self.assertEqual(line.state, "skipped")
        self.assertTrue(line.move_ids.is_move_sent)

    def test_customer_without_an_address_is_among_those_on_paper(self):
        run = self._run_to_nobody()
        with self.allow_pdf_render():
            run.action_print_paper()
            self._work()
        self.assertTrue(run.line_ids.move_ids.is_move_sent)

    def test_paper_that_cannot_be_printed_is_not_done(self):
        run, invoice = self._run_to_paper()
        self.bad = invoice
        with self.assertLogs("odoo.addons.fieldservice_invoicing", "ERROR"):
            self._print(run)
        self.assertEqual(run.to_print_count, 1)
        self.assertFalse(invoice.is_move_sent)

    def test_why_it_was_not_sent_stays_when_it_is_printed(self):
        run = self._run_to_nobody()
        line = run.line_ids
        problem = line.problem
        self.assertIn("no e-mail address", problem)
        self.bad = line.move_ids
        with self.assertLogs("odoo.addons.fieldservice_invoicing", "ERROR"):
            self._print(run)
        self.assertEqual(line.problem, problem)
        self.assertIn("no such picture", line.print_problem)
        self.bad = self.env["account.move"]
        self._print(run)
        self.assertFalse(line.print_problem)

    def test_dispatcher_prints_no_invoices(self):
        run = self._start(self._create_orders(1), "post")
        self._work()
        with self.assertRaises(AccessError):
            run.with_user(self.dispatcher).action_print()

    def test_broken_pdf_of_an_invoice_leaves_the_others(self):
        run = self._create_posted_run(2)
        self.broken = run.line_ids[0].move_ids
        with (
            patch.object(fsm_billing_run, "PRINTED_AT_ONCE", 1),
            self.assertLogs("odoo.addons.fieldservice_invoicing", "ERROR"),
        ):
            self._print(run)
        self.assertEqual((run.print_state, run.unprintable_count), ("ready", 1))
        self.assertTrue(run.line_ids[0].print_problem)
        [page] = self._read_pdf(base64.b64decode(run.pdf))[:1]
        self.assertIn(run.line_ids[1].move_ids.name, page)


@tagged("post_install", "-at_install")
class TestRunPrintOfCompanies(RunPrintCommon, CompaniesCommon):
    def test_paper_is_that_of_the_company(self):
        self.other.paperformat_id = self.env["report.paperformat"].create(
            {"name": "Small", "format": "A5", "orientation": "Portrait"}
        )
        order = self._create_other_order()
        order.resolution = "<p>Pump replaced</p>"
        run = self.env["fsm.billing.run"].with_user(self.clerk)
        run = run.with_context(allowed_company_ids=self.other.ids)
        run = run._start(order.with_user(self.clerk).with_env(run.env), "post")
        self._work()
        with self.allow_pdf_render():
            run.action_print()
            self._work()
        pdf = PdfFileReader(io.BytesIO(base64.b64decode(run.pdf)))
        width = float(pdf.pages[0].mediabox.width)
        self.assertAlmostEqual(width, 420, delta=3)  # points of A5; A4 has 595
