def migrate(cr, version):
    """Say which site named who pays: else it would be asked again, for all orders."""
    cr.execute("ALTER TABLE fsm_order ADD COLUMN IF NOT EXISTS bill_to_site_id integer")
    cr.execute(
        """
        UPDATE fsm_order
           SET bill_to_site_id = location_id
         WHERE bill_to_id IS NOT NULL
           AND sale_id IS NULL
           AND sale_line_id IS NULL
        """
    )
