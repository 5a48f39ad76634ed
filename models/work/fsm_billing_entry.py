from odoo import fields, models


class FsmBillingEntry(models.Model):
    """One row of the billing ledger: this much of this source is on this line.

    Rows are written together with the line of a new invoice, else by :meth:`_record`,
    and taken back by :meth:`_take_back`, and by nothing else; what is billed is the sum
    of the live ones.
    """

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
