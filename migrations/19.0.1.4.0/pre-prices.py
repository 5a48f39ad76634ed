from odoo.tools import SQL


def migrate(cr, version):
    """Leave charges as they are: no price list has shown them a discount yet.

    Odoo would price all of them anew to fill the new column.
    """
    cr.execute(
        SQL(
            "ALTER TABLE fsm_order_charge "
            "ADD COLUMN IF NOT EXISTS list_discount numeric"
        )
    )
