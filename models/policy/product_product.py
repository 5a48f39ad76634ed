from odoo import api, models
from odoo.fields import Domain


class ProductProduct(models.Model):
    _inherit = "product.product"

    # --- Field service ---
    def _get_fsm_words(self, quantity, unit):
        """:return: how people say it: "1 Pump", "3 m Cable" """
        self.ensure_one()
        unit_id = self.env["ir.model.data"]._xmlid_to_res_id("uom.product_uom_unit")
        number = self.env["fsm.billing.source"]._format_billing_quantity(quantity)
        return " ".join(
            [number, *([] if unit.id == unit_id else [unit.name]), self.name]
        )

    @api.model
    def _get_fsm_service_domain(self):
        """:return: domain of the products that can bill hours and fees"""
        return Domain("type", "=", "service") & Domain("sale_ok", "=", True)

    def _is_fsm_service(self):
        """:return: True if this product can bill hours and fees"""
        self.ensure_one()
        return self.type == "service" and self.sale_ok

    def _is_fsm_usable_in(self, company):
        """:return: True if this product may stand on invoices of ``company``"""
        return bool(self) and (
            not self.company_id or self.company_id in company.parent_ids
        )
