from odoo import api, fields, models

from .one_record import check_one

#: minutes worked in an example, the most telling first
EXAMPLES = (80, 67, 61)


class FsmBillingPolicy(models.Model):
    """What people see of a policy: its time rules in words, and where it is used."""

    _inherit = "fsm.billing.policy"

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

    # --- compute ---
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
