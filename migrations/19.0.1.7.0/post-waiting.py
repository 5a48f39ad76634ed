from odoo.api import SUPERUSER_ID, Environment


def migrate(cr, version):
    """Look again at orders with reductions: a draft that went left their status."""
    env = Environment(cr, SUPERUSER_ID, {})
    orders = env["fsm.order.charge"].search([("qty_to_bill", "<", 0)]).fsm_order_id
    env.add_to_compute(orders._fields["billing_status"], orders)
