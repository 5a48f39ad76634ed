from odoo.api import SUPERUSER_ID, Environment


def migrate(cr, version):
    """Compute what is to be billed of the work on service orders."""
    env = Environment(cr, SUPERUSER_ID, {})
    for source in env["fsm.billing.entry"]._get_source_models():
        sources = source.search([("fsm_order_id", "!=", False)])
        for name in ("is_billed_elsewhere", "qty_to_bill"):
            env.add_to_compute(sources._fields[name], sources)
    env.flush_all()
