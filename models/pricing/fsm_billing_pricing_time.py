from odoo import api, models

from ...tools.tolerance import NOISE
from .values import BillingTime


class FsmBillingPricing(models.AbstractModel):
    """Time, rounded as the billing policy says."""

    _inherit = "fsm.billing.pricing"

    @api.model
    def _round_time(self, order, items, terms):
        """Round the time among ``items`` up as the policy says.

        What stands on invoices counts: one minimum covers a day, however often its
        hours are invoiced. 1 and 0.5 hours with a minimum of 2 print 2 and 0; is the
        first invoice credited to be billed again, it prints 2 again. Was it lowered to
        1.5 by hand, the next one prints the 0.5 that is missing. The difference goes
        to the longest time of its group.
        """
        policy = terms.policy
        if not (policy.labor_rounding or policy.labor_minimum):
            return
        opened = {item.source: item.billed for item in items if item.is_time}
        items = [item for item in items if item.is_time and item.product]
        if not items:
            return
        times = self._read_times(order, opened)
        for group in policy._group_times(times):
            keys = {time.source for time in group}
            open_items = [item for item in items if item.source in keys]
            if open_items:
                due = self._get_time_due(policy, group)
                worked = sum(time.open for time in group)
                self._spread_time(open_items, due - worked)

    @api.model
    def _read_times(self, order, opened):
        """:param dict opened: source -> what the next invoice covers of it, in its unit
        :return: list of BillingTime: all of ``order`` that the policy prices
        """
        standing = self._get_standing(order)
        return [
            self._read_time(source, standing, opened.get(source, 0.0))
            for sources in order._get_billing_sources()
            if sources._is_billing_time
            for source in sources
            if source._is_billed_by_policy()
        ]

    @api.model
    def _read_time(self, source, standing, opened):
        """:return: BillingTime of ``source``

        What is taken back before it was billed counts for nothing, nor does what was
        refunded before it was taken back.
        """
        hour = self.env.ref("uom.product_uom_hour")
        left = source.qty_to_bill - opened
        recorded = source.qty_recorded - standing.left_out[source] - left
        return BillingTime(
            source=source,
            recorded=source._convert_billing_quantity(recorded, hour),
            open=source._convert_billing_quantity(opened, hour),
            paid=source._convert_billing_quantity(standing.paid[source], hour),
            refunded=source._convert_billing_quantity(standing.refunded[source], hour),
        )

    @api.model
    def _get_time_due(self, policy, group):
        """Say how many hours the next invoice prints of a group.

        Time that was recorded in addition never prints less than nothing, whatever was
        paid for before: the surplus waits for more. What is taken back never prints
        more than nothing, nor gives back more than it made the customer pay.

        What was refunded is not due any more: of 1 h printed as the minimum of 2, 0.5
        are refunded and the rest is billed again, as 1.5.

        :param list group: of BillingTime
        """
        due = policy._get_billed_times(group)
        refunded = sum(time.refunded for time in group)
        left = max(due - refunded, min(due, 0.0))
        missing = left - sum(time.paid for time in group)
        if sum(time.open for time in group) > -NOISE:
            return max(missing, 0.0)
        without = [time for time in group if time.open >= 0]
        return min(max(missing, due - policy._get_billed_times(without)), 0.0)

    @api.model
    def _spread_time(self, items, hours):
        """Add ``hours`` to the longest of ``items``, or take them off.

        Time that an earlier minimum paid for is taken off where there is some: no
        technician works less than nothing.
        """
        hour = self.env.ref("uom.product_uom_hour")
        longest_first = sorted(items, key=lambda item: item.quantity, reverse=True)
        for item in longest_first:
            unit = item.product.uom_id
            own = unit._compute_quantity(item.quantity, hour, round=False)
            change = max(hours, min(-own, 0.0))
            item.quantity += hour._compute_quantity(change, unit, round=False)
            hours -= change
        longest = longest_first[0]
        longest.quantity += hour._compute_quantity(
            hours, longest.product.uom_id, round=False
        )
