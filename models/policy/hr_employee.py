from odoo import models

from .labor_product import labor_product_field


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    # --- Invoicing ---
    fsm_labor_product_id = labor_product_field(
        check_company=True, groups="hr.group_hr_user"
    )
