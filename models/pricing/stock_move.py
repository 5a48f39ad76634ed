from odoo import api, models


class StockMove(models.Model):
    """Parts that the billing policy prices by cost, and parts that are netted."""

    _inherit = "stock.move"

    # --- hooks of the billing source ---
    @api.model
    def _get_open_depends(self):
        return super()._get_open_depends() + ["product_id", "billing_mode"]

    def _get_billing_price(self, terms):
        if terms.policy.parts_pricing != "cost":
            return None
        cost = self._get_first_delivery()._get_unit_cost()
        currency = terms.company.currency_id
        if currency.is_zero(cost):
            return 0.0, self.env._(
                "%(product)s has no cost, and the billing policy prices parts by it. "
                "Set its cost, or choose another billing policy, then press Create "
                "invoice again.",
                product=self.product_id.display_name,
            )
        price = currency._convert(
            cost * (1 + terms.policy.parts_markup / 100),
            terms.currency,
            terms.company,
            self._get_billing_date(),
            round=False,
        )
        pricing = self.env["fsm.billing.pricing"]
        return pricing._add_included_taxes(self.product_id, price, terms), ""

    def _get_unit_cost(self):
        """:return: what one of the product cost when it was delivered, without tax

        In the company's currency and the product's own unit; today's cost where the
        delivery has no value.
        """
        self.ensure_one()
        product = self.product_id.with_company(self.company_id)
        # consigned pieces are not ours, and have no value
        quantity = self._get_valued_qty()
        if quantity and not self.company_id.currency_id.is_zero(self.value):
            return abs(self.value) / quantity
        return product.standard_price
