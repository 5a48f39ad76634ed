"""Who comes second: rows that are locked, and rows that are said to have changed.

Odoo works in REPEATABLE READ: who waited for a row that somebody changed meanwhile gets
a serialization error, is repeated by Odoo, and then reads what is there now.
"""

from odoo.tools import SQL


def lock_rows(records, is_named=False):
    """Make everybody else who locks or writes these rows wait, in the order of ids.

    :param is_named: let others write rows that name one of these meanwhile
    """
    if ids := _get_ids(records):
        records.env.cr.execute(
            SQL(
                "SELECT id FROM %s WHERE id = ANY(%s) ORDER BY id %s",
                SQL.identifier(records._table),
                ids,
                SQL("FOR NO KEY UPDATE") if is_named else SQL("FOR UPDATE"),
            )
        )


def touch_rows(records, name):
    """Make whoever works on these rows with older figures start again.

    :param str name: a column, which is written as it is
    """
    if ids := _get_ids(records):
        records.env.cr.execute(
            SQL(
                """
                WITH touched AS (
                    SELECT id FROM %(table)s WHERE id = ANY(%(ids)s)
                     ORDER BY id FOR UPDATE
                )
                UPDATE %(table)s AS item SET %(name)s = item.%(name)s
                  FROM touched WHERE item.id = touched.id
                """,
                table=SQL.identifier(records._table),
                name=SQL.identifier(name),
                ids=ids,
            )
        )


def _get_ids(records):
    """:return: sorted list of the ids; records of forms have none"""
    return sorted(record.id for record in records if record.id)
