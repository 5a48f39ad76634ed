from odoo import api, models


class AccountMoveLine(models.Model):
    """Links between lines that come with copies: whoever copies may not make them up.

    Odoo makes credit notes, and the invoices that replace others, of copies of the
    lines; they carry the line that they were copied from.
    """

    _inherit = "account.move.line"

    # --- guards ---
    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not self.env.su:
            lines._check_fsm_links()
        return lines

    @api.model
    def _get_engine_fields_copied(self):
        return super()._get_engine_fields_copied() | {
            "fsm_deducted_line_id",
            "fsm_origin_line_id",
        }

    def _check_fsm_links(self):
        """:raise AccessError: if a new line names one that it is no copy of"""
        for line in self.sudo():  # sudo: who credits invoices may not read the ledger
            origin, deducted = line.fsm_origin_line_id, line.fsm_deducted_line_id
            if origin and not line._is_fsm_copy_of(origin):
                self._raise_engine_only("fsm_origin_line_id")
            copied = origin | line.move_id.reversed_entry_id.line_ids
            if deducted and deducted not in copied.fsm_deducted_line_id:
                self._raise_engine_only("fsm_deducted_line_id")

    def _is_fsm_copy_of(self, origin):
        """:return: True if this line may credit the line ``origin``, or replace it"""
        self.ensure_one()
        move, invoice = self.move_id, origin.move_id
        if move.company_id != invoice.company_id:
            return False
        if move.move_type == "out_refund":
            return move.reversed_entry_id == invoice
        # what replaces an invoice comes after its credit note
        return move.move_type == "out_invoice" and bool(invoice.reversal_move_ids)
