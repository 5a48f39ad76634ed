from odoo.fields import Command

from .preview_common import PreviewCommon


class PricesCommon(PreviewCommon):
    """Price lists of the customer, and the prices that its documents have."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # or customers have a price list until their record is read again
        cls.env.ref("base.group_user")._apply_group(
            cls.env.ref("product.group_product_pricelist")
        )

    def _create_pricelist(self, *rules, **values):
        """Give the customer a price list with these ``rules``; return it."""
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Contract",
                "currency_id": self.company.currency_id.id,
                "item_ids": [Command.create(rule) for rule in rules],
                **values,
            }
        )
        self.customer.property_product_pricelist = pricelist
        return pricelist

    def _fixed(self, product, price, **values):
        """:return: a rule of a price list: ``product`` has this ``price``"""
        return {
            "applied_on": "0_product_variant",
            "product_id": product.id,
            "compute_price": "fixed",
            "fixed_price": price,
            **values,
        }

    def _percent(self, percent, **values):
        """:return: a rule of a price list: ``percent`` off the sales price"""
        return {
            "applied_on": "3_global",
            "compute_price": "percentage",
            "percent_price": percent,
            **values,
        }

    def _post(self, order):
        """Bill what is open on ``order`` and confirm it; return the invoice."""
        invoice = self._create_invoice(order)
        invoice.action_post()
        return invoice

    def _prices_of(self, order):
        """:return: prices on the draft made of what is open on ``order``"""
        lines = self._product_lines(self._create_invoice(order))
        return lines.mapped("price_unit")
