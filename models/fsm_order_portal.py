from odoo import models


class FsmOrder(models.Model):
    """A service order as the customer who is billed for it sees it."""

    _inherit = "fsm.order"

    # --- portal ---
    def _get_portal_site(self):
        """:return: name and town of the site, as the customer knows it"""
        self.ensure_one()
        site = self.location_id
        return ", ".join(filter(None, [site.name, site.city]))

    def _get_report_base_filename(self):
        self.ensure_one()
        return self.env._("Service report %(order)s", order=self.name)
