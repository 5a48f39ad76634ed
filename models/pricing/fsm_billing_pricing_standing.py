from collections import defaultdict

from odoo import api, models

from ...tools.tolerance import NOISE
from .values import SourceOnLine, Standing


class FsmBillingPricing(models.AbstractModel):
    """What stands on the invoices of an order already, read from the invoices.

    A minimum, a rounding and what a clerk changed by hand are not derived again from
    the work: they are what the invoice lines say, less what was credited of them.
    """

    _inherit = "fsm.billing.pricing"

    @api.model
    def _get_standing(self, order):
        """:return: Standing of ``order``"""
        standing = Standing()
        lines = defaultdict(lambda: defaultdict(SourceOnLine))
        for entry in order.billing_entry_ids:
            if entry.is_live:
                line = entry.move_line_id
                if entry.kind == "reopen":
                    line = line.fsm_credited_line_id
                lines[line][entry._get_source()].add(entry)
        for line, works in lines.items():
            self._add_standing_line(standing, line, works)
        return standing

    @api.model
    def _add_standing_line(self, standing, line, works):
        """Enter what stands on one invoice line.

        :param dict works: source -> SourceOnLine
        """
        refunded = line._get_fsm_share_refunded()
        stays = 1.0 - refunded
        # whatever is billed again of a line goes on from what was refunded of it
        is_left_out = refunded == 1.0 and not line._get_fsm_opened_quantity()
        paid = self._get_paid(line, works)
        product = line.product_id
        for source, work in works.items():
            standing.paid[source] += paid[source] * stays
            if is_left_out:
                standing.left_out[source] += work.quantity
            else:
                standing.refunded[source] += paid[source] * refunded
            if product:
                for sums, quantity in (
                    (standing.exact, work.exact),
                    (standing.printed, work.printed),
                ):
                    sums[product] += stays * source._convert_billing_quantity(
                        quantity, product.uom_id
                    )

    @api.model
    def _get_paid(self, line, works):
        """Share what ``line`` prints today among the work on it.

        A line that was made as 3 h, of 1 h with a minimum of 2 and another hour, and
        was changed to 1.5 by hand, has 1 of the first and 0.5 of the other.

        :return: dict source -> quantity in its unit
        """
        made = line._get_fsm_quantity_made()
        printed = line._get_fsm_signed_quantity()
        unit = line.product_uom_id
        if abs(made) > NOISE:
            # hours that a clerk made a lump sum of are paid
            is_same = all(
                not unit or unit._has_common_reference(source._get_billing_unit())
                for source in works
            )
            factor = printed / made if is_same else 1.0
            return {source: work.exact * factor for source, work in works.items()}
        # made as zero, and changed since; or nobody knows how it was made
        total = sum(
            source._convert_billing_quantity(work.quantity, unit)
            for source, work in works.items()
        )
        if abs(total) < NOISE:
            return dict.fromkeys(works, 0.0)
        factor = (printed - line._get_fsm_opened_quantity()) / total
        return {source: work.quantity * factor for source, work in works.items()}
