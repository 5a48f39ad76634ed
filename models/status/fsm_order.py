from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.locking import touch_rows

#: payment states in which the customer has nothing left to do
PAID_STATES = ("paid", "in_payment", "reversed")


class FsmOrder(models.Model):
    """How far a service order is, what it comes to, and what is still to be paid."""

    _inherit = "fsm.order"
    _check_company_auto = True

    billing_status = fields.Selection(
        selection=[
            ("nothing", "Nothing to invoice"),
            ("to_invoice", "To invoice"),
            ("draft", "Draft"),
            ("posted", "Posted"),
            ("partial", "Partially paid"),
            ("paid", "Paid"),
            ("credited", "Credited"),
        ],
        string="Billing status",
        compute="_compute_billing_status",
        store=True,
        index=True,
        copy=False,
        help="To invoice: done, with hours or parts that stand on no invoice.\n"
        "Draft: its invoice can still be corrected.\n"
        "Posted: its invoice is numbered and waits for payment.\n"
        "Credited: what was invoiced has been credited in full.",
    )
    billing_due_date = fields.Date(
        string="Payment due",
        compute="_compute_billing_due_date",
        store=True,
        index="btree_not_null",
        copy=False,
        help="Until when the customer has to pay the first of his open invoices.",
    )
    is_overdue = fields.Boolean(
        string="Overdue",
        compute="_compute_is_overdue",
        search="_search_is_overdue",
        help="A posted invoice is not paid, and its due date has passed.",
    )
    can_register_payment = fields.Boolean(
        compute="_compute_can_register_payment",
        groups="account.group_account_invoice",
        help="An invoice of this order is posted and not paid.",
    )

    @api.model
    def _get_billing_status_depends(self):
        """:return: tuple of what the billing status goes by"""
        return (
            "is_invoiceable",
            *self._get_source_paths("_get_open_depends"),
            "sale_id.order_line.fsm_order_id",
            "sale_id.order_line.qty_to_invoice",
            "sale_id.order_line.state",
            "sale_line_id.order_id.order_line.fsm_order_id",
            "sale_line_id.order_id.order_line.qty_to_invoice",
            "sale_line_id.order_id.order_line.state",
            "invoice_lines.parent_state",
            "invoice_lines.balance",
            "invoice_lines.move_id.amount_total",
            "invoice_lines.move_id.payment_state",
            "invoice_lines.move_id.move_type",
        )

    @api.depends(lambda self: self._get_billing_status_depends())
    def _compute_billing_status(self):
        for order in self:
            if order.is_invoiceable and order._has_open_work():
                order.billing_status = "to_invoice"
            else:
                order.billing_status = order._get_status_of_invoices()

    def _compute_field_value(self, field):
        """Make whoever computed the billing status of others' older work start again.

        It is made of many records, and people change them at the same time. Who sees
        the others' work as it was may find nothing to write, although there will be.
        Nor can who bills lock work that does not exist yet.
        """
        res = super()._compute_field_value(field)
        if field.name == "billing_status":
            self._touch_for_billing()
        return res

    def _has_open_work(self):
        """:return: True if something recorded stands on no invoice, or has to be
        credited on one
        """
        self.ensure_one()
        return any(
            sources._filter_open() for sources in self._get_billing_sources()
        ) or bool(self._get_lines_quoted_open())

    def _look_at_waiting_orders(self):
        """Look again at orders whose work takes back what these may have billed.

        They wait until something of an invoice of another visit can be credited.
        """
        if not self:
            return
        waiting = self.browse()
        visits = self.with_context(active_test=False).search(
            [("location_id", "in", self.location_id.ids), ("id", "not in", self.ids)]
        )
        for source in self.env["fsm.billing.entry"]._get_source_models():
            backs = source.search(
                Domain("qty_recorded", "<", 0)
                & Domain("fsm_order_id", "not in", self.ids)
                & source._get_waiting_domain(self, visits)
            )
            waiting |= backs.filtered("qty_to_bill").fsm_order_id
        self.env.add_to_compute(waiting._fields["billing_status"], waiting)

    def _get_status_of_invoices(self):
        """:return: the billing status that the invoices of this order give it"""
        self.ensure_one()
        lines = self.invoice_lines.filtered(
            lambda line: (
                line.parent_state != "cancel"
                and line.move_id.move_type in ("out_invoice", "out_refund")
            )
        )
        moves = lines.move_id
        if not moves:
            return "nothing"
        if "draft" in moves.mapped("state"):
            return "draft"
        credit_notes = moves.filtered(lambda move: move.move_type == "out_refund")
        invoices = moves - credit_notes
        net = sum(
            lines.filtered(lambda line: line.display_type == "product").mapped(
                "balance"
            )
        )
        if credit_notes and self.company_id.currency_id.is_zero(net):
            return "credited"
        states = (invoices or credit_notes)._get_fsm_payment_states(self)
        if states == {"reversed"}:
            return "credited"
        # an invoice credited in full and replaced by another was not paid for
        states -= {"reversed"}
        if states <= set(PAID_STATES):
            return "paid"
        if states & {"partial", *PAID_STATES}:
            return "partial"
        return "posted"

    def _touch_for_billing(self):
        """Make whoever works on these orders with older figures start again."""
        touch_rows(self, "billing_status")

    @api.depends(
        "invoice_lines.parent_state",
        "invoice_lines.move_id.invoice_date_due",
        "invoice_lines.move_id.move_type",
        "invoice_lines.move_id.payment_state",
    )
    def _compute_billing_due_date(self):
        for order in self:
            invoices = order._get_unpaid_invoices()
            dates = [move.invoice_date_due or move.date for move in invoices]
            order.billing_due_date = min(dates, default=False)

    @api.depends("billing_due_date")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for order in self:
            due = order.billing_due_date
            order.is_overdue = bool(due and due < today)

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        overdue = Domain("billing_due_date", "<", today)
        return Domain.OR(overdue if wanted else ~overdue for wanted in value)

    @api.depends("billing_due_date")
    def _compute_can_register_payment(self):
        for order in self:
            order.can_register_payment = bool(order.billing_due_date)

    def _get_unpaid_invoices(self):
        """:return: the posted invoices of these orders that are not paid in full"""
        return self._get_invoices_to_pay().filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type == "out_invoice"
                and move.payment_state not in PAID_STATES
            )
        )

    def _get_invoices_to_pay(self):
        """:return: the documents by which the work on these orders is paid"""
        return self.invoice_lines.move_id

    # --- guards ---
    def write(self, vals):
        if vals.get("stage_id") == self._get_cancelled_stage_id():
            # a service that was credited in full may be cancelled after all
            self.sudo().filtered(
                lambda order: (
                    order.billing_status != "credited" and not order._is_credited()
                )
            )._check_not_billed()
        return super().write(vals)

    # --- buttons ---
    def action_register_payment(self):
        """Register a payment of the open invoices of these orders.

        :return: Odoo's own dialog, which asks for the right to accounting
        :raise UserError: if nothing is due
        """
        self.check_access("read")
        # sudo: links between orders and lines are out of reach of some clerks
        invoices = self.sudo()._get_unpaid_invoices().with_env(self.env)
        if not invoices:
            raise UserError(
                self.env._(
                    "Nothing is due on %(orders)s: no posted invoice is unpaid.",
                    orders=", ".join(self.mapped("name")),
                )
            )
        invoices.check_access("write")
        action = invoices.action_register_payment()
        # whoever pays from the order comes back to it
        action["context"] = {**action["context"], "dont_redirect_to_payments": True}
        return action

    def action_open_drafts(self):
        """Open the draft invoices of these orders, to review and confirm them.

        :raise AccessError: if the user may read neither these orders nor invoices
        """
        self.check_access("read")
        self.env["account.move"].check_access("read")
        # sudo: links between orders and lines are out of reach of some clerks
        moves = self.sudo().invoice_lines.move_id.filtered(
            lambda move: move.state == "draft"
        )
        return self._get_invoice_action(moves.with_env(self.env))

    def _get_invoice_action(self, moves):
        """:return: window action on ``moves``, or on the only one"""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        action["context"] = {"default_move_type": "out_invoice"}
        if len(moves) == 1:
            action.update(
                views=[(self.env.ref("account.view_move_form").id, "form")],
                res_id=moves.id,
            )
        else:
            action.update(name=self.env._("Invoices"), domain=[("id", "in", moves.ids)])
        return action
