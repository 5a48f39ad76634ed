from odoo.fields import Command

from .common import InvoicingCommon


class QuotationCommon(InvoicingCommon):
    """Products sold in quotations, and service orders made from them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service_per_line = cls._create_service(
            "Yearly service",
            300.0,
            invoice_policy="delivery",
            field_service_tracking="line",
        )
        cls.service_per_sale = cls._create_service(
            "Repair", 250.0, invoice_policy="order", field_service_tracking="sale"
        )
        cls.sold_at_once = cls._create_service(
            "Plan of the building", 500.0, invoice_policy="order"
        )
        cls.sold_hours = cls._create_service(
            "Hours sold",
            80.0,
            uom_id=cls.env.ref("uom.product_uom_hour").id,
            invoice_policy="delivery",
            service_type="timesheet",
        )

    def _get_sold(self, invoice):
        """Return the lines of ``invoice`` that bill the quotation."""
        return invoice.invoice_line_ids.filtered("sale_line_ids")

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
