from odoo import models
from odoo.fields import Command


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _fsm_return(self, quantities, credit_line):
        """Return parts of this transfer to stock, by Odoo's own return.

        :param dict quantities: move of this transfer -> quantity in its unit
        :param credit_line: the line of the credit note that they are on
        """
        for move, quantity in quantities.items():
            move._check_fsm_can_return(quantity)
        self.ensure_one()
        wizard = self.env["stock.return.picking"].create(
            {
                "picking_id": self.id,
                "product_return_moves": [
                    Command.create(
                        {
                            "product_id": move.product_id.id,
                            "move_id": move.id,
                            "quantity": quantity,
                            "to_refund": True,
                        }
                    )
                    for move, quantity in quantities.items()
                ],
            }
        )
        picking = wizard._create_return()
        picking.move_ids.fsm_credit_line_id = credit_line
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
        picking.move_ids.picked = True
        picking._action_done()
        return picking
