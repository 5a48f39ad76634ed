from .common import InvoicingCommon


class CostCommon(InvoicingCommon):
    """Valves with each cost method, valued when they are invoiced."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supplier_location = cls.env.ref("stock.stock_location_suppliers")
        cls.standard, cls.average, cls.fifo = (
            cls._create_valued_part(method)
            for method in ("standard", "average", "fifo")
        )

    # --- factories ---
    @classmethod
    def _create_valued_part(
        cls, cost_method, valuation="real_time", price=100.0, **values
    ):
        category = cls.env["product.category"].create(
            {
                "name": f"{valuation} {cost_method}",
                "property_valuation": valuation,
                "property_cost_method": cost_method,
            }
        )
        cost = 40.0 if cost_method == "standard" else 0.0
        part = cls._create_part(
            f"Valve {cost_method}", price, cost, categ_id=category.id, **values
        )
        if cost_method == "standard" and part.tracking == "none":
            cls._stock_up(part)
        return part

    @classmethod
    def _receive(cls, part, quantity, price, lot=None):
        """Receive ``quantity`` of ``part``, bought at ``price`` each."""
        move = cls.env["stock.move"].create(
            {
                "product_id": part.id,
                "product_uom_qty": quantity,
                "product_uom": part.uom_id.id,
                "location_id": cls.supplier_location.id,
                "location_dest_id": cls.warehouse.lot_stock_id.id,
                "picking_type_id": cls.warehouse.in_type_id.id,
                "price_unit": price,
                "value_manual": price * quantity,
            }
        )
        move._action_confirm()
        move.quantity = quantity
        if lot:
            move.move_line_ids.lot_id = lot
        move.picked = True
        move._action_done()
        return move

    # --- steps and figures ---
    def _post(self, part, quantity=1):
        """Bill an hour and ``quantity`` of ``part``; return the posted invoice."""
        order = self._create_order(hours=1, parts=0)
        self._use_part(order, quantity, product=part)
        return self._post_invoice(order)

    def _cost(self, moves):
        """:return: what documents book as cost of goods; negative on a credit note"""
        lines = moves.sudo().line_ids.filtered(lambda line: line.display_type == "cogs")
        self.assertAlmostEqual(sum(lines.mapped("balance")), 0)
        stock = (
            self.env["product.category"]
            .search([])
            .mapped(lambda category: category.property_stock_valuation_account_id)
            | self.company.account_stock_valuation_id
        )
        return -sum(
            lines.filtered(lambda line: line.account_id in stock).mapped("balance")
        )
