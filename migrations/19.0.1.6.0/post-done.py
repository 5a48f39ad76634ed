from odoo.api import SUPERUSER_ID, Environment


def migrate(cr, version):
    """Find out when the orders that are done were."""
    Environment(cr, SUPERUSER_ID, {})["fsm.order"]._fill_done_days()
