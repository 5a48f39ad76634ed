from odoo import fields, models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    # --- Invoicing ---
    fsm_labor_product_id = fields.Many2one(
        "product.product",
        string="Labor product",
        domain=[("type", "=", "service"), ("sale_ok", "=", True)],
        check_company=True,
        ondelete="restrict",
        groups="hr.group_hr_user",
        help="Bills the hours of this technician on service orders. Leave empty for "
        "the labor product of the order's type, or of the billing policy.",
    )
