from odoo.api import SUPERUSER_ID, Environment


def migrate(cr, version):
    """Look again at done orders with nothing to invoice.

    Figures sent by RPC could take an order off the list for good.
    """
    env = Environment(cr, SUPERUSER_ID, {})
    orders = env["fsm.order"].search(
        [("stage_id.is_invoiceable", "=", True), ("billing_status", "=", "nothing")]
    )
    env.add_to_compute(orders._fields["billing_status"], orders)
    env.flush_all()
