from collections import defaultdict

from odoo import models

from ...tools.tolerance import NOISE


class FsmBillingSource(models.AbstractModel):
    """Work that was taken back before it was billed, and comes to nothing.

    5 hours and -5 hours are nothing to invoice, and no invoice of zero. They stay open,
    and are billed with what is recorded later of the same.
    """

    _inherit = "fsm.billing.source"

    def _get_netting_key(self):
        """:return: what work has in common that takes each other back; None if it
        takes nothing back
        """
        return None

    def _filter_open(self):
        return super()._filter_open()._leave_out_netted()

    def _leave_out_netted(self):
        """:return: those of these open sources, of one order, that come to something"""
        if not any(source.qty_to_bill < 0 for source in self):
            return self
        firsts = {}
        sums = defaultdict(float)
        for source in self:
            key = source._get_netting_key() or source
            first = firsts.setdefault(key, source)
            sums[key] += source._convert_billing_quantity(
                source.qty_to_bill, first._get_billing_unit()
            )
        return self.filtered(
            lambda source: abs(sums[source._get_netting_key() or source]) > NOISE
        )
