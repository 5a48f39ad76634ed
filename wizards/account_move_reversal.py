from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    # --- Field service ---
    fsm_has_orders = fields.Boolean(compute="_compute_fsm_has_orders")
    fsm_work = fields.Selection(
        selection=[
            ("bill_again", "Bill the work again"),
            ("refund", "Refund: the work stays billed"),
        ],
        string="Hours and parts",
        default="bill_again",
        required=True,
        help="Bill again: the hours and parts credited are open again on their "
        "service order (wrong rate, wrong customer).\n"
        "Refund: the customer gets his money back, and the work is not invoiced "
        "again (cancelled service, a gesture).",
    )

    @api.depends("move_ids")
    def _compute_fsm_has_orders(self):
        for wizard in self:
            wizard.fsm_has_orders = bool(wizard.move_ids.sudo().fsm_order_ids)

    def _modify_default_reverse_values(self, origin_move):
        """Let the invoice that replaces another name its order and the day of work."""
        values = super()._modify_default_reverse_values(origin_move)
        if origin_move.sudo().fsm_order_ids:
            values.update(
                invoice_origin=origin_move.invoice_origin,
                delivery_date=origin_move.delivery_date,
            )
        return values

    def _prepare_default_reversal(self, move):
        """Credit at the rate at which the invoice was booked, so that both net to zero.

        Odoo takes the rate of the day.
        """
        values = super()._prepare_default_reversal(move)
        if move.sudo().fsm_order_ids and move.currency_id != move.company_currency_id:
            values["invoice_currency_rate"] = move.invoice_currency_rate
        return values

    def reverse_moves(self, is_modify=False):
        today = fields.Date.context_today(self)
        if is_modify and self.fsm_has_orders and self.date > today:
            raise UserError(
                self.env._(
                    "A credit note of a later day is posted on that day, and the work "
                    "can't be invoiced again before. Choose today, or an earlier date."
                )
            )
        action = super().reverse_moves(is_modify=is_modify)
        if not self.fsm_has_orders:
            return action
        if is_modify:
            self.new_move_ids._fsm_take_over_entries()
        elif self.fsm_work == "refund":
            # sudo: the flag belongs to the ledger, not to the document
            lines = self.new_move_ids.sudo().line_ids
            lines = lines.filtered("fsm_origin_line_id")
            lines.fsm_bill_again = False
            # nor does Odoo offer to invoice what was quoted once more
            lines.sale_line_ids = False
        return action
