from odoo import api, models
from odoo.tools import split_every


class FsmOrder(models.Model):
    """Orders that are too many for one invoice come on several."""

    _inherit = "fsm.order"

    @api.model
    def _group_for_invoices(self, priced):
        return [
            part
            for members in super()._group_for_invoices(priced)
            for part in self._split_for_invoices(members)
        ]

    @api.model
    def _split_for_invoices(self, members):
        """Part orders of one invoice by the strictest of their billing policies.

        :param list members: of PricedOrder
        :return: list of lists of PricedOrder; work that was done first comes first
            where there are several
        """
        limits = {each.order.billing_policy_id.max_orders for each in members} - {0}
        if not limits or len(members) <= min(limits):
            return [members]
        in_order = sorted(
            members, key=lambda each: (each.order._get_work_date(), each.order.id)
        )
        return list(split_every(min(limits), in_order, list))
