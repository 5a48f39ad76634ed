from odoo.api import SUPERUSER_ID, Environment
from odoo.tools import split_every

#: invoice lines that are read at once
BATCH_SIZE = 1000
#: quantities that differ by less are the same
NOISE = 1e-6


def migrate(cr, version):
    """Say what earlier invoices print of the work on them.

    A line is shared among its work by what was worked; where it is no more than
    rounded to its unit, the work itself is what was to be printed. So it is of a lump
    sum: 5 h that a clerk made one piece of were made as 5 h.
    """
    cr.execute(
        """
        SELECT DISTINCT move_line_id
          FROM fsm_billing_entry
         WHERE kind = 'bill' AND qty_printed IS NULL
      ORDER BY move_line_id
        """
    )
    line_ids = [line_id for (line_id,) in cr.fetchall()]
    env = Environment(cr, SUPERUSER_ID, {})
    for ids in split_every(BATCH_SIZE, line_ids):
        for line in env["account.move.line"].browse(ids):
            _share_line(line)
        env.flush_all()
        env.invalidate_all()


def _share_line(line):
    """Enter what ``line`` prints of its work, and what credit notes took of that."""
    bills = line.fsm_billing_entry_ids.filtered(lambda entry: entry.kind == "bill")
    unit = line.product_uom_id
    if any(_is_lump_sum(entry, unit) for entry in bills):
        for entry in (line | line.fsm_credit_line_ids).fsm_billing_entry_ids:
            entry.write({"qty_exact": entry.quantity, "qty_printed": entry.quantity})
        return
    is_rounded = _share(bills, line._get_fsm_signed_quantity(), unit)
    for credit in line.fsm_credit_line_ids:
        opened = credit.fsm_billing_entry_ids.filtered(
            lambda entry: entry.kind == "reopen"
        )
        quantity = -credit._get_fsm_credited_quantity()
        _share(opened, quantity, unit, is_rounded)


def _is_lump_sum(entry, unit):
    """:return: True if a clerk made something else of the work than so much of it"""
    own = entry._get_source()._get_billing_unit()
    return bool(unit and own) and not unit._has_common_reference(own)


def _share(entries, quantity, unit, is_rounded=None):
    """Share ``quantity`` of a line among ``entries``, by the work of each.

    :param is_rounded: whether the line is no more than rounded to its ``unit``; None
        to see it from these entries
    :return: whether it is
    """
    works = [
        entry._get_source()._convert_billing_quantity(entry.quantity, unit)
        for entry in entries
    ]
    total = sum(works)
    if is_rounded is None:
        is_rounded = bool(unit) and unit.compare(total, quantity) == 0
    for entry in entries:
        share = entry.quantity * quantity / total if abs(total) > NOISE else 0.0
        entry.write(
            {
                "qty_exact": entry.quantity if is_rounded else share,
                "qty_printed": share,
            }
        )
    return is_rounded
