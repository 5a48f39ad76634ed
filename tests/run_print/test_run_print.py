import base64
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...models.run_print import fsm_billing_run
from ..documents_common import DocumentsCommon
from ..runs.runs_common import RunsCommon


@tagged("post_install", "-at_install")
class TestRunPrint(RunsCommon, DocumentsCommon):
    """The invoices of a run on paper."""

    def setUp(self):
        super().setUp()
        self.bad = self.env["account.move"]
        report = type(self.env["ir.actions.report"])
        right = report._render_qweb_pdf

        def render(this, name, res_ids=None, data=None):
            if set(self.bad.ids) & set(res_ids):
                raise ValueError("no such picture")
            # Odoo prints HTML in tests
            this = this.with_context(force_report_rendering=True)
            return right(this, name, res_ids, data)

        self.patch(report, "_render_qweb_pdf", render)

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
        self.assertIn("no such picture", line.problem)
        self.assertEqual(line.state, "posted")
        self.assertEqual(run.unprintable_count, 1)

    def test_dispatcher_prints_no_invoices(self):
        run = self._start(self._create_orders(1), "post")
        self._work()
        with self.assertRaises(AccessError):
            run.with_user(self.dispatcher).action_print()
