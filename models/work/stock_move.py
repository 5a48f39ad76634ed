from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...tools.groups import BILLING_GROUP


class StockMove(models.Model):
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

    @api.depends("picking_id.fsm_order_id")
    def _compute_fsm_order_id(self):
        for move in self:
            order = move.picking_id.fsm_order_id
            # sudo: whoever edits the transfer may not read the ledger
            if order and not move.sudo().qty_billed:
                move.fsm_order_id = order
            else:
                move.fsm_order_id = move.fsm_order_id

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
        for move in self:
            is_recorded = move.fsm_order_id and not move._is_return_without_credit()
            sign = move._get_customer_sign() if is_recorded else 0
            move.qty_recorded = sign * move.quantity

    @api.depends("origin_returned_move_id.billing_mode")
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
    def _compute_qty_to_bill(self):
        return super()._compute_qty_to_bill()

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

    def _get_customer_sign(self):
        """Tell parts that went to the customer from those that came back to us.

        A transfer between our own places, or from one of the customer's to another, is
        neither. Nor is scrap, or what was lost or found in stock: it was delivered all
        the same. What production or another company of ours sends us was not with the
        customer, unless it takes back what went there.

        :return: 1 for parts used, -1 for parts returned, else 0
        """
        self.ensure_one()
        source, destination = self.location_id, self.location_dest_id
        if self.state != "done" or "inventory" in (source.usage, destination.usage):
            return 0
        is_bought = self._is_between_companies(source)
        leaves = self._is_at_customer(source)
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
        return names + ["fsm_order_id", "billing_mode"]

    # --- guards ---
    @api.model
    def _get_host_numbers(self):
        return (*super()._get_host_numbers(), "product_uom_qty", "quantity")

    def write(self, vals):
        # the host lets portal users write moves; what a part cost is booked from here
        if "value" in vals and not self.env.su and self.env.user.share:
            raise AccessError(
                self.env._("What a part cost is known by the inventory alone.")
            )
        return super().write(vals)

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

    @api.model
    def _get_open_depends(self):
        return super()._get_open_depends() + ["product_id", "billing_mode"]

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
        if not deliveries:
            return entries | self._get_entries_alike()
        for delivery in deliveries:
            invoiced = self._get_entries_invoiced(delivery.billing_entry_ids)
            entries |= invoiced.sorted("id", reverse=True)
        return entries

    def _get_entries_alike(self):
        """Find what a part that came back without the *Return* button may take back.

        :return: entries of invoices of its product: with its lot first, of its order
            before others of the site, the last one first
        """
        entries = self.env["fsm.billing.entry"].search(
            [
                ("order_id.location_id", "=", self.fsm_order_id.location_id.id),
                ("company_id", "=", self.fsm_order_id.company_id.id),
                ("stock_move_id.product_id", "=", self.product_id.id),
            ]
        )
        lots = self.lot_ids
        return self._get_entries_invoiced(entries).sorted(
            lambda entry: (
                bool(entry.stock_move_id.lot_ids & lots),
                entry.order_id == self.fsm_order_id,
                entry.id,
            ),
            reverse=True,
        )

    def _get_billing_unit(self):
        return self.product_uom

    def _get_first_delivery(self):
        """:return: the delivery whose price goes for this return, or replacement

        All that goes back to it nets at its price.
        """
        return (self | self._get_earlier_moves(with_exchanged=True))[-1:]

    def _get_billing_date(self):
        return self.fsm_order_id._get_site_day(self._get_first_delivery().date)

    def _get_source_taken_back(self):
        return self._get_first_delivery() - self

    def _get_billing_price(self, terms):
        if terms.policy.parts_pricing != "cost":
            return None
        cost = self._get_first_delivery()._get_unit_cost()
        currency = terms.company.currency_id
        if currency.is_zero(cost):
            return 0.0, self.env._(
                "%(product)s has no cost, and the billing policy prices parts by it. "
                "Set its cost, or choose another billing policy, then press Create "
                "invoice again.",
                product=self.product_id.display_name,
            )
        price = currency._convert(
            cost * (1 + terms.policy.parts_markup / 100),
            terms.currency,
            terms.company,
            self._get_billing_date(),
            round=False,
        )
        pricing = self.env["fsm.billing.pricing"]
        return pricing._add_included_taxes(self.product_id, price, terms), ""

    def _get_unit_cost(self):
        """:return: what one of the product cost when it was delivered, without tax

        In the company's currency and the product's own unit; today's cost where the
        delivery has no value.
        """
        self.ensure_one()
        product = self.product_id.with_company(self.company_id)
        # consigned pieces are not ours, and have no value
        quantity = self._get_valued_qty()
        if quantity and not self.company_id.currency_id.is_zero(self.value):
            return abs(self.value) / quantity
        return product.standard_price

    @api.model
    def _get_analysis_columns(self):
        return super()._get_analysis_columns() | {
            "work_date": self.env["fsm.order"]._get_site_day_sql(
                SQL("source.date"), SQL("source.fsm_order_id")
            ),
            "product_id": SQL("source.product_id"),
            "uom_id": SQL("source.product_uom"),
            "unit_cost": SQL("source.value / NULLIF(abs(source.qty_recorded), 0)"),
        }

    @api.model
    def _get_quoted_sql(self):
        return SQL(
            """
            EXISTS (SELECT FROM sale_order_line AS sold
                     WHERE sold.id = source.sale_line_id AND %s)
            """,
            self._get_in_force_sql(),
        )
