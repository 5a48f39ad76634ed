from odoo import fields, models


class FsmBillingEntry(models.Model):
    """The columns of the ledger that name time, parts and charges."""

    _inherit = "fsm.billing.entry"

    timesheet_id = fields.Many2one(
        "account.analytic.line",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    stock_move_id = fields.Many2one(
        "stock.move",
        string="Part",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    charge_id = fields.Many2one(
        "fsm.order.charge",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
