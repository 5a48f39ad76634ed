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
    is_reference_chosen = fields.Boolean(
        copy=False,
        readonly=True,
        help="Somebody typed the customer's reference: it is no more the quotation's.",
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

    @api.depends(
        "sale_id.partner_invoice_id", "sale_line_id.order_id.partner_invoice_id"
    )
    def _compute_bill_to_id(self):
        return super()._compute_bill_to_id()

    @api.depends(
        "sale_id.partner_invoice_id", "sale_line_id.order_id.partner_invoice_id"
    )
    def _compute_bill_to_hint(self):
        return super()._compute_bill_to_hint()

    # --- onchange ---
    @api.onchange("customer_reference")
    def _onchange_customer_reference(self):
        self.is_reference_chosen = bool(self._filter_otherwise("customer_reference"))

    # --- what a quotation says of who pays ---
    @api.model
    def _get_billing_terms(self):
        return [*super()._get_billing_terms(), "sale_id", "sale_line_id"]

    @api.model
    def _get_choice_flags(self):
        return {
            **super()._get_choice_flags(),
            "customer_reference": "is_reference_chosen",
        }

    def _get_value_by_rule(self, name):
        if name == "customer_reference":
            return self._get_quotation().client_order_ref
        return super()._get_value_by_rule(name)

    def _get_bill_to_by_rule(self):
        quotation = self._get_quotation()
        return quotation.partner_invoice_id or super()._get_bill_to_by_rule()

    def _ask_site(self):
        # where a quotation says who pays, the site does not
        site = super()._ask_site()
        return site.browse() if self._get_quotation().partner_invoice_id else site

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
