from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.credit.account_move_line import CREDIT_WORK_OF_ALL


class AccountMoveReversal(models.TransientModel):
    """Odoo's dialog, which lets people credit one invoice line by line."""

    _name = "account.move.reversal"
    _inherit = ["account.move.reversal", "fsm.field.guard"]

    # --- Field service ---
    fsm_has_orders = fields.Boolean(compute="_compute_fsm_has_orders")
    fsm_is_by_line = fields.Boolean(
        compute="_compute_fsm_is_by_line",
        help="One customer invoice is credited: its lines can be chosen.",
    )
    fsm_reason_id = fields.Many2one("fsm.credit.reason", string="Why")
    fsm_work = fields.Selection(
        CREDIT_WORK_OF_ALL,
        string="Hours and parts",
        default="bill_again",
        required=True,
        help="Bill again: the hours and parts credited are open again on their "
        "service order (wrong rate, wrong customer).\n"
        "Refund: the customer gets his money back, and the work is not invoiced "
        "again (cancelled service, a gesture).",
    )
    fsm_credit_line_ids = fields.One2many(
        "fsm.credit.line",
        "wizard_id",
        string="Lines to credit",
        compute="_compute_fsm_credit_line_ids",
        store=True,
        readonly=False,
        precompute=True,
    )

    # --- compute ---
    @api.depends("move_ids")
    def _compute_fsm_has_orders(self):
        for wizard in self:
            # sudo: who credits invoices may not read service orders
            wizard.fsm_has_orders = bool(wizard.move_ids.sudo().fsm_order_ids)

    @api.depends("move_ids")
    def _compute_fsm_is_by_line(self):
        for wizard in self:
            move = wizard.move_ids
            wizard.fsm_is_by_line = len(move) == 1 and move.move_type == "out_invoice"

    @api.depends("move_ids")
    def _compute_fsm_credit_line_ids(self):
        for wizard in self:
            origins = wizard._get_fsm_creditable_lines()
            wizard.fsm_credit_line_ids = [
                fields.Command.clear(),
                *map(fields.Command.create, wizard._prepare_fsm_proposals(origins)),
            ]

    def _prepare_fsm_proposals(self, origins):
        """:return: list of values of the lines of this dialog that credit ``origins``

        All that is left is proposed; deductions only as long as that is no less than
        nothing.
        """
        self.ensure_one()
        left_out = origins.filtered("fsm_credited_line_id")
        if left_out:
            currency = self.move_ids._origin.currency_id
            if currency.compare_amounts(self.move_ids._origin._get_fsm_rest(), 0) >= 0:
                left_out = left_out.browse()
        return [
            {"move_line_id": line.id, "qty_to_credit": 0.0}
            if line in left_out
            else {"move_line_id": line.id}
            for line in origins
        ]

    def _get_fsm_creditable_lines(self):
        """:return: the lines of the invoice of which something is left to credit"""
        self.ensure_one()
        move = self.move_ids._origin
        if not self.fsm_is_by_line:
            return move.invoice_line_ids.browse()
        lines = move._get_fsm_creditable_lines()
        # a deduction is credited together with what it was deducted from
        is_only_deducted = all(line.fsm_credited_line_id for line in lines)
        return lines.browse() if is_only_deducted else lines

    @api.onchange("fsm_reason_id")
    def _onchange_fsm_reason_id(self):
        if self.fsm_reason_id:
            lang = self.move_ids.partner_id[:1].lang or self.env.lang
            self.reason = self.fsm_reason_id.with_context(lang=lang).name
            self._propose_fsm_work(self.fsm_reason_id.work)

    def _propose_fsm_work(self, work):
        """Set what happens with the work of the lines, as the reason says.

        :param work: see ``fsm.credit.reason``
        """
        self.ensure_one()
        lines = self.fsm_credit_line_ids
        parts = lines.filtered("has_parts")
        if work in ("bill_again", "refund"):
            self.fsm_work = work
            for line in parts.filtered(lambda line: line.work == "returned"):
                line.work = work
        elif work == "returned" and parts:
            for line in parts:
                line.work = work
            for line in lines - parts:
                line.qty_to_credit = 0.0

    # --- Odoo's own road ---
    def _prepare_default_reversal(self, move):
        values = super()._prepare_default_reversal(move)
        if move.move_type == "out_invoice":
            lang = move.partner_id.lang or self.env.lang
            values.update(
                fsm_credit_reason=self.reason
                or self.fsm_reason_id.with_context(lang=lang).name,
                fsm_credit_reason_id=self.fsm_reason_id.id,
            )
        credited = move._prepare_fsm_credited_values()
        if "fsm_credited" in self.env.context:
            values.update(credited)
        # sudo: who credits invoices may not read service orders
        elif move.sudo().fsm_order_ids:
            values["invoice_currency_rate"] = credited["invoice_currency_rate"]
        return values

    def _modify_default_reverse_values(self, origin_move):
        """Let the invoice that replaces another name its order and the day of work."""
        values = super()._modify_default_reverse_values(origin_move)
        # sudo: who credits invoices may not read service orders
        if origin_move.sudo().fsm_order_ids:
            values.update(
                invoice_origin=origin_move.invoice_origin,
                delivery_date=origin_move.delivery_date,
            )
        return values

    def reverse_moves(self, is_modify=False):
        if is_modify and self.fsm_has_orders:
            self._check_fsm_date()
        action = super().reverse_moves(is_modify=is_modify)
        if not self.fsm_has_orders:
            return action
        if is_modify:
            self.new_move_ids._fsm_take_over_entries(self.move_ids.reversal_move_ids)
        elif self.fsm_work == "refund" and "fsm_credited" not in self.env.context:
            # sudo: the flag belongs to the ledger, not to the document
            lines = self.new_move_ids.sudo().line_ids
            lines = lines.filtered("fsm_credited_line_id.move_id.fsm_order_ids")
            lines.fsm_credit_work = "refund"
        return action

    def _check_fsm_date(self):
        """:raise UserError: if the credit note would be posted on a later day only"""
        if self.date > fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "A credit note of a later day is posted on that day, and the work "
                    "can't be invoiced again before. Choose today, or an earlier date."
                )
            )
