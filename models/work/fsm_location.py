from odoo import models


class FsmLocation(models.Model):
    """Sites whose stock location is changed: what was delivered stays so."""

    _inherit = "fsm.location"

    def write(self, vals):
        if vals.keys() & {"inventory_location_id", "parent_id"}:
            # what moved before goes by where the stock was then
            self.env["stock.move"].flush_model(["qty_recorded"])
        return super().write(vals)
