from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import formatLang

from ...tools.groups import BILLING_GROUP
from ...tools.tolerance import NOISE, SLACK


class FsmBillingSource(models.AbstractModel):
    """One record of work that can be billed to a customer.

    A model becomes a kind of source by inheriting this mixin and

    * adding a many2one to ``fsm.billing.entry``, named in ``_billing_entry_field``,
      whose inverse is its own ``billing_entry_ids``;
    * adding a one2many to ``fsm.order``, named in ``_billing_order_field``, whose
      inverse is its own ``fsm_order_id``;
    * computing ``qty_recorded`` in its own unit, signed;
    * answering the ``_get_billing_*`` hooks.

    Orders, prices, invoices and the ledger find it by that, and need no change.
    """

    _name = "fsm.billing.source"
    _inherit = ["fsm.field.guard", "fsm.billing.choice"]
    _description = "Field Service Billing Source"

    #: the many2one of ``fsm.billing.entry`` that names a source of this model
    _billing_entry_field = None
    #: the one2many of ``fsm.order`` that holds the sources of this model
    _billing_order_field = None
    #: the section of the invoice, and where it comes among the others
    _billing_section = None
    _billing_sequence = 100
    #: True where the time rules of the billing policy apply: rounding and minimum,
    #: and the detail printed
    _is_billing_time = False
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
    is_billed_elsewhere = fields.Boolean(
        string="Billed elsewhere",
        compute="_compute_is_billed_elsewhere",
        store=True,
        readonly=True,
        copy=False,
        help="A quotation bills this work, or another document that was not created "
        "from its service order.",
    )
    qty_to_bill = fields.Float(
        string="To bill",
        compute="_compute_qty_to_bill",
        store=True,
        readonly=True,
        copy=False,
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
    is_billing_mode_chosen = fields.Boolean(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Somebody said how this is billed: it goes by no rule any more.",
    )
    taken_back_entry_id = fields.Many2one(
        "fsm.billing.entry",
        string="Takes back",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=BILLING_GROUP,
        help="Which invoiced work this takes something off, where somebody chose "
        "another than the last one.",
    )
    # Held by the database as well: a second invoice for the same work is an
    # accounting error, whatever road it came by. The tolerance is float noise.
    _qty_billed_within_recorded = models.Constraint(
        f"""CHECK (COALESCE(qty_billed, 0) = 0 OR (
            qty_billed * COALESCE(qty_recorded, 0) > 0
            AND abs(qty_billed) <= abs(COALESCE(qty_recorded, 0)) + {SLACK:.5f}
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
            quantity = sum(
                entry.quantity for entry in source.billing_entry_ids if entry.is_live
            )
            # entries of a partial credit add up to float noise instead of zero
            source.qty_billed = 0.0 if abs(quantity) < NOISE else quantity

    @api.depends("fsm_order_id")
    def _compute_billing_mode(self):
        for source in self:
            if source.billing_mode and (
                source.is_billing_mode_chosen or source.qty_billed
            ):
                source.billing_mode = source.billing_mode
            else:
                # work may get its order later: what it was before is no choice
                source.billing_mode = source._get_default_billing_mode()

    @api.model
    def _get_choice_flags(self):
        return {
            **super()._get_choice_flags(),
            "billing_mode": "is_billing_mode_chosen",
        }

    def _get_value_by_rule(self, name):
        return self._get_default_billing_mode()

    def _get_default_billing_mode(self):
        """:return: the billing mode of new work, unless somebody chooses another"""
        return "billable"

    @api.depends("fsm_order_id")
    def _compute_is_billed_elsewhere(self):
        for source in self:
            is_work = bool(source.fsm_order_id)
            source.is_billed_elsewhere = is_work and source._is_billed_elsewhere()

    @api.depends("qty_recorded", "qty_billed", "billing_mode", "is_billed_elsewhere")
    def _compute_qty_to_bill(self):
        for source in self:
            quantity = source.qty_recorded - source.qty_billed
            if (
                abs(quantity) < NOISE
                or source.billing_mode == "not_billed"
                or source.is_billed_elsewhere
            ):
                quantity = 0.0
            source.qty_to_bill = quantity

    # --- guards ---
    def write(self, vals):
        vals = self._drop_computed_values(vals)
        self._check_may_change(vals)
        return super().write(vals)

    def unlink(self):
        # sudo: the ledger is written by the engine alone. Entries of cancelled
        # invoices cover nothing and must not keep the record from being deleted.
        self.sudo().billing_entry_ids._forget()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        # what was billed and credited again stays in the ledger, and so here
        for source in self.sudo():  # sudo: whoever deletes may not read the ledger
            moves = source.billing_entry_ids.move_id
            source._raise_if_on(moves.filtered(lambda move: move.state == "draft"))
            if moves:
                raise UserError(source._get_history_message(moves))

    @api.constrains("fsm_order_id", "taken_back_entry_id")
    def _check_taken_back_entry_id(self):
        """:raise ValidationError: if this can't take something off what was chosen"""
        for source in self.sudo():  # sudo: as for the entries themselves
            entry = source.taken_back_entry_id
            work = entry and entry._get_source()
            if entry and not (
                source._get_entries_invoiced(entry)
                and entry.company_id == source.fsm_order_id.company_id
                and entry.order_id.location_id == source.fsm_order_id.location_id
                and work._get_billing_subject()._name
                == source._get_billing_subject()._name
                and (
                    source._is_billing_time
                    or work._get_billing_subject() == source._get_billing_subject()
                )
            ):
                raise ValidationError(
                    self.env._(
                        "%(work)s can't take back %(other)s. Choose invoiced work of "
                        "the same kind and product, of the same site.",
                        work=source._get_billing_label(),
                        other=entry.display_name,
                    )
                )

    def _check_may_change(self, vals):
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
            return abs((new or 0.0) - (current or 0.0)) > NOISE
        return new != current

    def _check_not_billed(self):
        """Refuse when part of this work stands on an invoice.

        :raise UserError: naming the record and its invoices
        """
        for source in self.sudo():  # sudo: whoever asks may not read invoices
            source._raise_if_on(source._get_billing_moves())

    # --- hooks ---
    @api.model
    def _get_open_depends(self):
        """:return: names of the fields that tell whether something is to be billed"""
        return ["qty_to_bill", "taken_back_entry_id"]

    @api.model
    def _get_price_depends(self):
        """:return: names of the fields that the price of these sources goes by"""
        return ["billing_mode"]

    def _filter_open(self):
        """:return: those of these sources, of one order, that are to be billed now"""
        # what is asked of them is read with the work of all other orders
        return self.filtered("qty_to_bill").with_prefetch(self._prefetch_ids)

    def _sort_for_billing(self):
        """:return: these sources in the order in which an invoice lists them"""
        return self

    def _get_billing_moves(self):
        """:return: the invoices on which this work stands, net of credits"""
        bills = self.filtered("qty_billed").billing_entry_ids.filtered(
            lambda entry: entry.kind == "bill" and entry.is_live
        )
        # refunded work stays billed although nothing is left of its invoice
        return (bills.filtered(lambda entry: entry._is_standing()) or bills).move_id

    def _get_billing_returns(self):
        """:return: the records that take this one back, on the same service order"""
        return self.browse()

    def _get_billing_entries_returned(self):
        """:return: entries of invoices for the work that this record says it takes back

        The one to credit first is first.
        """
        return self.env["fsm.billing.entry"]

    def _get_entries_to_credit(self):
        """:return: dict source -> the same, after what a person chose"""
        return {
            # sudo: who logs time may not read the ledger
            source: source.sudo().taken_back_entry_id
            | source._get_billing_entries_returned()
            for source in self
        }

    @api.model
    def _get_waiting_domain(self, orders, visits):
        """Say which work may take back what ``orders`` billed.

        By ids: a condition on records behind these would be looked up row by row.

        :param visits: the other orders of their sites
        :return: Domain
        """
        return Domain("fsm_order_id", "in", visits.ids) | Domain(
            "taken_back_entry_id", "in", orders.billing_entry_ids.ids
        )

    def _get_entries_invoiced(self, entries):
        """:return: those of ``entries`` by which invoices bill work of this kind"""
        name = self._billing_entry_field
        return entries.filtered(
            lambda entry: (
                entry[name]
                and entry.kind == "bill"
                and entry.quantity > 0
                and entry.is_live
                and entry.move_id.move_type == "out_invoice"
            )
        )

    def _is_likely_of(self, work):
        """Tell whether this takes back ``work`` rather than other work of its kind."""
        return True

    def _get_age_key(self):
        """:return: what tells work that was recorded before from what came later"""
        # a row of a form that is not saved yet comes last
        return self._origin.id or float("inf")

    def _is_discount(self):
        """:return: True if this takes something off where nothing billed the like"""
        return False

    def _is_surely_billed(self):
        """:return: True if this open work makes a line, whatever else there is"""
        return self.qty_to_bill > 0

    def _get_billing_protected_fields(self):
        """:return: names of the fields that an invoice of this work relies on"""
        return ["billing_mode", "company_id", "fsm_order_id", "taken_back_entry_id"]

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
            and not self.is_billed_elsewhere
        )

    def _get_billing_label(self):
        """:return: the name by which a person knows this work"""
        return self.display_name

    def _get_billing_subject(self):
        """:return: the technician, product or other record that sums are made by"""
        return self

    def _get_billing_words(self, quantity):
        """:return: ``quantity`` of this work in plain words, such as "1 Pump" """
        return self.env._(
            "%(quantity)s %(work)s",
            quantity=self._format_billing_quantity(quantity),
            work=self._get_billing_label(),
        )

    @api.model
    def _format_billing_quantity(self, quantity):
        """:return: ``quantity`` as people write it: 1, 2.5, 0.25"""
        digits = next(
            (
                digits
                for digits in (0, 1)
                if abs(quantity - round(quantity, digits)) < 0.005
            ),
            2,
        )
        return formatLang(self.env, quantity, digits=digits)

    @api.model
    def _get_words(self, quantities):
        """Say in plain words how much work this is, such as "2.5 h of Marc, 1 Pump".

        :param dict quantities: source -> quantity in its unit
        """
        sums = {}
        for source, quantity in quantities.items():
            first, total = sums.get(source._get_billing_subject(), (source, 0.0))
            total += source._convert_billing_quantity(
                quantity, first._get_billing_unit()
            )
            sums[source._get_billing_subject()] = first, total
        return ", ".join(
            source._get_billing_words(quantity) for source, quantity in sums.values()
        )

    @api.model
    def _get_billing_modes(self):
        """:return: list of (value, label), in the language of who reads it"""
        return self._fields["billing_mode"]._description_selection(self.env)

    @api.model
    def _get_billing_heading(self):
        """:return: the heading of the invoice's section for this kind of work"""
        raise NotImplementedError

    def _get_billing_product(self, policy):
        """:return: the product that bills this work under ``policy``"""
        raise NotImplementedError

    def _get_product_problem(self, product, policy):
        """:return: why ``product`` can't bill this work, and what to do; or ``""``"""
        if not product:
            return self.env._(
                "%(work)s has no product to be billed with. Choose one, then press "
                "Create invoice again.",
                work=self._get_billing_label(),
            )
        if not product.active:
            return self.env._(
                "Product %(product)s is archived. Unarchive it, or use another "
                "product, then press Create invoice again.",
                product=product.display_name,
            )
        return ""

    def _get_billing_unit(self):
        """:return: the ``uom.uom`` of the quantities of this source"""
        raise NotImplementedError

    def _convert_billing_quantity(self, quantity, unit):
        """:return: ``quantity`` of this source in another ``unit``, not rounded"""
        return self._get_billing_unit()._compute_quantity(quantity, unit, round=False)

    def _get_billing_date(self):
        """:return: the day of the work, at which it is priced"""
        raise NotImplementedError

    def _get_done_day(self):
        """:return: the day on which this was done, at the site"""
        return self._get_billing_date()

    def _is_asked(self, asked):
        """:return: whether this is among the work that a WorkAsked asks for"""
        return asked.has(self.fsm_order_id.id, self._get_done_day())

    def _keeps_price_again(self):
        """:return: True if this work, opened again, is billed at its price from before

        False where the price on the record itself is the one to look at.
        """
        return True

    def _get_source_taken_back(self):
        """:return: the work that this record takes back, or nothing"""
        return self.browse()

    def _get_billing_note(self):
        """:return: what is printed under the product's description, or ``""``"""
        return ""

    def _get_billing_lots(self, quantity, origin=None):
        """Say which lots or serial numbers the customer got, or gave back.

        :param float quantity: what is billed next of this work, in its unit
        :param origin: the invoice line that a return is taken off
        :return: dict lot -> quantity in the unit of its product
        """
        return {}

    def _get_billing_discount(self):
        """:return: discount in percent"""
        return 100.0 if self.billing_mode == "warranty" else 0.0

    def _get_billing_employee(self):
        """:return: the technician named on the invoice line, or an empty recordset"""
        return self.env["hr.employee"]

    # --- what people read who change or delete work that documents are about ---
    # Each of these sentences says what to do, and doing it must help.
    def _raise_if_on(self, moves):
        """:raise UserError: naming this work and ``moves``, if there are any"""
        self.ensure_one()
        if not moves:
            return
        credits = moves._get_fsm_credit_notes()
        values = {
            "work": self._get_billing_label(),
            "invoices": moves._get_fsm_names(),
            "credits": credits._get_fsm_names(),
        }
        if "draft" in moves.mapped("state"):
            raise UserError(
                self.env._(
                    "%(work)s is on %(invoices)s and can't be changed or deleted. "
                    "Remove its line from the draft, and try again.",
                    **values,
                )
            )
        if self._is_given_back_on(moves):
            raise UserError(self._get_given_back_message(moves))
        if credits and not self._get_standing_entries():
            raise UserError(
                self.env._(
                    "%(work)s is on %(invoices)s and can't be changed or deleted: "
                    "%(credits)s refunded it, so that it stays billed. To bill it "
                    "again, cancel %(credits)s, and credit it anew with Bill again.",
                    **values,
                )
            )
        raise UserError(
            self.env._(
                "%(work)s is on %(invoices)s and can't be changed or deleted. Add a "
                "credit note of it with Bill again, and try again.",
                **values,
            )
        )

    def _is_given_back_on(self, moves):
        """:return: True if this work is on credit notes alone, which nobody credits"""
        return set(moves.mapped("move_type")) == {"out_refund"}

    def _get_given_back_message(self, moves):
        """:return: why what ``moves`` give back stays as it is, and what people do"""
        return self.env._(
            "%(work)s is given back by %(credits)s and can't be changed or deleted. "
            "Reset %(credits)s to draft and cancel it, and try again.",
            work=self._get_billing_label(),
            credits=moves._get_fsm_names(),
        )

    def _get_standing_entries(self):
        """:return: the entries by which this work is billed, and not credited"""
        return self.billing_entry_ids.filtered(lambda entry: entry._is_standing())

    def _get_history_message(self, moves):
        """:return: why this work can't be deleted, and what people do instead"""
        self.ensure_one()
        credits = moves._get_fsm_credit_notes()
        values = {
            "work": self._get_billing_label(),
            "invoices": moves._get_fsm_names(),
            "credits": credits._get_fsm_names(),
        }
        if self.qty_billed and self._is_given_back_on(moves):
            return self._get_given_back_message(moves)
        if self.qty_billed and credits and not self._get_standing_entries():
            return self.env._(
                "%(work)s is on %(invoices)s, and stays as their history: it can't be "
                "deleted. %(credits)s credited it, and it is not invoiced again: there "
                "is nothing left to do.",
                **values,
            )
        if self.qty_billed:
            return self.env._(
                "%(work)s is on %(invoices)s, and stays as their history: it can't be "
                "changed or deleted. Add a credit note, and say there whether it is "
                "billed again.",
                **values,
            )
        return self.env._(
            "%(work)s is on %(invoices)s, and stays as their history: it can't be "
            "deleted. Nothing of it is billed now. %(advice)s",
            advice=self._get_history_advice(),
            **values,
        )

    def _get_history_advice(self):
        """:return: sentence: how people keep this work from being invoiced again"""
        return self.env._(
            "To keep it off the next invoice, set it to Not billed on the service "
            "order."
        )
