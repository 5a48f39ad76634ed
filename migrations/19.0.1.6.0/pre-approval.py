from odoo.tools import SQL

from odoo.addons.fieldservice_invoicing.hooks import add_columns


def migrate(cr, version):
    """Add what is approved without a pass over all timesheets: nobody asks for it."""
    add_columns(
        cr,
        "account_analytic_line",
        fsm_is_approved=SQL("boolean DEFAULT FALSE"),
        fsm_is_awaiting=SQL("boolean DEFAULT FALSE"),
    )
