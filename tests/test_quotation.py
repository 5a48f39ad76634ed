from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestQuotation(InvoicingCommon):
    """What a quotation bills is billed from there, and only the rest from here."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        taxes = [Command.set(cls.tax_sale_a.ids)]
        cls.service_per_line = cls._create_product(
            name="Yearly service",
            type="service",
            lst_price=300.0,
            invoice_policy="delivery",
            field_service_tracking="line",
            taxes_id=taxes,
        )
        cls.service_per_sale = cls._create_product(
            name="Repair",
            type="service",
            lst_price=250.0,
            invoice_policy="order",
            field_service_tracking="sale",
            taxes_id=taxes,
        )
        cls.sold_hours = cls._create_product(
            name="Hours sold",
            type="service",
            lst_price=80.0,
            uom_id=cls.env.ref("uom.product_uom_hour").id,
            invoice_policy="delivery",
            service_type="timesheet",
            taxes_id=taxes,
        )

    def _confirm_quotation(self, *products, **values):
        sale = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "fsm_location_id": self.site.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": 1})
                    for product in products
                ],
                **values,
            }
        )
        sale.action_confirm()
        sale.fsm_order_ids.write(
            {"project_id": self.project.id, "warehouse_id": self.warehouse.id}
        )
        return sale

    def _assert_billed_by(self, sale, order):
        """Check that the order has nothing to invoice, and why."""
        self.assertEqual(order.billing_status, "nothing")
        with self.assertRaisesRegex(
            UserError,
            f"{order.name} is part of quotation {sale.name}, and is invoiced from",
        ):
            order.with_user(self.clerk).action_create_invoice()

    def test_order_of_a_quotation_line_is_billed_there(self):
        sale = self._confirm_quotation(self.service_per_line)
        order = sale.fsm_order_ids
        self._log_hours(order, 2)
        order.action_complete()
        self.assertEqual(order.sale_line_id, sale.order_line)
        self.assertEqual(order.timesheet_ids.qty_to_bill, 0)
        self._assert_billed_by(sale, order)

    def test_completing_delivers_the_quotation_line(self):
        sale = self._confirm_quotation(self.service_per_line)
        self.assertEqual(sale.order_line.qty_to_invoice, 0)
        sale.fsm_order_ids.with_user(self.technician).action_complete()
        self.assertEqual(sale.order_line.qty_delivered, 1)
        self.assertEqual(sale.order_line.qty_to_invoice, 1)

    def test_time_that_follows_a_sale_line_is_billed_there(self):
        sale = self._confirm_quotation(self.sold_hours)
        order = self._create_order(hours=0, parts=0, sale_id=sale.id)
        timesheet = self._log_hours(order, 2)
        timesheet.so_line = sale.order_line
        self.assertEqual(timesheet.qty_to_bill, 0)
        self._assert_billed_by(sale, order)

    def test_time_that_follows_its_project_is_billed_there(self):
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
        self._assert_billed_by(sale, order)

    def test_part_of_the_quotation_is_billed_there(self):
        sale = self._confirm_quotation(self.service_per_sale, self.pump)
        order = sale.fsm_order_ids
        self.assertEqual(sale.picking_ids.fsm_order_id, order)
        self._validate(sale.picking_ids)
        order.action_complete()
        self.assertEqual(order.part_ids.product_id, self.pump)
        self.assertEqual(order.part_ids.qty_to_bill, 0)
        self._assert_billed_by(sale, order)

    def test_return_of_a_part_of_the_quotation_is_credited_there(self):
        sale = self._confirm_quotation(self.service_per_sale, self.pump)
        order = sale.fsm_order_ids
        self._validate(sale.picking_ids)
        order.action_complete()
        back = self._return_part(order.part_ids)
        self.assertEqual(back.fsm_order_id, order)
        self.assertEqual(back.qty_to_bill, 0)
        self.assertEqual(sale.order_line.filtered("move_ids").qty_delivered, 0)

    def test_extra_work_is_billed_here(self):
        sale = self._confirm_quotation(self.service_per_sale, self.pump)
        order = sale.fsm_order_ids
        self._validate(sale.picking_ids)
        self._log_hours(order, 2)
        self._use_part(order, 3)
        order.action_complete()
        self.assertEqual(order.billing_status, "to_invoice")
        lines = self._product_lines(self._invoice(order))
        self.assertEqual(lines.mapped("quantity"), [2, 3])
        self.assertEqual(lines.product_id, self.labor | self.pump)

    def test_extra_work_goes_to_the_invoice_address_of_the_quotation(self):
        bookkeeper = self.env["res.partner"].create({"name": "Bookkeeper"})
        sale = self._confirm_quotation(
            self.service_per_sale, partner_invoice_id=bookkeeper.id
        )
        self.site.bill_to_id = self.customer
        order = sale.fsm_order_ids
        self._log_hours(order, 2)
        order.action_complete()
        self.assertEqual(self._invoice(order).partner_id, bookkeeper)

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
        self._log_hours(order, 2)
        order.action_complete()
        self.assertEqual(self._product_lines(self._invoice(order)).price_unit, 48)

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
        self.assertEqual(order.billing_status, "nothing")
        sale._action_cancel()
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertEqual(self._invoice(order).amount_untaxed, 2 * 60)
