from datetime import date

from odoo import api, fields, models

from ...tools.groups import BILLING_GROUP
from ..pricing.values import BillingChoices
from .values import Visit


class FsmOrder(models.Model):
    """Orders that are invoiced in parts: before they are done, and visit by visit.

    What an interim invoice bills stands in the ledger as anything else, and what it
    prints of a minimum or a rounding is read from it by those that come after.
    """

    _inherit = "fsm.order"

    can_invoice_interim = fields.Boolean(
        compute="_compute_can_invoice_interim",
        compute_sudo=True,  # who bills orders may not read the work of others
        groups=BILLING_GROUP,
        help="Not done yet, with work that an interim invoice may bill.",
    )

    @api.depends(
        lambda self: (
            "billing_policy_id.interim",
            "bill_to_id",
            "is_invoiceable",
            "stage_id",
            *self._get_source_paths("_get_open_depends"),
        )
    )
    def _compute_can_invoice_interim(self):
        choices = BillingChoices(interim=True)
        for order in self:
            order.can_invoice_interim = order._has_interim_work(choices)

    # --- buttons ---
    def action_create_interim_invoice(self):
        """Create the draft of what is recorded so far, and show it.

        :return: see :meth:`action_create_invoice`
        """
        return self._get_created_action(self._create_invoices(interim=True))

    # --- before an order is done ---
    def _allows_interim(self):
        """:return: True if this order is not done, and may be invoiced all the same"""
        self.ensure_one()
        return (
            not self.is_invoiceable
            and not self._is_cancelled()
            and self.billing_policy_id.interim in ("hand", "schedule")
        )

    def _has_interim_work(self, choices):
        """:return: whether an interim invoice by these BillingChoices has lines"""
        if not self._allows_interim():
            return False
        sources = self._get_open_sources(choices)
        if all(source._is_surely_billed() for source in sources):
            return bool(sources)
        priced = self.env["fsm.billing.pricing"]._price(self, choices)
        return bool(priced[self].lines)

    def _get_undone_obstacle(self, interim):
        if interim and self._allows_interim():
            return ""
        if not self._has_interim_work(BillingChoices(interim=True)):
            return super()._get_undone_obstacle(interim)
        return self.env._(
            "Service order %(order)s is not done yet. Press Complete on it, then "
            "create the invoice. For what is recorded so far, press Interim invoice on "
            "it, or tick “Also orders that are not done yet” where several are "
            "invoiced.",
            order=self.name,
        )

    # --- visit by visit ---
    def _get_visits(self, asked):
        """List the days on which something was done that can be invoiced now.

        What is of an order as a whole is of the day on which it was done.

        :param asked: WorkAsked, of all visits
        :return: list of Visit, in the order of these and of days
        """
        obstacles = self._get_billing_obstacles(asked.interim)
        visits = []
        for order in self.filtered(lambda order: order not in obstacles):
            works = {}
            for source in order._get_open_sources(asked):
                day = source._get_done_day() or None
                works.setdefault(day, {})[source] = source.qty_to_bill
            words = {
                day: self.env["fsm.billing.source"]._get_words(quantities)
                for day, quantities in works.items()
            }
            if order._is_order_asked(asked) and order._get_lines_quoted_open():
                day = order.billing_done_day or None
                quotation = order._get_quotation().name
                words[day] = ", ".join(filter(None, [words.get(day), quotation]))
            visits += [
                Visit(order, day, words[day])
                for day in sorted(words, key=lambda day: day or date.min)
            ]
        return visits
