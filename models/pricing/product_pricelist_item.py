from odoo import models


class ProductPricelistItem(models.Model):
    _inherit = "product.pricelist.item"

    def _get_fsm_rules_of_day(self, noon):
        """Choose between rules for the same thing that meet on a day.

        Where one follows another in the course of the day, noon decides.

        :return: these rules, in their order
        """
        at_noon = self.filtered(
            lambda rule: (
                (not rule.date_start or rule.date_start <= noon)
                and (not rule.date_end or rule.date_end >= noon)
            )
        )
        if at_noon == self:
            return self
        subjects = {rule._get_fsm_subject() for rule in at_noon}
        return self.filtered(
            lambda rule: rule in at_noon or rule._get_fsm_subject() not in subjects
        )

    def _get_fsm_subject(self):
        """:return: what this rule prices, and from which quantity on"""
        self.ensure_one()
        return (
            self.applied_on,
            self.categ_id,
            self.product_tmpl_id,
            self.product_id,
            self.min_quantity,
        )
