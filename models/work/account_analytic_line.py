from odoo import api, fields, models
from odoo.tools import format_date

from ...tools.groups import BILLING_GROUP
from ..policy.labor_product import labor_product_field


class AccountAnalyticLine(models.Model):
    _name = "account.analytic.line"
    _inherit = ["account.analytic.line", "fsm.billing.source"]

    _billing_entry_field = "timesheet_id"
    _billing_order_field = "timesheet_ids"
    _billing_section = "labor"
    _billing_sequence = 10
    _is_billing_time = True
    fsm_order_id = fields.Many2one(index="btree_not_null")
    fsm_labor_product_id = labor_product_field(string="Billed as", check_company=True)
    fsm_is_extra = fields.Boolean(
        string="Extra work",
        help="On an order from a quotation: this time is beyond what was agreed there, "
        "and is billed as well.",
    )
    fsm_sold_by_id = fields.Many2one(
        "sale.order.line",
        string="Sold by",
        copy=False,
        readonly=True,
        ondelete="set null",
        help="The sale order line that somebody had chosen for this time before it was "
        "marked as extra work.",
    )
    billing_entry_ids = fields.One2many(
        "fsm.billing.entry",
        "timesheet_id",
        string="Billing entries",
        groups=BILLING_GROUP,  # or reading all fields fails for everybody else
    )

    @api.depends("unit_amount", "fsm_order_id", "project_id")
    def _compute_qty_recorded(self):
        for line in self:
            is_timesheet = line.fsm_order_id and line.project_id
            line.qty_recorded = line.unit_amount if is_timesheet else 0.0

    @api.depends(
        "so_line.state",
        "so_line.qty_invoiced",
        "fsm_is_extra",
        "fsm_order_id.sale_line_id.state",
        "fsm_order_id.sale_line_id.qty_invoiced",
        "fsm_order_id.sale_id.order_line.state",
        "fsm_order_id.sale_id.order_line.qty_invoiced",
        "fsm_order_id.sale_id.order_line.fsm_order_id",
        "fsm_order_id.sale_id.order_line.product_id.type",
    )
    def _compute_is_billed_elsewhere(self):
        return super()._compute_is_billed_elsewhere()

    @api.depends(
        "fsm_is_extra",
        "fsm_order_id.sale_id.order_line.fsm_order_id",
        "fsm_order_id.sale_id.order_line.state",
        "fsm_order_id.sale_line_id.state",
    )
    def _compute_so_line(self):
        # what is beyond the quotation is not delivered on it either
        extra = self.filtered(lambda line: line.fsm_is_extra and line._is_not_billed())
        extra.so_line = False
        others = self - extra
        res = super(AccountAnalyticLine, others)._compute_so_line()
        # hours that the order was sold by are delivered by its time, or nobody bills it
        for line in others.filtered(
            lambda line: (
                line.fsm_order_id
                and not line.so_line
                and not line.is_so_line_edited
                and line._is_not_billed()
            )
        ):
            line.so_line = line.fsm_order_id._get_hours_sold()
        return res

    # --- write ---
    def write(self, vals):
        if "fsm_is_extra" in vals and "so_line" not in vals:
            for line in self:
                line._set_extra(bool(vals["fsm_is_extra"]))
        return super().write(vals)

    def _set_extra(self, is_extra):
        """Keep the sale line that somebody chose, for when this was a mistake."""
        self.ensure_one()
        if is_extra and not self.fsm_is_extra and self.is_so_line_edited:
            # sudo: a note of ours, which nobody else writes
            self.sudo().fsm_sold_by_id = self.so_line
        elif not is_extra and self.fsm_sold_by_id:
            sold_by = self.fsm_sold_by_id
            # sudo: a note of ours, which nobody else writes
            self.sudo().fsm_sold_by_id = False
            self.write({"fsm_is_extra": False, "so_line": sold_by.id})

    # --- guards ---
    @api.model
    def _get_host_numbers(self):
        return (*super()._get_host_numbers(), "unit_amount")

    def _is_not_billed(self):
        """Freeze sale line, project and partner of billed time, as core does."""
        return super()._is_not_billed() and not self.sudo().qty_billed

    def _get_timesheets_to_merge(self):
        """Keep billed time out of a merge, which would delete it."""
        lines = super()._get_timesheets_to_merge()
        return lines.filtered(lambda line: not line.sudo().qty_billed)

    def _get_billing_protected_fields(self):
        return super()._get_billing_protected_fields() + [
            "unit_amount",
            "product_uom_id",
            "product_id",
            "fsm_labor_product_id",
            "fsm_is_extra",
            "employee_id",
            "date",
            "project_id",
            "so_line",
            "timesheet_invoice_id",
        ]

    # --- hooks of the billing source ---
    def _get_quotation_lines(self):
        # An order made from lines of a quotation *is* those lines: its time is
        # included in the price agreed, unless somebody says that it is extra work.
        # Other time follows its own sale line.
        if self.fsm_is_extra or not self.fsm_order_id:
            return self.so_line  # of an invoice that Odoo made
        return self.so_line | self.fsm_order_id._get_labor_quoted()

    def _get_billing_label(self):
        return self.env._(
            "The time of %(technician)s on %(date)s",
            technician=self.employee_id.name or self.user_id.name or self.name,
            date=format_date(self.env, self.date),
        )

    def _get_history_advice(self):
        return self.env._(
            "To keep it off the next invoice, set its hours to zero, or have it set to "
            "Not billed on the service order."
        )

    def _get_billing_subject(self):
        return self.employee_id or self.user_id or self

    def _get_billing_words(self, quantity):
        hours = self._convert_billing_quantity(
            quantity, self.env.ref("uom.product_uom_hour")
        )
        return self.env._(
            "%(hours)s h of %(technician)s",
            hours=self._format_billing_quantity(hours),
            technician=self.employee_id.name or self.user_id.name or self.name,
        )

    @api.model
    def _get_billing_heading(self):
        return self.env._("Labor")

    @api.model
    def _get_price_depends(self):
        return super()._get_price_depends() + ["fsm_labor_product_id", "date"]

    @api.model
    def _get_open_depends(self):
        names = ["billing_mode", "employee_id", "fsm_labor_product_id"]
        return super()._get_open_depends() + names

    def _is_likely_of(self, work):
        return self._get_billing_subject() == work._get_billing_subject()

    def _get_netting_key(self):
        return (self._get_product_alike(),)

    def _is_alike(self, other):
        return bool(self.qty_recorded)

    def _is_entry_alike(self, entry):
        is_own = entry.order_id == self.fsm_order_id._origin
        return is_own or super()._is_entry_alike(entry)

    def _get_entry_rank(self, entry):
        is_own, is_same_mode, number = super()._get_entry_rank(entry)
        return (
            is_own,
            entry.move_line_id.product_id == self._get_product_alike(),
            is_same_mode,
            entry.timesheet_id.employee_id == self.employee_id,
            number,
        )

    def _sort_for_billing(self):
        return self.sorted(lambda line: (line.date, line.id))

    def _get_billing_product(self, policy):
        products = (
            self.fsm_labor_product_id,
            self.employee_id.fsm_labor_product_id,
            # types are shared between companies
            self.fsm_order_id.type.labor_product_id,
            policy.labor_product_id,
        )
        company = self.fsm_order_id.company_id
        usable = (product for product in products if product._is_fsm_usable_in(company))
        return next(usable, products[-1].browse())

    def _get_product_problem(self, product, policy):
        if not policy and not product:
            return self.env._(
                "The service order has no billing policy. Choose one on its "
                "Billing tab, then press Create invoice again."
            )
        if not product:
            return self.env._(
                "Billing policy %(policy)s has no labor product. Choose one under "
                "Field Service > Configuration > Billing policies, then press "
                "Create invoice again.",
                policy=policy.display_name,
            )
        if not product._is_fsm_service():
            return self.env._(
                "%(product)s can't bill hours: a labor product is a service that can "
                "be sold. Correct it, or choose another labor product, then press "
                "Create invoice again.",
                product=product.display_name,
            )
        return super()._get_product_problem(product, policy)

    def _get_billing_unit(self):
        return self.product_uom_id or self.company_id.project_time_mode_id

    def _get_billing_date(self):
        return self.date

    def _get_billing_employee(self):
        return self.employee_id
