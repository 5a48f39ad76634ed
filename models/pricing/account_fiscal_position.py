from odoo import api, models


class AccountFiscalPosition(models.Model):
    """Taxes go by where the work was done, where that is known."""

    _inherit = "account.fiscal.position"

    @api.model
    def _get_fiscal_position(self, partner, delivery=None):
        """Take a site whose country nobody wrote down for one at the customer's.

        To Odoo it is a place outside of all countries, and so abroad: without tax.
        """
        if delivery and delivery.fsm_location and not delivery.country_id:
            site = delivery.with_company(self.env.company)
            delivery = site if site.property_account_position_id else None
        return super()._get_fiscal_position(partner, delivery=delivery)
