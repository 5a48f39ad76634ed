from odoo import fields, models
from odoo.tools import SQL


class FsmBillingQuoted(models.Model):
    """The lines of the approved quotation behind a service order.

    Who bills service orders may not read sale orders. A line that several orders of one
    quotation may bill is a row on each of them.
    """

    _name = "fsm.billing.quoted"
    _inherit = "fsm.billing.row"
    _description = "Quotation Lines of Service Orders"
    _auto = False
    _order = "sequence, id"

    _depends = {
        "fsm.order": ["company_id", "sale_id", "sale_line_id"],
        "sale.order": ["state"],
        "sale.order.line": [
            "display_type",
            "fsm_order_id",
            "name",
            "order_id",
            "product_uom_id",
            "product_uom_qty",
            "qty_invoiced",
            "qty_to_invoice",
            "sequence",
        ],
    }
    sale_line_id = fields.Many2one("sale.order.line", readonly=True)
    sequence = fields.Integer(readonly=True)
    qty_recorded = fields.Float(string="Quoted", readonly=True)
    qty_billed = fields.Float(string="Billed", readonly=True)
    qty_to_bill = fields.Float(
        string="To bill", readonly=True, help="By the invoicing policy of the product."
    )

    @property
    def _table_query(self):
        """Make the id of a row of both the order and the sale order line.

        It stays under 2^53, which browsers can count to, for eleven million orders.
        """
        return SQL(
            """
            SELECT service.id::bigint << 28 | line.id AS id,
                   service.id AS order_id, service.company_id,
                   line.id AS sale_line_id, line.sequence,
                   SPLIT_PART(line.name, E'\\n', 1) AS name,
                   line.product_uom_id AS uom_id,
                   line.product_uom_qty AS qty_recorded,
                   line.qty_invoiced AS qty_billed,
                   line.qty_to_invoice AS qty_to_bill
              FROM fsm_order AS service
         LEFT JOIN sale_order_line AS own ON own.id = service.sale_line_id
              JOIN sale_order AS sale
                ON sale.id = COALESCE(own.order_id, service.sale_id)
              JOIN sale_order_line AS line ON line.order_id = sale.id
             WHERE sale.state = 'sale' AND line.display_type IS NULL
               AND COALESCE(line.fsm_order_id, service.id) = service.id
            """
        )

    def _get_works(self):
        # sudo: whoever bills may not read sale orders
        return {row: [row.sudo().sale_line_id] for row in self}
