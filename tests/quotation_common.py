from odoo.fields import Command

from .common import InvoicingCommon


class QuotationCommon(InvoicingCommon):
    """Products sold in quotations, and service orders made from them."""

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
        cls.sold_at_once = cls._create_product(
            name="Plan of the building",
            type="service",
            lst_price=500.0,
            invoice_policy="order",
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

    def _get_sold(self, invoice):
        """Return the lines of ``invoice`` that bill the quotation."""
        return invoice.invoice_line_ids.filtered("sale_line_ids")

    def _invoice_of(self, order):
        """Press Create invoice as the clerk; return the draft, quotation or not."""
        before = order.invoice_ids
        order.with_user(self.clerk).action_create_invoice()
        return (order.invoice_ids - before).with_user(self.clerk)

    def _pay_in_advance(self, sale, total, **values):
        """Invoice a down payment of ``total``, tax included, and post it."""
        before = sale.invoice_ids
        self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(sale.ids)],
                "advance_payment_method": "fixed",
                "fixed_amount": total,
                **values,
            }
        ).create_invoices()
        invoice = sale.invoice_ids - before
        invoice.action_post()
        return invoice
