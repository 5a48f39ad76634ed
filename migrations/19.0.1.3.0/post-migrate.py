from odoo.api import SUPERUSER_ID, Environment


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
           AND line.fsm_deducted_line_id IS NULL
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
        parts = line.fsm_billing_entry_ids.stock_move_id
        entries = env["fsm.billing.entry"].union(
            *(part._get_billing_entries_returned() for part in parts)
        )
        billing = entries.move_line_id.filtered(
            lambda other, line=line: (
                other.quantity > 0 and other.currency_id == line.currency_id
            )
        )
        roomy = billing.filtered(
            lambda other, line=line: other._get_fsm_quantity_left() >= -line.quantity
        )
        line.fsm_deducted_line_id = (roomy or billing)[:1]
