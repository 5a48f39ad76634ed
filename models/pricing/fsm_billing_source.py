from odoo import models


class FsmBillingSource(models.AbstractModel):
    """Work that has a price of its own."""

    _inherit = "fsm.billing.source"

    def _get_billing_price(self, terms):
        """Price this work by itself, where the price list does not.

        :return: price of one unit of the product as the invoice shows it, and ``""``
            or what stands in the way; or None for the price list
        """
        return None
