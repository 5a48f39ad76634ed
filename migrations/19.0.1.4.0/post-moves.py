from odoo.api import SUPERUSER_ID, Environment


def migrate(cr, version):
    """Record again what was taken for a return and is none, where it is still open.

    Scrap and losses at the customer's, and returns that were not to update quantities.
    What was credited of them stays credited.
    """
    cr.execute(
        """
        SELECT move.id
          FROM stock_move AS move
          JOIN stock_location AS source ON source.id = move.location_id
          JOIN stock_location AS destination ON destination.id = move.location_dest_id
         WHERE move.fsm_order_id IS NOT NULL
           AND move.state = 'done'
           AND COALESCE(move.qty_recorded, 0) <> 0
           AND COALESCE(move.qty_billed, 0) = 0
           AND ('inventory' IN (source.usage, destination.usage)
                OR source.usage = 'production'
                OR move.origin_returned_move_id IS NOT NULL)
        """
    )
    env = Environment(cr, SUPERUSER_ID, {})
    moves = env["stock.move"].browse(move_id for (move_id,) in cr.fetchall())
    env.add_to_compute(moves._fields["qty_recorded"], moves)
    env.flush_all()
