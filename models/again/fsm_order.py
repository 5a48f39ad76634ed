from odoo import api, fields, models

from ...tools.groups import BILLING_GROUP


class FsmOrder(models.Model):
    """What credit notes opened again, and at which price it is billed then."""

    _inherit = "fsm.order"

    # --- Invoicing ---
    billing_again_price = fields.Selection(
        selection=[
            ("billed", "Price invoiced before"),
            ("today", "Today's price"),
        ],
        string="Bill again at",
        default="billed",
        required=True,
        copy=False,
        help="What a credit note opened again was invoiced before.\n"
        "Price invoiced before: it is invoiced at the price and discount that were "
        "credited.\n"
        "Today's price: it is priced as if it had never been invoiced, as after the "
        "correction of a wrong price.",
    )
    has_work_again = fields.Boolean(
        compute="_compute_has_work_again",
        groups=BILLING_GROUP,
        help="A credit note opened work again that is to be invoiced.",
    )

    @api.depends(
        lambda self: (
            "billing_status",
            *self._get_source_paths("_get_open_depends"),
        )
    )
    def _compute_has_work_again(self):
        for order in self:
            # sudo: who bills orders may not read every timesheet or stock move
            order.has_work_again = bool(order.sudo()._get_credits_again())

    @api.model
    def _get_billing_terms(self):
        return [*super()._get_billing_terms(), "billing_again_price"]

    def _get_credits_again(self):
        """Say what of this order is open because credit notes opened it again.

        :return: dict source -> list of (credit line, quantity of the source), what was
            opened last first
        """
        self.ensure_one()
        found = {}
        reopened = self.billing_entry_ids.filtered(
            lambda entry: entry.kind == "reopen" and entry.is_live
        )
        left = {}
        for entry in reopened.sorted("id", reverse=True):
            source = entry._get_source()
            rest = left.setdefault(source, source.qty_to_bill)
            if -entry.quantity * rest > 0 and source._keeps_price_again():
                quantity = min(-entry.quantity, rest, key=abs)
                found.setdefault(source, []).append((entry.move_line_id, quantity))
                left[source] = rest - quantity
        return found

    def write(self, vals):
        """Price anew what is billed again by another policy."""
        policy_id = vals.get("billing_policy_id")
        changed = self.filtered(
            lambda order: (
                policy_id
                and order.billing_policy_id.id != policy_id
                and order.billing_again_price == "billed"
            )
        )
        res = super().write(vals)
        # sudo: dispatchers choose policies, and may not read the ledger
        if "billing_again_price" not in vals:
            changed.sudo().filtered("billing_entry_ids").billing_again_price = "today"
        return res
