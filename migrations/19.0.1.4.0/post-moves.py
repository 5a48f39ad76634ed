from odoo.api import SUPERUSER_ID, Environment
from odoo.tools.sql import column_exists


def migrate(cr, version):
    env = Environment(cr, SUPERUSER_ID, {})
    _record_returns(env)
    _recognize_kits(env)
    env.flush_all()


def _record_returns(env):
    """Record again what was taken for a return and is none, where it is still open.

    Scrap and losses at the customer's, and returns that were not to update quantities.
    What was credited of them stays credited.
    """
    env.cr.execute(
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
    moves = env["stock.move"].browse(move_id for (move_id,) in env.cr.fetchall())
    env.add_to_compute(moves._fields["qty_recorded"], moves)


def _recognize_kits(env):
    """Tell the components of kits, where Odoo's manufacturing delivered some.

    Kits in kits, and those of a product with variants that share a bill of materials,
    can't be told any more: their components stay as they were.
    """
    if not column_exists(env.cr, "stock_move", "bom_line_id"):
        return
    env.cr.execute(
        """
        UPDATE stock_move AS move
           SET fsm_kit_product_id = kit.id,
               fsm_kit_quantity = line.product_qty / bom.product_qty
                                  * unit.factor / bom_unit.factor
          FROM mrp_bom_line AS line
          JOIN mrp_bom AS bom ON bom.id = line.bom_id AND bom.type = 'phantom'
          JOIN product_template AS template ON template.id = bom.product_tmpl_id
          JOIN uom_uom AS unit ON unit.id = template.uom_id
          JOIN uom_uom AS bom_unit ON bom_unit.id = bom.product_uom_id
          JOIN product_product AS kit
            ON kit.product_tmpl_id = bom.product_tmpl_id
           AND (kit.id = bom.product_id
                OR bom.product_id IS NULL
               AND 1 = (SELECT count(*) FROM product_product AS variant
                         WHERE variant.product_tmpl_id = bom.product_tmpl_id))
         WHERE move.bom_line_id = line.id
           AND move.fsm_order_id IS NOT NULL
           AND move.fsm_kit_product_id IS NULL
           AND bom.product_qty > 0
           AND NOT EXISTS (
               SELECT FROM mrp_bom_line AS outer_line
                 JOIN mrp_bom AS outer_bom ON outer_bom.id = outer_line.bom_id
                WHERE outer_bom.type = 'phantom' AND outer_line.product_id = kit.id
           )
           AND NOT EXISTS (
               SELECT FROM mrp_bom_line AS part
                 JOIN product_product AS product ON product.id = part.product_id
                 JOIN mrp_bom AS inner_bom
                   ON inner_bom.product_tmpl_id = product.product_tmpl_id
                WHERE part.bom_id = bom.id AND inner_bom.type = 'phantom'
           )
        RETURNING move.fsm_order_id
        """
    )
    order_ids = {order_id for (order_id,) in env.cr.fetchall()}
    env.invalidate_all()
    orders = env["fsm.order"].browse(order_ids)
    env.add_to_compute(orders._fields["billing_status"], orders)
