from odoo import api, models
from odoo.tools import is_html_empty

from .values import HOURS, Found


class FsmBillingExamination(models.AbstractModel):
    """What stands in the way of an invoice, and what the billing policy asks for."""

    _inherit = "fsm.billing.examination"

    @api.model
    def _get_rules(self):
        return {
            **super()._get_rules(),
            "approval": "is_approval_needed",
            "reference": "is_reference_required",
            "signature": "is_signature_required",
            "report": "is_report_required",
            "photo": "is_photo_required",
            "limit": "is_limit_checked",
            "amount": "amount_to_check",
        }

    # --- in the way ---
    @api.model
    def _find_problem(self, orders):
        found = {}
        for order in orders:
            problem = order.billing_priced.problem
            if not order.bill_to_id.active:
                problem = order._get_billing_obstacle()
            if problem:
                found[order] = Found()
            elif not order.billing_priced.lines and order.approval_hint:
                found[order] = Found(model=HOURS)
        return found

    @api.model
    def _say_problem(self, order, **_kept_before):
        return (
            order.billing_problem
            or order._get_billing_obstacle()
            or self.env._("What stood in the way of its invoice is settled since.")
        )

    # --- rules ---
    @api.model
    def _find_approval(self, orders):
        found = {}
        for order in orders:
            waiting = order._get_hours_waiting()
            # where there is nothing else, they are in the way
            if waiting and order.billing_priced.lines:
                seen = [
                    [line.employee_id.id, str(line.date), round(hours, 2)]
                    for line in waiting
                    if (hours := line._get_qty_waiting())
                ]
                found[order] = Found(seen=seen, model=HOURS)
        return found

    @api.model
    def _say_approval(self, order):
        return order.approval_hint or self.env._(
            "The hours that waited for approval have it since."
        )

    @api.model
    def _find_reference(self, orders):
        missing = orders.filtered(lambda order: not order.customer_reference)
        return {order: Found() for order in missing}

    @api.model
    def _say_reference(self, order):
        return self.env._(
            "The customer's order number is missing. Enter it as customer reference on "
            "the Billing tab."
        )

    @api.model
    def _find_signature(self, orders):
        missing = orders.filtered(lambda order: not order.signed_on)
        return {order: Found() for order in missing}

    @api.model
    def _say_signature(self, order):
        return self.env._(
            "The customer did not sign. Have them sign the intervention report."
        )

    @api.model
    def _find_report(self, orders):
        missing = orders.filtered(lambda order: is_html_empty(order.resolution))
        hours = self._get_hours(missing)
        return {order: Found(seen=[round(hours[order], 2)]) for order in missing}

    @api.model
    def _say_report(self, order):
        return self.env._(
            "The intervention report is empty. Ask the technician what was done, and "
            "enter it on the order."
        )

    @api.model
    def _find_photo(self, orders):
        photos = orders._get_photo_attachments()
        return {order: Found() for order in orders if not photos[order]}

    @api.model
    def _say_photo(self, order):
        return self.env._(
            "There are no photos. Attach one to the order, or ask the technician for "
            "them."
        )

    @api.model
    def _find_limit(self, orders):
        found = {}
        for order in orders.filtered("billing_limit"):
            amount = order.amount_to_bill + order.amount_draft + order.amount_billed
            if order.currency_id.compare_amounts(amount, order.billing_limit) > 0:
                found[order] = Found(
                    {
                        "amount": order.currency_id.round(amount),
                        "limit": order.billing_limit,
                    }
                )
        return found

    @api.model
    def _say_limit(self, order, amount, limit):
        return self.env._(
            "%(amount)s of %(limit)s: this is more than the maximum that was agreed. "
            "Agree on a higher one and enter it on the Billing tab, or take charges "
            "off.",
            amount=self._format_amount(order, amount),
            limit=self._format_amount(order, limit),
        )

    @api.model
    def _find_amount(self, orders):
        found = {}
        for order in orders:
            limit = order.billing_policy_id.amount_to_check
            if order.currency_id.compare_amounts(order.amount_to_bill, limit) > 0:
                found[order] = Found({"amount": order.amount_to_bill, "limit": limit})
        return found

    @api.model
    def _say_amount(self, order, amount, limit):
        return self.env._(
            "The next invoice comes to %(amount)s, and the billing policy wants "
            "somebody to look at what is over %(limit)s. Look at it, and say that it "
            "is fine.",
            amount=self._format_amount(order, amount),
            limit=self._format_amount(order, limit),
        )
