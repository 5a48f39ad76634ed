from odoo import api, fields, models


class StockMove(models.Model):
    """Moves that Odoo makes from others are of the same service order."""

    _inherit = "stock.move"

    # --- Invoicing ---
    fsm_exchanged_move_id = fields.Many2one(
        "stock.move",
        string="In exchange for",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The delivery of what came back, and was replaced by this: it is billed "
        "like that one, at its price.",
    )

    def _compute_fsm_order_id(self):
        # No dependency on the moves before: they form circles, where one returns the
        # other, and Odoo would follow them for ever. What is given to them later is
        # passed on.
        res = super()._compute_fsm_order_id()
        for move in self:
            move.fsm_order_id = move.fsm_order_id or move._get_inherited_fsm_order()
        return res

    @api.depends("fsm_exchanged_move_id.billing_mode")
    def _compute_billing_mode(self):
        return super()._compute_billing_mode()

    # --- guards ---
    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        if not self.env.su:
            moves._check_fsm_exchanged()
        return moves

    @api.model
    def _get_engine_fields_copied(self):
        return super()._get_engine_fields_copied() | {"fsm_exchanged_move_id"}

    def _check_fsm_exchanged(self):
        """:raise AccessError: if a new move would replace what it is no copy of"""
        for move in self.sudo():  # sudo: who moves stock may not read service orders
            exchanged = move.fsm_exchanged_move_id
            if exchanged and (
                exchanged.product_id != move.product_id
                or exchanged.fsm_order_id != move.fsm_order_id
            ):
                self._raise_engine_only("fsm_exchanged_move_id")

    def write(self, vals):
        res = super().write(vals)
        if {"move_orig_ids", "origin_returned_move_id"} & set(vals):
            (self._get_move_before() | self.move_orig_ids)._pass_on_fsm_order()
        if {"fsm_order_id", "move_dest_ids"} & set(vals):
            self._pass_on_fsm_order()
        return res

    def _pass_on_fsm_order(self):
        """Give moves that continue these, and have no order, the same one.

        Their transfers come along, unless they are shared with others.
        """
        # sudo: who works in the warehouse may not read service orders
        moves = self.sudo().filtered("fsm_order_id")
        for order, first in moves.grouped("fsm_order_id").items():
            later = first._get_later_moves()
            following = later.filtered(
                lambda move, order=order: (
                    not move.fsm_order_id and move._get_inherited_fsm_order() == order
                )
            )
            if following:
                following.fsm_order_id = order
            pickings = later.picking_id.filtered(
                lambda picking, order=order: (
                    not picking.fsm_order_id
                    and all(move.fsm_order_id == order for move in picking.move_ids)
                )
            )
            if pickings:
                pickings.fsm_order_id = order

    def _get_inherited_fsm_order(self):
        """:return: the service order of the moves that this one continues, if it is one

        Another company's is none: what it sends us is its own business.
        """
        self.ensure_one()
        before = self._get_move_before() | self.move_orig_ids
        orders = before.fsm_order_id.filtered(
            lambda order: order.company_id == self.company_id
        )
        return orders if len(orders) == 1 else orders.browse()

    # --- what came before and after ---
    def _get_move_before(self):
        """:return: the moves that these take back, if any"""
        before = self.origin_returned_move_id
        return before - self if before & self else before

    def _get_earlier_moves(self, with_exchanged=False):
        """List what these parts went through, the last move before this one first.

        People and other modules write these links: where they form a circle, it is
        gone through once.

        :param bool with_exchanged: go on with the part that this one took the place of
        """
        self.ensure_one()
        earlier = []
        move = self
        while move:
            exchanged = move.fsm_exchanged_move_id if with_exchanged else self.browse()
            move = move._get_move_before() or exchanged
            if move == self or move in earlier:
                break
            earlier.append(move)
        found = self.browse().union(*earlier)
        # read with those of the other moves that are looked at, not one by one
        return found.with_prefetch(earlier[0]._prefetch_ids) if earlier else found

    def _get_later_moves(self):
        """:return: the next steps and the returns of these moves, and theirs"""
        later = self.browse()
        steps = self
        while steps:
            steps = (steps.move_dest_ids | steps.returned_move_ids) - self - later
            later |= steps
        return later

    # --- what Odoo makes ---
    def _key_assign_picking(self):
        """Give each service order transfers of its own."""
        return (*super()._key_assign_picking(), self.fsm_order_id)

    def _search_picking_for_assignation_domain(self):
        domain = super()._search_picking_for_assignation_domain()
        order = self.fsm_order_id
        if order or not self.reference_ids:
            # what a sale sends later may join the transfer of its order
            domain = [*domain, ("fsm_order_id", "=", order.id)]
        return domain

    def _get_new_picking_values(self):
        return {
            **super()._get_new_picking_values(),
            **self._prepare_fsm_order_values(self.company_id),
        }

    def _prepare_procurement_values(self):
        return {
            **super()._prepare_procurement_values(),
            **self._prepare_fsm_order_values(self.company_id),
        }

    def _prepare_move_split_vals(self, qty):
        return {
            **super()._prepare_move_split_vals(qty),
            "fsm_exchanged_move_id": self.fsm_exchanged_move_id.id,
        }

    def _prepare_merge_moves_distinct_fields(self):
        names = super()._prepare_merge_moves_distinct_fields()
        return [*names, "fsm_exchanged_move_id"]

    def _get_billing_protected_fields(self):
        return [*super()._get_billing_protected_fields(), "fsm_exchanged_move_id"]

    def _prepare_fsm_order_values(self, company):
        """:return: dict: the service order of these moves for what follows in
        ``company``, if they have one
        """
        # sudo: who works in the warehouse may not read service orders
        order = self.sudo().fsm_order_id
        is_one = len(order) == 1 and order.company_id == company
        return {"fsm_order_id": order.id} if is_one else {}
