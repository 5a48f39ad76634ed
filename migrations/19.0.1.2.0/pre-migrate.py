def migrate(cr, version):
    """Say until when open invoices are due, at once instead of order by order."""
    cr.execute("ALTER TABLE fsm_order ADD COLUMN IF NOT EXISTS billing_due_date date")
    cr.execute(
        """
        UPDATE fsm_order
           SET billing_due_date = due.day
          FROM (
                SELECT rel.fsm_order_id,
                       MIN(COALESCE(move.invoice_date_due, move.date)) AS day
                  FROM fsm_order_account_move_line_rel AS rel
                  JOIN account_move_line AS line
                    ON line.id = rel.account_move_line_id
                  JOIN account_move AS move ON move.id = line.move_id
                 WHERE move.state = 'posted'
                   AND move.move_type = 'out_invoice'
                   AND move.payment_state NOT IN ('paid', 'in_payment', 'reversed')
              GROUP BY rel.fsm_order_id
               ) AS due
         WHERE due.fsm_order_id = fsm_order.id
        """
    )
