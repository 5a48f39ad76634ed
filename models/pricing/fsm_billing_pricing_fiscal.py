from odoo import api, models

from ...tools.host_methods import is_answered_by

#: what Odoo chooses a fiscal position by
POSITION_METHODS = (
    "_get_fiscal_position",
    "_get_first_matching_fpos",
    "_get_fpos_validation_functions",
)


class FsmBillingPricing(models.AbstractModel):
    _inherit = "fsm.billing.pricing"

    # --- fiscal positions ---
    @api.model
    def _get_fiscal_positions(self, orders):
        """Ask Odoo once for all customers and sites that it can't tell apart.

        Odoo searches the positions again for each customer, also in a list. Where
        another module has a say, it is asked for each pair of them.

        :return: dict order -> ``account.fiscal.position``
        """
        result = {}
        for company, company_orders in orders.grouped("company_id").items():
            Position = self.env["account.fiscal.position"].with_company(company)
            domain = Position._check_company_domain(company)
            by_zip = bool(
                Position.search([*domain, ("zip_from", "!=", False)], limit=1)
            )
            is_known = is_answered_by(Position, POSITION_METHODS, ["account"])
            found = {}
            for order in company_orders:
                pair = (order.bill_to_id, order.location_id.partner_id)
                key = pair
                if is_known:
                    key = tuple(
                        self._get_fiscal_key(partner, company, by_zip)
                        for partner in pair
                    )
                if key not in found:
                    found[key] = Position._get_fiscal_position(pair[0], pair[1])
                result[order] = found[key].with_env(self.env)
        return result

    @api.model
    def _get_fiscal_key(self, partner, company, by_zip):
        """Say what Odoo itself goes by.

        :param by_zip: whether a fiscal position goes by zip codes
        :return: what partners have in common that get the same fiscal position
        """
        return (
            bool(partner),
            partner.with_company(company).property_account_position_id,
            partner.country_id,
            partner.state_id,
            partner.zip if by_zip else False,
            (partner.vat or "")[:2],
            bool(partner) and partner._get_vat_required_valid(company=company),
        )
