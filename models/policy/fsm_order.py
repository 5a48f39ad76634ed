from odoo import api, fields, models
from odoo.exceptions import UserError


class FsmOrder(models.Model):
    """Who pays for a service order by which policy, and from when on that is fixed.

    A value that a person chose stays, and so does one that an invoice stands by. Work
    that is done stays with whom it was done for when its site is sold.
    """

    _name = "fsm.order"
    _inherit = ["fsm.order", "fsm.billing.terms", "fsm.billing.choice"]
    _check_company_auto = True

    _billing_terms = ("bill_to_id", "billing_policy_id")
    _billing_terms_begun = ("company_id", "location_id", "type")
    billing_policy_id = fields.Many2one(
        "fsm.billing.policy",
        string="Billing policy",
        compute="_compute_billing_policy_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",  # archive a policy that was used
        help="How the work on this order is priced and printed.",
    )
    bill_to_id = fields.Many2one(
        "res.partner",
        string="Bill to",
        compute="_compute_bill_to_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        tracking=True,
        help="Who receives the invoice. From the quotation, else the site's bill-to, "
        "else the invoice address of the site's owner.",
    )
    is_invoiceable = fields.Boolean(
        compute="_compute_is_invoiceable",
        help="The work is done, and the order is not cancelled.",
    )
    is_bill_to_chosen = fields.Boolean(
        copy=False,
        readonly=True,
        help="Somebody said whom to bill: it goes by no rule any more.",
    )
    is_policy_chosen = fields.Boolean(
        copy=False,
        readonly=True,
        help="Somebody chose the billing policy: it goes by no rule any more.",
    )
    # Where it is another than the order's, the order was moved.
    bill_to_site_id = fields.Many2one(
        "fsm.location",
        compute="_compute_bill_to_id",
        store=True,
        precompute=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The site that says who pays, if it was asked.",
    )
    bill_to_hint = fields.Char(
        string="Who pays",
        compute="_compute_bill_to_hint",
        help="Where another would be billed than is.",
    )

    def _get_default_billing_mode(self, day):
        """:return: the billing mode of new work on this order done on ``day``"""
        self.ensure_one()
        if self.equipment_ids._is_under_warranty(day):
            return "warranty"
        return self.type.billing_mode or "billable"

    def _check_policy_not_used(self):
        """:raise UserError: if an invoice stands that was priced with the policy"""
        for order in self.sudo():  # sudo: dispatchers may not read invoices
            moves = order._get_standing_invoices()
            if moves:
                raise UserError(
                    self.env._(
                        "Billing policy %(policy)s has priced %(invoices)s. "
                        "Delete the draft invoice or credit the posted one before you "
                        "choose another policy for %(order)s.",
                        invoices=moves._get_fsm_names(),
                        policy=order.billing_policy_id.display_name,
                        order=order.name,
                    )
                )

    @api.depends("stage_id.is_invoiceable")
    def _compute_is_invoiceable(self):
        for order in self:
            order.is_invoiceable = (
                order.stage_id.is_invoiceable and not order._is_cancelled()
            )

    def _compute_field_value(self, field):
        if field.compute != "_compute_bill_to_id":
            return super()._compute_field_value(field)
        # the history of a site says that it got another owner, and need not do so on
        # each of its orders; what is changed on an order is tracked when it is written
        quiet = self.with_context(mail_notrack=True)
        return super(FsmOrder, quiet)._compute_field_value(field)

    @api.depends("location_id.bill_to_id", "location_id.owner_id")
    def _compute_bill_to_id(self):
        for order in self:
            if order._is_bill_to_kept():
                order.bill_to_id = order.bill_to_id
            else:
                order.bill_to_id = order._get_bill_to_by_rule()
            order.bill_to_site_id = order._ask_site()

    @api.depends("company_id", "bill_to_id", "type")
    def _compute_billing_policy_id(self):
        policies = self._get_policies_by_rule()
        for order in self:
            if order._is_policy_kept():
                order.billing_policy_id = order.billing_policy_id
            else:
                order.billing_policy_id = policies[order]

    @api.depends(
        "bill_to_id",
        "is_bill_to_chosen",
        "location_id.bill_to_id",
        "location_id.owner_id",
        "invoice_lines.move_id.partner_id",
        "invoice_lines.move_id.state",
    )
    def _compute_bill_to_hint(self):
        for order in self:
            # sudo: whoever opens the order may not read its quotation
            order.bill_to_hint = order.sudo()._get_bill_to_hint()

    # --- onchange ---
    # A form keeps what was chosen on it before it is saved, too.
    @api.onchange("bill_to_id")
    def _onchange_bill_to_id(self):
        self.bill_to_id = self.bill_to_id or self.sudo()._get_bill_to_by_rule()
        self.is_bill_to_chosen = bool(self._filter_otherwise("bill_to_id"))

    @api.onchange("billing_policy_id")
    def _onchange_billing_policy_id(self):
        self.billing_policy_id = (
            self.billing_policy_id or self.sudo()._get_policy_by_rule()
        )
        self.is_policy_chosen = bool(self._filter_otherwise("billing_policy_id"))

    # --- guards ---
    def write(self, vals):
        if "stage_id" in vals:
            # whom the work was done for is settled as it gets done
            self.mapped("bill_to_id")
        if "location_id" in vals:
            self.filtered(
                lambda order: order.location_id.id != vals["location_id"]
            )._check_site_not_invoiced()
        if "billing_policy_id" in vals:
            self.filtered(
                lambda order: order.billing_policy_id.id != vals["billing_policy_id"]
            )._check_policy_not_used()
        return super().write(vals)

    def copy_data(self, default=None):
        """Let duplicates go by the rules of today where nobody had chosen."""
        flags = self._get_choice_flags()
        return [
            {
                name: value
                for name, value in vals.items()
                if name in (default or {}) or name not in flags or order[flags[name]]
            }
            for order, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def _check_site_not_invoiced(self):
        """Keep an order where its customer was invoiced for it.

        :raise UserError: naming the order and its invoices
        """
        for order in self.sudo():  # sudo: dispatchers may not read invoices
            moves = order._get_standing_lines().move_id
            if moves:
                raise UserError(
                    self.env._(
                        "Service order %(order)s is on %(invoices)s: it can't be "
                        "moved to another site. Delete the draft invoice or credit "
                        "the posted one first.",
                        order=order.name,
                        invoices=moves._get_fsm_names(),
                    )
                )

    # --- business ---
    def _is_cancelled(self):
        """:return: True if this order is in the stage of cancelled ones"""
        # asked for many orders: the id of the stage is cached, the stage is not
        return self.stage_id.id == self._get_cancelled_stage_id()

    @api.model
    def _get_cancelled_stage_id(self):
        """:return: the id of the stage of cancelled orders"""
        return self.env["ir.model.data"]._xmlid_to_res_id(
            "fieldservice.fsm_stage_cancelled"
        )

    def _is_bill_to_kept(self):
        """:return: True if who pays stays as it is, whatever the rule says"""
        self.ensure_one()
        if not self.bill_to_id:
            return False
        site = self._ask_site()
        is_done_there = (
            self.is_invoiceable and site and site == self.bill_to_site_id._origin
        )
        return (
            self.is_bill_to_chosen
            or bool(is_done_there)
            # what has been invoiced stays with whom it was invoiced to
            or bool(self._origin._get_standing_lines())
        )

    def _is_policy_kept(self):
        """:return: True if the policy stays as it is, whatever the rule says"""
        self.ensure_one()
        policy = self.billing_policy_id
        if not policy:
            return False
        if self.is_policy_chosen:
            company = policy.company_id
            return not company or company in self.company_id.parent_ids
        # what has been invoiced was priced with it
        return bool(self._origin._get_standing_lines())

    @api.model
    def _get_choice_flags(self):
        return {
            **super()._get_choice_flags(),
            "bill_to_id": "is_bill_to_chosen",
            "billing_policy_id": "is_policy_chosen",
        }

    def _flag_choice(self, name):
        res = super()._flag_choice(name)
        if name == "bill_to_id":
            # it is not computed where who pays was written with the site
            self.env.add_to_compute(
                self._fields["bill_to_site_id"], self.filtered("bill_to_id")
            )
        return res

    def _is_work_begun(self):
        """:return: True if something was recorded on this order, or invoiced"""
        self.ensure_one()
        order = self.sudo()  # sudo: technicians may read neither parts nor invoices
        return bool(order.invoice_lines) or any(order._get_billing_sources())

    def _get_value_by_rule(self, name):
        rules = {
            "bill_to_id": self._get_bill_to_by_rule,
            "billing_policy_id": self._get_policy_by_rule,
        }
        return rules[name]()

    def _get_bill_to_by_rule(self):
        """:return: who pays where nobody says otherwise"""
        self.ensure_one()
        site = self._ask_site()
        return site._get_bill_to() if site else self.env["res.partner"]

    def _ask_site(self):
        """:return: the site if it says who pays, or none"""
        self.ensure_one()
        return self.location_id._origin

    def _get_policy_by_rule(self):
        """:return: the billing policy where nobody chooses otherwise"""
        return self._get_policies_by_rule()[self]

    def _get_policies_by_rule(self):
        """:return: dict order -> the billing policy where nobody chooses otherwise"""
        policies = self.env["fsm.billing.policy"]
        found = {}
        for company, orders in self.grouped("company_id").items():
            default = policies._get_default(company)
            for order in orders:
                customer = order.bill_to_id.commercial_partner_id.with_company(company)
                found[order] = (
                    default._get_first_usable(
                        company,
                        customer.fsm_billing_policy_id,
                        order.type.billing_policy_id,
                    )
                    or default
                )
        return found

    def _get_bill_to_hint(self):
        """:return: who else would pay or was billed, and what to do; or False"""
        self.ensure_one()
        hints = self._get_invoiced_hint(), self._get_payer_hint()
        return " ".join(hint for hint in hints if hint) or False

    def _get_invoiced_hint(self):
        """:return: whom invoices bill in place of who pays next, and what to do"""
        payer = self.bill_to_id
        customer = payer.commercial_partner_id._origin
        others = self._origin._get_standing_lines().move_id.filtered(
            lambda move: move.commercial_partner_id != customer
        )
        if not payer or not others:
            return False
        other = others[-1].partner_id
        invoices = others.filtered(lambda move: move.partner_id == other)
        return self.env._(
            "%(other)s is billed by %(invoices)s. What comes next is billed to "
            "%(payer)s: choose %(other)s here if it is theirs to pay as well.",
            invoices=invoices._get_fsm_names(),
            other=other.display_name,
            payer=payer.display_name,
        )

    def _get_payer_hint(self):
        """:return: who would pay by the rule, and what to do; or False"""
        payer = self._get_bill_to_by_rule()
        if not payer or not self.bill_to_id or payer == self.bill_to_id:
            return False
        names = {
            "payer": self.bill_to_id.display_name,
            "other": payer.display_name,
        }
        if self.is_bill_to_chosen:
            return self.env._(
                "%(payer)s was chosen by hand. Empty the field to bill %(other)s, as "
                "the rule has it.",
                **names,
            )
        return self.env._(
            "The work was done for %(payer)s. By now %(other)s is to be billed for "
            "work like it: choose %(other)s here if this is theirs to pay.",
            **names,
        )
