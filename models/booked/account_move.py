from odoo import models
from odoo.fields import Command

from ..credit.account_move import SILENT_LINES
from .values import ReversalCopies


class AccountMove(models.Model):
    """Credit notes that give back exactly what was booked, whatever taxes are today."""

    _inherit = "account.move"

    def _has_fsm_early(self):
        """:return: True if a line says by itself what of it is not taxed"""
        self.ensure_one()
        return any(any(line._get_fsm_early() or ()) for line in self.line_ids)

    # --- copies ---
    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Make the credit notes of service orders in one go, and not one by one.

        Odoo copies each document by itself, which takes 120 queries; in one go, it is
        less than 20.
        """
        # sudo: who credits invoices may not read service orders
        ours = self.sudo().filtered(
            lambda move: move.move_type == "out_invoice" and move.fsm_order_ids
        )
        if len(self) < 2 or len(ours) < len(self):
            return super()._reverse_moves(default_values_list, cancel)
        defaults = default_values_list or [{} for _move in self]
        copies = ReversalCopies(dict(zip(self.ids, defaults, strict=True)))
        moves = self.with_context(fsm_copies=copies)
        return (
            super(AccountMove, moves)
            ._reverse_moves(defaults, cancel)
            .with_env(self.env)
        )

    def copy(self, default=None):
        copies = self.env.context.get("fsm_copies")
        if not copies or not copies.is_wanted(self):
            return super().copy(default)
        return copies.take(
            self, lambda ids: super(AccountMove, self.browse(ids)).copy(default)
        )

    def copy_data(self, default=None):
        """Let credit notes come to what was booked: all of an invoice, or lines of it.

        Who presses *Confirm credit note* chose lines; Odoo hands on nothing but the
        context. The values of lines are there before Odoo reckons with them.
        """
        copies = self.env.context.get("fsm_copies")
        if copies and copies.defaults:
            return self._copy_data_of_each(copies, default)
        vals_list = super().copy_data(default)
        chosen = self.env.context.get("fsm_credited")
        for move, vals in zip(self, vals_list, strict=True):
            # what is reversed names what it reverses
            if move.move_type != "out_invoice" or (
                vals.get("reversed_entry_id") != move.id
            ):
                continue
            if chosen is not None:
                vals["line_ids"] = move._prepare_fsm_chosen(vals["line_ids"], chosen)
            # sudo: who credits invoices may not read service orders
            elif move.sudo().fsm_order_ids:
                move._set_fsm_booked(vals["line_ids"])
        return vals_list

    def _copy_data_of_each(self, copies, default):
        """:return: the same, each with values of its own: see ReversalCopies"""
        moves = self.with_context(fsm_copies=None)
        return [
            vals
            for move in moves
            for vals in move.copy_data(
                {
                    **copies.defaults[move.id],
                    # as Odoo sets them, one after the other
                    "move_type": default["move_type"],
                    "partner_id": move.partner_id.id,
                    "reversed_entry_id": move.id,
                }
            )
        ]

    def _prepare_fsm_chosen(self, commands, chosen):
        """Leave the lines on a credit note that people chose.

        Taxes and what is due follow from them.

        :param dict chosen: id of an invoice line -> values of its credit line
        :return: list of commands
        """
        kept = []
        for _command, _id, vals in commands:
            if vals.get("display_type") in SILENT_LINES:
                kept.append(Command.create(vals))
            elif vals.get("fsm_credited_line_id") in chosen:
                vals = {**vals, **chosen[vals["fsm_credited_line_id"]]}
                # of what was invoiced
                vals.pop("amount_currency", None)
                kept.append(Command.create(vals))
        return kept

    def _set_fsm_booked(self, commands):
        """Let copies of the lines of this invoice come to what it booked, in place."""
        self.ensure_one()
        amounts = self.env["fsm.credit.amounts"]
        # sudo: who credits invoices may not read all that was booked
        figures = amounts._read(self.sudo())
        lines = {line.id: line for line in figures}
        for _command, _id, vals in commands:
            line = lines.get(vals.get("fsm_credited_line_id"))
            if line:
                vals["extra_tax_data"] = amounts._prepare_tax_data(
                    line, line, figures[line]
                )
