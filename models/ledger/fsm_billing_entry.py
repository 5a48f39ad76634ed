from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import ormcache

from ...tools.tolerance import SLACK


class OneSourceConstraint(models.Constraint):
    """Exactly one of the ledger's source fields is filled in, whichever there are."""

    def get_definition(self, registry):
        names = registry["fsm.billing.entry"]._list_source_fields(registry)
        return f"CHECK (num_nonnulls({', '.join(names)}) = 1)"


class FsmBillingEntry(models.Model):
    """One row of the billing ledger: this much of this source is on this line.

    Rows are written together with the line of a new invoice, else by :meth:`_record`,
    and taken back by :meth:`_take_back`, and by nothing else; what is billed is the sum
    of the live ones.
    """

    _name = "fsm.billing.entry"
    _inherit = "fsm.field.guard"
    _description = "Field Service Billing Entry"
    _order = "id"

    # --- Invoicing ---
    kind = fields.Selection(
        selection=[("bill", "Billed"), ("reopen", "Opened again")],
        required=True,
        readonly=True,
        default="bill",
        help="Opened again: a posted credit note gave the work back, "
        "so that it can be billed once more.",
    )
    order_id = fields.Many2one(
        "fsm.order",
        string="Service order",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    # not precomputed: that takes a new record for each
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Invoice line",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    move_id = fields.Many2one(
        related="move_line_id.move_id",
        store=True,
        index=True,
        string="Invoice",
    )
    quantity = fields.Float(
        required=True,
        readonly=True,
        help="In the unit of the source. Negative for a return, "
        "and for what a credit note opened again.",
    )
    # Of zero where nobody knows it: then the work says how a line is shared.
    qty_exact = fields.Float(
        string="To print",
        readonly=True,
        help="What the rules of the billing policy make of the quantity, before it is "
        "rounded to the unit of the line. In the unit of the source.",
    )
    qty_printed = fields.Float(
        string="Printed",
        readonly=True,
        help="Its share of the quantity that the line was made with: those of all the "
        "work on the line add up to it. In the unit of the source.",
    )
    is_live = fields.Boolean(
        compute="_compute_is_live",
        compute_sudo=True,  # dispatchers read the ledger, and not its invoices
        help="The entries of a cancelled invoice count for nothing.",
    )
    # sudo: who reads the ledger may not read every timesheet or stock move
    source_name = fields.Char(
        string="Work", compute="_compute_source_name", compute_sudo=True
    )
    _one_source = OneSourceConstraint(
        "", "A billing entry names exactly one timesheet, part or other work."
    )

    @api.depends("move_id.state")
    def _compute_is_live(self):
        for entry in self:
            entry.is_live = entry.move_id.state != "cancel"

    def _compute_source_name(self):
        for entry in self:
            entry.source_name = entry._get_source()._get_billing_label()

    @api.depends("move_id.name", "quantity")
    def _compute_display_name(self):
        for entry in self:
            # sudo: as for the name of the work
            known = entry.sudo()
            if not known.move_id:
                entry.display_name = ""
                continue
            entry.display_name = self.env._(
                "%(invoice)s: %(work)s",
                invoice=known.move_id._get_fsm_names(),
                work=known._get_source()._get_billing_words(known.quantity),
            )

    # --- guards ---
    @api.constrains("order_id", "move_line_id")
    def _check_companies(self):
        """Keep the work of a company in its own books.

        Odoo's own check of companies costs a tenth of what we add to an invoice.
        """
        for entry in self:
            if entry.order_id.company_id != entry.move_line_id.company_id:
                raise ValidationError(
                    self.env._(
                        "%(order)s and %(invoice)s belong to different companies. "
                        "Create the invoice from the service order.",
                        order=entry.order_id.name,
                        invoice=entry.move_id._get_fsm_names(),
                    )
                )

    # --- business ---
    @classmethod
    def _list_source_fields(cls, registry):
        """:return: names of the many2one fields that can name a source, sorted"""
        source = registry["fsm.billing.source"]
        return sorted(
            name
            for name, field in cls._fields.items()
            if field.type == "many2one"
            and issubclass(registry[field.comodel_name], source)
        )

    @api.model
    @ormcache()
    def _get_source_fields(self):
        """:return: names of the many2one fields that can name a source"""
        return tuple(self._list_source_fields(self.env.registry))

    @api.model
    def _get_source_models(self):
        """:return: list of the models whose records can be billed, as they print"""
        sources = [
            self.env[self._fields[name].comodel_name]
            for name in self._get_source_fields()
        ]
        return sorted(sources, key=lambda source: source._billing_sequence)

    def _get_source(self):
        """:return: the timesheet, part or other source of this entry"""
        self.ensure_one()
        for name in self._get_source_fields():
            if self[name]:
                return self[name]

    def _is_standing(self):
        """:return: True if this entry bills, and no credit note took all of it back

        Parts that came back are billed by credit notes, which nobody credits in turn:
        these bind nobody once they are posted.
        """
        self.ensure_one()
        line = self.move_line_id
        return (
            self.kind == "bill"
            and self.is_live
            and (
                self.move_id.move_type == "out_invoice" or self.move_id.state == "draft"
            )
            and not line._is_fsm_credited()
        )

    def _prepare_same_source(self):
        """:return: values of another entry for the source of this one"""
        self.ensure_one()
        return {
            "order_id": self.order_id.id,
            **{name: self[name].id for name in self._get_source_fields() if self[name]},
        }

    @api.model
    def _record(self, vals_list):
        """Write entries into the ledger; the only road in but for new invoices.

        :raise UserError: if a source would be billed beyond what was recorded
        """
        self._check_entries(vals_list)
        return self.create(vals_list)

    @api.model
    def _check_entries(self, vals_list):
        """Check that the ledger can take these entries.

        :raise UserError: if a source would be billed beyond what was recorded
        """
        deltas = defaultdict(float)
        for name in self._get_source_fields():
            amounts = defaultdict(float)
            for vals in vals_list:
                if vals.get(name):
                    amounts[vals[name]] += vals["quantity"]
            # all of them are read together
            for source in self.env[self._fields[name].comodel_name].browse(amounts):
                deltas[source] = amounts[source.id]
        self._check_room(deltas)

    def _take_back(self):
        """Remove entries from the ledger; the only road out.

        :raise UserError: if what a credit note opened again was billed since
        """
        deltas = defaultdict(float)
        for entry in self.filtered("is_live"):
            deltas[entry._get_source()] -= entry.quantity
        self._check_room(deltas)
        return self.unlink()

    def _forget(self):
        """Let go of work that is being deleted, and that cancelled invoices billed.

        Those invoices stay cancelled: they would bill what is not there any more.
        """
        dead = self.filtered(lambda entry: not entry.is_live)
        dead.move_line_id.fsm_is_work_deleted = True
        dead._take_back()

    def _check_revive(self):
        """Check that the entries of cancelled invoices may count again.

        :raise UserError: if the work is billed elsewhere, or not to be billed here
        """
        deltas = defaultdict(float)
        credited = {}
        backs = self.filtered(lambda entry: entry.quantity < 0)
        for name in self._get_source_fields():
            if backs[name]:  # credited to the visits that billed them
                credited |= backs[name]._get_entries_to_credit()
        for entry in self:
            source = entry._get_source()
            orders = source.fsm_order_id
            if source in credited:
                orders |= credited[source].order_id
            if entry.order_id not in orders or source.billing_mode == "not_billed":
                raise UserError(
                    self.env._(
                        "%(work)s was moved to another service order or set to Not "
                        "billed since %(invoice)s was cancelled. Create a new invoice "
                        "from the service order instead.",
                        work=source._get_billing_label(),
                        invoice=entry.move_id._get_fsm_names(),
                    )
                )
            deltas[source] += entry.quantity
        self._check_room(deltas)

    @api.model
    def _check_room(self, deltas):
        """Check that each source can take its delta.

        :param dict deltas: source -> quantity that would be billed in addition
        :raise UserError: naming the source and the invoices it stands on
        """
        for source, delta in deltas.items():
            billed = source.qty_billed + delta
            recorded = source.qty_recorded
            if abs(billed) < SLACK:
                continue
            if billed * recorded <= 0 or abs(billed) > abs(recorded) + SLACK:
                moves = source._get_billing_moves()
                raise UserError(
                    self.env._(
                        "%(work)s was billed in the meantime on %(invoices)s. "
                        "Take it off there first, or remove its line here.",
                        work=source._get_billing_label(),
                        invoices=moves._get_fsm_names(),
                    )
                    if moves
                    else self.env._(
                        "%(work)s has changed since it was invoiced: %(recorded)s is "
                        "recorded now and %(billed)s would be billed. Remove its line "
                        "and create the invoice again.",
                        work=source._get_billing_label(),
                        recorded=source._format_billing_quantity(recorded),
                        billed=source._format_billing_quantity(billed),
                    )
                )
