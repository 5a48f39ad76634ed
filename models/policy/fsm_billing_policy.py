from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, float_round

from ...tools.groups import TERMS_GROUPS
from ...tools.one_record import check_one
from ...tools.tolerance import NOISE
from .labor_product import labor_product_field, service_product_field

#: minutes worked in an example, the most telling first
EXAMPLES = (80, 67, 61)


class FsmBillingPolicy(models.Model):
    """How the work on a service order is priced and printed."""

    _name = "fsm.billing.policy"
    _inherit = "fsm.field.guard"
    _description = "Field Service Billing Policy"
    _order = "name, id"
    _check_company_auto = True

    _check_company_domain = models.check_company_domain_parent_of
    active = fields.Boolean(default=True)
    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Leave empty to share the policy between all companies.",
    )
    # --- Labor ---
    labor_product_id = labor_product_field(check_company=True)
    labor_rounding = fields.Float(
        string="Round time up to",
        help="In hours: 0:15 bills 1 h 20 as 1 h 30. Leave at zero to bill the time "
        "as it was logged. The cost of the time stays the actual time.",
    )
    labor_minimum = fields.Float(
        string="Minimum time",
        help="In hours: at least so much is billed. Leave at zero for no minimum.",
    )
    labor_level = fields.Selection(
        selection=[
            ("timesheet", "Each timesheet"),
            ("day", "Each technician and day"),
            ("order", "Each service order"),
        ],
        string="Rounding and minimum apply to",
        default="day",
        required=True,
    )
    is_recorded_printed = fields.Boolean(
        string="Print the recorded time",
        help="Beside the time billed, where rounding or a minimum made it another.",
    )
    # --- Fees ---
    callout_product_id = service_product_field(
        string="Call-out fee",
        check_company=True,
        help="Added to every order when it is done. Leave empty for none.",
    )
    callout_per = fields.Selection(
        selection=[("order", "Once per order"), ("day", "Once per visit day")],
        string="Charged",
        default="order",
        required=True,
    )
    travel_product_id = service_product_field(
        string="Travel",
        check_company=True,
        help="Charged for the travel recorded on the order. Leave empty for none.",
    )
    travel_per = fields.Selection(
        selection=[("distance", "Per km"), ("flat", "Flat rate")],
        string="Travel charged",
        default="distance",
        required=True,
        help="Per km: the distance on the order times the price of the product.\n"
        "Flat rate: the price of the product once, whatever the distance.",
    )
    # --- Parts ---
    parts_pricing = fields.Selection(
        selection=[("pricelist", "Price list"), ("cost", "Cost plus a markup")],
        string="Price of parts",
        default="pricelist",
        required=True,
    )
    parts_markup = fields.Float(
        string="Markup (%)",
        groups=f"{TERMS_GROUPS},fieldservice.group_fsm_manager",
        help="Added to what the part cost when it was delivered.",
    )
    # --- Invoice ---
    detail = fields.Selection(
        selection=[
            ("timesheet", "Each timesheet"),
            ("technician", "Technician and product"),
            ("product", "Product"),
        ],
        string="A line for",
        default="technician",
        required=True,
        help="How the hours are printed. The amount is the same.",
    )
    grouping = fields.Selection(
        selection=[
            ("order", "Each service order"),
            ("site", "Each site"),
            ("customer", "Each customer"),
            ("reference", "Each customer reference"),
        ],
        string="An invoice for",
        default="order",
        required=True,
        help="What is put on one invoice when several orders are invoiced together.",
    )
    is_report_printed = fields.Boolean(
        string="Add the intervention report",
        default=True,
        help="Behind the invoice, in the same PDF: findings and work done, hours, "
        "parts, photos and signature. It shows the time worked.",
    )
    _positive = models.Constraint(
        "CHECK (labor_rounding >= 0 AND labor_minimum >= 0)",
        "The rounding and the minimum of the time can't be negative. "
        "Use zero for none.",
    )
    _markup_above_cost = models.Constraint(
        "CHECK (parts_markup >= -100)",
        "A markup under -100 % would make prices negative. Use a higher one.",
    )
    # --- Labor ---
    labor_example = fields.Char(
        string="Time billed",
        compute="_compute_labor_example",
        help="What rounding and minimum make of an example.",
    )
    # --- Used by ---
    is_company_default = fields.Boolean(
        string="Default",
        compute="_compute_is_company_default",
        help="Prices orders of this company where neither the customer nor the order's "
        "type has a policy.",
    )
    order_count = fields.Integer(
        string="Service orders",
        compute="_compute_usage",
        groups="fieldservice.group_fsm_user",
    )
    customer_count = fields.Integer(
        string="Customers",
        compute="_compute_usage",
        groups="fieldservice.group_fsm_user",
    )
    order_type_count = fields.Integer(
        string="Order types",
        compute="_compute_usage",
        groups="fieldservice.group_fsm_user",
    )

    @api.constrains("active")
    def _check_default_active(self):
        """Keep the policy that companies fall back on."""
        # sudo: whoever archives may not see every company
        companies = (
            self.env["res.company"]
            .sudo()
            .search([("fsm_billing_policy_id", "in", self.ids)])
        )
        for company in companies:
            policy = company.fsm_billing_policy_id
            if not policy.active:
                raise ValidationError(
                    self.env._(
                        "Billing policy %(policy)s is the one of company %(company)s. "
                        "Choose another one for it in the settings of Field Service "
                        "before you archive this one.",
                        policy=policy.name,
                        company=company.name,
                    )
                )

    @api.constrains("company_id")
    def _check_company_of_users(self):
        """Keep a policy that orders or companies go by from going to another one."""
        for policy in self.filtered("company_id"):
            for user, company_field in (("order", "company_id"), ("company", "id")):
                model, link = self._get_users()[user]
                foreign = [
                    (link, "=", policy.id),
                    "!",
                    (company_field, "child_of", policy.company_id.id),
                ]
                # sudo: whoever writes may not see every company
                found = self.env[model].sudo().search(foreign, limit=1)
                if found:
                    raise ValidationError(
                        self.env._(
                            "Billing policy %(policy)s is used by %(user)s of another "
                            "company than %(company)s. Duplicate the policy for "
                            "%(company)s, or leave its company empty.",
                            policy=policy.name,
                            user=found.display_name,
                            company=policy.company_id.name,
                        )
                    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """Keep what orders, companies, customers and order types refer to."""
        for model, link in self._get_users().values():
            user = self._find_user(model, link)
            if user:
                policies = self.filtered(lambda policy, u=user, f=link: u[f] == policy)
                raise UserError(
                    self.env._(
                        "Billing policy %(policy)s is used by %(user)s. Archive it: "
                        "what was priced with it stays as it is.",
                        policy=(policies or self)[:1].display_name,
                        user=user.display_name,
                    )
                )

    def _find_user(self, model, link):
        """:return: a record of ``model`` that names one of these policies in ``link``

        In whatever company, and archived ones too.
        """
        # sudo: whoever deletes may not see every order or company
        users = self.env[model].sudo().with_context(active_test=False)
        if not users._fields[link].company_dependent:
            return users.search([(link, "in", self.ids)], limit=1)
        # a customer has a policy of each company
        users.flush_model([link])
        found = self.env.execute_query(
            SQL(
                """
                SELECT id FROM %(table)s
                 WHERE EXISTS (
                     SELECT FROM jsonb_each_text(%(link)s) AS policy
                      WHERE policy.value = ANY(%(ids)s)
                 )
                 LIMIT 1
                """,
                table=SQL.identifier(users._table),
                link=SQL.identifier(link),
                ids=[str(policy_id) for policy_id in self.ids],
            )
        )
        return users.browse(user_id for (user_id,) in found)

    @api.model
    def _get_users(self):
        """:return: dict: who uses policies -> (model, its field that names one)"""
        return {
            "order": ("fsm.order", "billing_policy_id"),
            "customer": ("res.partner", "fsm_billing_policy_id"),
            "order_type": ("fsm.order.type", "billing_policy_id"),
            "company": ("res.company", "fsm_billing_policy_id"),
        }

    def copy_data(self, default=None):
        return [
            {**vals, "name": (default or {}).get("name") or policy._get_copy_name()}
            for policy, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def _get_copy_name(self):
        return self.env._("%(name)s (copy)", name=self.name)

    # --- business ---
    @api.model
    def _get_default(self, company):
        """:return: the policy of ``company`` or of its parents, else the one for all"""
        shared = self.env.ref(
            "fieldservice_invoicing.fsm_billing_policy_default",
            raise_if_not_found=False,
        )
        # sudo: a branch may not read its parents
        own = [parent.fsm_billing_policy_id for parent in company.sudo().parent_ids]
        return next(
            (policy for policy in reversed(own) if policy), shared or self.browse()
        )

    @api.model
    def _get_first_usable(self, company, *policies):
        """:return: the first of ``policies`` that may price orders of ``company``"""
        return next(
            (policy for policy in policies if policy._is_usable_in(company)),
            self.browse(),
        )

    def _is_usable_in(self, company):
        """:return: True if this policy may price orders of ``company``"""
        return bool(
            self
            and self.active
            and (not self.company_id or self.company_id in company.parent_ids)
        )

    def _get_billed_time(self, hours):
        """Round hours up and apply the minimum.

        :return: hours to bill for ``hours`` worked; what is taken back stays as it is
        """
        self.ensure_one()
        if hours < NOISE:
            return min(hours, 0.0)
        if self.labor_rounding > 0:
            hours = float_round(
                hours,
                precision_rounding=self.labor_rounding,
                rounding_method="UP",
            )
        return max(hours, self.labor_minimum)

    # --- what people see of a policy: its time rules in words, and where it is used ---
    @api.depends("labor_rounding", "labor_minimum", "labor_level")
    @api.depends_context("lang")
    def _compute_labor_example(self):
        for policy in self:
            policy.labor_example = policy._get_labor_example()

    @api.depends_context("company")
    def _compute_is_company_default(self):
        default = self._get_default(self.env.company)
        for policy in self:
            policy.is_company_default = policy._origin == default

    @api.depends_context("company")
    def _compute_usage(self):
        users = self._get_users()
        for user in ("order", "customer", "order_type"):
            model, link = users[user]
            counts = dict(
                self.env[model]._read_group(
                    [(link, "in", self.ids)], [link], ["__count"]
                )
            )
            for policy in self:
                policy[f"{user}_count"] = counts.get(policy._origin, 0)

    # --- buttons ---
    def action_view_orders(self):
        return self._get_usage_action("order")

    def action_view_customers(self):
        return self._get_usage_action("customer")

    def action_view_order_types(self):
        return self._get_usage_action("order_type")

    def _get_usage_action(self, user):
        """:return: window action on the orders, customers or order types"""
        check_one(self)
        model, link = self._get_users()[user]
        return {
            "type": "ir.actions.act_window",
            "name": self._fields[f"{user}_count"]._description_string(self.env),
            "res_model": model,
            "view_mode": "list,form",
            "domain": [(link, "=", self.id)],
            "context": {"create": False},
        }

    # --- words ---
    def _get_labor_example(self):
        """:return: what rounding and minimum make of an example, as a sentence"""
        self.ensure_one()
        worked = self._get_example_time()
        values = {
            "worked": self._format_time(worked),
            "billed": self._format_time(self._get_billed_time(worked)),
            "minimum": self._format_time(self.labor_minimum),
        }
        if worked and self.labor_minimum > 0:
            return self.env._(
                "%(worked)s worked is billed as %(billed)s; the minimum is "
                "%(minimum)s.",
                **values,
            )
        if worked:
            return self.env._("%(worked)s worked is billed as %(billed)s.", **values)
        if self.labor_minimum > 0:
            return self.env._(
                "Time is billed as it was logged; the minimum is %(minimum)s.",
                **values,
            )
        return self.env._("Time is billed as it was logged.")

    def _get_example_time(self):
        """:return: hours worked that are billed as others, minimum apart; or zero"""
        # longer than the minimum, which has words of its own
        hours = max(int(self.labor_minimum), 0)
        longer = [minutes + 60 * hours for minutes in EXAMPLES]
        for minutes in (*EXAMPLES, *longer):
            worked = minutes / 60
            billed = self._get_billed_time(worked)
            is_other = self._format_time(worked) != self._format_time(billed)
            if worked > self.labor_minimum and is_other:
                return worked
        return 0.0

    @api.model
    def _format_time(self, hours):
        """:return: ``hours`` as people say them: 1 h 20, 45 min, 2 h"""
        whole, minutes = divmod(round(hours * 60), 60)
        if not minutes:
            return self.env._("%(hours)s h", hours=whole)
        if not whole:
            return self.env._("%(minutes)s min", minutes=minutes)
        return self.env._(
            "%(hours)s h %(minutes)s", hours=whole, minutes=f"{minutes:02}"
        )
