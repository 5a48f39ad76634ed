from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

#: lines that are printed and come to nothing
HEADINGS = ("line_section", "line_subsection")
SILENT_LINES = (*HEADINGS, "line_note")


class AccountMove(models.Model):
    """Credit notes of chosen lines: why, of what, and how they are made."""

    _inherit = "account.move"

    # --- Field service ---
    fsm_credit_reason_id = fields.Many2one(
        "fsm.credit.reason",
        string="Credited because",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    fsm_credit_reason = fields.Char(
        string="Reason of the credit",
        copy=False,
        help="Printed on the credit note.",
    )
    fsm_credit_summary = fields.Char(
        string="Open again",
        compute="_compute_fsm_credit_summary",
        groups="base.group_user",
        help="The work that this credit note opened again.",
    )
    fsm_credit_contents = fields.Char(
        string="Credited",
        compute="_compute_fsm_credit_contents",
        groups="base.group_user",
        help="On a service order: the lines that are of this order.",
    )
    fsm_is_creditable = fields.Boolean(
        compute="_compute_fsm_is_creditable",
        compute_sudo=True,  # salespeople open invoices, and not their credit notes
        groups="base.group_user",
    )
    fsm_replaced_id = fields.Many2one(
        "account.move",
        string="Replaces",
        compute="_compute_fsm_replaced_id",
        groups="account.group_account_invoice,account.group_account_readonly",
        help="The invoice that was credited to be corrected by this one.",
    )

    @api.depends(
        "invoice_line_ids.quantity",
        "invoice_line_ids.name",
        "invoice_line_ids.display_type",
        "invoice_line_ids.fsm_credit_work",
    )
    @api.depends_context("fsm_credited_order_id")
    def _compute_fsm_credit_contents(self):
        format_quantity = self.env["fsm.billing.source"]._format_billing_quantity
        order_id = self.env.context.get("fsm_credited_order_id")
        for move in self:
            texts = []
            for line in move.invoice_line_ids:
                # sudo: who reads credit notes may not read service orders
                order_ids = line.sudo().fsm_order_ids.ids
                # a line typed by hand is of no order
                if order_id and order_ids and order_id not in order_ids:
                    continue
                name = (line.name or "").split("\n")[0]
                if line.fsm_credit_work == "price":
                    texts.append(name)
                elif line.display_type == "product":
                    texts.append(f"{format_quantity(line.quantity)} {name}")
            move.fsm_credit_contents = ", ".join(texts)

    @api.depends(
        "line_ids.fsm_billing_entry_ids.quantity", "line_ids.fsm_credit_work", "state"
    )
    @api.depends_context("fsm_credited_order_id")
    def _compute_fsm_credit_summary(self):
        Source = self.env["fsm.billing.source"]
        order_id = self.env.context.get("fsm_credited_order_id")
        for move in self:
            quantities = defaultdict(float)
            # sudo: who reads credit notes may not read the ledger
            lines = move.sudo().line_ids.filtered(
                # what came back is not there to be billed
                lambda line: (
                    line.fsm_credit_work != "returned"
                    and (not order_id or order_id in line.fsm_order_ids.ids)
                )
            )
            for entry in lines.fsm_billing_entry_ids:
                if entry.kind == "reopen" and entry.is_live:
                    quantities[entry._get_source()] -= entry.quantity
            words = [Source._get_words(quantities)]
            if move.state == "posted":
                words += [
                    line._get_fsm_quoted_words(line.quantity)
                    for line in lines
                    if line.fsm_credit_work == "bill_again"
                ]
            move.fsm_credit_summary = ", ".join(filter(None, words))

    @api.depends(
        "amount_total",
        "invoice_line_ids.fsm_qty_credited",
        "invoice_line_ids.quantity",
        "move_type",
        "reversal_move_ids.state",
        "state",
    )
    def _compute_fsm_is_creditable(self):
        for move in self:
            move.fsm_is_creditable = move._is_fsm_creditable()

    @api.depends("line_ids.fsm_origin_line_id", "move_type")
    def _compute_fsm_replaced_id(self):
        for move in self:
            invoices = move.line_ids.fsm_origin_line_id.move_id
            is_invoice = move.move_type == "out_invoice"
            move.fsm_replaced_id = is_invoice and invoices[:1]

    def _is_fsm_creditable(self):
        """:return: True if a quantity or an amount of this invoice can be credited"""
        self.ensure_one()
        if self.move_type != "out_invoice" or self.state != "posted":
            return False
        return (
            any(
                line._compare_fsm_quantities(line._get_fsm_open_quantity(), 0)
                for line in self.invoice_line_ids
                # a deduction goes with what it was deducted from
                if line.display_type == "product" and not line.fsm_deducted_line_id
            )
            or self.currency_id.compare_amounts(self._get_fsm_total_left(), 0) > 0
        )

    def _fsm_log_credit(self):
        """Tell the service orders that these credit notes were confirmed.

        Technicians read it too: no amounts, nor the reason, which may name some.
        """
        credits = {}
        for credit in self:
            for order in credit._get_fsm_concerned_orders():
                credits[order] = credits.get(order, self.browse()) | credit
        orders = self.env["fsm.order"].union(*credits)
        orders._message_log_batch(
            bodies={
                order.id: self.env._(
                    "Credit note confirmed: %s",
                    Markup(", ").join(
                        credit._get_html_link(title=credit.name)
                        for credit in order_credits
                    ),
                )
                for order, order_credits in credits.items()
            }
        )

    # --- making ---
    def _fsm_release_payments(self):
        """Take payments off these invoices; credit notes stay set off."""
        for move in self:
            partials = move.line_ids.matched_credit_ids
            partials.filtered(
                lambda partial, move=move: (
                    partial.credit_move_id.move_id.reversed_entry_id != move
                )
            ).unlink()

    def _fsm_check_not_negative(self):
        """:raise UserError: if this credit note would take money from the customer"""
        self.ensure_one()
        problem = self._get_fsm_negative_message(self.amount_total)
        if problem:
            raise UserError(problem)

    def _get_fsm_negative_message(self, total):
        """:return: what to do about a credit note of this ``total``, if less than zero

        In the currency of this document.
        """
        if not self or self.currency_id.compare_amounts(total, 0) >= 0:
            return ""
        return self.env._(
            "The lines chosen come to %(amount)s. A deduction is credited together "
            "with what it was deducted from: choose more lines.",
            amount=self.currency_id.format(total),
        )

    def _fsm_drop_other_lines(self):
        """Leave the lines on this draft credit note that people chose.

        Other modules may add lines to whatever document is created.
        """
        self.ensure_one()
        self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product" and not line.fsm_origin_line_id
        ).unlink()
        self._fsm_drop_empty_sections()

    def _fsm_drop_empty_sections(self):
        """Delete headings and notes of this draft below which no line is."""
        self.ensure_one()
        kept = self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        self._get_fsm_empty_sections(kept).unlink()

    def _get_fsm_empty_sections(self, kept):
        """:return: headings and notes that belong to none of the lines ``kept``

        A note belongs to the line above it, a heading to what comes below it.
        """
        self.ensure_one()
        empty = self.line_ids.browse()
        headings = dict.fromkeys(HEADINGS, empty)
        is_above_kept = False
        for line in self.invoice_line_ids.sorted(lambda line: (line.sequence, line.id)):
            if line.display_type == "product":
                is_above_kept = line in kept
                if is_above_kept:
                    headings = dict.fromkeys(HEADINGS, self.line_ids.browse())
            elif line.display_type == "line_note":
                empty |= line.browse() if is_above_kept else line
            elif line.display_type == "line_section":
                empty |= headings["line_section"] | headings["line_subsection"]
                headings = {"line_section": line, "line_subsection": line.browse()}
                is_above_kept = True  # a note under a heading goes with it
            elif line.display_type == "line_subsection":
                empty |= headings["line_subsection"]
                headings["line_subsection"] = line
                is_above_kept = True
        return empty | headings["line_section"] | headings["line_subsection"]

    def _fsm_round_rest(self, total):
        """Let the last credit note of an invoice rounded for cash come to the rest.

        Each credit note before was rounded for cash by itself.

        :param total: what is left of the invoice, in its currency
        """
        self.ensure_one()
        rounding = self.invoice_cash_rounding_id
        difference = total - self.amount_total
        credits = self.reversed_entry_id._get_fsm_credit_notes() | self
        if (
            not rounding
            or self.currency_id.is_zero(difference)
            # what was billed on a credit note is no rounding
            or abs(difference) > rounding.rounding * len(credits)
        ):
            return
        account = (
            rounding.loss_account_id if difference < 0 else rounding.profit_account_id
        )
        self.invoice_line_ids = [
            Command.create(
                {
                    "name": rounding.name,
                    "quantity": 1.0,
                    "price_unit": difference,
                    "tax_ids": [Command.clear()],
                    "sequence": 10000,
                    **({"account_id": account.id} if account else {}),
                }
            )
        ]
