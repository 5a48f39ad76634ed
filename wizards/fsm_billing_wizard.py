import contextlib

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.invoicing.values import BillingSums
from ..tools.groups import BILLING_GROUP
from ..tools.one_record import check_one

#: more are invoiced in a second turn: a preview of thousands helps nobody
MAX_ORDERS = 500
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
    later_count = fields.Integer(
        string="Orders for later",
        readonly=True,
        help="Orders that were listed as well, and are for a second turn.",
    )
    later_hint = fields.Char(string="For later", compute="_compute_later_hint")
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
        values["order_ids"] = [Command.set(ids[:MAX_ORDERS])]
        values["later_count"] = max(len(ids) - MAX_ORDERS, 0)
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

    @api.depends("later_count")
    def _compute_later_hint(self):
        for wizard in self:
            wizard.later_hint = wizard._get_later_hint()

    def _get_later_hint(self):
        """:return: sentence on the orders that were listed as well, or ``""``"""
        self.ensure_one()
        if not self.later_count:
            return ""
        if self.later_count == 1:
            return self.env._(
                "One more order is listed. Invoice these first, then press Create "
                "invoices again."
            )
        return self.env._(
            "%(count)s more orders are listed. Invoice these first, then press Create "
            "invoices again.",
            count=self.later_count,
        )

    # --- preview ---
    # not the date of the invoice: prices are those of the day of the work
    @api.depends("order_ids", "grouping", "detail")
    def _compute_preview(self):
        for wizard in self:
            plan = wizard._get_orders()._get_billing_plan(**wizard._get_options())
            wizard.invoice_count = len(plan.documents)
            wizard.preview = self.env["ir.qweb"]._render(
                "fieldservice_invoicing.fsm_billing_wizard_preview",
                wizard._prepare_preview(plan),
            )

    def _get_orders(self):
        """:return: the orders, which whoever calls from outside could not read else"""
        self.ensure_one()
        return self.order_ids._origin._filtered_access("read")

    def _get_options(self):
        """:return: dict: what is chosen here, as the engine wants it"""
        return {
            "grouping": self.grouping if self.grouping != "policy" else None,
            "detail": self.detail if self.detail != "policy" else None,
            "invoice_date": self.invoice_date or None,
        }

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
            "invoice_count": len(plan.documents),
            "is_listed": len(plan.documents) <= MAX_INVOICES,
            "has_companies": len({company for company, *_rest in customers}) > 1,
        }

    # --- buttons ---
    def action_create_invoices(self):
        """Create what the preview shows, and open it.

        :return: window action on the drafts, after a word on what was left out
        :raise UserError: if nothing can be invoiced
        """
        check_one(self)
        orders = self._get_orders()
        left_out = {}
        moves = orders._create_invoices(**self._get_options(), left_out=left_out)
        action = orders._get_created_action(moves)
        return self._prepare_left_out_action(left_out, action) if left_out else action

    def _prepare_left_out_action(self, left_out, action):
        """:return: client action that says what is left out and why, then ``action``"""
        reasons = [
            self.env._("%(order)s: %(problem)s", order=order.name, problem=reason)
            for order, reason in left_out.items()
        ]
        if len(reasons) > MAX_REASONS:
            more = self.env._("%(count)s more.", count=len(reasons) - MAX_REASONS)
            reasons[MAX_REASONS:] = [more]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": self.env._("Left out"),
                "message": " ".join(reasons),
                "next": action,
            },
        }
