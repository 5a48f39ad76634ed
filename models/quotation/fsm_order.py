from odoo import api, fields, models

from ...tools.groups import BILLING_GROUP


class FsmOrder(models.Model):
    """The approved quotation behind a service order, billed on the same invoice."""

    _inherit = "fsm.order"

    # --- Invoicing ---
    customer_reference = fields.Char(
        string="Customer reference",
        compute="_compute_customer_reference",
        store=True,
        readonly=False,
        precompute=True,
        help="The customer's own number of this job, such as his purchase order. "
        "Printed on the invoice.",
    )
    has_quotation = fields.Boolean(
        compute="_compute_has_quotation",
        help="This order comes from a quotation, which includes its hours.",
    )
    down_payment_left = fields.Char(
        compute="_compute_down_payment_left",
        compute_sudo=True,  # who bills service orders may not read sales
        groups=BILLING_GROUP,
        help="What of the down payments of the quotation no invoice has deducted yet.",
    )

    # --- compute ---
    @api.depends(
        "sale_id.fsm_down_payment_left", "sale_line_id.order_id.fsm_down_payment_left"
    )
    def _compute_down_payment_left(self):
        for order in self:
            order.down_payment_left = order._get_quotation().fsm_down_payment_left

    @api.depends("sale_id", "sale_line_id")
    def _compute_has_quotation(self):
        for order in self:
            order.has_quotation = bool(order.sale_id or order.sale_line_id)

    @api.depends("sale_id.client_order_ref", "sale_line_id.order_id.client_order_ref")
    def _compute_customer_reference(self):
        for order in self:
            typed = order.customer_reference
            if typed and order.is_reference_chosen:
                order.customer_reference = typed
            else:
                quoted = order._get_value_by_rule("customer_reference")
                order.customer_reference = quoted or typed

    # --- write ---
    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._refresh_down_payments()
        return orders

    def write(self, vals):
        is_sold_anew = bool(vals.keys() & {"sale_id", "sale_line_id"})
        left = self._get_sales() if is_sold_anew else None
        res = super().write(vals)
        if is_sold_anew:
            self._refresh_down_payments(left)
        return res

    def unlink(self):
        left = self._get_sales()
        res = super().unlink()
        self.browse()._refresh_down_payments(left)
        return res

    def _get_sales(self):
        """:return: all sales that these orders are linked to, as superuser"""
        # sudo: who makes service orders may not read sales
        orders = self.sudo()
        return orders.sale_id | orders.sale_line_id.order_id

    def _refresh_down_payments(self, left=None):
        """Reckon anew what is left of the down payments of the sales of these orders.

        By our rule, also where they were made before the order.

        :param left: sales that orders have left: by Odoo's rule if there are no others
        """
        sales = self._get_sales()
        if left:
            sales |= left
        advances = sales.order_line.filtered("is_downpayment")
        # what is made of the invoices, and what is made of that
        advances.modified(["invoice_lines"])

    # --- business ---
    def _get_quotation(self):
        """:return: the sale order of this service order, confirmed or not"""
        self.ensure_one()
        return self.sale_line_id.order_id or self.sale_id

    def _get_lines_quoted(self):
        """:return: the lines of the approved quotation that this order bills

        Lines made into another service order are billed there.
        """
        self.ensure_one()
        sale = self._get_quotation()
        if sale.state != "sale":
            return sale.order_line.browse()
        return sale.order_line.filtered(
            lambda line: not line.fsm_order_id or line.fsm_order_id == self
        )

    def _get_lines_quoted_open(self, taken=()):
        """Say what of the quotation is to be invoiced now, by Odoo's own rules.

        Down payments come last; they are deducted, and never billed alone.

        :param taken: ids of lines that another order bills at the same time
        :return: ``sale.order.line`` recordset
        """
        self.ensure_one()
        lines = self._get_lines_quoted_invoiceable(taken)
        # a down payment that was credited after it had been deducted is billed
        billing = lines.filtered(
            lambda line: (
                not line.display_type
                and (not line.is_downpayment or line.qty_to_invoice > 0)
            )
        )
        return lines if billing else lines.browse()

    def _get_down_payments_open(self, taken=()):
        """:return: the down payments of the quotation that are not deducted, or billed

        They are deducted from extra work, too, where nothing of the quotation is open.
        """
        self.ensure_one()
        return self._get_lines_quoted_invoiceable(taken).filtered(
            lambda line: line.is_downpayment and not line.display_type
        )

    def _get_lines_quoted_invoiceable(self, taken):
        sale = self._get_quotation()
        quoted = self._get_lines_quoted()
        lines = sale._get_invoiceable_lines(final=True) if quoted else quoted
        return lines.filtered(
            lambda line: line.display_type or (line in quoted and line.id not in taken)
        )

    def _get_labor_quoted(self):
        """:return: the lines of the quotation that include the time on this order"""
        self.ensure_one()
        agreed = self.sale_id.order_line.filtered(
            lambda line: line.fsm_order_id == self and line.product_id.type == "service"
        )
        return self.sale_line_id | agreed

    def _get_hours_sold(self):
        """:return: the line of the quotation that is delivered by time on this order"""
        self.ensure_one()
        lines = self._get_labor_quoted().filtered(
            lambda line: (
                line.state == "sale" and line.qty_delivered_method == "timesheet"
            )
        )
        return lines if len(lines) == 1 else lines.browse()

    def _get_services_undelivered(self):
        """:return: services of the quotations of these orders that wait for somebody

        They are invoiced by what is delivered, which nobody has said yet.
        """
        return self.env["sale.order.line"].union(
            *(
                order._get_lines_quoted().filtered(
                    lambda line: (
                        line.product_id.type == "service"
                        and line.product_id.invoice_policy == "delivery"
                        and not line.qty_delivered
                        and line.product_uom_qty
                    )
                )
                for order in self
            )
        )
