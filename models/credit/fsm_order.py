from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.groups import INVOICE_READERS
from ...tools.one_record import check_one


class FsmOrder(models.Model):
    """Invoices and credit notes, as the service order shows them."""

    _inherit = "fsm.order"

    # --- Invoicing ---
    billing_move_ids = fields.Many2many(
        "account.move",
        string="Invoices and credit notes",
        compute="_compute_billing_move_ids",
        groups=INVOICE_READERS,
        help="What was invoiced of this order, what was credited and why.",
    )
    can_add_credit_note = fields.Boolean(
        compute="_compute_can_add_credit_note",
        groups="account.group_account_invoice",
        help="An invoice of this order is posted and not credited in full.",
    )

    @api.depends(
        "invoice_lines.move_id.move_type", "invoice_lines.move_id.reversal_move_ids"
    )
    def _compute_billing_move_ids(self):
        for order in self:
            # sudo: links between orders and lines are out of reach of some clerks
            moves = order.sudo().invoice_lines.move_id
            # lines of a credit note typed by hand are linked to no order
            order.billing_move_ids = (
                (moves | moves.reversal_move_ids)
                .filtered(lambda move: move.move_type in ("out_invoice", "out_refund"))
                .sorted(lambda move: (move.invoice_date or move.date, move.id))
                .with_env(self.env)
            )

    @api.depends(
        "invoice_lines.move_id.state",
        "invoice_lines.move_id.invoice_line_ids.fsm_qty_credited",
    )
    def _compute_can_add_credit_note(self):
        for order in self:
            order.can_add_credit_note = bool(order._get_creditable_invoices())

    def _get_creditable_invoices(self):
        """:return: the posted invoices of this order that are not credited in full"""
        self.ensure_one()
        # sudo: links between orders and lines are out of reach of some clerks
        invoices = self.sudo().invoice_lines.move_id
        return invoices.filtered(lambda move: move._is_fsm_creditable()).with_env(
            self.env
        )

    def action_add_credit_note(self):
        """Credit the invoice of this order; where there are several, choose one.

        :return: the dialog, or a list of the invoices
        :raise UserError: if nothing is left to credit
        """
        check_one(self)
        # the field says no to those who may not credit
        if not self.can_add_credit_note:
            raise UserError(
                self.env._(
                    "Nothing on %(order)s is left to credit: it has no posted invoice, "
                    "or all of it is credited.",
                    order=self.name,
                )
            )
        invoices = self._get_creditable_invoices()
        if len(invoices) > 1:
            return self._get_invoice_action(invoices)
        return {
            **invoices.action_reverse(),
            "context": {
                "active_model": invoices._name,
                "active_id": invoices.id,
                "active_ids": invoices.ids,
            },
        }
