from odoo import fields, models

from ...tools.groups import BILLING_GROUP


class FsmBillingRow(models.AbstractModel):
    """A row of the Billing tab: work of a service order, to read.

    Everybody on the order may read what was done, and billers what it comes to.
    """

    _name = "fsm.billing.row"
    _description = "Row of the Billing Tab"

    order_id = fields.Many2one("fsm.order", string="Service order", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    name = fields.Char(string="Description", readonly=True)
    uom_id = fields.Many2one("uom.uom", string="Unit", readonly=True)
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_figures", groups=BILLING_GROUP
    )
    price_unit = fields.Float(
        string="Price",
        digits="Product Price",
        compute="_compute_figures",
        groups=BILLING_GROUP,
        help="Of one unit, as the invoice shows it. Where the invoices of the order "
        "are in different currencies, in the company's.",
    )
    amount = fields.Monetary(
        compute="_compute_figures",
        groups=BILLING_GROUP,
        help="Before tax: on the next invoice, and on invoices less credit notes.",
    )
    billed_on = fields.Char(
        string="Billed on",
        compute="_compute_figures",
        groups=BILLING_GROUP,
        help="The invoices on which this is, and the next one if more is to bill.",
    )

    def _compute_figures(self):
        # sudo: amounts come from invoices and price lists that a biller may not read;
        # the orders are those of rows that he may
        orders = self.order_id._origin.sudo()
        found = self.env["fsm.billing.figures"].sudo()._get_figures(orders)
        for row, works in self._get_works().items():
            order = row.order_id._origin.sudo()
            figures = found.sum_up(order, works)
            row.currency_id = figures.currency.id
            row.price_unit = figures.price_unit
            row.amount = figures.amount
            row.billed_on = found.get_place(
                order, figures, row._get_reason_not_billed()
            )

    def _get_works(self):
        """:return: dict row -> list of what it stands for: sources, or a sale line"""
        raise NotImplementedError

    def _get_reason_not_billed(self):
        """:return: why this is on no invoice and not on the next one, or ``""``"""
        return ""
