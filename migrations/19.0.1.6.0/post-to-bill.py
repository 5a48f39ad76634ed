from odoo.api import SUPERUSER_ID, Environment


def migrate(cr, version):
    """Compute what is to be billed of the work on service orders, and their status.

    Earlier scripts may have looked at the status while nothing was to be billed.
    """
    env = Environment(cr, SUPERUSER_ID, {})
    orders = env["fsm.order"]
    for source in env["fsm.billing.entry"]._get_source_models():
        sources = source.search([("fsm_order_id", "!=", False)])
        for name in ("is_billed_elsewhere", "qty_to_bill"):
            env.add_to_compute(sources._fields[name], sources)
        orders |= sources.fsm_order_id
    env.flush_all()
    env.add_to_compute(orders._fields["billing_status"], orders)
    env.flush_all()
