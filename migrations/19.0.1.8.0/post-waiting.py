from odoo.api import SUPERUSER_ID, Environment


def migrate(cr, version):
    """Look again at orders whose hours wait for approval: they are in the queue."""
    env = Environment(cr, SUPERUSER_ID, {})
    lines = env["account.analytic.line"].search([("fsm_is_awaiting", "=", True)])
    orders = lines.fsm_order_id
    env.add_to_compute(orders._fields["billing_status"], orders)
