from odoo import api, models

from ...tools.groups import BILLING_GROUP, SALE_GROUPS, TERMS_GROUPS


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    def write(self, vals):
        attached = self.browse()
        if vals.get("fsm_order_id") and not self.env.su:
            attached = self.filtered(lambda line: not line.fsm_order_id)
        res = super().write(vals)
        # what was said while the time was on no order counts from now on
        attached._check_billing_choices()
        return res

    def copy_data(self, default=None):
        """Leave out what was chosen for this time by others than who copies it."""
        refused = self._get_choices_refused()
        return [
            {name: value for name, value in vals.items() if name not in refused}
            for vals in super().copy_data(default)
        ]

    @api.model
    def _get_billing_choices(self):
        return {
            **super()._get_billing_choices(),
            "fsm_is_extra": TERMS_GROUPS,
            "fsm_labor_product_id": TERMS_GROUPS,
            "is_so_line_edited": SALE_GROUPS,
            "so_line": SALE_GROUPS,
            "timesheet_invoice_id": BILLING_GROUP,
        }

    def _is_choice_guarded(self, name, vals):
        # without a service order, sale lines are Odoo's own business
        return name not in ("is_so_line_edited", "so_line") or bool(
            vals.get("fsm_order_id") or self.sudo().fsm_order_id
        )

    def _is_usual(self, name):
        if name != "so_line":
            return super()._is_usual(name)
        by_project = (
            self.project_id.allow_billable and self._timesheet_determine_sale_line()
        )
        usual = by_project or self.fsm_order_id._get_hours_sold()
        return not self.so_line or self.so_line == usual
