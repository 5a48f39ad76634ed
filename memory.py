"""What of the ledger outlives the addon: uninstalling drops its tables and columns.

What was billed, refunded, given away or not to be billed is kept in plain tables that
no model owns, by the ids of records of Odoo and of the host, and what posted documents
say. Installing takes it from there, and drops them.
"""

from odoo.tools import SQL

from .tools.tolerance import SLACK

PREFIX = "fsm_kept_"
ENTRY = "fsm.billing.entry"
PRINTED = "fsm.billing.printed"
#: rows of which all that is ours is kept -> which of them
WORK = "fsm_order_id IS NOT NULL"
LINES = """
    fsm_credited_line_id IS NOT NULL
    OR fsm_replaced_line_id IS NOT NULL
    OR id IN (SELECT account_move_line_id FROM fsm_order_account_move_line_rel)
"""
MOVES = """
    id IN (
        SELECT line.move_id
          FROM account_move_line AS line
          JOIN fsm_order_account_move_line_rel AS rel
            ON rel.account_move_line_id = line.id
    )
"""
#: model -> which rows are kept, and which fields (None: all of ours)
KEPT = {
    "account.analytic.line": (WORK, None),
    "stock.move": (WORK, None),
    "account.move.line": (LINES, None),
    "account.move": (MOVES, None),
    "fsm.order": (
        "TRUE",
        (
            "bill_to_id",
            "bill_to_site_id",
            "billing_again_price",
            "customer_reference",
            "is_bill_to_chosen",
            "is_reference_chosen",
            "travel_distance",
        ),
    ),
    "fsm.location": ("bill_to_id IS NOT NULL", ("bill_to_id",)),
    "fsm.equipment": ("warranty_end_date IS NOT NULL", ("warranty_end_date",)),
}
#: figures that are computed again
COMPUTED = ("is_billed_elsewhere", "qty_billed", "qty_recorded", "qty_to_bill")
#: what tells that a row is about the same work as before
SAME = {"account.analytic.line": "fsm_order_id", "stock.move": "fsm_order_id"}


# --- keeping ---
def keep(env):
    """Write down the ledger before its tables and columns are dropped."""
    env.flush_all()
    for model, (condition, names) in KEPT.items():
        columns = [field.name for field in _get_own_fields(env, model, names)]
        _create(
            env, model, ["id", *filter(None, [SAME.get(model)]), *columns], condition
        )
    entry = env[ENTRY]
    columns = [name for name in _get_columns(env, entry._table) if name != "charge_id"]
    _create(env, ENTRY, columns, "charge_id IS NULL")
    _create(env, PRINTED, ["move_id", "order_id", "facts"], "TRUE")


def _create(env, model, columns, condition):
    """Copy ``columns`` of the rows of ``model`` that meet ``condition``."""
    kept = _get_kept_table(env, model)
    env.cr.execute(SQL("DROP TABLE IF EXISTS %s", kept))
    env.cr.execute(
        SQL(
            "CREATE TABLE %s AS SELECT %s FROM %s WHERE %s",
            kept,
            SQL(", ").join(SQL.identifier(name) for name in dict.fromkeys(columns)),
            SQL.identifier(env[model]._table),
            SQL(condition),
        )
    )


def _get_own_fields(env, model, names=None):
    """:return: list of the columns that this addon alone adds to ``model``

    Without those that point into tables which are dropped as well.
    """
    own = (__name__.split(".")[2],)
    return [
        field
        for field in env[model]._fields.values()
        if field.store
        and field.column_type
        and field._modules == own
        and not (field.type == "many2one" and _is_own(env, field.comodel_name, own))
        and field.name not in COMPUTED
        and (names is None or field.name in names)
    ]


def _is_own(env, model, own):
    """:return: True if the table of ``model`` goes with the addon"""
    return env[model]._original_module in own


# --- taking up ---
def take_up(env):
    """Bring back what was kept when the addon was uninstalled, if it ever was.

    :return: the id of the last invoice line that was known then; 0 if there was none
    """
    env.flush_all()
    if not _get_columns(env, PREFIX + env[ENTRY]._table):
        return 0
    split_links(env.cr, PREFIX + env["account.move.line"]._table)
    for model in KEPT:
        _take_up_columns(env, model)
    _take_up_entries(env)
    _take_up_printed(env)
    for model in env[ENTRY]._get_source_models():
        if model._name in KEPT:
            _settle_what_changed(env, model)
    env.cr.execute(
        SQL(
            "SELECT COALESCE(MAX(id), 0) FROM %s",
            _get_kept_table(env, "account.move.line"),
        )
    )
    [[last]] = env.cr.fetchall()
    for model in (*KEPT, ENTRY, PRINTED):
        env.cr.execute(SQL("DROP TABLE IF EXISTS %s", _get_kept_table(env, model)))
    env.invalidate_all()
    for entry_field in env[ENTRY]._get_source_fields():
        sources = env[ENTRY].search([(entry_field, "!=", False)])[entry_field]
        env.add_to_compute(sources._fields["qty_billed"], sources)
    # even if nothing of the ledger was left, it is an addon that was here before
    return max(last, 1)


def _take_up_columns(env, model):
    """Fill our columns on the rows of ``model`` that are still there."""
    kept = set(_get_columns(env, PREFIX + env[model]._table))
    fields = [field for field in _get_own_fields(env, model) if field.name in kept]
    if not fields:
        return
    values = [
        SQL("%s = %s", SQL.identifier(field.name), _get_kept_value(env, field))
        for field in fields
    ]
    same = SAME.get(model, "id")
    env.cr.execute(
        SQL(
            "UPDATE %s AS record SET %s FROM %s AS kept "
            "WHERE kept.id = record.id AND kept.%s = record.%s",
            SQL.identifier(env[model]._table),
            SQL(", ").join(values),
            _get_kept_table(env, model),
            SQL.identifier(same),
            SQL.identifier(same),
        )
    )


def _get_kept_value(env, field):
    """:return: SQL of what was kept of ``field``; nothing where it is gone since"""
    value = SQL.identifier("kept", field.name)
    if field.type == "many2one":
        table = SQL.identifier(env[field.comodel_name]._table)
        return SQL("(SELECT id FROM %s WHERE id = %s)", table, value)
    # work that was not there yet has no mode of its own
    return SQL("COALESCE(%s, record.%s)", value, SQL.identifier(field.name))


def _take_up_entries(env):
    """Bring back the entries of work and lines that are still what they were."""
    entry = env[ENTRY]
    kept = set(_get_columns(env, PREFIX + entry._table))
    columns = [
        name for name in _get_columns(env, entry._table) if name in kept - {"id"}
    ]
    works = [
        SQL(
            "EXISTS (SELECT FROM %s AS work"
            " WHERE work.id = kept.%s AND (work.fsm_order_id = kept.order_id"
            # what came back on a later visit is credited to the first one
            " OR kept.quantity < 0))",
            SQL.identifier(env[entry._fields[name].comodel_name]._table),
            SQL.identifier(name),
        )
        for name in entry._get_source_fields()
        if name in kept
    ]
    env.cr.execute(
        SQL(
            """
            INSERT INTO %(table)s (%(columns)s)
            SELECT %(columns)s
              FROM %(kept)s AS kept
             WHERE EXISTS (
                       SELECT FROM fsm_order_account_move_line_rel AS rel
                        WHERE rel.fsm_order_id = kept.order_id
                          AND rel.account_move_line_id = kept.move_line_id
                   )
               AND (%(works)s)
          ORDER BY kept.id
            """,
            table=SQL.identifier(entry._table),
            columns=SQL(", ").join(SQL.identifier(name) for name in columns),
            kept=_get_kept_table(env, ENTRY),
            works=SQL(" OR ").join(works),
        )
    )


def _take_up_printed(env):
    """Bring back what documents say that are posted still."""
    if not _get_columns(env, PREFIX + env[PRINTED]._table):
        return  # an earlier version was uninstalled
    env.cr.execute(
        SQL(
            """
            INSERT INTO %(table)s (move_id, order_id, facts)
            SELECT kept.move_id, kept.order_id, kept.facts
              FROM %(kept)s AS kept
              JOIN account_move AS move ON move.id = kept.move_id
              JOIN fsm_order ON fsm_order.id = kept.order_id
             WHERE move.state = 'posted'
            """,
            table=SQL.identifier(env[PRINTED]._table),
            kept=_get_kept_table(env, PRINTED),
        )
    )


def _settle_what_changed(env, model):
    """Leave work alone that was billed and is another by now.

    The ledger can't hold more than is recorded, nor work that went to another order.
    """
    entry = env[ENTRY]
    link = next(
        name
        for name in entry._get_source_fields()
        if entry._fields[name].comodel_name == model._name
    )
    values = {
        "source": SQL.identifier(model._table),
        "entry": SQL.identifier(entry._table),
        "link": SQL.identifier(link),
        "kept": _get_kept_table(env, ENTRY),
    }
    env.cr.execute(
        SQL(
            """
            SELECT work.id
              FROM %(source)s AS work
              JOIN (%(sums)s) AS before ON before.id = work.id
         LEFT JOIN (%(live)s) AS billed ON billed.id = work.id
             WHERE abs(before.quantity - COALESCE(billed.quantity, 0)) > %(slack)s
                OR abs(billed.quantity) > abs(work.qty_recorded) + %(slack)s
                OR billed.quantity * work.qty_recorded < 0
            """,
            source=values["source"],
            sums=_get_sums(values["kept"], values["link"]),
            live=_get_sums(values["entry"], values["link"]),
            slack=SLACK,
        )
    )
    ids = [work_id for (work_id,) in env.cr.fetchall()]
    if ids:
        env.cr.execute(
            SQL(
                "DELETE FROM %(entry)s WHERE %(link)s = ANY(%(ids)s)", ids=ids, **values
            )
        )
        env.cr.execute(
            SQL(
                "UPDATE %(source)s SET billing_mode = 'not_billed',"
                " is_billing_mode_chosen = TRUE WHERE id = ANY(%(ids)s)",
                ids=ids,
                **values,
            )
        )


def _get_sums(table, link):
    """:return: SQL: what live entries bill of each piece of work, by ``table``"""
    return SQL(
        """
        SELECT kept.%(link)s AS id, SUM(kept.quantity) AS quantity
          FROM %(table)s AS kept
          JOIN account_move_line AS line ON line.id = kept.move_line_id
          JOIN account_move AS move ON move.id = line.move_id
         WHERE kept.%(link)s IS NOT NULL AND move.state != 'cancel'
      GROUP BY kept.%(link)s
        """,
        table=table,
        link=link,
    )


def _get_kept_table(env, model):
    return SQL.identifier(PREFIX + env[model]._table)


def _get_columns(env, table):
    """:return: list of the columns of ``table``; none if there is no such table"""
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema = current_schema AND table_name = %s "
        "ORDER BY ordinal_position",
        [table],
    )
    return [name for (name,) in env.cr.fetchall()]


# --- earlier versions ---
def split_links(cr, table):
    """Turn the links between invoice lines of versions before 19.0.1.5.0 in two.

    One link said what a credit note credits and what an invoice replaces; another one
    what an invoice deducts, which is a credit as well.

    :param str table: invoice lines, or what was kept of them; by the ids of lines
    """
    cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s",
        [table],
    )
    columns = {name for (name,) in cr.fetchall()}
    if "fsm_origin_line_id" not in columns:
        return
    lines = SQL.identifier(table)
    cr.execute(
        SQL(
            "ALTER TABLE %s RENAME COLUMN fsm_origin_line_id TO fsm_credited_line_id",
            lines,
        )
    )
    cr.execute(SQL("ALTER TABLE %s ADD COLUMN fsm_replaced_line_id int4", lines))
    cr.execute(
        SQL(
            """
            UPDATE %s AS line
               SET fsm_replaced_line_id = line.fsm_credited_line_id,
                   fsm_credited_line_id = NULL
              FROM account_move_line AS item
              JOIN account_move AS move ON move.id = item.move_id
             WHERE item.id = line.id
               AND line.fsm_credited_line_id IS NOT NULL
               AND move.move_type = 'out_invoice'
            """,
            lines,
        )
    )
    if "fsm_deducted_line_id" not in columns:
        return
    cr.execute(
        SQL(
            """
            UPDATE %s AS line
               SET fsm_credited_line_id = line.fsm_deducted_line_id
              FROM account_move_line AS item
              JOIN account_move AS move ON move.id = item.move_id
             WHERE item.id = line.id
               AND line.fsm_deducted_line_id IS NOT NULL
               AND move.move_type = 'out_invoice'
            """,
            lines,
        )
    )
    cr.execute(SQL("ALTER TABLE %s DROP COLUMN fsm_deducted_line_id", lines))
