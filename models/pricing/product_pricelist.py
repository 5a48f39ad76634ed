from datetime import datetime, time

import pytz

from odoo import models


class ProductPricelist(models.Model):
    """Prices of the day of work, which is the whole day on site.

    Odoo's price lists are valid from one moment to another; work is dated by the day.
    A rule that is valid at some time of that day, on site, is one of that day.
    """

    _inherit = "product.pricelist"

    def _get_applicable_rules(self, products, date, **kwargs):
        """:param kwargs: ``fsm_zone``: name of the time zone that the ``date`` is in"""
        zone = kwargs.get("fsm_zone")
        if not zone:
            return super()._get_applicable_rules(products, date, **kwargs)
        # Odoo takes a date for the whole day in the time zone of the context
        there = self.with_context(tz=zone)
        rules = super(ProductPricelist, there)._get_applicable_rules(
            products, date, **kwargs
        )
        noon = pytz.timezone(zone).localize(datetime.combine(date, time(12)))
        noon = noon.astimezone(pytz.utc).replace(tzinfo=None)
        return rules.with_env(self.env)._get_fsm_rules_of_day(noon)
