import calendar
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.service.model import retrying

from ...tools.locking import lock_rows
from ..pricing.values import BillingChoices

_logger = logging.getLogger(__name__)

WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
]
#: what is invoiced at days that come again, rather than by hand or at once
PERIODS = ("day", "week", "decade", "fortnight", "month")
#: orders that were done and are invoiced in one turn; the next one takes the others
MAX_DONE = 500
#: what says when work is invoiced, and what happens then
SCHEDULE = {
    "after",
    "interim",
    "lead",
    "moment",
    "month_day",
    "next_date",
    "run_user_id",
    "weekday",
}


class FsmBillingPolicy(models.Model):
    """When orders are invoiced by themselves, and what happens then."""

    _inherit = "fsm.billing.policy"

    moment = fields.Selection(
        [
            ("hand", "By hand"),
            ("done", "When an order is done"),
            ("day", "Every day"),
            ("week", "Every week"),
            ("decade", "Every ten days: on the 10th, the 20th and the last"),
            ("fortnight", "Every two weeks"),
            ("month", "Every month"),
        ],
        string="Invoiced",
        default="hand",
        required=True,
        copy=False,
    )
    weekday = fields.Selection(WEEKDAYS, string="On a", default="0")
    month_day = fields.Integer(
        string="On day",
        default=31,
        help="31 is the last day of each month: the 30th of April.",
    )
    lead = fields.Integer(
        string="Leave out the last days",
        help="The work of so many days is left for the next time, so that hours and "
        "parts can still be put right. With 2, the invoices of 31 March have the work "
        "until 29 March.",
    )
    after = fields.Selection(
        selection=lambda self: self.env["fsm.billing.run"]._get_afters(),
        string="Then",
        default="draft",
        required=True,
    )
    run_user_id = fields.Many2one(
        "res.users",
        string="On behalf of",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        copy=False,
        help="Invoices by schedule are created with their rights, and they are told "
        "what needs a person.",
    )
    next_date = fields.Date(
        string="Next on",
        compute="_compute_next_date",
        store=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
        help="Invoiced in the night after this day, with the work until then. You may "
        "choose another day for the next time.",
    )

    _month_day_is_one = models.Constraint(
        "CHECK (month_day BETWEEN 1 AND 31)",
        "A month has the days 1 to 31. Use 31 for its last day.",
    )
    _lead_is_positive = models.Constraint(
        "CHECK (lead >= 0)",
        "The days that are left out can't be less than none.",
    )

    @api.depends("moment", "weekday", "month_day")
    def _compute_next_date(self):
        for policy in self:
            policy.next_date = policy._get_next_date(policy._get_today())

    @api.onchange("moment")
    def _onchange_moment(self):
        user = self.run_user_id
        if self.moment != "hand" and (not user.active or user._is_superuser()):
            self.run_user_id = self.env.user

    @api.constrains("moment", "run_user_id")
    def _check_run_user(self):
        for policy in self:
            if policy.moment != "hand" and not policy.run_user_id:
                raise ValidationError(
                    self.env._(
                        "Choose on whose behalf the orders of %(policy)s are invoiced.",
                        policy=policy.name,
                    )
                )

    # --- guards ---
    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        scheduled = policies.filtered(lambda policy: policy.moment != "hand")
        scheduled._check_may_schedule()
        return policies

    def write(self, vals):
        if not SCHEDULE & vals.keys():
            return super().write(vals)
        # who may not act for whom it was does not take it over either
        self.filtered(lambda policy: policy.moment != "hand")._check_may_schedule()
        res = super().write(vals)
        self.filtered(lambda policy: policy.moment != "hand")._check_may_schedule()
        return res

    def _check_may_schedule(self):
        """Hold that nobody gets things done with the rights of somebody else.

        :raise AccessError: if a schedule would act for others, or do what the user
            may not do
        """
        if self.env.su or self.env.user.has_group("account.group_account_manager"):
            return
        for policy in self:
            if policy.run_user_id != self.env.user:
                raise AccessError(
                    self.env._(
                        "%(policy)s is invoiced on behalf of %(user)s. Only they, or "
                        "an accounting administrator, may change when it is invoiced.",
                        policy=policy.name,
                        user=policy.run_user_id.name or self.env._("nobody"),
                    )
                )
            self.env["fsm.billing.run"]._check_after(policy.after)

    def _get_today(self):
        """:return: the day that it is in the company, whoever asks

        For a policy of all companies, the earliest day of those that have something to
        invoice: in Los Angeles, the 31st is not over when it is in Paris.
        """
        # sudo: whoever plans may not work in all of them
        orders = self.env["fsm.order"].sudo()
        companies = self.company_id
        if not companies and self.ids:
            found = orders._read_group(
                [
                    ("billing_policy_id", "in", self.ids),
                    ("billing_status", "=", "to_invoice"),
                ],
                ["company_id"],
            )
            companies = companies.union(*(company for (company,) in found))
        companies = companies or self.env.company
        return min(orders.with_company(each)._get_site_day() for each in companies)

    def _get_next_date(self, day):
        """:return: the first day of the schedule from ``day`` on; False without one"""
        self.ensure_one()
        if self.moment == "day":
            return day
        if self.moment in ("week", "fortnight"):
            return day + timedelta(days=(int(self.weekday or 0) - day.weekday()) % 7)
        if self.moment in ("decade", "month"):
            days = (10, 20, 31) if self.moment == "decade" else (self.month_day,)
            return self._get_month_day(day, days)
        return False

    @api.model
    def _get_month_day(self, day, days):
        """:return: the first of these days of months from ``day`` on

        A month that has no 31st is invoiced on its last: 31 is 30 April.
        """
        last = calendar.monthrange(day.year, day.month)[1]
        found = [min(each, last) for each in days if min(each, last) >= day.day]
        if found:
            return day.replace(day=found[0])
        first = day.replace(day=last) + timedelta(days=1)
        return self._get_month_day(first, days)

    def _get_date_after(self, date):
        """:return: the day of the schedule that comes next after its day ``date``"""
        self.ensure_one()
        if self.moment == "fortnight":
            # every other week, counted from the weekday planned: a Wednesday that was
            # chosen for once in place of Monday is followed by a Monday
            away = (date.weekday() - int(self.weekday or 0) + 3) % 7 - 3
            return date + timedelta(days=14 - away)
        return self._get_next_date(date + timedelta(days=1))

    # --- by itself ---
    @api.model
    def _trigger(self):
        """Wake the scheduled action that starts runs."""
        cron = self.env.ref("fieldservice_invoicing.fsm_billing_schedule_cron")
        # sudo: who completes an order may not read scheduled actions
        cron.sudo()._trigger()

    @api.model
    def _cron_start_runs(self):
        """Start the runs that are due, each in a transaction of its own."""
        cron = self.env["ir.cron"]
        due = self._get_due()
        for index, policy in enumerate(due, 1):
            # whoever it acts for is told what could not be started
            told = policy.with_context(lang=policy.run_user_id.lang)
            try:
                retrying(told._start_due_runs, self.env)
            except Exception as error:
                # those of other policies are started all the same
                _logger.exception("Policy %s could not start its runs", policy.id)
                self.env.cr.rollback()
                told._record_error(error)
            # all of them, whatever time it takes: what stays due would be first again
            cron._commit_progress(1, remaining=len(due) - index)

    def _record_error(self, error):
        """Say to a person that the schedule broke, and not to the log alone."""
        company = self.company_id or self.run_user_id.company_id or self.env.company
        problem = self.env["fsm.billing.run.line"]._get_error_text(error)
        try:
            self.env["fsm.billing.run"]._record_refusal(self, company, problem)
        except Exception:
            _logger.exception("Nobody could be told of policy %s", self.id)
            self.env.cr.rollback()

    @api.model
    def _get_due(self):
        """:return: policies of which orders are to be invoiced now"""
        by_day = self.search([("moment", "in", PERIODS), ("next_date", "!=", False)])
        return by_day.filtered(
            lambda policy: policy.next_date < policy._get_today()
        ) | self.search([("moment", "=", "done")])

    def _start_due_runs(self):
        """Start the runs that are due of this policy, once for each of its days.

        Days that were missed, while the server was down, are one run: that of the last
        of them. Where what is ready can't be started, the day stays due.
        """
        # who comes second waits, is told that the row has changed, and comes again;
        # meanwhile orders that get this policy are created all the same
        lock_rows(self, is_named=True)
        self.invalidate_recordset()
        if not (self.exists() and self.active):
            return
        today = self._get_today()
        date = self.next_date
        if self.moment == "done":
            until = self.lead and today - timedelta(days=self.lead)
        elif self.moment in PERIODS and date and date < today:
            while (following := self._get_date_after(date)) < today:
                date = following
            until = date - timedelta(days=self.lead)
        else:
            return
        choices = BillingChoices(
            # the night is over when they are made: a month's are of its last day
            invoice_date=date if self.moment in PERIODS else None,
            until=until or None,
            interim=self.interim == "schedule" and self.moment in PERIODS,
        )
        orders = self._get_orders_due(choices)
        waiting = orders._get_run_waiting()
        problems = self._start_runs(orders, choices)
        day = choices.until if self.moment in PERIODS else None
        for company, problem in problems.items():
            self.env["fsm.billing.run"]._record_refusal(self, company, problem, day)
        # orders that wait for a person are for the next time, as beside others
        refused = orders.filtered(
            lambda order: order.company_id in problems and order not in waiting
        )
        if not refused and self.moment != "done":
            self.next_date = following

    def _start_runs(self, orders, choices):
        """Start a run for each company, with the rights of whom this policy names.

        :param choices: BillingChoices
        :return: dict company -> why its run could not be started
        """
        user = self.run_user_id
        problems = {}
        for company, members in orders.grouped("company_id").items():
            if not user.active and not user._is_superuser():
                problems[company] = self.env._(
                    "%(user)s, on whose behalf %(policy)s is invoiced, is archived. "
                    "Choose somebody else on the billing policy.",
                    user=user.name,
                    policy=self.name,
                )
                continue
            run = self.env["fsm.billing.run"].with_user(user)
            run = run.with_context(allowed_company_ids=company.ids)
            try:
                with self.env.cr.savepoint():
                    run._start(
                        members.with_env(run.env),
                        after=self.after,
                        policy=self,
                        invoice_date=choices.invoice_date,
                        until=choices.until,
                        interim=choices.interim,
                    )
            except UserError as error:
                problems[company] = str(error)
        return problems

    def _filter_started(self, orders, choices):
        """:return: those of ``orders`` whose company had its run of this day already

        The day is due still, as another company's run could not be started. What was
        logged or done since is for the next one.
        """
        runs = self.env["fsm.billing.run"].search(
            [
                ("policy_id", "=", self.id),
                ("until", "=", choices.until),
                ("line_ids", "!=", False),
            ]
        )
        return orders.filtered(lambda order: order.company_id in runs.company_id)

    def _get_orders_due(self, choices):
        """Get the orders of this policy that no run is about to invoice.

        They are done, or have interim invoices by schedule and work until the day. Of
        the latter nobody examines whether they are ready: what the policy asks for is
        asked for when they are done. Hours that wait for approval are not open.

        :param choices: BillingChoices of the run
        """
        lines = self.env["fsm.billing.run.line"]
        orders = (
            self.env["fsm.order"]
            .search(
                Domain("billing_policy_id", "=", self.id)
                & Domain("billing_status", "=", "to_invoice"),
                order="id",
            )
            .filtered("is_invoiceable")
        )
        if choices.interim:
            orders |= self._get_orders_going_on()
        left = lines._get_busy(orders).order_ids
        if self.moment == "done":
            # what failed waits for a person, who presses Retry; what somebody stopped
            # waits for them, who press Go on
            left |= lines._get_given_up(orders).order_ids
            left |= lines._get_stopped(orders, self).order_ids
        else:
            # of a day that is due for the sake of another company
            left |= self._filter_started(orders, choices)
        orders -= left
        if not choices.is_all:
            orders = orders.filtered(lambda order: order._has_work_to_invoice(choices))
        if self.moment != "done":
            return orders
        # what is to be checked waits until it is
        orders = orders._leave_waiting()[:MAX_DONE]
        orders._get_run_obstacles()
        # what could not be looked at says why on its line
        return orders._leave_waiting()
