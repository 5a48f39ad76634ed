from odoo.tools import SQL

from odoo.addons.fieldservice_invoicing.hooks import add_columns


def migrate(cr, version):
    """Add the day on which an order was done: old ones were not done today."""
    add_columns(cr, "fsm_order", billing_done_day=SQL("date"))
