from odoo import api, fields, models


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

    # --- compute ---
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
        sale = self._get_quotation()
        quoted = self._get_lines_quoted()
        lines = sale._get_invoiceable_lines(final=True) if quoted else quoted
        lines = lines.filtered(
            lambda line: line.display_type or (line in quoted and line.id not in taken)
        )
        billing = lines.filtered(
            lambda line: not line.display_type and not line.is_downpayment
        )
        return lines if billing else lines.browse()

    def _get_labor_quoted(self):
        """:return: the lines of the quotation that include the time on this order"""
        self.ensure_one()
        agreed = self.sale_id.order_line.filtered(
            lambda line: line.fsm_order_id == self and line.product_id.type == "service"
        )
        return self.sale_line_id | agreed
