import importlib.util
from pathlib import Path

from odoo.tests import tagged

from ..quotation_common import QuotationCommon

SCRIPT = Path(__file__).parents[2] / "migrations" / "19.0.1.4.0" / "post-quotation.py"


@tagged("post_install", "-at_install")
class TestMigrationQuotation(QuotationCommon):
    """What quotations of an earlier version become."""

    def _migrate(self):
        spec = importlib.util.spec_from_file_location("migrate_quotation", SCRIPT)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.migrate(self.env.cr, "19.0.1.3.0")
        self.env.invalidate_all()

    def test_refunded_down_payments_are_not_deducted_any_more(self):
        sale = self._confirm_quotation(self.service_per_sale)
        credit = self._credit(self._pay_in_advance(sale, 115), fsm_work="refund")
        order = sale.fsm_order_ids
        order.action_complete()
        advance = sale.order_line.filtered(
            lambda line: line.is_downpayment and not line.display_type
        )
        self.env.flush_all()
        # as a refund used to be
        self.env.cr.execute(
            "DELETE FROM sale_order_line_invoice_rel WHERE invoice_line_id = ANY(%s)",
            [credit.invoice_line_ids.ids],
        )
        self.env.cr.execute(
            "UPDATE sale_order_line SET qty_invoiced = 1, qty_to_invoice = -1 "
            "WHERE id = %s",
            [advance.id],
        )
        self.env.invalidate_all()
        self._migrate()
        self.assertEqual(credit.invoice_line_ids.sale_line_ids, advance)
        self.assertEqual((advance.qty_invoiced, advance.qty_to_invoice), (0, 0))
        self.assertEqual(self._invoice_of(order).amount_untaxed, 250)

    def test_orders_with_time_of_a_cancelled_invoice_are_to_invoice(self):
        sale = self._confirm_quotation(self.sold_hours)
        order = self._create_order(hours=0, parts=0)
        self._log_hours(order, 2, so_line=sale.order_line.id, is_so_line_edited=True)
        sale._create_invoices().button_cancel()
        sale._action_cancel()
        self.env.flush_all()
        self.env.cr.execute("UPDATE fsm_order SET billing_status = 'nothing'")
        self.env.invalidate_all()
        self._migrate()
        self.assertEqual(order.billing_status, "to_invoice")
