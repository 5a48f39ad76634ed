from collections import defaultdict

from odoo import models

from ...tools.tolerance import NOISE


class FsmBillingPolicy(models.Model):
    """Which time is rounded together, and what is taken back of it."""

    _inherit = "fsm.billing.policy"

    def _get_time_key(self, source):
        """:return: what records of time have in common that are rounded together"""
        self.ensure_one()
        if self.labor_level == "timesheet":
            return source
        if self.labor_level == "day":
            return (*self._get_time_owner(source), source._get_billing_date())
        return source.billing_mode

    def _get_time_owner(self, source):
        """:return: what records of time have in common that correct each other"""
        return source._get_billing_employee(), source.billing_mode

    def _group_times(self, times):
        """Say which time is reckoned together.

        What is taken back is reckoned with the other time of its technician: 5 h and
        -0.2 h with a minimum of 1 for each timesheet are 4.8 h.

        :param list times: BillingTime of one service order
        :return: list of lists of BillingTime
        """
        parts = self._sum_up_times(times)
        corrected = {
            self._get_time_owner(time.source)
            for part in parts
            if sum(time.recorded for time in part) < -NOISE
            for time in part
        }
        if self.labor_level == "order":
            corrected = set()  # all there is is one group already
        groups = defaultdict(list)
        for part in parts:
            owner = self._get_time_owner(part[0].source)
            key = owner if owner in corrected else part[0].source
            groups[key] += part
        return list(groups.values())

    def _sum_up_times(self, times):
        """:return: list of lists of ``times``, each of which is rounded as a whole"""
        parts = defaultdict(list)
        for time in times:
            parts[self._get_time_key(time.source)].append(time)
        return list(parts.values())

    def _get_billed_times(self, times):
        """Round hours up and apply the minimum, at the level of this policy.

        What is taken back comes off time of the same length, else of the same day,
        else off the longest; what none of it covers stays less than nothing.

        :param list times: BillingTime that is reckoned together
        :return: hours to bill for all of it
        """
        self.ensure_one()
        parts = [
            [part[0].source._get_billing_date(), sum(time.recorded for time in part)]
            for part in self._sum_up_times(times)
        ]
        worked = [part for part in parts if part[1] > 0]
        for back in [part for part in parts if part[1] < 0]:
            for part in sorted(
                worked,
                key=lambda part, back=back: (
                    abs(part[1] + back[1]) > NOISE,
                    part[0] != back[0],
                    -part[1],
                ),
            ):
                taken = min(part[1], -back[1])
                part[1] -= taken
                back[1] += taken
        return sum(self._get_billed_time(hours) for _day, hours in parts)
