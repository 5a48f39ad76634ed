from odoo import api, fields, models
from odoo.exceptions import UserError

BILLING_GROUP = "fieldservice_invoicing.fieldservice_invoicing_group_billing"
#: payment states in which the customer has nothing left to do
PAID_STATES = ("paid", "in_payment", "reversed")


class FsmOrder(models.Model):
    _name = "fsm.order"
    _inherit = ["fsm.order", "fsm.billing.terms"]
    _check_company_auto = True

    _billing_terms = (
        "bill_to_id",
        "billing_again_price",
        "billing_policy_id",
        "sale_id",
        "sale_line_id",
    )
    _billing_terms_begun = ("company_id", "location_id", "type")

    # --- Invoicing ---
    currency_id = fields.Many2one(related="company_id.currency_id")
    part_ids = fields.One2many(
        "stock.move",
        "fsm_order_id",
        string="Parts",
        domain=[("state", "=", "done")],
        help="Parts used on site, and parts returned.",
    )
    labor_work_ids = fields.One2many(
        "fsm.billing.work",
        "order_id",
        string="Hours",
        domain=[("section", "=", "labor")],
    )
    part_work_ids = fields.One2many(
        "fsm.billing.work",
        "order_id",
        string="Parts used and returned",
        domain=[("section", "=", "parts")],
    )
    quoted_work_ids = fields.One2many(
        "fsm.billing.quoted", "order_id", string="Quotation", groups=BILLING_GROUP
    )
    has_returns = fields.Boolean(
        compute="_compute_has_returns",
        compute_sudo=True,  # whoever reads the order may not read its moves
        help="Parts came back.",
    )
    billing_entry_ids = fields.One2many(
        "fsm.billing.entry",
        "order_id",
        string="Billing entries",
        copy=False,
        groups=BILLING_GROUP,
    )
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
    # The host computes these with the reader's own rights, which no field service
    # group has on invoices.
    invoice_ids = fields.Many2many(compute_sudo=True, groups=BILLING_GROUP)
    invoice_count = fields.Integer(compute_sudo=True, groups=BILLING_GROUP)

    # --- compute ---
    @api.depends("part_ids.qty_recorded")
    def _compute_has_returns(self):
        for order in self:
            order.has_returns = any(part.qty_recorded < 0 for part in order.part_ids)

    def _get_default_billing_mode(self, day):
        """:return: the billing mode of new work on this order done on ``day``"""
        self.ensure_one()
        if self.equipment_ids._is_under_warranty(day):
            return "warranty"
        return self.type.billing_mode or "billable"

    @api.depends("stage_id.is_invoiceable")
    def _compute_is_invoiceable(self):
        cancelled = self.env.ref("fieldservice.fsm_stage_cancelled")
        for order in self:
            stage = order.stage_id
            order.is_invoiceable = stage.is_invoiceable and stage != cancelled

    @api.model
    def _get_source_paths(self, hook):
        """:return: list of the paths to the fields of sources that ``hook`` names"""
        return [
            f"{source._billing_order_field}.{name}"
            for source in self.env["fsm.billing.entry"]._get_source_models()
            for name in getattr(source, hook)()
        ]

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
        # The status is made of many records, and people change them at the same time.
        # Who sees the others' work as it was may find nothing to write here, although
        # there will be. Nor can who bills lock work that does not exist yet.
        self._touch_for_billing()

    def _has_open_work(self):
        """:return: True if something recorded stands on no invoice"""
        self.ensure_one()
        return any(
            sources._has_open_work() for sources in self._get_billing_sources()
        ) or bool(self._get_lines_quoted_open())

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

    @api.depends("picking_ids.picking_type_id.code")
    def _compute_picking_ids(self):
        # The host assigns move_ids here: reading a form would take parts that came
        # without a transfer of the order away from it.
        for order in self:
            codes = [picking.picking_type_id.code for picking in order.picking_ids]
            order.delivery_count = codes.count("outgoing")
            order.return_count = codes.count("incoming")

    # --- guards ---
    @api.constrains("invoice_lines")
    def _check_invoice_lines(self):
        """Keep the link to the lines that bill this order: the status goes by it."""
        for order in self.sudo():  # sudo: whoever writes may not read the ledger
            lines = order.billing_entry_ids.move_line_id
            (lines - order.invoice_lines)._check_fsm_order_ids()

    def write(self, vals):
        if "company_id" in vals:
            moved = self.filtered(
                lambda order: order.company_id.id != vals["company_id"]
            )
            moved._check_not_billed()
        if vals.get("stage_id") == self.env.ref("fieldservice.fsm_stage_cancelled").id:
            # a service that was credited in full may be cancelled after all
            self.sudo().filtered(
                lambda order: (
                    order.billing_status != "credited" and not order._is_credited()
                )
            )._check_not_billed()
        if "billing_policy_id" in vals:
            self.filtered(
                lambda order: order.billing_policy_id.id != vals["billing_policy_id"]
            )._check_policy_not_used()
        return super().write(vals)

    def _is_credited(self):
        """:return: True if this order was invoiced, and nothing of it stands"""
        self.ensure_one()
        lines = self.invoice_lines
        # what a quotation bills is in no ledger
        is_invoiced = any(
            line.parent_state == "posted"
            and line.move_id.move_type in ("out_invoice", "out_refund")
            for line in lines
        )
        drafts = lines.filtered(lambda line: line.parent_state == "draft")
        return is_invoiced and not drafts and not self._get_standing_lines()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        self._check_not_billed()

    def unlink(self):
        # sudo: the ledger is written by the engine alone; entries of cancelled
        # invoices cover nothing and must not keep an order from being deleted
        self.sudo().billing_entry_ids._forget()
        return super().unlink()

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

    def _get_standing_invoices(self):
        """:return: the invoices of these orders that something is left of"""
        entries = self.billing_entry_ids.filtered(lambda entry: entry._is_standing())
        return entries.move_id

    def _check_not_billed(self):
        """Refuse when an invoice stands on this order.

        :raise UserError: naming the order and its invoices
        """
        for order in self.sudo():  # sudo: dispatchers may not read invoices
            moves = order.invoice_lines.move_id.filtered(
                lambda move: move.state != "cancel"
            )
            if moves and order._is_credited():
                raise UserError(
                    self.env._(
                        "Service order %(order)s was on %(invoices)s and stays as "
                        "their history: it can't be deleted or moved to another "
                        "company. All of it is credited: cancel it instead.",
                        order=order.name,
                        invoices=moves._get_fsm_names(),
                    )
                )
            if moves:
                raise UserError(
                    self.env._(
                        "Service order %(order)s is on %(invoices)s: it can't be "
                        "cancelled, deleted or moved to another company. Delete the "
                        "draft invoice or credit the posted one first.",
                        order=order.name,
                        invoices=moves._get_fsm_names(),
                    )
                )
