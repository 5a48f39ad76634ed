from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..quotation_common import QuotationCommon


@tagged("post_install", "-at_install")
class TestQuotation(QuotationCommon):
    """What a quotation bills is billed from there, and only the rest from here."""

    def _assert_hours_sold(self, order):
        """Check that two hours are billed once, at the price of the sale line."""
        invoice = self._invoice_of(order)
        line = self._product_lines(invoice)
        self.assertRecordValues(line, [{"quantity": 2, "price_unit": 80.0}])
        # as Odoo's own invoice of the sale would have it
        self.assertEqual(order.timesheet_ids.timesheet_invoice_id.ids, invoice.ids)
        self._assert_everything_invoiced(order)

    # --- the quotation is billed from here ---
    def test_line_of_the_quotation_is_billed_with_the_order(self):
        sale = self._confirm_quotation(self.service_per_line)
        order = sale.fsm_order_ids
        self._log_hours(order, 2)
        order.action_complete()
        self.assertEqual(order.sale_line_id, sale.order_line)
        self.assertEqual(order.timesheet_ids.qty_to_bill, 0)
        self.assertEqual(order.billing_status, "to_invoice")
        invoice = self._invoice_of(order)
        self.assertEqual(invoice.amount_untaxed, 300.0)
        self.assertEqual(self._get_sold(invoice).sale_line_ids, sale.order_line)
        self.assertEqual(sale.order_line.qty_invoiced, 1)
        self.assertEqual(sale.invoice_ids.ids, invoice.ids)
        self.assertEqual(order.billing_status, "draft")

    def test_quotation_is_not_billed_before_the_order_is_done(self):
        sale = self._confirm_quotation(self.service_per_sale)
        order = sale.fsm_order_ids
        self.assertEqual(order.billing_status, "nothing")
        order.action_complete()
        self.assertEqual(order.billing_status, "to_invoice")

    def test_quotation_and_extra_work_are_on_one_invoice(self):
        sale = self._confirm_quotation(self.service_per_sale, self.pump)
        order = sale.fsm_order_ids
        self._validate(sale.picking_ids)
        self._log_hours(order, 2, fsm_is_extra=True)
        self._use_part(order, 3)
        order.action_complete()
        invoice = self._invoice_of(order)
        lines = self._product_lines(invoice)
        self.assertEqual(lines.mapped("quantity"), [1, 1, 2, 3])
        self.assertEqual(self._get_sold(invoice).sale_line_ids, sale.order_line)
        self.assertEqual(sale.invoice_status, "invoiced")
        self.assertIn(sale.name, invoice.invoice_origin)
        self.assertIn(order.name, invoice.invoice_origin)
        self.assertIn(f"Quotation {sale.name}", invoice.invoice_line_ids.mapped("name"))

    def test_what_was_invoiced_from_the_sale_is_not_billed_here(self):
        sale = self._confirm_quotation(self.service_per_sale)
        order = sale.fsm_order_ids
        order.action_complete()
        sale._create_invoices()
        self.assertEqual(order.billing_status, "draft")
        with self.assertRaises(UserError):
            order.with_user(self.clerk).action_create_invoice()

    def test_what_was_invoiced_here_is_not_billed_from_the_sale(self):
        sale = self._confirm_quotation(self.service_per_sale)
        order = sale.fsm_order_ids
        order.action_complete()
        self._invoice_of(order)
        with self.assertRaises(UserError):
            sale._create_invoices()

    def test_only_the_rest_of_a_quantity_is_billed(self):
        sale = self._confirm_quotation(self.service_per_sale)
        sale.order_line.product_uom_qty = 3
        first = sale._create_invoices()
        first.invoice_line_ids.quantity = 1
        order = sale.fsm_order_ids
        order.action_complete()
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertEqual(self._get_sold(self._invoice_of(order)).quantity, 2)

    def test_cancelled_invoice_opens_the_quotation(self):
        sale = self._confirm_quotation(self.service_per_sale)
        order = sale.fsm_order_ids
        order.action_complete()
        invoice = self._invoice_of(order)
        invoice.button_cancel()
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertEqual(self._get_sold(self._invoice_of(order)).quantity, 1)

    def test_deleted_draft_opens_the_quotation(self):
        sale = self._confirm_quotation(self.service_per_sale)
        order = sale.fsm_order_ids
        order.action_complete()
        self._invoice_of(order).unlink()
        self.assertEqual(order.billing_status, "to_invoice")

    def test_credit_bills_the_quotation_again(self):
        sale = self._confirm_quotation(self.service_per_sale)
        order = sale.fsm_order_ids
        order.action_complete()
        invoice = self._invoice_of(order)
        invoice.action_post()
        self._credit(invoice)
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertEqual(self._get_sold(self._invoice_of(order)).quantity, 1)

    def test_refund_does_not_bill_the_quotation_again(self):
        sale = self._confirm_quotation(self.service_per_sale)
        order = sale.fsm_order_ids
        order.action_complete()
        invoice = self._invoice_of(order)
        invoice.action_post()
        self._credit(invoice, fsm_work="refund")
        self.assertEqual(order.billing_status, "credited")
        self.assertEqual(sale.order_line.qty_to_invoice, 0)

    def test_down_payment_is_deducted(self):
        sale = self._confirm_quotation(self.service_per_sale)
        self._pay_in_advance(sale, 115.0)
        order = sale.fsm_order_ids
        order.action_complete()
        invoice = self._invoice_of(order)
        self.assertEqual(invoice.amount_total, 250.0 * 1.15 - 115.0)
        self.assertFalse(sale.order_line.filtered("qty_to_invoice"))

    def test_orders_invoiced_together_share_a_quotation(self):
        service = self.service_per_line
        sale = self._confirm_quotation(service, service, self.sold_at_once)
        self._pay_in_advance(sale, 115.0)
        orders = sale.fsm_order_ids
        orders.action_complete()
        orders = orders.with_user(self.clerk)
        plan = orders._get_billing_plan()
        invoices = orders._create_invoices()
        # two services, what belongs to neither of their orders, less the down payment
        self.assertEqual(sum(invoices.mapped("amount_untaxed")), 600 + 500 - 100)
        self.assertEqual(sum(invoice.untaxed for invoice in plan.documents), 1000)
        self.assertFalse(sale.order_line.filtered("qty_to_invoice"))
        self.assertFalse(sale.order_line.filtered(lambda line: line.qty_invoiced > 1))

    def test_down_payment_alone_is_not_given_back(self):
        sale = self._confirm_quotation(self.service_per_line)
        self._pay_in_advance(sale, 115.0)
        order = sale.fsm_order_ids
        self._use_part(order, 1)
        order.action_complete()
        sale.order_line.filtered("fsm_order_id").qty_delivered = 0
        # 100.00 of extra parts deduct the 100.00 paid in advance, and no more
        self.assertEqual(self._invoice_of(order).amount_untaxed, 0.0)

    def test_preview_shows_the_quotation(self):
        sale = self._confirm_quotation(self.service_per_sale)
        order = sale.fsm_order_ids
        order.action_complete()
        preview = order.with_user(self.clerk).billing_preview
        self.assertIn(f"Quotation {sale.name}", preview)
        self.assertIn("287.50", preview)

    def test_terms_of_the_quotation_are_on_the_invoice(self):
        terms = self.env.ref("account.account_payment_term_30days")
        sale = self._confirm_quotation(
            self.service_per_sale, payment_term_id=terms.id, client_order_ref="PO 77"
        )
        order = sale.fsm_order_ids
        order.action_complete()
        invoice = self._invoice_of(order)
        self.assertEqual(invoice.invoice_payment_term_id, terms)
        self.assertEqual(invoice.ref, "PO 77")
        self.assertEqual(invoice.partner_shipping_id, self.site.partner_id)

    def test_each_order_bills_its_own_line(self):
        sale = self._confirm_quotation(self.service_per_line, self.service_per_line)
        first, second = sale.order_line.fsm_order_id
        (first | second).action_complete()
        invoice = self._invoice_of(first)
        self.assertEqual(self._get_sold(invoice).sale_line_ids.fsm_order_id, first)
        self.assertEqual(second.billing_status, "to_invoice")

    def test_line_given_to_another_order_is_billed_there(self):
        sale = self._confirm_quotation(self.service_per_sale)
        order = sale.fsm_order_ids
        order.action_complete()
        other = self._create_order(hours=0, parts=0, sale_id=sale.id)
        self.assertEqual(other.billing_status, "nothing")
        sale.order_line.fsm_order_id = other
        self.assertEqual(order.billing_status, "nothing")
        self.assertEqual(other.billing_status, "to_invoice")

    def test_line_of_a_quotation_given_to_another_order_is_billed_there(self):
        sale = self._confirm_quotation(self.service_per_line, self.sold_at_once)
        order = sale.fsm_order_ids
        order.action_complete()
        self._invoice_of(order).action_post()
        other = self._create_order(hours=0, parts=0, sale_id=sale.id)
        sale.order_line[1].product_uom_qty = 2
        self.assertEqual(order.billing_status, "to_invoice")
        sale.order_line[1].fsm_order_id = other
        self.assertEqual(order.billing_status, "posted")
        self.assertEqual(other.billing_status, "to_invoice")

    def test_time_of_a_fixed_price_is_included(self):
        sale = self._confirm_quotation(self.service_per_sale)
        order = sale.fsm_order_ids
        self._log_hours(order, 2)
        order.action_complete()
        self.assertEqual(order.timesheet_ids.qty_to_bill, 0)
        self.assertEqual(self._invoice_of(order).amount_untaxed, 250.0)
        self._assert_everything_invoiced(order)

    def _assert_everything_invoiced(self, order):
        self.assertEqual(order.billing_status, "draft")
        with self.assertRaises(UserError):
            order.with_user(self.clerk).action_create_invoice()

    def test_completing_delivers_the_quotation_line(self):
        sale = self._confirm_quotation(self.service_per_line)
        self.assertEqual(sale.order_line.qty_to_invoice, 0)
        sale.fsm_order_ids.with_user(self.technician).action_complete()
        self.assertEqual(sale.order_line.qty_delivered, 1)
        self.assertEqual(sale.order_line.qty_to_invoice, 1)

    def test_time_that_follows_a_sale_line_is_billed_by_it(self):
        sale = self._confirm_quotation(self.sold_hours)
        order = self._create_order(hours=0, parts=0, sale_id=sale.id)
        timesheet = self._log_hours(order, 2)
        timesheet.so_line = sale.order_line
        self.assertEqual(timesheet.qty_to_bill, 0)
        self._assert_hours_sold(order)

    def test_time_that_follows_its_project_is_billed_by_its_line(self):
        sale = self._confirm_quotation(self.sold_hours)
        self.project.write(
            {
                "allow_billable": True,
                "partner_id": self.customer.id,
                "sale_line_id": sale.order_line.id,
            }
        )
        order = self._create_order(hours=2, parts=0, sale_id=sale.id)
        self.assertEqual(order.timesheet_ids.so_line, sale.order_line)
        self._assert_hours_sold(order)

    def test_part_of_the_quotation_is_billed_by_its_line(self):
        sale = self._confirm_quotation(self.service_per_sale, self.pump)
        order = sale.fsm_order_ids
        self.assertEqual(sale.picking_ids.fsm_order_id, order)
        self._validate(sale.picking_ids)
        order.action_complete()
        self.assertEqual(order.part_ids.product_id, self.pump)
        self.assertEqual(order.part_ids.qty_to_bill, 0)
        lines = self._product_lines(self._invoice_of(order))
        self.assertEqual(lines.mapped("quantity"), [1, 1])
        self.assertEqual(lines.sale_line_ids, sale.order_line)

    def test_return_of_a_part_of_the_quotation_is_credited_there(self):
        sale = self._confirm_quotation(self.service_per_sale, self.pump)
        order = sale.fsm_order_ids
        self._validate(sale.picking_ids)
        order.action_complete()
        back = self._return_part(order.part_ids)
        self.assertEqual(back.fsm_order_id, order)
        self.assertEqual(back.qty_to_bill, 0)
        self.assertEqual(sale.order_line.filtered("move_ids").qty_delivered, 0)

    def test_nothing_beyond_the_quotation(self):
        sale = self._confirm_quotation(self.service_per_line)
        order = sale.fsm_order_ids
        self._log_hours(order, 2)
        order.action_complete()
        sale.order_line.qty_delivered = 0
        self.assertEqual(order.billing_status, "nothing")
        with self.assertRaisesRegex(
            UserError,
            f"{order.name} is included in quotation {sale.name}, of which nothing",
        ):
            order.with_user(self.clerk).action_create_invoice()

    def test_extra_work_goes_to_the_invoice_address_of_the_quotation(self):
        bookkeeper = self.env["res.partner"].create({"name": "Bookkeeper"})
        sale = self._confirm_quotation(
            self.service_per_sale, partner_invoice_id=bookkeeper.id
        )
        self.site.bill_to_id = self.customer
        order = sale.fsm_order_ids
        order.action_complete()
        self.assertEqual(self._invoice_of(order).partner_id, bookkeeper)

    def test_extra_work_has_the_prices_of_the_quotation(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Agreed",
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "0_product_variant",
                            "product_id": self.labor.id,
                            "compute_price": "fixed",
                            "fixed_price": 48,
                        }
                    )
                ],
            }
        )
        sale = self._confirm_quotation(self.service_per_sale, pricelist_id=pricelist.id)
        order = sale.fsm_order_ids
        self._log_hours(order, 2, fsm_is_extra=True)
        order.action_complete()
        lines = self._product_lines(self._invoice_of(order))
        self.assertEqual(lines.mapped("price_unit"), [250, 48])

    def test_invoice_of_the_quotation_gives_the_order_its_status(self):
        sale = self._confirm_quotation(self.service_per_line)
        order = sale.fsm_order_ids
        self._log_hours(order, 2)
        order.action_complete()
        invoice = sale._create_invoices()
        self.assertEqual(order.billing_status, "draft")
        invoice.action_post()
        self.assertEqual(order.billing_status, "posted")
        self.assertEqual(invoice.fsm_order_ids, order)

    def test_billed_time_does_not_join_a_quotation_later(self):
        order = self._create_order(hours=2, parts=0)
        self._invoice(order)
        sale = self._confirm_quotation(self.sold_hours)
        self.project.write(
            {
                "allow_billable": True,
                "partner_id": self.customer.id,
                "sale_line_id": sale.order_line.id,
            }
        )
        self.assertFalse(order.timesheet_ids.so_line)
        self.assertEqual(sale.order_line.qty_delivered, 0)

    def test_billed_time_cannot_be_put_on_a_sale_line(self):
        order = self._create_order(hours=2, parts=0)
        self._invoice(order)
        sale = self._confirm_quotation(self.sold_hours)
        with self.assertRaisesRegex(UserError, "can't be changed or deleted"):
            order.timesheet_ids.so_line = sale.order_line

    def test_work_of_a_cancelled_quotation_is_billed_here(self):
        sale = self._confirm_quotation(self.service_per_line)
        order = sale.fsm_order_ids
        self._log_hours(order, 2)
        order.action_complete()
        self.assertEqual(order.timesheet_ids.qty_to_bill, 0)
        sale._action_cancel()
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertEqual(self._invoice(order).amount_untaxed, 2 * 60)
