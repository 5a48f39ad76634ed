from odoo import api, fields, models


class FsmBillingPolicy(models.Model):
    """Whether hours are billed as logged, or once somebody has approved them."""

    _inherit = "fsm.billing.policy"

    is_approval_needed = fields.Boolean(
        string="Bill approved hours only",
        help="Hours wait until a foreman approves them under Invoicing > Hours to "
        "approve.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        policies.filtered("is_approval_needed")._read_approvals()
        return policies

    def write(self, vals):
        if "is_approval_needed" not in vals:
            return super().write(vals)
        is_needed = bool(vals["is_approval_needed"])
        turned = self.filtered(lambda policy: policy.is_approval_needed != is_needed)
        res = super().write(vals)
        if turned:
            turned._read_approvals()
            # sudo: hours of all technicians
            self.env["account.analytic.line"].sudo()._fsm_wait_again(turned)
        return res

    def _read_approvals(self):
        """Read what another module approved, maybe before this one was there."""
        # sudo: hours of all technicians
        lines = self.env["account.analytic.line"].sudo()
        policies = self.filtered("is_approval_needed")
        if policies and lines._get_fsm_approval_field():
            found = lines.search(
                [("fsm_order_id.billing_policy_id", "in", policies.ids)]
            )
            self.env.add_to_compute(lines._fields["fsm_is_approved"], found)
            found.modified(["fsm_is_approved"])
