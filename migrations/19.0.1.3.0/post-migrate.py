import logging

from odoo.api import SUPERUSER_ID, Environment

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """Say from which invoice lines earlier invoices deduct parts that came back.

    Such a line is taken off the last line that billed the part and has enough left,
    as a new one would be.
    """
    cr.execute(
        """
        SELECT line.id
          FROM account_move_line AS line
          JOIN account_move AS move ON move.id = line.move_id
         WHERE move.move_type = 'out_invoice'
           AND move.state != 'cancel'
           AND line.quantity < 0
           AND line.fsm_credited_line_id IS NULL
           AND EXISTS (
               SELECT 1
                 FROM fsm_billing_entry AS entry
                 JOIN stock_move AS part ON part.id = entry.stock_move_id
                WHERE entry.move_line_id = line.id
                  AND entry.kind = 'bill'
                  AND part.origin_returned_move_id IS NOT NULL
           )
      ORDER BY line.id
        """
    )
    env = Environment(cr, SUPERUSER_ID, {})
    lines = env["account.move.line"].browse(line_id for (line_id,) in cr.fetchall())
    for line in lines:
        for billing in _get_billing_lines(line):
            line.fsm_credited_line_id = billing
            if _is_within(billing):
                break
            line.fsm_credited_line_id = False
        else:
            _logger.warning("%s deducts more than one line billed", line.display_name)


def _get_billing_lines(line):
    """:return: the lines that billed the parts on ``line``, the last one first"""
    parts = line.fsm_billing_entry_ids.stock_move_id
    found = parts._get_entries_to_credit().values()
    entries = line.env["fsm.billing.entry"].union(*found)
    return entries.move_line_id.filtered(
        lambda other: other.quantity > 0 and other != line
    )


def _is_within(billing):
    """:return: True if no more comes off the line and its invoice than was on it"""
    move = billing.move_id
    return (
        billing._is_fsm_credited_within()
        and billing._get_fsm_quantity_left() > -1e-6
        and move.currency_id.compare_amounts(
            move._get_fsm_total_credited(), move.amount_total
        )
        <= 0
    )
