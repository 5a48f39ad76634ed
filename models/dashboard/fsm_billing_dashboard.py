from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.groups import BILLING_GROUP, INVOICE_READERS
from .values import EARLIEST, LATEST, DashboardScope, get_period, to_day


class FsmBillingDashboard(models.AbstractModel):
    """The figures of the invoicing dashboard, read in one call.

    Everything is reached through the record rules of its model, in the companies that
    are ticked. A card carries the domain of the list that it opens, and is counted by
    that very domain.
    """

    _name = "fsm.billing.dashboard"
    _description = "Field Service Invoicing Dashboard"

    @api.model
    @api.readonly
    def get_data(
        self, period="last_12_months", date_from=None, date_to=None, company_ids=None
    ):
        """Read the dashboard.

        :param str period: a name that ``get_period`` knows, or ``custom``
        :param str date_from: first day of a custom period
        :param str date_to: last day of a custom period
        :param list company_ids: some of the companies ticked; all of them by default
        :return: dict for the client; without ``cards`` of money, and what belongs to
            them, for who has no right on invoices
        :raise AccessError: if the user neither bills nor reads the books
        """
        self._check_dashboard_access()
        dashboard = self._with_companies(company_ids)
        dashboard.env.flush_all()  # what follows reads the database itself
        # compiling takes longer than running: 317 ms, not 12, over 10,000 orders
        dashboard.env.cr.execute("SET LOCAL jit = off")
        scope = dashboard._get_scope(period, date_from, date_to)
        return {
            **dashboard._get_frame(scope, period),
            **dashboard._get_all_figures(scope),
        }

    # --- rights ---
    @api.model
    def _check_dashboard_access(self):
        if not self.env.user.has_groups(f"{BILLING_GROUP},{INVOICE_READERS}"):
            raise AccessError(
                self.env._(
                    "The invoicing dashboard is for those who invoice. Ask an "
                    "administrator for the right to create invoices."
                )
            )

    @api.model
    def _can_see_money(self):
        return self.env.user.has_groups(INVOICE_READERS)

    @api.model
    def _can_see_orders(self):
        """:return: True if the user bills service orders, and may read them"""
        return self.env.user.has_group(BILLING_GROUP) and self.env[
            "fsm.order"
        ].has_access("read")

    @api.model
    def _with_companies(self, company_ids):
        """:return: this model for some of the companies that are ticked

        :raise AccessError: if one of them is not
        """
        allowed = self.env.companies.ids
        wanted = company_ids or allowed
        chosen = isinstance(wanted, (list, tuple)) and [
            id_ for id_ in allowed if id_ in wanted
        ]
        if not chosen or any(id_ not in chosen for id_ in wanted):
            raise AccessError(
                self.env._(
                    "The dashboard shows the companies that are ticked at the top "
                    "right. Tick the company there first."
                )
            )
        # the client offers all that are ticked, whichever it looks at
        return self.with_context(
            allowed_company_ids=chosen, fsm_ticked_company_ids=allowed
        )

    # --- what it is about ---
    @api.model
    def _get_scope(self, period, date_from, date_to):
        today = fields.Date.context_today(self)
        if period == "custom":
            days = to_day(date_from), to_day(date_to)
        else:
            days = get_period(period, today)
        self._check_days(days)
        companies = self.env.companies
        currency = companies[0].currency_id
        return DashboardScope(
            companies=companies,
            currency=currency,
            rates=self._get_rates(companies, currency, today),
            date_from=days[0],
            date_to=days[1],
            today=today,
        )

    @api.model
    def _check_days(self, days):
        """:raise UserError: unless ``days`` are the first and the last of a period"""
        if not days or not all(days) or days[0] > days[1]:
            raise UserError(
                self.env._(
                    "Choose a period, or a first day and a last day that is not "
                    "before it."
                )
            )
        if days[0] < EARLIEST or days[1] > LATEST:
            raise UserError(
                self.env._(
                    "Choose days from %(first)s to %(last)s.",
                    first=format_date(self.env, EARLIEST),
                    last=format_date(self.env, LATEST),
                )
            )

    @api.model
    def _get_rates(self, companies, currency, day):
        """:return: dict company id -> what its currency is worth in ``currency``"""
        currencies = companies.currency_id
        if len(currencies) == 1:
            return dict.fromkeys(companies.ids, 1.0)
        rates = currencies._get_rates(companies[0], day)
        return {
            company.id: float(rates[currency.id] / rates[company.currency_id.id])
            for company in companies
        }

    @api.model
    def _get_frame(self, scope, period):
        """:return: dict of what the figures are about"""
        ticked = self.env["res.company"].browse(
            self.env.context["fsm_ticked_company_ids"]
        )
        return {
            "can_see_money": self._can_see_money(),
            "can_see_orders": self._can_see_orders(),
            "can_create": self._can_see_money()
            and self.env["account.move"].has_access("create"),
            "companies": [
                # sudo: the name of a company that is ticked is on top of the screen
                {"id": company.id, "name": company.sudo().name}
                for company in ticked
            ],
            "company_ids": scope.companies.ids,
            "currency_id": scope.currency.id,
            "converted": sorted(
                set(scope.companies.currency_id.mapped("name")) - {scope.currency.name}
            ),
            "period": period,
            "date_from": fields.Date.to_string(scope.date_from),
            "date_to": fields.Date.to_string(scope.date_to),
            "today": fields.Date.to_string(scope.today),
            "step": scope.step,
            "starts": [fields.Date.to_string(day) for day in scope.starts],
        }

    # --- figures ---
    @api.model
    def _get_all_figures(self, scope):
        """:return: dict of all figures the user may see, or what to do first"""
        figures = {"cards": {}, "first_step": False}
        if self._can_see_money():
            figures["cards"].update(self._get_document_cards(scope))
            figures["last_invoices"] = self._get_last_invoices(scope)
        if self._can_see_orders():
            figures["orders_to_invoice"] = self._get_orders_to_invoice(scope)
            figures["cards"]["to_invoice"] = figures["orders_to_invoice"]["card"]
        if self._is_empty(figures):
            figures["first_step"] = self._get_first_step(scope)
        if figures["first_step"]:
            return figures
        if self._can_see_money():
            figures.update(
                invoiced=self._get_invoiced(scope),
                receivables=self._get_receivables(scope),
                customers=self._get_top_customers(scope),
            )
        if self._can_see_orders():
            figures.update(
                delays=self._get_delays(scope),
                hours={
                    **self._get_hours(scope),
                    "lists": self._get_hours_lists(scope),
                },
                late_hours=self._get_late_hours(scope),
            )
        return figures

    @api.model
    def _is_empty(self, figures):
        """:return: True if nothing was ever invoiced, and nothing waits for it"""
        return not any(
            card["count"] for card in figures["cards"].values()
        ) and not figures.get("last_invoices")

    @api.model
    def _get_first_step(self, scope):
        """:return: what to do before there is anything to see, or False

        ``create_order``, ``complete_order``, or ``create_invoice`` for who works with
        invoices alone.
        """
        Order = self.env["fsm.order"]
        if not (self._can_see_orders() and Order.has_access("write")):
            return "create_invoice"
        domain = self._get_company_domain(scope)
        if not Order.search_count(domain, limit=1):
            return "create_order"
        billed = domain & Domain("billing_status", "!=", "nothing")
        return not Order.search_count(billed, limit=1) and "complete_order"

    # --- helpers ---
    @api.model
    def _get_company_domain(self, scope):
        return Domain("company_id", "in", scope.companies.ids)

    @api.model
    def _get_condition(self, query, model, domain):
        """:return: SQL of ``domain`` on the rows of a ``query`` of the same model"""
        return domain.optimize_full(model)._to_sql(model, query.table, query)

    @api.model
    def _get_list(self, xmlid, domain):
        """:return: dict by which the client opens a list of these records"""
        return {"xmlid": xmlid, "domain": list(domain)}

    @api.model
    def _round(self, scope, amount):
        return scope.currency.round(float(amount or 0.0))
