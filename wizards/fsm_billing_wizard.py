import contextlib

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.invoicing.values import BillingSums
from ..models.ledger.values import WorkAsked
from ..tools.groups import BILLING_GROUP
from ..tools.notification import notify
from ..tools.one_record import check_one

#: more are invoiced by a run in the background: a request has to end in time
MAX_ORDERS = 50
#: more are counted and not priced in the preview, which has to end in time as well
MAX_PRICED = 500
#: orders whose reason to be left out is said in full
MAX_REASONS = 5
#: invoices that the preview lists one by one; above, it sums up by customer
MAX_INVOICES = 100


class FsmBillingWizard(models.TransientModel):
    """Invoices several service orders at once, after showing what will be created."""

    _name = "fsm.billing.wizard"
    _inherit = "fsm.field.guard"
    _description = "Create Invoices from Service Orders"

    order_ids = fields.Many2many("fsm.order", string="Service orders", readonly=True)
    grouping = fields.Selection(
        selection=lambda self: self._get_choices("grouping"),
        string="An invoice for",
        default="policy",
        required=True,
        help="Which orders come on one invoice. Different customers or currencies, "
        "quotations and credit notes are never put together.",
    )
    detail = fields.Selection(
        selection=lambda self: self._get_choices("detail"),
        string="A line for",
        default="policy",
        required=True,
        help="How the hours are printed. The amount is the same.",
    )
    invoice_date = fields.Date(
        string="Invoice date",
        help="Leave empty to take the day on which an invoice is confirmed.",
    )
    until = fields.Date(
        string="Work until",
        help="What was done later stays open. Leave empty to invoice all of it.",
    )
    after = fields.Selection(
        selection=lambda self: self.env["fsm.billing.run"]._get_afters(),
        string="Then",
        default="draft",
        required=True,
    )
    interim = fields.Boolean(
        string="Also orders that are not done yet",
        help="Of these, what is recorded so far: hours, parts and charges. Quotations "
        "and the fees of billing policies come when they are done.",
    )
    can_invoice_interim = fields.Boolean(compute="_compute_can_invoice_interim")
    is_by_visit = fields.Boolean(
        string="Choose visits",
        help="Invoice what was done on some days alone; the rest stays open.",
    )
    can_choose_visits = fields.Boolean(compute="_compute_is_run")
    visit_ids = fields.One2many(
        "fsm.billing.wizard.visit",
        "wizard_id",
        string="Visits",
        compute="_compute_visit_ids",
        store=True,
        readonly=False,
        compute_sudo=False,  # of orders that the user may bill
    )
    order_count = fields.Integer(compute="_compute_is_run")
    is_run = fields.Boolean(compute="_compute_is_run")
    unreachable = fields.Html(compute="_compute_unreachable", sanitize=False)
    invoice_count = fields.Integer(compute="_compute_preview")
    preview = fields.Html(
        compute="_compute_preview", sanitize=False, groups=BILLING_GROUP
    )

    @api.model
    def _get_choices(self, name):
        """:return: selection: as the billing policy says, or one of its choices"""
        field = self.env["fsm.billing.policy"]._fields[name]
        return [
            ("policy", self.env._("As the billing policy says")),
            *field._description_selection(self.env),
        ]

    @api.model
    def default_get(self, fields):
        """Take the orders that were ticked, else all that the list shows."""
        values = super().default_get(fields)
        if "order_ids" not in fields:
            return values
        ids = self._get_ids_listed()
        orders = self.env["fsm.order"].browse(ids[:MAX_PRICED]).exists()
        orders._filtered_access("read")._examine_marked()
        values["order_ids"] = [Command.set(ids)]
        return values

    @api.model
    def _get_ids_listed(self):
        """:return: ids of the orders ticked, else of all that the list shows

        :raise UserError: if what the client says is neither ids nor a filter
        """
        ids = self.env.context.get("active_ids") or []
        domain = self.env.context.get("active_domain")
        if isinstance(ids, (list, tuple)) and all(isinstance(id_, int) for id_ in ids):
            # else it is no filter of a list of service orders
            with contextlib.suppress(TypeError, ValueError):
                return list(ids) or (
                    self.env["fsm.order"]
                    .search(domain, order="billing_done_day, id")
                    .ids
                    if domain is not None
                    else []
                )
        raise UserError(
            self.env._("Tick service orders in their list, and press the button again.")
        )

    @api.depends("order_ids", "after")
    def _compute_is_run(self):
        for wizard in self:
            wizard.order_count = len(wizard.order_ids)
            wizard.can_choose_visits = wizard.order_count <= MAX_ORDERS
            wizard.is_run = not wizard.can_choose_visits or wizard.after != "draft"

    @api.depends("order_ids", "after")
    def _compute_unreachable(self):
        for wizard in self:
            wizard.unreachable = False
            if wizard.after != "send":
                continue
            if payers := wizard._get_orders()._get_unreachable_payers():
                wizard.unreachable = self.env["ir.qweb"]._render(
                    "fieldservice_invoicing.fsm_billing_wizard_unreachable",
                    {"payers": payers},
                )

    @api.depends("order_ids")
    def _compute_can_invoice_interim(self):
        for wizard in self:
            orders = wizard._get_orders().sudo()  # sudo: says nothing of the orders
            wizard.can_invoice_interim = any(
                order._allows_interim() for order in orders
            )

    @api.depends("interim", "is_by_visit", "order_ids", "until")
    def _compute_visit_ids(self):
        for wizard in self:
            left_out = wizard.visit_ids.filtered(lambda visit: not visit.is_included)
            left_out = {visit._get_key() for visit in left_out}
            wizard.visit_ids = [Command.clear()] + [
                Command.create(
                    {
                        "order_id": visit.order.id,
                        "day": visit.day,
                        "work": visit.work,
                        "is_included": (visit.order.id, visit.day) not in left_out,
                    }
                )
                for visit in wizard._get_visits()
            ]

    def _get_visits(self):
        """:return: list of Visit to choose from"""
        self.ensure_one()
        if not (self.is_by_visit and self.can_choose_visits):
            return []
        # sudo: names what was done on orders that the user may bill
        orders = self._get_orders()._filtered_access("write").sudo()
        return orders._get_visits(
            WorkAsked(until=self.until or None, interim=self.interim)
        )

    # --- preview ---
    # not the date of the invoice: prices are those of the day of the work
    @api.depends(
        "after",
        "detail",
        "grouping",
        "interim",
        "is_by_visit",
        "order_ids",
        "until",
        "visit_ids.is_included",
    )
    def _compute_preview(self):
        for wizard in self:
            orders = wizard._get_orders()
            waiting = wizard._get_waiting(orders) if wizard.is_run else {}
            taken = orders.filtered(lambda order, waiting=waiting: order not in waiting)
            if len(orders) > MAX_PRICED:
                due = wizard._filter_due(taken)
                wizard.invoice_count = len(due)
                wizard.preview = self.env["ir.qweb"]._render(
                    "fieldservice_invoicing.fsm_billing_wizard_counts",
                    {
                        "customers": due._get_counts_by_customer(),
                        "left_out": self._get_left_out_text(orders, waiting, due),
                    },
                )
                continue
            plan = taken._get_billing_plan(**wizard._get_options())
            plan.left_out.update(waiting)
            wizard.invoice_count = len(plan.documents)
            wizard.preview = self.env["ir.qweb"]._render(
                "fieldservice_invoicing.fsm_billing_wizard_preview",
                wizard._prepare_preview(plan),
            )

    @api.model
    def _get_waiting(self, orders):
        """:return: dict: those of ``orders`` that the run leaves out -> why"""
        busy = orders._get_run_busy()
        return orders._get_run_waiting() | {
            order: self.env._("It is being invoiced by %(run)s already.", run=run)
            for order, run in busy.items()
        }

    def _get_orders(self):
        """:return: the orders, which whoever calls from outside could not read else"""
        self.ensure_one()
        return self.order_ids._origin._filtered_access("read")

    def _filter_due(self, orders):
        """:return: those of ``orders`` that have something to invoice, by their status

        Without a look at what is open on each: they may be thousands.
        """
        known = orders.sudo()  # sudo: says nothing of the orders
        return known.filtered(
            lambda order: (
                order.billing_status == "to_invoice"
                or (self.interim and order._allows_interim())
            )
        ).with_env(self.env)

    @api.model
    def _get_left_out_text(self, orders, waiting, due):
        """:return: in words how many of ``orders`` a run does not invoice, or ``""``"""
        # sudo: says how many wait, and not which
        texts = [orders.sudo()._get_run_left_out(waiting)]
        if empty := len(orders) - len(waiting) - len(due):
            texts.append(
                self.env._("%(count)s with nothing to invoice now.", count=empty)
            )
        return " ".join(filter(None, texts))

    def _get_options(self):
        """:return: dict: what is chosen here, as the engine wants it"""
        return {
            "grouping": self.grouping if self.grouping != "policy" else None,
            "detail": self.detail if self.detail != "policy" else None,
            "invoice_date": self.invoice_date or None,
            "until": self.until or None,
            "interim": self.interim,
            "visits": self._get_visits_chosen(),
        }

    def _get_visits_chosen(self):
        """:return: see WorkAsked"""
        if not (self.is_by_visit and self.can_choose_visits):
            return None
        chosen = self.visit_ids.filtered("is_included")
        return frozenset(visit._get_key() for visit in chosen)

    def _prepare_preview(self, plan):
        """:return: values of the template that shows what will be created"""
        customers, totals = {}, {}
        for document in plan.documents:
            key = (document.company, document.partner, document.currency)
            customers.setdefault(key, BillingSums()).add(document)
            totals.setdefault(document.currency, BillingSums()).add(document)
        return {
            "customers": customers,
            "totals": totals,
            "left_out": plan.left_out,
            "to_check": self._get_texts_to_check(plan),
            "invoice_count": len(plan.documents),
            "is_listed": len(plan.documents) <= MAX_INVOICES,
            "has_companies": len({company for company, *_rest in customers}) > 1,
        }

    @api.model
    def _get_texts_to_check(self, plan):
        """:return: dict order -> what is to be checked before it is invoiced"""
        orders = self.env["fsm.order"].union(*(group.orders for group in plan.groups))
        return {
            order: order._get_readiness_obstacle()
            for order in orders
            if order.billing_readiness == "check"
        }

    # --- buttons ---
    def action_create_invoices(self):
        """Create what the preview shows, and open it.

        :return: window action on the drafts, after a word on what was left out; or on
            the run that confirms and sends them, of many orders in the background
        :raise UserError: if nothing can be invoiced
        """
        check_one(self)
        orders = self._get_orders()
        if self.is_run:
            is_watched = self.order_count <= MAX_ORDERS
            run = self.env["fsm.billing.run"].with_context(fsm_is_watched=is_watched)
            runs = run._start(orders, self.after, **self._get_options())
            if is_watched:
                runs._work_at_once()
            return runs._get_action()
        result = orders._create_invoices_apart(**self._get_options())
        if not result.moves:
            raise UserError(
                next(iter(result.left_out.values()), None)
                or orders._get_nothing_to_invoice_message()
            )
        action = orders._get_created_action(result.moves)
        if result.left_out:
            action = self._prepare_left_out_action(result.left_out, action)
        return action

    def _prepare_left_out_action(self, left_out, action):
        """:return: client action that says what is left out and why, then ``action``"""
        reasons = [
            self.env._("%(order)s: %(problem)s", order=order.name, problem=reason)
            for order, reason in left_out.items()
        ]
        if len(reasons) > MAX_REASONS:
            more = self.env._("%(count)s more.", count=len(reasons) - MAX_REASONS)
            reasons[MAX_REASONS:] = [more]
        return notify(" ".join(reasons), then=action, title=self.env._("Left out"))
