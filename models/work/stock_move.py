from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.groups import BILLING_GROUP
from ...tools.tolerance import NOISE


class StockMove(models.Model):
    """Parts used on service orders, and parts that came back.

    Moves that Odoo makes from others are of the same service order.
    """

    _name = "stock.move"
    _inherit = ["stock.move", "fsm.billing.source"]

    _billing_entry_field = "stock_move_id"
    _billing_order_field = "part_ids"
    _billing_section = "parts"
    _billing_sequence = 20
    # The transfer knows its service order; a move added to it belongs there too.
    fsm_order_id = fields.Many2one(
        compute="_compute_fsm_order_id",
        store=True,
        readonly=False,
        precompute=True,  # new parts are billed as their order says
        index="btree_not_null",
    )
    billing_entry_ids = fields.One2many(
        "fsm.billing.entry",
        "stock_move_id",
        string="Billing entries",
        groups=BILLING_GROUP,  # or reading all fields fails for everybody else
    )
    # What is under warranty or not billed is not credited either when it comes back.
    billing_mode = fields.Selection(
        recursive=True,
        copy=True,  # a backorder is billed like the delivery it was part of
    )
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

    # --- compute ---
    @api.depends("picking_id.fsm_order_id")
    def _compute_fsm_order_id(self):
        # No dependency on the moves before: they form circles, where one returns the
        # other, and Odoo would follow them for ever. What is given to them later is
        # passed on.
        for move in self:
            order = move.picking_id.fsm_order_id
            # sudo: whoever edits the transfer may not read the ledger
            if order and not move.sudo().qty_billed:
                move.fsm_order_id = order
            else:
                move.fsm_order_id = move.fsm_order_id
        for move in self:
            move.fsm_order_id = move.fsm_order_id or move._get_inherited_fsm_order()

    @api.depends(
        "state",
        "quantity",
        "fsm_order_id",
        "location_id",
        "location_dest_id",
        "to_refund",
        "origin_returned_move_id.to_refund",
    )
    def _compute_qty_recorded(self):
        # The site's stock location and the use of a location are read as they are when
        # the part moves: settings changed later do not change what was delivered.
        signs = self._get_customer_signs()
        for move in self:
            is_recorded = move.fsm_order_id and not move._is_return_without_credit()
            move.qty_recorded = signs[move] * move.quantity if is_recorded else 0.0

    @api.depends(
        "fsm_exchanged_move_id.billing_mode", "origin_returned_move_id.billing_mode"
    )
    def _compute_billing_mode(self):
        # sudo: whoever returns parts may not read the ledger
        returns = self.filtered(
            lambda move: (
                not (move.billing_mode and move.is_billing_mode_chosen)
                and move._get_earlier_moves(with_exchanged=True)
                and not move.sudo().qty_billed
            )
        )
        for move in returns:
            move.billing_mode = (
                move._get_earlier_moves(with_exchanged=True)[0].billing_mode
                # not known yet, where moves take back each other
                or move.billing_mode
                or move._get_default_billing_mode()
            )
        return super(StockMove, self - returns)._compute_billing_mode()

    def _get_value_by_rule(self, name):
        deliveries = self._get_earlier_moves(with_exchanged=True)
        return deliveries[:1].billing_mode or super()._get_value_by_rule(name)

    @api.depends("sale_line_id.state", "sale_line_id.qty_invoiced")
    def _compute_is_billed_elsewhere(self):
        return super()._compute_is_billed_elsewhere()

    def _is_at_customer(self, location):
        """Tell whether parts in ``location`` have been used for the customer.

        The stock location of a site counts as the customer's, even where it is an
        internal one.
        """
        self.ensure_one()
        site_stock = self.fsm_order_id.location_id.inventory_location_id
        return (
            location.usage in ("customer", "production")
            or location == site_stock
            # where Odoo delivers to a customer who is another company of ours
            or self._is_between_companies(location)
        )

    def _get_customer_signs(self):
        """:return: dict move -> 1 for parts used, -1 for parts returned, else 0"""
        delivered, leaving = self._read_delivered_before()
        return {
            move: 1
            if move in delivered
            else move._get_customer_sign(leaves_site=move in leaving)
            for move in self
        }

    def _read_delivered_before(self):
        """Find what was delivered to places of ours that were the stock of a site then.

        The stock location of a site may be changed: what was delivered there is used
        all the same, and a return when it leaves; what else comes from there is not.
        Read as it is stored: this may be about to be computed.

        :return: those of these moves that were delivered so, and those that are of
            what was
        """
        moves = self.filtered(lambda move: move.state == "done" and move.fsm_order_id)
        places = (moves.location_id | moves.location_dest_id).filtered(
            lambda location: location.usage == "internal"
        )
        if not places:
            return self.browse(), self.browse()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT part.id
                  FROM stock_move AS part
                  JOIN fsm_order AS visit ON visit.id = part.fsm_order_id
                 WHERE visit.location_id = ANY(%(sites)s)
                   AND part.location_dest_id = ANY(%(places)s)
                   AND part.qty_recorded > 0
                """,
                sites=moves.fsm_order_id.location_id.ids,
                places=places.ids,
            )
        )
        arrived = self.browse([part_id for (part_id,) in rows])
        stocks = arrived.grouped(lambda move: move._get_site_stock("location_dest_id"))
        leaving = moves.filtered(
            lambda move: move._get_site_stock("location_id") in stocks
        )
        return moves & arrived, leaving._filter_leaving(stocks) & moves

    def _get_site_stock(self, name):
        """:return: what tells where this part is: site, place and product"""
        return self.fsm_order_id.location_id, self[name], self.product_id

    def _filter_leaving(self, stocks):
        """Follow what was delivered to places of ours until it left them again.

        A place that was the stock of a site by mistake goes on to deliver other parts.

        :param dict stocks: site, place and product -> the moves that delivered there
        :return: the moves from there, these among them, that are of what was delivered
        """
        if not self:
            return self
        sites, places, products = zip(*stocks, strict=True)
        arrived = self.browse().union(*stocks.values())
        left = self.search(
            Domain("state", "=", "done")
            & Domain("location_id", "in", self.location_id.union(*places).ids)
            & Domain("product_id", "in", self.product_id.union(*products).ids)
            & Domain(
                "fsm_order_id.location_id",
                "in",
                self.fsm_order_id.location_id.union(*sites).ids,
            )
        )
        balance = dict.fromkeys(stocks, 0.0)
        leaving = self.browse()
        for move in (arrived | left | self).sorted(lambda move: (move.date, move.id)):
            quantity = move._convert_to_product_unit(move.quantity)
            here = move._get_site_stock("location_id")
            if balance.get(here, 0.0) > max(quantity - NOISE, NOISE):
                balance[here] -= quantity
                leaving |= move
            if move in arrived:
                balance[move._get_site_stock("location_dest_id")] += quantity
        return leaving

    def _get_customer_sign(self, leaves_site=False):
        """Tell parts that went to the customer from those that came back to us.

        A transfer between our own places, or from one of the customer's to another, is
        neither. Nor is scrap, or what was lost or found in stock: it was delivered all
        the same. What production or another company of ours sends us was not with the
        customer, unless it takes back what went there.

        :param bool leaves_site: they were delivered to where they come from
        :return: 1 for parts used, -1 for parts returned, else 0
        """
        self.ensure_one()
        source, destination = self.location_id, self.location_dest_id
        if self.state != "done" or "inventory" in (source.usage, destination.usage):
            return 0
        is_bought = self._is_between_companies(source)
        leaves = leaves_site or self._is_at_customer(source)
        if self._is_at_customer(destination):
            return int(is_bought or not leaves)
        is_supplied = is_bought or source.usage == "production"
        return -int(leaves and (not is_supplied or bool(self._get_move_before())))

    @api.model
    def _is_between_companies(self, location):
        """:return: True for where Odoo moves what its companies sell to each other"""
        return location.usage == "transit" and not location.company_id

    def _is_return_without_credit(self):
        """Tell returns with *Update quantities* off, and what goes out again after one.

        As on quotations, they change nothing of what is billed.
        """
        self.ensure_one()
        return any(
            move._get_move_before() and not move.to_refund
            for move in self | self._get_earlier_moves()
        )

    def _prepare_merge_moves_distinct_fields(self):
        """Keep the parts of different orders apart on a shared transfer."""
        names = super()._prepare_merge_moves_distinct_fields()
        return [*names, "billing_mode", "fsm_exchanged_move_id", "fsm_order_id"]

    # --- guards ---
    @api.model
    def _get_host_numbers(self):
        return (*super()._get_host_numbers(), "product_uom_qty", "quantity")

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
        # the host lets portal users write moves; what a part cost is booked from here
        if "value" in vals and not self.env.su and self.env.user.share:
            raise AccessError(
                self.env._("What a part cost is known by the inventory alone.")
            )
        res = super().write(vals)
        if {"move_orig_ids", "origin_returned_move_id"} & set(vals):
            (self._get_move_before() | self.move_orig_ids)._pass_on_fsm_order()
        if {"fsm_order_id", "move_dest_ids"} & set(vals):
            self._pass_on_fsm_order()
        return res

    def _check_may_change_parts(self):
        """:raise AccessError: if these are parts, and the user may not write them"""
        # sudo: whoever moves stock may not read service orders
        parts = self.filtered(lambda move: move.sudo().fsm_order_id)
        if parts:
            parts.check_access("write")

    def _get_billing_protected_fields(self):
        return super()._get_billing_protected_fields() + [
            "product_id",
            "product_uom",
            "quantity",
            "state",
            "location_id",
            "location_dest_id",
            "origin_returned_move_id",
            "fsm_exchanged_move_id",
            "sale_line_id",
            "to_refund",
        ]

    # --- hooks of the billing source ---
    def _get_quotation_lines(self):
        return self.sale_line_id

    def _get_billing_label(self):
        return self.env._(
            "%(product)s of transfer %(transfer)s",
            product=self.product_id.display_name,
            transfer=self.reference or self.picking_id.name,
        )

    def _get_billing_subject(self):
        return self.product_id

    def _get_billing_words(self, quantity):
        return self.product_id._get_fsm_words(quantity, self.product_uom)

    @api.model
    def _get_billing_heading(self):
        return self.env._("Parts")

    def _get_billing_product(self, policy):
        return self.product_id

    def _get_billing_returns(self):
        later = self.browse()
        backs = self
        while backs:
            backs = backs.returned_move_ids.filtered(
                lambda back: (
                    back.qty_recorded
                    and back.fsm_order_id == back.origin_returned_move_id.fsm_order_id
                )
            )
            backs -= self | later  # no circle is followed twice
            later |= backs
        return later

    def _get_billing_entries_returned(self):
        entries = super()._get_billing_entries_returned()
        deliveries = self._get_earlier_moves(with_exchanged=True)
        for delivery in deliveries:
            invoiced = self._get_entries_invoiced(delivery.billing_entry_ids)
            entries |= invoiced.sorted("id", reverse=True)
            # what took the place of a part that came back is on its credit note
            lines = delivery.billing_entry_ids.move_line_id.filtered(
                lambda line: line.move_id.move_type == "out_refund"
            )._get_fsm_lines_behind()
            behind = self._get_entries_invoiced(lines.fsm_billing_entry_ids)
            entries |= behind.sorted("id", reverse=True)
        return entries

    def _is_alike(self, other):
        # a part with a lot was not there before it was delivered
        return super()._is_alike(other) and not (
            self.lot_ids and other.lot_ids and not self.lot_ids & other.lot_ids
        )

    def _get_sources_alike(self):
        alike = super()._get_sources_alike()
        if not alike.lot_ids:
            return alike
        # a transfer of several lots joins them, or a piece would be counted twice
        while True:
            more = alike.union(
                *(super(StockMove, move)._get_sources_alike() for move in alike)
            )
            if more == alike:
                return alike
            alike = more

    def _is_likely_of(self, work):
        return not self.lot_ids or bool(self.lot_ids & work.lot_ids)

    def _get_entry_product_path(self):
        # the line may be of a kit
        return "stock_move_id.product_id"

    def _get_entry_rank(self, entry):
        rank = super()._get_entry_rank(entry)
        return (bool(entry.stock_move_id.lot_ids & self.lot_ids), *rank)

    @api.model
    def _get_waiting_domain(self, orders, visits):
        return super()._get_waiting_domain(orders, visits) | Domain(
            "origin_returned_move_id", "in", orders.part_ids.ids
        )

    def _get_billing_unit(self):
        return self.product_uom

    def _convert_to_product_unit(self, quantity):
        """:return: ``quantity`` of this move in the unit of its product, not rounded"""
        return self.product_uom._compute_quantity(
            quantity, self.product_id.uom_id, round=False
        )

    def _get_first_delivery(self):
        """:return: the delivery whose price goes for this return, or replacement

        All that goes back to it nets at its price.
        """
        return (self | self._get_earlier_moves(with_exchanged=True))[-1:]

    def _get_billing_date(self):
        return self.fsm_order_id._get_site_day(self._get_first_delivery().date)

    def _get_done_day(self):
        # a return is priced as on the day of its delivery, and came back on its own
        return self.fsm_order_id._get_site_day(self.date)

    def _get_source_taken_back(self):
        return self._get_first_delivery() - self

    # --- the order of what follows ---
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

    def _prepare_fsm_order_values(self, company):
        """:return: dict: the service order of these moves for what follows in
        ``company``, if they have one
        """
        # sudo: who works in the warehouse may not read service orders
        order = self.sudo().fsm_order_id
        is_one = len(order) == 1 and order.company_id == company
        return {"fsm_order_id": order.id} if is_one else {}
