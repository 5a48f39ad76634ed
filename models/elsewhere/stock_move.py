from odoo import api, models
from odoo.fields import Command

#: a return is credited where its delivery was billed; so is what goes out again, or in
#: exchange
EARLIER = (
    "",
    "origin_returned_move_id.",
    "origin_returned_move_id.origin_returned_move_id.",
    "fsm_exchanged_move_id.",
)


class StockMove(models.Model):
    """Parts that other modules bill, or refund."""

    _inherit = "stock.move"

    # --- what they billed ---
    @api.model
    def _get_elsewhere_paths(self):
        paths = super()._get_elsewhere_paths()
        # OCA's stock_picking_invoice_link
        if self._has_billing_link("invoice_line_ids", "account.move.line"):
            paths += [f"{earlier}invoice_line_ids.move_id" for earlier in EARLIER]
        # OCA's rma
        if self._has_billing_link("rma_receiver_ids", "rma"):
            paths.append("rma_receiver_ids.refund_id")
        return paths

    @api.model
    def _has_billing_link(self, name, comodel):
        field = self._fields.get(name)
        return bool(field) and field.comodel_name == comodel

    # --- what we bill ---
    def write(self, vals):
        """Keep what our invoices bill from those of ``stock_picking_invoicing``."""
        if vals.get("invoice_state") != "2binvoiced":
            return super().write(vals)
        # sudo: whoever writes here may not read the ledger
        billed = self.sudo().filtered("qty_billed").with_env(self.env)
        res = True
        if billed:
            res = super(StockMove, billed).write({**vals, "invoice_state": "invoiced"})
        if self - billed:
            res = super(StockMove, self - billed).write(vals)
        return res

    @api.model
    def _has_other_roads(self):
        return super()._has_other_roads() or "invoice_state" in self._fields

    def _tell_other_roads(self):
        """Mark parts for ``stock_picking_invoicing``, which bills transfers.

        Those that it was not to bill stay so.
        """
        res = super()._tell_other_roads()
        billed = self.filtered("qty_billed")
        marked = billed.filtered(lambda move: move.invoice_state == "2binvoiced")
        marked.invoice_state = "invoiced"
        opened = (self - billed).filtered(
            lambda move: (
                move.invoice_state == "invoiced" and not move._get_moves_elsewhere()
            )
        )
        opened.invoice_state = "2binvoiced"
        for picking in (marked | opened).picking_id:
            states = set(picking.move_ids.mapped("invoice_state"))
            is_open = "2binvoiced" in states
            picking.invoice_state = "2binvoiced" if is_open else "invoiced"
        return res

    # --- what is merged ---
    @api.model
    def _get_parts_by_line(self, lines):
        """:return: dict line that others made -> the parts of orders that it bills"""
        if not self._has_billing_link("invoice_line_ids", "account.move.line"):
            return {}
        parts = {
            line: line.move_line_ids.filtered("fsm_order_id")
            for line in lines
            if line.move_line_ids
        }
        return {line: moves for line, moves in parts.items() if moves}

    def _set_on_line(self, line):
        """Say that these parts are billed by ``line``, in place of a merged one."""
        line.move_line_ids = [Command.link(move.id) for move in self]
        if self._has_other_roads():
            self.invoice_state = "invoiced"
            self.picking_id.invoice_state = "invoiced"
