from odoo import api, fields, models

from ...tools.groups import BILLING_GROUP


class FsmOrderCharge(models.Model):
    """What charges come to, and where they are billed."""

    _inherit = "fsm.order.charge"

    # what the price list says may change between one invoice and the next
    amount_currency_id = fields.Many2one(
        "res.currency", compute="_compute_amount", groups=BILLING_GROUP
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        currency_field="amount_currency_id",
        groups=BILLING_GROUP,
        help="Before tax: on the next invoice, and on invoices less credit notes.",
    )
    billed_on = fields.Char(
        string="Billed on",
        compute="_compute_amount",
        groups=BILLING_GROUP,
        help="The invoices on which this is, and the next one if more is to bill.",
    )

    credited_entry_id = fields.Many2one(
        "fsm.billing.entry",
        string="Takes back",
        compute="_compute_credited_entry_id",
        inverse="_inverse_credited_entry_id",
        groups=BILLING_GROUP,
        help="The invoiced work that this is credited of; choose another, if need be.",
    )

    @api.depends("taken_back_entry_id", "quantity", "qty_billed")
    def _compute_credited_entry_id(self):
        found = self.fsm_order_id._get_entries_taken_back()
        for charge in self:
            charge.credited_entry_id = charge.taken_back_entry_id or found.get(
                charge._origin.sudo()
            )

    def _inverse_credited_entry_id(self):
        for charge in self:
            charge.taken_back_entry_id = charge.credited_entry_id

    @api.depends("price_unit", "quantity", "discount", "billing_mode", "qty_billed")
    def _compute_amount(self):
        # sudo: amounts come from invoices and price lists that a biller may not read
        orders = self.sudo().fsm_order_id
        found = self.env["fsm.billing.figures"].sudo()._get_figures(orders)
        for charge in self:
            order = charge.sudo().fsm_order_id
            figures = found.sum_up(order, [charge])
            charge.amount_currency_id = figures.currency.id
            charge.amount = figures.amount
            is_netted = charge.qty_to_bill and not order._is_cancelled()
            charge.billed_on = found.get_place(
                order, figures, self.env._("Taken back") if is_netted else ""
            )
