from odoo.fields import Command
from odoo.tests import tagged

from ..analysis_common import AnalysisCommon


@tagged("post_install", "-at_install")
class TestQuotedWork(AnalysisCommon):
    """Dashboard, analysis and invoices agree on what a quotation includes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls._create_service("Visit", 500, invoice_policy="order")

    def _create_line(self, product=None, **values):
        """:return: the line of a confirmed quotation"""
        sale = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [
                    Command.create({"product_id": (product or self.visit).id, **values})
                ],
            }
        )
        sale.action_confirm()
        return sale.order_line

    def _cancel(self, line, after_invoice=False):
        if after_invoice:
            line.order_id._create_invoices().action_post()
        line.order_id._action_cancel()

    def _create_agreed(self, product=None, **values):
        """:return: an order to which a line of its quotation belongs"""
        line = self._create_line(product)
        order = self._create_order(hours=2, parts=0, sale_id=line.order_id.id, **values)
        line.fsm_order_id = order
        return order

    def _assert_quoted(self, cases):
        """Check ``cases``, dict source -> whether it is quoted: what is stored."""
        sources = next(iter(cases)).union(*cases)
        quoted = sources.browse(source.id for source in cases if cases[source])
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(sources.filtered("is_billed_elsewhere"), quoted)
        self.assertEqual(sources.filtered(lambda s: not s.qty_to_bill), quoted)
        self.assertLedgerHolds(sources.fsm_order_id)

    def test_time_of_an_order_made_from_a_line(self):
        made, cancelled, invoiced, extra = (
            self._create_order(parts=0, sale_line_id=self._create_line().id)
            for _index in range(4)
        )
        self._cancel(cancelled.sale_line_id)
        self._cancel(invoiced.sale_line_id, after_invoice=True)
        extra.timesheet_ids.fsm_is_extra = True
        self._assert_quoted(
            {
                made.timesheet_ids: True,
                cancelled.timesheet_ids: False,
                invoiced.timesheet_ids: True,
                extra.timesheet_ids: False,
                self._create_order(parts=0).timesheet_ids: False,
            }
        )

    def test_time_of_an_order_that_a_service_belongs_to(self):
        agreed, cancelled = self._create_agreed(), self._create_agreed()
        self._cancel(cancelled.sale_id.order_line)
        goods = self._create_agreed(self.pump)
        line = self._create_line()
        other = self._create_order(hours=1, parts=0, sale_id=line.order_id.id)
        self._assert_quoted(
            {
                agreed.timesheet_ids: True,
                cancelled.timesheet_ids: False,
                goods.timesheet_ids: False,
                other.timesheet_ids: False,
            }
        )

    def test_time_with_a_sale_line_of_its_own(self):
        order = self._create_order(hours=0, parts=0)
        lines = [self._create_line() for _index in range(4)]
        own, cancelled, invoiced, extra = (
            self._log_hours(order, 1, so_line=line.id, is_so_line_edited=True)
            for line in lines
        )
        self._cancel(lines[1])
        self._cancel(lines[2], after_invoice=True)
        extra.fsm_is_extra = True
        by_odoo = self._log_hours(order, 1)
        invoice = self.init_invoice("out_invoice", amounts=[10])
        by_odoo.sudo().timesheet_invoice_id = invoice
        self._assert_quoted(
            {own: True, cancelled: False, invoiced: True, extra: False, by_odoo: True}
        )

    # --- invoices that were cancelled ---
    def _log_invoiced(self):
        """:return: two hours that Odoo's own invoice of a sale bills"""
        line = self._create_line(
            self._create_product(
                name="Hours sold",
                type="service",
                uom_id=self.env.ref("uom.product_uom_hour").id,
                invoice_policy="delivery",
                service_type="timesheet",
            )
        )
        order = self._create_order(hours=0, parts=0)
        time = self._log_hours(order, 2, so_line=line.id, is_so_line_edited=True)
        line.order_id._create_invoices()
        self.assertTrue(time.timesheet_invoice_id)
        return time

    def _cancel_sale_of(self, time):
        """Cancel the invoice of ``time``, and then what it was sold by."""
        time.timesheet_invoice_id.button_cancel()
        time.so_line.order_id._action_cancel()

    def test_time_of_a_cancelled_invoice_is_not_invoiced(self):
        time, other = self._log_invoiced(), self._log_invoiced()
        self._cancel_sale_of(time)
        self.assertTrue(time.timesheet_invoice_id)  # as Odoo leaves it
        self._assert_quoted({time: False, other: True})

    def test_time_of_a_cancelled_invoice_is_billed_here(self):
        time = self._log_invoiced()
        order = time.fsm_order_id
        self.assertEqual(order.billing_status, "nothing")
        self._cancel_sale_of(time)
        self.assertEqual(order.billing_status, "to_invoice")
        self.env.flush_all()
        self.env.invalidate_all()
        row = order.with_user(self.clerk).labor_work_ids
        self.assertEqual((row.qty_to_bill, row.included_in), (2, False))
        self.assertEqual(self._sums(order, "state"), {"none": (2, 0, 0, 0, 50)})
        self.assertEqual(self._invoice(order).amount_untaxed, 120)

    def test_invoice_set_back_to_draft_has_its_time_again(self):
        time = self._log_invoiced()
        invoice = time.timesheet_invoice_id
        invoice.button_cancel()
        time.write({"so_line": False, "is_so_line_edited": True})
        self.assertEqual(time.qty_to_bill, 2)
        invoice.button_draft()
        self.assertEqual(time.qty_to_bill, 0)
        self.assertEqual(time.fsm_order_id.billing_status, "nothing")

    def test_parts(self):
        order = self._create_order(hours=0, parts=0)
        moves = [self._use_part(order) for _index in range(4)]
        for move in moves[1:]:
            move.sale_line_id = self._create_line(self.pump)
        plain, sold, cancelled, invoiced = moves
        self.pump.invoice_policy = "order"
        self._cancel(cancelled.sale_line_id)
        self._cancel(invoiced.sale_line_id, after_invoice=True)
        self._assert_quoted(
            {plain: False, sold: True, cancelled: False, invoiced: True}
        )

    def test_work_of_a_cancelled_quotation_is_not_invoiced(self):
        order, invoice = self._post_quotation()
        self._confirm(invoice, fsm_work="bill_again")
        order.sale_line_id.order_id._action_cancel()
        self.assertEqual(order.timesheet_ids.qty_to_bill, 1)
        self.assertEqual(
            self._sums(order, "state", ("kind", "=", "labor")),
            {"none": (1, 0, 0, 0, 25)},
        )

    # --- other sales ---
    def test_sale_without_a_service_order_is_invoiced_as_odoo_does(self):
        line = self._create_line()
        self.assertNotIn("fsm_order_ids", line._prepare_invoice_line())
        invoice = line.order_id._create_invoices()
        self.assertFalse(invoice.fsm_order_ids)
        self.assertEqual(invoice.invoice_line_ids.sale_line_ids, line)
