from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools.groups import BILLING_GROUP


class FsmOrder(models.Model):
    """Locks of a service order, its open work, and what an invoice on it fixes."""

    _inherit = "fsm.order"
    _check_company_auto = True

    # --- Invoicing ---
    currency_id = fields.Many2one(related="company_id.currency_id")
    billing_entry_ids = fields.One2many(
        "fsm.billing.entry",
        "order_id",
        string="Billing entries",
        copy=False,
        groups=BILLING_GROUP,
    )
    # The host computes these with the reader's own rights, which no field service
    # group has on invoices.
    invoice_ids = fields.Many2many(compute_sudo=True, groups=BILLING_GROUP)
    invoice_count = fields.Integer(compute_sudo=True, groups=BILLING_GROUP)

    @api.model
    def _get_source_paths(self, hook):
        """:return: list of the paths to the fields of sources that ``hook`` names"""
        return [
            f"{source._billing_order_field}.{name}"
            for source in self.env["fsm.billing.entry"]._get_source_models()
            for name in getattr(source, hook)()
        ]

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

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        if orders.sudo().invoice_lines:  # sudo: whoever creates may not read them
            orders._check_may_link_invoices()
        return orders

    def write(self, vals):
        if "company_id" in vals:
            moved = self.filtered(
                lambda order: order.company_id.id != vals["company_id"]
            )
            moved._check_not_billed()
        if "invoice_lines" in vals and any(
            self._is_value_changed(order, "invoice_lines", vals["invoice_lines"])
            for order in self
        ):
            self._check_may_link_invoices()
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

    def _get_standing_lines(self):
        """:return: what these orders are invoiced by, and no credit note took back

        Lines that were typed, and those of quotations, are among them.
        """
        return self.invoice_lines.filtered(lambda line: line._is_fsm_standing())

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

    def _check_may_link_invoices(self):
        """:raise AccessError: if the user may not say which lines bill an order

        Billing status, amounts and the portal go by them.
        """
        if not self.env["account.move.line"].has_access("write"):
            raise AccessError(
                self.env._(
                    "Invoice lines are linked to service orders by invoicing them. "
                    "Press Create invoice instead."
                )
            )

    def _lock_for_billing(self):
        """Make everybody else who bills or changes these orders wait for us.

        A plain FOR UPDATE, in the order of ids: who comes second gets a serialization
        error, is repeated by Odoo, and then finds the work billed.
        """
        self.env.flush_all()
        sources = self.env["fsm.billing.entry"]._get_source_models()
        for table, column in (
            ("fsm_order", "id"),
            *((model._table, "fsm_order_id") for model in sources),
        ):
            self.env.cr.execute(
                f"SELECT id FROM {table} WHERE {column} = ANY(%s) "
                "ORDER BY id FOR UPDATE",
                [sorted(self.ids)],
            )
        lines = (self.sale_id | self.sale_line_id.order_id).order_line
        if lines:
            lines._lock_for_billing()
        return self

    def _get_open_sources(self, asked=None):
        """Get the sources of this order that stand on no invoice yet.

        :param asked: WorkAsked: which of them; all by default
        :return: list of sources
        """
        self.ensure_one()
        is_all = asked is None or asked.is_all
        return [
            source
            for sources in self._get_billing_sources()
            for source in sources._filter_open()._sort_for_billing()
            if is_all or source._is_asked(asked)
        ]

    def _get_billing_sources(self):
        """:return: list of recordsets: the work on these orders, kind by kind"""
        return [
            self[source._billing_order_field]
            for source in self.env["fsm.billing.entry"]._get_source_models()
        ]
