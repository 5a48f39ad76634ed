from odoo import api, fields, models

from ...tools.groups import BILLING_GROUP


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
    currency_id = fields.Many2one("res.currency")
    price_unit = fields.Float(
        string="Price",
        digits="Product Price",
        groups=BILLING_GROUP,
        help="Of one unit, from the customer's price list unless typed.",
    )
    discount = fields.Float(
        string="Disc.%",
        digits="Discount",
        groups=BILLING_GROUP,
        help="From the customer's price list, if it shows discounts, unless typed.",
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

    def _is_asked(self, asked):
        # what the policy charges is of the order as a whole, which may be reopened
        is_interim = asked.interim and not self.fsm_order_id.is_invoiceable
        return super()._is_asked(asked) and not (is_interim and self.rule)

    def _get_entry_product_path(self):
        return "charge_id.product_id"

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
