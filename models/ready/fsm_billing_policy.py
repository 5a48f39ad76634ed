from odoo import fields, models


class FsmBillingPolicy(models.Model):
    """What has to be there before an order is invoiced."""

    _inherit = "fsm.billing.policy"

    # --- Before it is invoiced ---
    is_reference_required = fields.Boolean(
        string="Customer's order number",
        help="An order without a customer reference is to be checked.",
    )
    is_reference_apart = fields.Boolean(
        string="One order number on an invoice",
        help="Orders with different customer references come on invoices of their own, "
        "whatever is put on one invoice otherwise.",
    )
    is_signature_required = fields.Boolean(
        string="Customer's signature",
        help="An order that the customer did not sign is to be checked.",
    )
    is_report_required = fields.Boolean(
        string="Intervention report",
        help="An order whose intervention report is empty is to be checked.",
    )
    is_photo_required = fields.Boolean(
        string="Photos",
        help="An order without a photo that the customer may see is to be checked.",
    )
    is_limit_checked = fields.Boolean(
        string="Agreed maximum",
        help="An order that comes to more than the maximum agreed on it is to be "
        "checked: before tax, with what was invoiced before.",
    )
    amount_to_check = fields.Float(
        string="Look at amounts over",
        digits="Product Price",
        help="An order whose next invoice comes to more is to be checked: before tax, "
        "in the company's currency. Leave at zero to look at none.",
    )

    def write(self, vals):
        res = super().write(vals)
        checks = self.env["fsm.billing.examination"]._get_checks().values()
        if not vals.keys().isdisjoint({check.switch for check in checks} - {""}):
            # sudo: whoever sets up policies may not see every order
            self.env["fsm.order"].sudo().search(
                [
                    ("billing_policy_id", "in", self.ids),
                    ("billing_status", "=", "to_invoice"),
                ]
            )._mark_for_examination()
        return res
