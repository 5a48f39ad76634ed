from odoo import api, fields, models
from odoo.exceptions import UserError


class FsmBillingSource(models.AbstractModel):
    """One record of work that can be billed to a customer.

    A model becomes a kind of source by inheriting this mixin and

    * declaring ``billing_entry_ids``, the inverse of its own many2one on
      ``fsm.billing.entry``, named in ``_billing_entry_field``;
    * computing ``qty_recorded`` in its own unit, signed;
    * answering the ``_get_billing_*`` hooks.
    """

    _name = "fsm.billing.source"
    _description = "Field Service Billing Source"

    #: the many2one of ``fsm.billing.entry`` that names a source of this model
    _billing_entry_field = None

    # --- Invoicing ---
    qty_recorded = fields.Float(
        string="Recorded",
        compute="_compute_qty_recorded",
        store=True,
        readonly=True,
        copy=False,
        help="What was recorded on the service order, in the unit of this record. "
        "A return is negative.",
    )
    qty_billed = fields.Float(
        string="Billed",
        compute="_compute_qty_billed",
        store=True,
        readonly=True,
        copy=False,
        help="What stands on invoices, less what a credit note opened again.",
    )
    qty_to_bill = fields.Float(
        string="To bill",
        compute="_compute_qty_to_bill",
        readonly=True,
        help="What the next invoice of the service order will contain.",
    )
    billing_mode = fields.Selection(
        selection=[
            ("billable", "Billable"),
            ("warranty", "Warranty"),
            ("not_billed", "Not billed"),
        ],
        string="Billing",
        compute="_compute_billing_mode",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        copy=False,
        # the host lets portal users write stock moves
        groups="base.group_user",
        help="Billable: at its price.\n"
        "Warranty: printed at its price with 100 % discount.\n"
        "Not billed: never on an invoice.",
    )

    # Held by the database as well: a second invoice for the same work is an
    # accounting error, whatever road it came by. The tolerance is float noise.
    _qty_billed_within_recorded = models.Constraint(
        """CHECK (COALESCE(qty_billed, 0) = 0 OR (
            qty_billed * COALESCE(qty_recorded, 0) > 0
            AND abs(qty_billed) <= abs(COALESCE(qty_recorded, 0)) + 0.00001
        ))""",
        "More would be billed than was recorded on the service order. "
        "Refresh the page and look at what is already invoiced.",
    )

    def _compute_qty_recorded(self):
        """Compute what was recorded; every kind of source has its own rule."""
        raise NotImplementedError

    @api.depends("billing_entry_ids.quantity", "billing_entry_ids.move_id.state")
    def _compute_qty_billed(self):
        for source in self:
            live = source.billing_entry_ids.filtered("is_live")
            quantity = sum(live.mapped("quantity"))
            # entries of a partial credit add up to float noise instead of zero
            source.qty_billed = 0.0 if abs(quantity) < 1e-9 else quantity

    @api.depends("fsm_order_id")
    def _compute_billing_mode(self):
        for source in self:
            # what somebody has chosen stays
            source.billing_mode = (
                source.billing_mode or source._get_default_billing_mode()
            )

    def _get_default_billing_mode(self):
        """:return: the billing mode of new work, by the order's type and equipment"""
        self.ensure_one()
        order = self.fsm_order_id
        if not order:
            return "billable"
        day = self._get_billing_date() or fields.Date.context_today(self)
        return order._get_default_billing_mode(day)

    @api.depends("qty_recorded", "qty_billed", "billing_mode")
    def _compute_qty_to_bill(self):
        for source in self:
            if source.billing_mode == "not_billed" or source._is_billed_elsewhere():
                source.qty_to_bill = 0.0
                continue
            quantity = source.qty_recorded - source.qty_billed
            source.qty_to_bill = 0.0 if abs(quantity) < 1e-6 else quantity

    # --- guards ---
    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._drop_ledger_values(vals) for vals in vals_list]
        sources = super().create(vals_list)
        sources._touch_orders()
        return sources

    def write(self, vals):
        vals = self._drop_ledger_values(vals)
        self._check_billed_unchanged(vals)
        res = super().write(vals)
        # a change that comes while the order is being billed must not get lost
        if vals.keys() & {"fsm_order_id", *self._get_billing_protected_fields()}:
            self._touch_orders()
        return res

    def _touch_orders(self):
        """Make whoever bills these orders at this moment start again.

        Who bills locks the work he sees, and can't lock a record that does not exist
        yet: he would call the order billed, and the new work would be on no list. An
        update of the order sends him back to look again.
        """
        # sudo: whoever writes may not read orders
        self.sudo().fsm_order_id._touch_for_billing()

    @api.model
    def _drop_ledger_values(self, vals):
        """:return: ``vals`` without what only the ledger may say, whoever sent it"""
        return {
            name: value
            for name, value in vals.items()
            if name not in ("qty_billed", "qty_recorded")
        }

    def unlink(self):
        # sudo: the ledger is written by the engine alone. Entries of cancelled
        # invoices cover nothing and must not keep the record from being deleted.
        self.sudo().billing_entry_ids._forget()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        # what was billed and credited again stays in the ledger, and so here
        for source in self.sudo():  # sudo: whoever deletes may not read the ledger
            source._raise_if_on(source.billing_entry_ids.move_id)

    def _check_billed_unchanged(self, vals):
        """Refuse to change what an invoice already says.

        :raise UserError: naming the invoice, when a value that was billed would change
        """
        protected = [
            name for name in vals if name in self._get_billing_protected_fields()
        ]
        if not protected:
            return
        # sudo: whoever writes here may not read the ledger
        for source in self.sudo():
            if source.qty_billed and any(
                source._is_billing_value_changed(name, vals[name]) for name in protected
            ):
                source._check_not_billed()

    def _is_billing_value_changed(self, name, value):
        """Tell whether writing ``value`` on the field ``name`` would change it."""
        self.ensure_one()
        field = self._fields[name]
        new = field.convert_to_cache(value, self)
        current = field.convert_to_cache(self[name], self)
        if field.type in ("one2many", "many2many"):
            return True
        if field.type in ("float", "monetary"):
            return abs((new or 0.0) - (current or 0.0)) > 1e-9
        return new != current

    def _check_not_billed(self):
        """Refuse when part of this work stands on an invoice.

        :raise UserError: naming the record and its invoices
        """
        for source in self.sudo():  # sudo: whoever asks may not read invoices
            source._raise_if_on(source._get_billing_moves())

    def _raise_if_on(self, moves):
        """:raise UserError: naming this work and ``moves``, if there are any"""
        self.ensure_one()
        if moves:
            raise UserError(
                self.env._(
                    "%(work)s is on %(invoices)s and can't be changed or deleted. "
                    "Remove it from the draft invoice, or credit the posted one, "
                    "and try again.",
                    work=self._get_billing_label(),
                    invoices=moves._get_fsm_names(),
                )
            )

    # --- hooks ---
    def _get_billing_moves(self):
        """:return: the invoices on which this work stands, net of credits"""
        bills = self.filtered("qty_billed").billing_entry_ids.filtered(
            lambda entry: entry.kind == "bill" and entry.is_live
        )
        # refunded work stays billed although nothing is left of its invoice
        return (bills.filtered(lambda entry: entry._is_standing()) or bills).move_id

    def _get_billing_moves_returned(self):
        """:return: the invoices of the work that this record takes back"""
        return self.env["account.move"]

    def _get_billing_protected_fields(self):
        """:return: names of the fields that an invoice of this work relies on"""
        return ["billing_mode", "company_id", "fsm_order_id"]

    def _get_quotation_lines(self):
        """:return: the sale order lines that bill this work in our place"""
        return self.env["sale.order.line"]

    def _is_billed_elsewhere(self):
        """:return: True if a quotation bills this work, so that we must not

        One that was cancelled before it was invoiced bills nothing any more.
        """
        return any(
            line.state != "cancel" or line.qty_invoiced
            for line in self._get_quotation_lines()
        )

    def _is_billed_by_policy(self):
        """:return: True if this work is priced by the billing policy, now or before"""
        return (
            bool(self.qty_recorded)
            and self.billing_mode != "not_billed"
            and not self._is_billed_elsewhere()
        )

    def _get_billing_label(self):
        """:return: the name by which a person knows this work"""
        return self.display_name

    def _get_billing_section(self):
        """:return: ``labor``, ``parts`` or another key of the invoice's sections"""
        raise NotImplementedError

    def _get_billing_product(self, policy):
        """:return: the product that bills this work under ``policy``"""
        raise NotImplementedError

    def _get_billing_unit(self):
        """:return: the ``uom.uom`` of the quantities of this source"""
        raise NotImplementedError

    def _convert_billing_quantity(self, quantity, unit):
        """:return: ``quantity`` of this source in another ``unit``, not rounded"""
        return self._get_billing_unit()._compute_quantity(quantity, unit, round=False)

    def _get_billing_date(self):
        """:return: the day of the work, at which it is priced"""
        raise NotImplementedError

    def _get_billing_price(self, terms):
        """Price this work by itself, where the price list does not.

        :return: price of one unit of the product as the invoice shows it, and ``""``
            or what stands in the way; or None for the price list
        """
        return None

    def _get_billing_name(self):
        """:return: what the customer reads, or ``""`` for the product's description"""
        return ""

    def _get_billing_lots(self):
        """:return: the lots or serial numbers that the customer got, or gave back"""
        return self.env["stock.lot"]

    def _get_billing_discount(self):
        """:return: discount in percent"""
        return 100.0 if self.billing_mode == "warranty" else 0.0

    def _get_billing_employee(self):
        """:return: the technician named on the invoice line, or an empty recordset"""
        return self.env["hr.employee"]
