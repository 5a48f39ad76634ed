from odoo.tools import SQL

from odoo.addons.fieldservice_invoicing.hooks import add_columns


def migrate(cr, version):
    """Add what is to be billed of work without a pass over whole tables."""
    for table in ("account_analytic_line", "stock_move"):
        add_columns(
            cr,
            table,
            qty_to_bill=SQL("double precision DEFAULT 0"),
            is_billed_elsewhere=SQL("boolean DEFAULT FALSE"),
        )
