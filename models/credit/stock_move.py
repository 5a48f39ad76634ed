from collections import defaultdict
from itertools import chain

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class StockMove(models.Model):
    """Parts that a credit note takes back to stock."""

    _inherit = "stock.move"

    # --- Invoicing ---
    fsm_credit_line_id = fields.Many2one(
        "account.move.line",
        string="Credited by",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The line of the credit note that took these parts back.",
    )

    @api.model
    def _fsm_return_credited(self, credit_lines):
        """Enter the returns of the parts on posted credit lines, once.

        :param credit_lines: lines of credit notes whose parts came back to stock
        :raise UserError: if it can't be known which parts came back
        """
        for line, quantities in self._get_fsm_quantities_to_return(
            credit_lines
        ).items():
            for picking, moves in self.union(*quantities).grouped("picking_id").items():
                picking._fsm_return({move: quantities[move] for move in moves}, line)

    @api.model
    def _get_fsm_quantities_to_return(self, credit_lines):
        """:return: dict line -> dict delivery -> quantity that did not come back yet
        for it
        """
        wanted = {line: defaultdict(float) for line in credit_lines}
        for line, quantities in wanted.items():
            for entry in line.fsm_billing_entry_ids:
                if entry.stock_move_id and entry.kind == "reopen":
                    delivery = entry.stock_move_id._get_first_delivery()
                    quantities[delivery] += (
                        entry.stock_move_id._convert_billing_quantity(
                            -entry.quantity, delivery.product_uom
                        )
                    )
        # a credit note reset to draft and confirmed again takes nothing back twice
        for move in self.search(
            Domain("fsm_credit_line_id", "in", credit_lines.ids)
            & Domain("state", "=", "done")
        ):
            delivery = move._get_first_delivery()
            wanted[move.fsm_credit_line_id][delivery] -= move._convert_billing_quantity(
                move.quantity, delivery.product_uom
            )
        # what people took back in Inventory is back already
        left = self.union(*chain(*wanted.values()))._get_fsm_quantities_at_customer()
        result = {}
        for line, quantities in wanted.items():
            result[line] = {}
            for move, quantity in quantities.items():
                quantity = min(quantity, left[move])
                if move.product_uom.compare(quantity, 0) > 0:
                    left[move] -= quantity
                    result[line][move] = quantity
        return result

    def _get_fsm_quantities_at_customer(self):
        """:return: dict delivery -> what of it is still at the customer, in its unit"""
        quantities = dict.fromkeys(self, 0.0)
        for part, sign in self.fsm_order_id.part_ids._get_customer_signs().items():
            delivery = part._get_first_delivery()
            if delivery in quantities:
                quantities[delivery] += part._convert_billing_quantity(
                    sign * part.quantity, delivery.product_uom
                )
        return quantities

    def _check_fsm_can_return(self, quantity):
        """:raise UserError: if a person has to say what came back, and where to"""
        self.ensure_one()
        is_whole = self.product_uom.compare(quantity, self.quantity) == 0
        if not self.picking_id:
            raise UserError(
                self.env._(
                    "%(product)s was used without a transfer, so its return can't be "
                    "entered from here. Take it back in Inventory, then press Create "
                    "invoice on the service order: it makes the credit note.",
                    product=self.product_id.display_name,
                )
            )
        is_exchanged = self.lot_ids and any(
            part.fsm_exchanged_move_id and part._get_first_delivery() == self
            for part in self.fsm_order_id.part_ids
        )
        if is_exchanged or (len(self.lot_ids) > 1 and not is_whole):
            raise UserError(
                self.env._(
                    "Say which lot or serial number of %(product)s came back: press "
                    "Return on transfer %(transfer)s, then press Create invoice on the "
                    "service order: it makes the credit note.",
                    product=self.product_id.display_name,
                    transfer=self.picking_id.name,
                )
            )
