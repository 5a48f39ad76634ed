from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    # --- Invoicing ---
    fsm_billing_policy_id = fields.Many2one(
        "fsm.billing.policy",
        string="Default billing policy",
        check_company=True,
        ondelete="restrict",
        groups="base.group_user",  # visitors of the website read companies
        help="Prices and prints the work of service orders.",
    )

    def write(self, vals):
        """Tax labor like other products, where the taxes come after the addon.

        A new database has no taxes yet when the addon brings its labor product.
        """
        if not vals.get("account_sale_tax_id"):
            return super().write(vals)
        companies = self.filtered(lambda company: not company.account_sale_tax_id)
        res = super().write(vals)
        # sudo: who sets up a company may not write products
        labor = self.sudo().env.ref(
            "fieldservice_invoicing.product_labor", raise_if_not_found=False
        )
        for company in companies if labor else ():
            if not labor.taxes_id._filter_taxes_by_company(company):
                labor.taxes_id += company.account_sale_tax_id
        return res
