from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .fsm_order import PAID_STATES


class FsmOrder(models.Model):
    """What the customer still has to pay of a service order, and until when."""

    _inherit = "fsm.order"

    # --- Invoicing ---
    billing_due_date = fields.Date(
        string="Payment due",
        compute="_compute_billing_due_date",
        store=True,
        index="btree_not_null",
        copy=False,
        help="Until when the customer has to pay the first of his open invoices.",
    )
    is_overdue = fields.Boolean(
        string="Overdue",
        compute="_compute_is_overdue",
        search="_search_is_overdue",
        help="A posted invoice is not paid, and its due date has passed.",
    )
    can_register_payment = fields.Boolean(
        compute="_compute_can_register_payment",
        groups="account.group_account_invoice",
        help="An invoice of this order is posted and not paid.",
    )

    # --- compute ---
    @api.depends(
        "invoice_lines.parent_state",
        "invoice_lines.move_id.invoice_date_due",
        "invoice_lines.move_id.move_type",
        "invoice_lines.move_id.payment_state",
    )
    def _compute_billing_due_date(self):
        for order in self:
            invoices = order._get_unpaid_invoices()
            dates = [move.invoice_date_due or move.date for move in invoices]
            order.billing_due_date = min(dates, default=False)

    @api.depends("billing_due_date")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for order in self:
            due = order.billing_due_date
            order.is_overdue = bool(due and due < today)

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        overdue = Domain("billing_due_date", "<", today)
        return Domain.OR(overdue if wanted else ~overdue for wanted in value)

    @api.depends("billing_due_date")
    def _compute_can_register_payment(self):
        for order in self:
            order.can_register_payment = bool(order.billing_due_date)

    def _get_unpaid_invoices(self):
        """:return: the posted invoices of these orders that are not paid in full"""
        return self.invoice_lines.move_id.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type == "out_invoice"
                and move.payment_state not in PAID_STATES
            )
        )

    # --- buttons ---
    def action_register_payment(self):
        """Register a payment of the open invoices of these orders.

        :return: Odoo's own dialog, which asks for the right to accounting
        :raise UserError: if nothing is due
        """
        self.check_access("read")
        # sudo: links between orders and lines are out of reach of some clerks
        invoices = self.sudo()._get_unpaid_invoices().with_env(self.env)
        if not invoices:
            raise UserError(
                self.env._(
                    "Nothing is due on %(orders)s: no posted invoice is unpaid.",
                    orders=", ".join(self.mapped("name")),
                )
            )
        invoices.check_access("write")
        action = invoices.action_register_payment()
        # whoever pays from the order comes back to it
        action["context"] = {**action["context"], "dont_redirect_to_payments": True}
        return action

    def action_open_drafts(self):
        """Open the draft invoices of these orders, to review and confirm them.

        :raise AccessError: if the user may read neither these orders nor invoices
        """
        self.check_access("read")
        self.env["account.move"].check_access("read")
        # sudo: links between orders and lines are out of reach of some clerks
        moves = self.sudo().invoice_lines.move_id.filtered(
            lambda move: move.state == "draft"
        )
        return self._get_invoice_action(moves.with_env(self.env))
