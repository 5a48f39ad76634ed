from odoo.api import SUPERUSER_ID, Environment


def migrate(cr, version):
    """Let other modules that bill parts know what is invoiced, and know it of them."""
    env = Environment(cr, SUPERUSER_ID, {})
    parts = env["stock.move"]
    if parts._has_other_roads():
        parts.search(
            [("invoice_state", "=", "2binvoiced"), ("qty_billed", "!=", 0)]
        )._tell_other_roads()
    if parts._get_elsewhere_paths():
        used = parts.search([("fsm_order_id", "!=", False)])
        orders = used.filtered(lambda part: part._is_billed_elsewhere()).fsm_order_id
        env.add_to_compute(orders._fields["billing_status"], orders)
    env.flush_all()
