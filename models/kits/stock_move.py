from odoo import api, fields, models


class StockMove(models.Model):
    """Components of kits: Odoo's manufacturing delivers them in place of the kit.

    It copies the move of the kit for each component, with a line of its bill of
    materials. That is where we learn which kit it was, without a dependency.
    """

    _inherit = "stock.move"

    # --- Invoicing ---
    fsm_kit_product_id = fields.Many2one(
        "product.product",
        string="Kit",
        readonly=True,
        copy=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The kit that this part was delivered as a component of.",
    )
    fsm_kit_quantity = fields.Float(
        string="Quantity in the kit",
        readonly=True,
        copy=True,
        help="How much of this part is in one kit, in the unit of this move.",
    )

    @api.model
    def _get_engine_fields_copied(self):
        # who moves stock may as well deliver the kit itself to the order
        return super()._get_engine_fields_copied() | {
            "fsm_kit_product_id",
            "fsm_kit_quantity",
        }

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if default and default.get("bom_line_id"):
            for move, vals in zip(self, vals_list, strict=True):
                vals.update(move._prepare_fsm_kit_values(vals))
        return vals_list

    def _prepare_fsm_kit_values(self, vals):
        """:return: dict: which kit the component in ``vals`` is part of, and how much

        Of a kit within a kit, the outer one is sold.
        """
        self.ensure_one()
        if vals.get("product_id") == self.product_id.id:
            return {}
        unit = self.product_id.uom_id
        # what is entered as done without a demand has a quantity alone
        name = "product_uom_qty" if self.product_uom_qty else "quantity"
        kits = self.product_uom._compute_quantity(self[name], unit, round=False)
        in_one = vals.get(name, 0.0) / kits if kits else 0.0
        if self.fsm_kit_product_id:
            in_one *= self._convert_to_product_unit(self.fsm_kit_quantity)
        kit = self.fsm_kit_product_id or self.product_id
        return {"fsm_kit_product_id": kit.id, "fsm_kit_quantity": in_one}

    def _prepare_merge_moves_distinct_fields(self):
        names = super()._prepare_merge_moves_distinct_fields()
        return [*names, "fsm_kit_product_id"]

    # --- hooks of the billing source ---
    def _get_billing_protected_fields(self):
        names = super()._get_billing_protected_fields()
        return [*names, "fsm_kit_product_id", "fsm_kit_quantity"]

    def _get_open_depends(self):
        # a kit waits for its components
        return [*super()._get_open_depends(), "state"]

    def _is_surely_billed(self):
        # a kit waits for its components
        return not self.fsm_kit_product_id and super()._is_surely_billed()

    def _get_products_alike(self):
        # what takes the place of a kit is charged like the kit, still there then
        return super()._get_products_alike() | self.fsm_kit_product_id

    # --- components ---
    def _get_fsm_component(self):
        """:return: what tells the components of a kit apart

        The same product may be in a kit twice.
        """
        self.ensure_one()
        line = self["bom_line_id"] if "bom_line_id" in self._fields else None
        return line or self.product_id

    def _prepare_fsm_component_values(self):
        """:return: dict: the place in the kit of what this part is exchanged for"""
        self.ensure_one()
        if not self.fsm_kit_product_id:
            return {}
        values = {
            "fsm_kit_product_id": self.fsm_kit_product_id.id,
            "fsm_kit_quantity": self.fsm_kit_quantity,
        }
        if "bom_line_id" in self._fields:
            values["bom_line_id"] = self["bom_line_id"].id
        return values

    def _get_billed_as_component(self):
        """:return: what stands on invoices by itself, in the unit of the product"""
        self.ensure_one()
        # sudo: who asks may not read the ledger
        entries = self.sudo().billing_entry_ids.filtered(
            lambda entry: (
                entry.is_live
                and entry.move_line_id.product_id != self.fsm_kit_product_id
            )
        )
        return self._convert_to_product_unit(sum(entries.mapped("quantity")))
