from odoo import api, fields, models

from .fsm_order import BILLING_GROUP


class FsmOrder(models.Model):
    """What the next invoice of a service order will look like."""

    _inherit = "fsm.order"

    # --- Invoicing ---
    billing_preview = fields.Html(
        string="Next invoice",
        compute="_compute_billing_preview",
        sanitize=False,
        groups=BILLING_GROUP,
        help="The lines of the next invoice, in the customer's currency.",
    )

    # --- compute ---
    @api.depends("billing_status", "billing_policy_id", "bill_to_id", "is_invoiceable")
    def _compute_billing_preview(self):
        # sudo: prices come from records a biller may not read, such as timesheets of
        # others; the field itself is for billers only
        orders = self.sudo().filtered(
            lambda order: order.billing_status == "to_invoice"
        )
        priced = self.env["fsm.billing.pricing"].sudo()._price(orders)
        for order in self:
            terms, lines = priced.get(order.sudo(), (None, []))
            order.billing_preview = lines and self.env["ir.qweb"]._render(
                "fieldservice_invoicing.fsm_billing_preview",
                order._prepare_billing_preview(terms, lines),
            )

    def _prepare_billing_preview(self, terms, lines):
        """:return: values of the template that shows the next invoice"""
        pricing = self.env["fsm.billing.pricing"].sudo()
        untaxed = sum(line.subtotal for line in lines)
        total = sum(line.total for line in lines)
        sections = {}
        for line in lines:
            name, *details = pricing._get_line_name(line, terms).split("\n")
            sections.setdefault(pricing._get_heading(line), []).append(
                {"line": line, "name": name, "details": details}
            )
        return {
            "sections": sections,
            "currency": terms.currency,
            "is_discounted": any(line.discount for line in lines),
            "untaxed": untaxed,
            "tax": total - untaxed,
            "total": total,
        }
