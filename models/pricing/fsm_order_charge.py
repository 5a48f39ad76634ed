from odoo import api, fields, models
from odoo.tools import float_compare

from ...tools.groups import BILLING_GROUP

#: what a price list says and people may type -> what the list said, its precision
LIST_FIELDS = {
    "price_unit": ("list_price", "Product Price"),
    "discount": ("list_discount", "Discount"),
}


class FsmOrderCharge(models.Model):
    """Prices of charges: those of the customer's price list, unless typed."""

    _inherit = "fsm.order.charge"

    currency_id = fields.Many2one(
        compute="_compute_price_unit", store=True, precompute=True
    )
    price_unit = fields.Float(
        compute="_compute_price_unit", store=True, readonly=False, precompute=True
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
        compute="_compute_price_unit", store=True, readonly=False, precompute=True
    )
    # What the price list said: another discount was typed.
    list_discount = fields.Float(
        digits="Discount",
        compute="_compute_price_unit",
        store=True,
        precompute=True,
        groups=BILLING_GROUP,
    )

    # --- compute ---
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
