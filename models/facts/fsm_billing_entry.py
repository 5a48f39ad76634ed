from odoo import models


class FsmBillingEntry(models.Model):
    """A module that adds a kind of work extends the ledger: it is watched from then."""

    _inherit = "fsm.billing.entry"

    def init(self):
        res = super().init()
        self.pool.post_init(self.env["fsm.billing.watch"]._begin)
        return res
