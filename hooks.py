from odoo.fields import Domain
from odoo.tools import SQL, split_every

from . import memory

#: documents that are read at once
BATCH = 500


def pre_init_hook(env):
    """Create the columns of billing sources without a pass over whole tables.

    Timesheets and stock moves are the largest tables of many databases, and nearly
    none of their rows belongs to a service order.
    """
    number = SQL("double precision DEFAULT 0")
    for table in ("account_analytic_line", "stock_move"):
        add_columns(
            env.cr,
            table,
            qty_recorded=number,
            qty_billed=number,
            qty_to_bill=number,
            is_billed_elsewhere=SQL("boolean DEFAULT FALSE"),
            billing_mode=SQL("varchar DEFAULT 'billable'"),
        )
    add_columns(env.cr, "account_move_line", fsm_qty_credited=number)
    # no policy asks for an approval yet
    flag = SQL("boolean DEFAULT FALSE")
    add_columns(
        env.cr, "account_analytic_line", fsm_is_approved=flag, fsm_is_awaiting=flag
    )
    # orders that are done were not done today
    add_columns(env.cr, "fsm_order", billing_done_day=SQL("date"))


def add_columns(cr, table, **columns):
    """Add columns with a value for the rows there are, and no default for new ones.

    :param columns: name -> type and default
    """
    table = SQL.identifier(table)
    for name, definition in columns.items():
        name = SQL.identifier(name)
        cr.execute(
            SQL(
                "ALTER TABLE %s ADD COLUMN IF NOT EXISTS %s %s", table, name, definition
            )
        )
        cr.execute(SQL("ALTER TABLE %s ALTER COLUMN %s DROP DEFAULT", table, name))


#: rights that the host gives away on models of others: security/ir.model.access.csv
#: withholds them
WITHHELD = {
    "fieldservice_account.access_account_move_line_fsm_user": (
        "perm_read",
        "perm_write",
        "perm_create",
        "perm_unlink",
    ),
    "fieldservice_stock.access_stock_move_portal": ("perm_read", "perm_write"),
    "fieldservice_stock.access_product_product_portal": ("perm_read",),
    "fieldservice_stock.access_product_template_portal": ("perm_read",),
    "fieldservice_stock.access_uom_uom_portal": ("perm_read",),
    "fieldservice_sale.access_sale_order_fsm_user": ("perm_read",),
}


def uninstall_hook(env):
    """Keep the ledger's memory, and give back the rights that we withhold."""
    memory.keep(env)
    env["fsm.billing.fact"]._forget()
    # reviews stay, done ones too, as ordinary things to do: their type goes
    review = env.ref(
        "fieldservice_invoicing.mail_activity_type_review", raise_if_not_found=False
    )
    activities = env["mail.activity"].with_context(active_test=False)
    if review:
        activities.search([("activity_type_id", "=", review.id)]).write(
            {"activity_type_id": env.ref("mail.mail_activity_data_todo").id}
        )
    for xmlid, rights in WITHHELD.items():
        access = env.ref(xmlid, raise_if_not_found=False)
        if access:
            access.write(dict.fromkeys(rights, True))


def post_init_hook(env):
    """Compute what is recorded on service orders, and give companies a policy.

    What was settled when the addon was uninstalled stays settled. Work on an order that
    has an invoice by other means is not billed again; the order's history says so.
    """
    works = [
        source.search([("fsm_order_id", "!=", False)])
        for source in env["fsm.billing.entry"]._get_source_models()
    ]
    for sources in works:
        env.add_to_compute(sources._fields["qty_recorded"], sources)
    last_line_id = memory.take_up(env)
    for sources in works:  # what is billed is known by now
        for name in ("is_billed_elsewhere", "qty_to_bill"):
            env.add_to_compute(sources._fields[name], sources)
    orders = env["fsm.order"].search([])
    orders._fill_done_days()
    env.add_to_compute(orders._fields["billing_status"], orders)
    orders._refresh_down_payments()
    policy = env.ref("fieldservice_invoicing.fsm_billing_policy_default")
    companies = env["res.company"].search([("fsm_billing_policy_id", "=", False)])
    companies.fsm_billing_policy_id = policy
    for name in ("bill_to_id", "billing_policy_id"):
        missing = orders.filtered(lambda order, name=name: not order[name])
        env.add_to_compute(orders._fields[name], missing)
    invoiced = _get_invoiced_otherwise(orders, last_line_id)
    for sources in invoiced._get_billing_sources():
        sources.filtered(
            lambda source: not source.qty_billed
        ).billing_mode = "not_billed"
    note = env._(
        "This order had an invoice when Field Service Invoicing was installed: the "
        "hours and parts recorded until then are taken as invoiced."
    )
    invoiced._message_log_batch(bodies=dict.fromkeys(invoiced.ids, note))
    _keep_printed(env)


def _keep_printed(env):
    """Keep what posted documents say of their orders by now, unless that is known."""
    moves = env["account.move"].sudo()  # sudo: the engine alone keeps what is printed
    posted = moves.search(
        Domain("state", "=", "posted")
        & Domain("line_ids.fsm_order_ids", "!=", False)
        & Domain("fsm_printed_ids", "=", False),
        order="id",
    )
    for ids in split_every(BATCH, posted.ids):
        moves.browse(ids)._fsm_keep_printed()
        env.flush_all()
        env.invalidate_all()


def _get_invoiced_otherwise(orders, last_line_id=0):
    """Find orders with an invoice that our ledger does not know.

    :param last_line_id: later lines came while the addon was not installed
    :return: those of ``orders``
    """

    def is_invoiced(order):
        lines = order.invoice_lines.filtered(
            lambda line: line.parent_state != "cancel" and line.id > last_line_id
        )
        # what stands in our ledger, as in demo data, is known in detail
        if not lines or (order.billing_entry_ids and not last_line_id):
            return False
        # what was credited in full is open; what came to zero was given away
        is_credited = "out_refund" in lines.move_id.mapped("move_type")
        return not (
            is_credited and order.currency_id.is_zero(sum(lines.mapped("balance")))
        )

    return orders.filtered(is_invoiced)
