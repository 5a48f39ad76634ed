def migrate(cr, version):
    _keep_prices_of_charges(cr)
    _say_what_happens_with_the_work(cr)


def _keep_prices_of_charges(cr):
    """Remember the prices there are, which would be computed anew otherwise."""
    cr.execute(
        """
        ALTER TABLE fsm_order_charge
          ADD COLUMN IF NOT EXISTS list_price numeric,
          ADD COLUMN IF NOT EXISTS list_product_id integer
        """
    )
    cr.execute(
        """
        UPDATE fsm_order_charge
           SET list_price = price_unit, list_product_id = product_id
         WHERE list_product_id IS NULL
        """
    )


def _say_what_happens_with_the_work(cr):
    """Say it on credit lines in words, where a flag said it before."""
    cr.execute(
        """
        SELECT 1 FROM information_schema.columns
         WHERE table_name = 'account_move_line' AND column_name = 'fsm_bill_again'
        """
    )
    if not cr.fetchone():
        return
    cr.execute(
        "ALTER TABLE account_move_line ADD COLUMN IF NOT EXISTS fsm_credit_work varchar"
    )
    # a credit note that opened nothing, and was to, corrected the price
    cr.execute(
        """
        UPDATE account_move_line line
           SET fsm_credit_work = CASE
               WHEN line.fsm_bill_again IS FALSE THEN 'refund'
               WHEN move.state = 'posted' AND EXISTS (
                   SELECT 1 FROM fsm_billing_entry entry
                    WHERE entry.move_line_id = line.fsm_origin_line_id
               ) AND NOT EXISTS (
                   SELECT 1 FROM fsm_billing_entry entry
                    WHERE entry.move_line_id = line.id
               ) THEN 'price'
               ELSE 'bill_again' END
          FROM account_move move
         WHERE move.id = line.move_id
           AND move.move_type = 'out_refund'
           AND line.fsm_origin_line_id IS NOT NULL
        """
    )
    cr.execute("ALTER TABLE account_move_line DROP COLUMN fsm_bill_again")
