from odoo import api, models


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    @api.model
    def _get_elsewhere_paths(self):
        return [*super()._get_elsewhere_paths(), "timesheet_invoice_id"]
