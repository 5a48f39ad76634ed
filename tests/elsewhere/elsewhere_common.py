from odoo import fields, models
from odoo.fields import Command

from ..analysis_common import AnalysisCommon
from ..models_common import ModelsCommon

STATES = [("invoiced", "Invoiced"), ("2binvoiced", "To invoice"), ("none", "No")]


def _get_definitions():
    """:return: what other modules declare, where they bill parts"""

    class StockMove(models.Model):
        """Of OCA's stock_picking_invoicing, stock_picking_invoice_link and rma."""

        _module = None
        _inherit = ["stock.move"]
        _name = "stock.move"

        invoice_state = fields.Selection(STATES, default="none", copy=False)
        invoice_line_ids = fields.Many2many(
            "account.move.line",
            "stock_move_invoice_line_rel",
            "move_id",
            "invoice_line_id",
            copy=False,
        )
        rma_receiver_ids = fields.One2many("rma", "reception_move_id")

    class Picking(models.Model):
        _module = None
        _inherit = ["stock.picking"]
        _name = "stock.picking"

        invoice_state = fields.Selection(STATES, default="none", copy=False)

    class Line(models.Model):
        _module = None
        _inherit = ["account.move.line"]
        _name = "account.move.line"

        move_line_ids = fields.Many2many(
            "stock.move",
            "stock_move_invoice_line_rel",
            "invoice_line_id",
            "move_id",
            copy=False,
        )

    class Rma(models.Model):
        """What a customer sends back."""

        _module = None
        _name = "rma"
        _description = "What a customer sends back"

        reception_move_id = fields.Many2one("stock.move")
        refund_id = fields.Many2one("account.move")

    return Rma, StockMove, Picking, Line


class ElsewhereCommon(AnalysisCommon):
    """Steps of OCA's ``stock_picking_invoicing`` on the transfers of service orders."""

    def _deliver(self, order, quantity=1):
        """:return: a delivery that the module is to bill"""
        move = self._use_part(order, quantity)
        self._set_to_be_invoiced(move)
        return move

    def _set_to_be_invoiced(self, move):
        (move | move.picking_id.move_ids).invoice_state = "2binvoiced"
        move.picking_id.invoice_state = "2binvoiced"

    def _invoice_transfer(self, move):
        """:return: the draft that the module makes of the transfer of ``move``"""
        raise NotImplementedError

    def _get_states(self, move):
        return move.invoice_state, move.picking_id.invoice_state


class StandInCommon(ModelsCommon, ElsewhereCommon):
    """A stand-in for the modules, with their fields and what they write."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        definitions = _get_definitions()
        cls._declare(*definitions)
        # the table between them belongs to some module
        cls.env["stock.move"]._fields["invoice_line_ids"]._module = "stock"
        cls.env["account.move.line"]._fields["move_line_ids"]._module = "stock"
        cls._create_tables(*(definition._name for definition in definitions))

    def _invoice_transfer(self, move):
        is_return = move.location_id.usage == "customer"
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_refund" if is_return else "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": move.product_id.id,
                            "quantity": move.product_uom_qty,
                            "move_line_ids": [Command.link(move.id)],
                        }
                    )
                ],
            }
        )
        move.picking_id.invoice_state = "invoiced"
        move.picking_id.move_ids.invoice_state = "invoiced"
        return invoice
