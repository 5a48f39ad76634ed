from odoo import api, fields, models
from odoo.tools import SQL, float_compare

from ...tools.groups import BILLING_GROUP

#: what a price list says and people may type -> what the list said, its precision
LIST_FIELDS = {
    "price_unit": ("list_price", "Product Price"),
    "discount": ("list_discount", "Discount"),
}


class FsmOrderCharge(models.Model):
    """Something billed on a service order beside hours and parts.

    The call-out fee and the travel of the billing policy appear here, so that people
    see and change them; anything else is typed by hand.
    """

    _name = "fsm.order.charge"
    _inherit = "fsm.billing.source"
    _description = "Charge on a Service Order"
    _order = "order_sequence, id"
    _check_company_auto = True

    _billing_entry_field = "charge_id"
    _billing_order_field = "charge_ids"
    _billing_section = "charges"
    _billing_sequence = 30
    fsm_order_id = fields.Many2one(
        "fsm.order",
        string="Service order",
        required=True,
        index=True,
        ondelete="cascade",
    )
    order_sequence = fields.Integer(string="Sequence", default=10)
    company_id = fields.Many2one(related="fsm_order_id.company_id", store=True)
    rule = fields.Selection(
        selection=[("callout", "Call-out fee"), ("travel", "Travel")],
        string="From the policy",
        readonly=True,
        copy=False,
        help="Added by the billing policy. Empty: typed by hand.",
    )
    product_id = fields.Many2one(
        "product.product",
        required=True,
        domain=[("sale_ok", "=", True)],
        check_company=True,
        ondelete="restrict",
    )
    name = fields.Char(
        string="Note",
        help="The customer reads this on the invoice, under the product's name.",
    )
    date = fields.Date(
        compute="_compute_date",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Day of the charge: prices and currency rates are those of this day.",
    )
    quantity = fields.Float(default=1.0, required=True, digits="Product Unit")
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_price_unit", store=True, precompute=True
    )
    price_unit = fields.Float(
        string="Price",
        digits="Product Price",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        precompute=True,
        groups=BILLING_GROUP,
        help="Of one unit, from the customer's price list unless typed.",
    )
    # What the price list said, and of which product: another price was typed.
    list_price = fields.Float(
        digits="Product Price",
        compute="_compute_price_unit",
        store=True,
        precompute=True,
        groups=BILLING_GROUP,
    )
    list_product_id = fields.Many2one(
        "product.product", compute="_compute_price_unit", store=True, precompute=True
    )
    discount = fields.Float(
        string="Disc.%",
        digits="Discount",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        precompute=True,
        groups=BILLING_GROUP,
        help="From the customer's price list, if it shows discounts, unless typed.",
    )
    # What the price list said: another discount was typed.
    list_discount = fields.Float(
        digits="Discount",
        compute="_compute_price_unit",
        store=True,
        precompute=True,
        groups=BILLING_GROUP,
    )
    # what the price list says may change between one invoice and the next
    amount_currency_id = fields.Many2one(
        "res.currency", compute="_compute_amount", groups=BILLING_GROUP
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        currency_field="amount_currency_id",
        groups=BILLING_GROUP,
        help="Before tax: on the next invoice, and on invoices less credit notes.",
    )
    billed_on = fields.Char(
        string="Billed on",
        compute="_compute_amount",
        groups=BILLING_GROUP,
        help="The invoices on which this is, and the next one if more is to bill.",
    )
    billing_entry_ids = fields.One2many(
        "fsm.billing.entry",
        "charge_id",
        string="Billing entries",
        copy=False,
        groups=BILLING_GROUP,
    )
    _discount_in_percent = models.Constraint(
        "CHECK (discount IS NULL OR (discount >= 0 AND discount <= 100))",
        "A discount is between 0 and 100 %.",
    )
    _price_not_negative = models.Constraint(
        "CHECK (price_unit IS NULL OR price_unit >= 0)",
        "A price can't be negative. To deduct something, type a negative quantity.",
    )

    # --- compute ---
    @api.depends("quantity")
    def _compute_qty_recorded(self):
        for charge in self:
            charge.qty_recorded = charge.quantity

    @api.depends("fsm_order_id")
    def _compute_date(self):
        for charge in self:
            charge.date = charge.date or charge.fsm_order_id._get_site_day()

    @api.depends("product_id", "quantity", "date", "fsm_order_id.bill_to_id")
    def _compute_price_unit(self):
        # what stands on an invoice keeps its price
        billed = self.filtered("qty_billed")
        for charge in billed:
            for name in (
                *LIST_FIELDS,
                "currency_id",
                "list_discount",
                "list_price",
                "list_product_id",
            ):
                charge[name] = charge[name]
        prices = self.env["fsm.billing.pricing"]._get_list_prices(self - billed)
        for charge, (price, discount, currency) in prices.items():
            is_known = (
                charge.list_product_id == charge.product_id
                and charge.currency_id == currency
            )
            is_typed = is_known and not charge._is_from_list("price_unit")
            charge.price_unit = charge.price_unit if is_typed else price
            charge.list_price = price
            # a price that was typed is less what was typed, and nothing else
            discount = discount if charge._is_from_list("price_unit") else 0.0
            is_typed = is_known and not charge._is_from_list("discount")
            charge.discount = charge.discount if is_typed else discount
            charge.list_discount = discount
            charge.currency_id = currency
            charge.list_product_id = charge.product_id

    def _is_from_list(self, name):
        """:return: True if the field ``name`` is as the price list said last"""
        self.ensure_one()
        return self._is_same(name, {name: self[LIST_FIELDS[name][0]]})

    def _is_same(self, name, values):
        """:return: True if the field ``name`` is what ``values`` say of it"""
        self.ensure_one()
        _listed, precision = LIST_FIELDS[name]
        digits = self.env["decimal.precision"].precision_get(precision)
        return float_compare(self[name], values[name], digits) == 0

    @api.onchange("price_unit")
    def _onchange_price_unit(self):
        """Show at once that the discount of the list goes with its price."""
        # sudo: who types a price may not read the price list
        pricing = self.env["fsm.billing.pricing"].sudo()
        for charge in self.filtered(
            lambda charge: charge.product_id and charge.discount
        ):
            before = charge._origin
            if before and before.product_id == charge.product_id:
                listed = {name: before[LIST_FIELDS[name][0]] for name in LIST_FIELDS}
            else:
                [(price, discount, _currency)] = pricing._get_list_prices(
                    charge.sudo()
                ).values()
                listed = {"price_unit": price, "discount": discount}
            if not charge._is_same("price_unit", listed) and charge._is_same(
                "discount", listed
            ):
                charge.discount = 0.0

    @api.depends("price_unit", "quantity", "discount", "billing_mode", "qty_billed")
    def _compute_amount(self):
        # sudo: amounts come from invoices and price lists that a biller may not read
        orders = self.sudo().fsm_order_id
        found = self.env["fsm.billing.figures"].sudo()._get_figures(orders)
        for charge in self:
            order = charge.sudo().fsm_order_id
            figures = found.sum_up(order, [charge])
            charge.amount_currency_id = figures.currency.id
            charge.amount = figures.amount
            is_netted = charge.qty_to_bill and not order._is_cancelled()
            charge.billed_on = found.get_place(
                order, figures, self.env._("Taken back") if is_netted else ""
            )

    # --- create/write ---
    def write(self, vals):
        """Let the discount of the list go, and come back, with its price.

        60.00 less 20 % becomes 55.00, and not 44.00.
        """
        if "price_unit" not in vals:
            return super().write(vals)
        listed = self.filtered(lambda charge: charge._is_from_list("price_unit"))
        res = super().write(vals)
        typed = self.filtered(lambda charge: not charge._is_from_list("price_unit"))
        if "discount" not in vals:
            discounted = typed.filtered(
                lambda charge: charge.discount and charge._is_from_list("discount")
            )
            super(FsmOrderCharge, discounted).write({"discount": 0.0})
            again = self - listed - typed
            self.env.add_to_compute(self._fields["discount"], again)
        # what is typed beside a typed price is nobody's but theirs
        field = self._fields["list_discount"]
        with self.env.protecting([field], typed):
            typed.list_discount = 0.0
        return res

    # --- guards ---
    def _get_billing_protected_fields(self):
        return super()._get_billing_protected_fields() + [
            "product_id",
            "name",
            "date",
            "quantity",
            "price_unit",
            "discount",
        ]

    # --- hooks of the billing source ---
    def _get_billing_label(self):
        return self.env._(
            "The charge %(product)s of %(order)s",
            product=self.product_id.display_name,
            order=self.fsm_order_id.name,
        )

    def _get_billing_subject(self):
        return self.product_id

    def _get_billing_words(self, quantity):
        return self.product_id._get_fsm_words(quantity, self.uom_id)

    @api.model
    def _get_billing_heading(self):
        return self.env._("Charges")

    @api.model
    def _get_open_depends(self):
        names = ["billing_mode", "discount", "price_unit", "product_id"]
        return super()._get_open_depends() + names

    def _get_netting_key(self):
        return self.product_id, self.price_unit, self.discount

    def _is_discount(self):
        return True

    def _get_billing_entries_returned(self):
        entries = self._get_entries_invoiced(self.fsm_order_id.billing_entry_ids)
        return entries.filtered(
            lambda entry: entry.charge_id.product_id == self.product_id
        ).sorted("id", reverse=True)

    @api.model
    def _get_price_depends(self):
        fields = ["product_id", "name", "date", "price_unit", "discount"]
        return super()._get_price_depends() + fields

    def _get_billing_product(self, policy):
        return self.product_id

    def _get_billing_unit(self):
        return self.uom_id

    def _get_billing_date(self):
        return self.date

    def _get_billing_note(self):
        return self.name or ""

    def _get_billing_discount(self):
        # under warranty all of it, whatever was typed
        return super()._get_billing_discount() or self.discount

    def _keeps_price_again(self):
        # open as a whole, it has the price on its row, which people may change
        return bool(self.qty_billed)

    def _get_billing_price(self, terms):
        price = self.currency_id._convert(
            self.price_unit, terms.currency, terms.company, self.date, round=False
        )
        if not terms.currency.is_zero(price):
            return price, ""
        return 0.0, self.env._(
            "%(product)s has no price. Type one under Charges on the Billing tab, or "
            "set it to Not billed, then press Create invoice again.",
            product=self.product_id.display_name,
        )

    @api.model
    def _get_analysis_columns(self):
        return super()._get_analysis_columns() | {
            "work_date": SQL("source.date"),
            "product_id": SQL("source.product_id"),
        }
