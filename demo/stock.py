"""Transfers of parts."""

from odoo.fields import Command


def get_warehouse(env):
    domain = [("company_id", "=", env.company.id)]
    return env["stock.warehouse"].search(domain, limit=1)


def receive(supplier, quantities):
    """:return: a draft receipt of these products from the supplier"""
    env = supplier.env
    warehouse = get_warehouse(env)
    lines = [
        (product, quantity, "billable") for product, quantity in quantities.items()
    ]
    return _transfer(
        warehouse.in_type_id,
        env.ref("stock.stock_location_suppliers"),
        warehouse.lot_stock_id,
        lines,
        partner_id=supplier.id,
    )


def deliver(order, lines):
    """:return: a draft transfer of parts from the warehouse to the site of an order"""
    site = order.location_id
    return _transfer(
        order.warehouse_id.out_type_id,
        order.warehouse_id.lot_stock_id,
        site.inventory_location_id,
        lines,
        partner_id=site.partner_id.id,
        origin=order.name,
        fsm_order_id=order.id,
    )


def _transfer(picking_type, source, destination, lines, **values):
    """:param lines: list of (product, quantity, billing mode)"""
    places = {"location_id": source.id, "location_dest_id": destination.id}
    return picking_type.env["stock.picking"].create(
        {
            "picking_type_id": picking_type.id,
            **places,
            **values,
            "move_ids": [
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom": product.uom_id.id,
                        "product_uom_qty": quantity,
                        "billing_mode": mode,
                        **places,
                    }
                )
                for product, quantity, mode in lines
            ],
        }
    )


def take_back(picking, quantities):
    """:return: the return of some parts of a done transfer, by Odoo's own wizard"""
    wizard = (
        picking.env["stock.return.picking"]
        .with_context(
            active_model="stock.picking", active_id=picking.id, active_ids=picking.ids
        )
        .create({})
    )
    for line in wizard.product_return_moves:
        line.quantity = quantities.get(line.product_id, 0.0)
    action = wizard.action_create_returns()
    return picking.browse(action["res_id"])


def validate(env, transfers):
    """Validate transfers in full.

    :param dict transfers: transfer -> the moment it was done
    """
    pickings = env["stock.picking"].union(*transfers)
    # no text messages to customers who don't exist
    pickings = pickings.with_context(skip_sms=True, skip_backorder=True)
    pickings.action_confirm()
    pickings.action_assign()
    for move in pickings.move_ids:
        move.quantity = move.product_uom_qty
    pickings.move_ids.picked = True
    pickings.button_validate()
    for picking, moment in transfers.items():
        picking.date_done = moment
