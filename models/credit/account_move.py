from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ...tools.groups import INVOICE_READERS
from ...tools.locking import lock_rows, touch_rows

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
        groups=INVOICE_READERS,
        help="The invoice that was credited to be corrected by this one.",
    )
    fsm_credit_notice = fields.Char(
        string="When it is confirmed",
        compute="_compute_fsm_credit_notice",
        groups="base.group_user",
        help="The work that a draft credit note will open again, and the lines of "
        "which it corrects the price only.",
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

    @api.depends("line_ids.fsm_replaced_line_id")
    def _compute_fsm_replaced_id(self):
        for move in self:
            move.fsm_replaced_id = move.line_ids.fsm_replaced_line_id.move_id[:1]

    def _is_fsm_creditable(self):
        """:return: True if a quantity or an amount of this invoice can be credited"""
        self.ensure_one()
        if self.move_type != "out_invoice" or self.state != "posted":
            return False
        return (
            any(
                line._compare_fsm_quantities(line._get_fsm_open_quantity(), 0)
                for line in self.invoice_line_ids
                # what an invoice deducts goes with what it was deducted from
                if line.display_type == "product" and not line.fsm_credited_line_id
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

    # --- lifecycle ---
    def _post(self, soft=True):
        # sudo: who posts a credit note may not read the ledger; before the cost of
        # goods is booked, which goes by it
        self.sudo()._fsm_check_credit_dates()
        self.sudo()._fsm_settle_work()
        posted = super()._post(soft)
        # sudo: who posts a credit note may not move stock; the parts are those of the
        # orders that it credits
        lines = posted.sudo().line_ids.filtered(
            lambda line: line.fsm_credit_work == "returned"
        )
        lines.env["stock.move"]._fsm_return_credited(lines)
        return posted

    def _reconcile_reversed_moves(self, reverse_moves, move_reverse_cancel):
        """Set each credit note off against its own invoice.

        Odoo pairs two lists one by one, and names an invoice once that is credited
        twice: all credit notes after it would be set off against those of others.
        """
        # sudo: who posts credit notes may not read service orders
        if not reverse_moves.reversed_entry_id.sudo().fsm_order_ids:
            return super()._reconcile_reversed_moves(reverse_moves, move_reverse_cancel)
        left = reverse_moves
        while left:
            of_each = left.grouped("reversed_entry_id").values()
            firsts = left.browse().concat(*(credits[0] for credits in of_each))
            super(AccountMove, firsts.reversed_entry_id)._reconcile_reversed_moves(
                firsts, move_reverse_cancel
            )
            left -= firsts
        return reverse_moves

    def _fsm_lock_concerned(self):
        res = super()._fsm_lock_concerned()
        lock_rows(self.reversed_entry_id)
        return res

    def _fsm_before_state(self, state):
        leaving = self.filtered(lambda move: state != "posted" == move.state)
        for move in leaving:
            credits = move._get_fsm_crediting_documents()
            if credits:
                raise UserError(
                    self.env._(
                        "%(invoice)s is credited by %(credits)s. Reset or cancel that "
                        "one first.",
                        invoice=move._get_fsm_names(),
                        credits=credits._get_fsm_names(),
                    )
                )
        return super()._fsm_before_state(state)

    def _fsm_after_state(self, posting):
        res = super()._fsm_after_state(posting)
        posting._fsm_apply_credit()
        self._fsm_check_deductions()
        return res

    def _fsm_take_over_entries(self, credits):
        """Let new drafts bill what ``credits`` opened of the lines they replace."""
        # sudo: the ledger is written by the engine alone
        credit_lines = credits.sudo().line_ids.grouped("fsm_credited_line_id")
        lines = self.sudo().line_ids.filtered("fsm_replaced_line_id")
        lines.fsm_credit_work = False
        vals_list = [
            {
                **entry._prepare_same_source(),
                "kind": "bill",
                "move_line_id": line.id,
                "quantity": -entry.quantity,
                "qty_exact": -entry.qty_exact,
                "qty_printed": -entry.qty_printed,
            }
            for line in lines
            for entry in credit_lines.get(
                line.fsm_replaced_line_id, line.browse()
            ).fsm_billing_entry_ids
            if entry.kind == "reopen"
        ]
        # sudo: the ledger is written by the engine alone
        self.env["fsm.billing.entry"].sudo()._record(vals_list)

    # --- making ---
    def _fsm_create_credits(self, credits):
        """Create the draft credit notes of lines of these invoices.

        :param list credits: a CreditOfLines for each of them
        :return: draft credit notes, in the same order
        """
        self._fsm_lock_for_credit()
        chosen = {}
        values_list, rests = [], []
        for move, credit in zip(self, credits, strict=True):
            chosen |= credit.chosen
            values_list.append(
                {
                    "journal_id": move.journal_id.id,
                    "invoice_user_id": move.invoice_user_id.id,
                    **move._prepare_fsm_credited_values(),
                    **credit.values,
                }
            )
            rests.append(move._get_fsm_rest_credited(credit.chosen))
        drafts = self.with_context(fsm_credited=chosen)._reverse_moves(values_list)
        drafts = drafts.with_env(self.env)
        drafts._fsm_drop_unchosen()
        for draft, rest, credit in zip(drafts, rests, credits, strict=True):
            draft._fsm_finish_credit(rest, credit.others)
        return drafts

    def _get_fsm_rest_credited(self, chosen):
        """Say what is left of an invoice rounded for cash, if all of it is credited.

        :param dict chosen: id of an invoice line -> values of the line that credits it
        :return: amount in the currency of this invoice, or None
        """
        self.ensure_one()
        if not self.invoice_cash_rounding_id:
            return None
        whole = self.invoice_line_ids.filtered(
            lambda line: (
                line.id in chosen
                and line._compare_fsm_quantities(
                    line._get_fsm_open_quantity(),
                    chosen[line.id].get("quantity", 0.0),
                )
                == 0
            )
        )
        return self._get_fsm_rest() if self._is_fsm_rest(whole) else None

    def _fsm_drop_unchosen(self):
        """Delete what is on these drafts beside chosen lines and their headings."""
        # other modules may add lines to whatever document is created
        self.invoice_line_ids.filtered(
            lambda line: (
                line.display_type == "product" and not line.fsm_credited_line_id
            )
        ).unlink()
        self._fsm_drop_empty_sections()

    def _fsm_drop_empty_sections(self):
        """Delete headings and notes of these drafts below which no line is."""
        empty = self.line_ids.browse()
        for move in self:
            kept = move.invoice_line_ids.filtered(
                lambda line: line.display_type == "product"
            )
            empty |= move._get_fsm_empty_sections(kept)
        empty.unlink()

    def _fsm_finish_credit(self, rest, others=()):
        """Complete this draft credit note of chosen lines of an invoice.

        :param rest: what was left of the invoice before, in its currency, where all of
            it is credited; else None
        :param others: values of further lines, which reduce the invoice as a whole
        """
        self.ensure_one()
        if others:
            self.invoice_line_ids = [
                Command.create({**vals, "sequence": 10000}) for vals in others
            ]
        elif rest is not None:
            self._fsm_round_rest(rest)

    def _prepare_fsm_credited_values(self):
        """:return: values of a credit note of lines of this invoice, on every road"""
        self.ensure_one()
        return {
            # what the customer knows the work by
            "ref": self.ref or self.name,
            # due at once: what is off for early payment is on the lines
            "invoice_payment_term_id": False,
            # what is given back is what was invoiced, whatever the currency did since
            "invoice_currency_rate": self.invoice_currency_rate,
        }

    def _is_fsm_rest(self, lines):
        """:return: True if of this invoice, something is left to credit of ``lines``
        alone
        """
        self.ensure_one()
        return self._get_fsm_creditable_lines() <= lines

    def _get_fsm_creditable_lines(self):
        """:return: the lines of this invoice of which something is left to credit"""
        self.ensure_one()
        left = self.env["fsm.credit.amounts"]._get_left(self)
        return self.invoice_line_ids.filtered(
            lambda line: (
                line in left
                and (
                    line._compare_fsm_quantities(line._get_fsm_open_quantity(), 0)
                    or any(left[line].values())
                )
            )
        )

    def _get_fsm_rest(self):
        """:return: what of the total of this invoice is on no posted credit note"""
        self.ensure_one()
        return self.amount_total - self._get_fsm_total_credited()

    def _fsm_release_payments(self):
        """Take payments off these invoices; credit notes stay set off."""
        for move in self:
            partials = move.line_ids.matched_credit_ids
            partials.filtered(
                lambda partial, move=move: (
                    partial.credit_move_id.move_id.reversed_entry_id != move
                )
            ).unlink()

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

    # --- what credit notes do when they are confirmed, and how far they may go ---
    def _get_fsm_credit_notes(self, state="posted"):
        """:return: credit notes of these invoices, or of lines of them, in ``state``"""
        credits = self.reversal_move_ids | self.line_ids.fsm_credit_line_ids.move_id
        return credits.filtered(
            lambda move: move.move_type == "out_refund" and move.state == state
        )

    def _get_fsm_crediting_documents(self, state="posted"):
        """:return: what credits these invoices, in ``state``

        Credit notes, invoices of earlier versions that deduct parts which came back,
        and credit notes of such a deduction.
        """
        lines = self.line_ids.fsm_credit_line_ids
        documents = (lines | lines.fsm_credit_line_ids).move_id
        return self._get_fsm_credit_notes(state) | documents.filtered(
            lambda move: move.state == state
        )

    def _get_fsm_total_credited(self):
        """:return: what posted credit notes credit of this invoice, in its currency"""
        self.ensure_one()
        total = 0.0
        for credit in self._get_fsm_credit_notes():
            of_lines = dict.fromkeys((True, False), 0.0)
            for line in credit.invoice_line_ids:
                if line.fsm_credited_line_id:
                    of_lines[line.fsm_credited_line_id.move_id == self] += (
                        line.price_total
                    )
            # a credit note may be of parts that several invoices billed
            amount = (
                credit.amount_total - of_lines[False]
                if credit.reversed_entry_id == self
                else of_lines[True]
            )
            total += self._convert_fsm_amount(amount, credit)
        return total + self._get_fsm_total_deducted()

    def _get_fsm_total_deducted(self):
        """:return: what later invoices deduct of this one, in its currency

        See ``_get_fsm_signed_credits`` of lines.
        """
        self.ensure_one()
        return sum(
            sign * self._convert_fsm_amount(credit.price_total, credit.move_id)
            for line in self.line_ids
            for credit, sign in line._get_fsm_signed_credits()
            if credit.fsm_credited_line_id != line
            or credit.move_id.move_type != "out_refund"
        )

    def _get_fsm_total_left(self):
        """:return: what may still be credited of this invoice, in its currency

        Its deductions aside: the parts came back, and whoever is given back the hours
        beside them gets all that these were billed at. Deductions are taken back line
        by line.
        """
        self.ensure_one()
        deductions = self.invoice_line_ids.filtered("fsm_credited_line_id")
        left = self._get_fsm_rest()
        if not deductions:
            return left
        left -= deductions._get_fsm_total_booked()
        for credit in self._get_fsm_credit_notes():
            lines = credit.invoice_line_ids.filtered(
                lambda line: line.fsm_credited_line_id in deductions
            )
            left += self._convert_fsm_amount(lines._get_fsm_total_booked(), credit)
        return left

    def _get_fsm_total_unplanned(self):
        """:return: the same, without what drafts of work taken back will credit"""
        self.ensure_one()
        drafts = self._get_fsm_credit_notes("draft").filtered(
            lambda move: (
                move.reversed_entry_id == self
                and any(line._is_fsm_return() for line in move.invoice_line_ids)
            )
        )
        return self._get_fsm_total_left() - sum(drafts.mapped("amount_total"))

    def _convert_fsm_amount(self, amount, other):
        """:return: ``amount`` of the document ``other`` in the currency of this one

        At the rates at which both are booked, not rounded.
        """
        self.ensure_one()
        if other.currency_id == self.currency_id:
            return amount
        return amount * self.invoice_currency_rate / other.invoice_currency_rate

    # --- locks ---
    def _fsm_lock_for_credit(self):
        """Make everybody else who credits or bills these invoices wait for us."""
        # sudo: who credits invoices may not read service orders
        self.sudo().fsm_order_ids._lock_for_billing()
        lock_rows(self)
        # Odoo itself may write nothing on the invoice that tells the two apart
        touch_rows(self.sudo().filtered(lambda move: not move.fsm_order_ids), "state")

    # --- confirming ---
    def _fsm_settle_work(self):
        """Let lines of draft credit notes whose price was changed open no work."""
        self._get_fsm_repriced_lines().fsm_credit_work = "price"

    def _fsm_check_reduced(self):
        """Check that what these credit notes reduce as a whole is posted.

        :raise UserError: naming the invoice that is not posted
        """
        self.filtered("line_ids.fsm_billing_entry_ids").reversed_entry_id.filtered(
            "fsm_order_ids"
        ).invoice_line_ids._fsm_check_posted()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_reduced(self):
        """Keep invoices that drafts reduce as a whole: these name none of its lines."""
        invoices = self.sudo()  # sudo: whoever deletes may not read the ledger
        credits = (invoices.reversal_move_ids - invoices).filtered(
            "line_ids.fsm_billing_entry_ids"
        )
        credits = credits.filtered(lambda move: move.state != "cancel")
        credits._fsm_check_deleted_before(credits.reversed_entry_id)

    def _fsm_check_deleted_before(self, invoices):
        """:raise UserError: if there are any of these, which credit ``invoices``"""
        for credit in self:
            raise UserError(
                self.env._(
                    "%(credit)s credits %(invoice)s. Delete that credit note first.",
                    credit=credit._get_fsm_names(),
                    invoice=invoices._get_fsm_names(),
                )
            )

    def _fsm_apply_credit(self):
        """Open the work that these credit notes, now posted, give back."""
        credits = self.filtered(lambda move: move.move_type == "out_refund")
        # two credit notes at once may have no line of the ledger in common
        credits._get_fsm_concerned_orders()._touch_for_billing()
        lines = credits.line_ids.filtered("fsm_credited_line_id.move_id.fsm_order_ids")
        lines.fsm_credited_line_id._fsm_check_posted()
        credits._fsm_check_reduced()
        lines.fsm_credited_line_id._fsm_check_credited()
        (
            lines.fsm_credited_line_id.move_id | credits.reversed_entry_id
        )._fsm_check_total()
        lines = lines.filtered(lambda line: line._is_fsm_opening())
        while lines:
            # the second credit of a line opens what the first one left
            first = lines.browse(
                same[0].id for same in lines.grouped("fsm_credited_line_id").values()
            )
            self.env["fsm.billing.entry"]._record(
                [vals for line in first for vals in line._prepare_reopen_entries()]
            )
            lines -= first
        credits._fsm_log_credit()

    def _fsm_check_deductions(self):
        """Check what these documents deduct, or do not deduct any more.

        :raise UserError: if more came off an invoice than there was on it
        """
        deducting = self.filtered(
            lambda move: move.move_type == "out_invoice"
        ).line_ids.filtered("fsm_credited_line_id")
        deducting |= self.line_ids.filtered(
            "fsm_credited_line_id.fsm_credited_line_id"
        ).fsm_credited_line_id
        if not deducting:
            return
        # a credit note at the same time may have no line of the ledger in common
        deducting.move_id._get_fsm_concerned_orders()._touch_for_billing()
        posted = deducting.filtered(lambda line: line.parent_state == "posted")
        posted.fsm_credited_line_id._fsm_check_posted()
        deducting.fsm_credited_line_id._fsm_check_credited()
        deducting.fsm_credited_line_id.move_id._fsm_check_total()

    def _fsm_check_total(self):
        """Check that credit notes, lines typed by hand included, stay within these.

        Invoices without service orders are credited as Odoo lets people do.

        :raise UserError: naming the invoice and its credit notes
        """
        for move in self.filtered(
            lambda move: (
                move.move_type == "out_invoice"
                and move.state == "posted"
                and move.fsm_order_ids
            )
        ):
            surplus = -move._get_fsm_total_left()
            tolerance = move._get_fsm_total_tolerance()
            if move.currency_id.compare_amounts(surplus, tolerance) > 0:
                credited = move._get_fsm_total_credited()
                raise UserError(
                    self.env._(
                        "%(credits)s would credit %(credited)s, but %(invoice)s is "
                        "for %(amount)s. Correct the credit note: %(surplus)s less.",
                        credits=move._get_fsm_crediting_documents()._get_fsm_names(),
                        credited=move.currency_id.format(credited),
                        invoice=move._get_fsm_names(),
                        # without what it deducts
                        amount=move.currency_id.format(credited - surplus),
                        surplus=move.currency_id.format(surplus),
                    )
                )

    def _get_fsm_total_tolerance(self):
        """Say by how much quantities credited may come to more than this invoice.

        Half a cent for each figure that is rounded: two halves of 33.33 are 16.67
        each, 33.34 together. What people type is no quantity of the invoice.

        :return: amount in the currency of this invoice
        """
        self.ensure_one()
        rounding = self.currency_id.rounding
        documents = self._get_fsm_crediting_documents()
        # of what is in another currency, each is rounded there
        others = documents.filtered(lambda move: move.currency_id != self.currency_id)
        # those of the dialog come to the cent
        rounded = self._get_fsm_credit_notes().line_ids.filtered(
            lambda line: (
                line.fsm_credited_line_id
                and (line._is_fsm_return() or not line._is_fsm_as_booked())
            )
        )
        figures = (
            (self | rounded.move_id).line_ids.filtered("tax_line_id")
            | self.invoice_line_ids
            | rounded
        )
        cents = len(figures) / 2 if rounded else 0
        return rounding * (cents + len(others))

    # --- what a draft credit note will do, before it is confirmed ---
    @api.depends(
        "invoice_date",
        "invoice_line_ids.discount",
        "invoice_line_ids.fsm_credit_work",
        "invoice_line_ids.price_unit",
        "invoice_line_ids.quantity",
        "state",
    )
    def _compute_fsm_credit_notice(self):
        for move in self:
            # sudo: who credits invoices may not read the ledger
            sentences = move.sudo()._get_fsm_credit_sentences()
            move.fsm_credit_notice = " ".join(filter(None, sentences))

    def _get_fsm_credit_sentences(self):
        """:return: list of what people should know before they confirm this draft"""
        self.ensure_one()
        if self.state != "draft" or self.move_type != "out_refund":
            return []
        lines = self.invoice_line_ids.filtered(
            lambda line: line.fsm_credited_line_id.fsm_order_ids
        )
        repriced = self._get_fsm_repriced_lines()
        words = lines._get_fsm_opened_words(repriced)
        return [
            words
            and self.env._("When it is confirmed, this is open again: %s.", words),
            *(line._get_fsm_repriced_text() for line in repriced),
            self._get_fsm_date_problem(),
        ]

    # --- prices ---
    def _get_fsm_repriced_lines(self):
        """Find lines of draft credit notes that people gave another price.

        They open no work. Parts that came back do so, at whatever price they are
        credited.
        """
        amounts = self.env["fsm.credit.amounts"]
        repriced = self.invoice_line_ids.browse()
        left = {}
        for line in self.invoice_line_ids:
            origin = line.fsm_credited_line_id
            if (
                not origin.fsm_order_ids
                or line.move_id.state != "draft"
                or line.move_id.move_type != "out_refund"
                or line.fsm_credit_work in ("price", "returned")
                or line._is_fsm_return()
                # nobody changed it, whatever was credited since it was made
                or line._is_fsm_as_booked()
                or line._is_fsm_at_price(origin.price_subtotal, origin.quantity)
            ):
                continue
            if origin not in left:
                left |= amounts._get_left(origin.move_id)
            # what earlier credit notes took off the price is not credited again
            if not line._is_fsm_at_price(
                amounts._get_untaxed(left[origin]),
                origin.quantity - origin.fsm_qty_credited,
            ):
                repriced |= line
        return repriced

    # --- dates ---
    def _fsm_check_credit_dates(self):
        """:raise UserError: if a credit note is dated before what it credits"""
        for move in self.filtered(lambda move: move.move_type == "out_refund"):
            problem = move._get_fsm_date_problem()
            if problem:
                raise UserError(problem)

    def _get_fsm_date_problem(self):
        """:return: what is wrong with the date of this credit note, and what to do"""
        self.ensure_one()
        invoices = self.reversed_entry_id | self.line_ids.fsm_credited_line_id.move_id
        day = self.invoice_date or fields.Date.context_today(self)
        return invoices._get_fsm_early_credit_message(day)

    def _get_fsm_early_credit_message(self, day):
        """:return: why these invoices of service orders are not credited on ``day``"""
        late = self.filtered(
            lambda move: (
                move.fsm_order_ids
                and move.move_type == "out_invoice"
                and move.invoice_date
                and move.invoice_date > day
            )
        ).sorted("invoice_date")[-1:]
        if not late:
            return ""
        return self.env._(
            "%(invoice)s is of %(date)s, and a credit note can't be dated before its "
            "invoice. Choose that day, or a later one.",
            invoice=late._get_fsm_names(),
            date=format_date(self.env, late.invoice_date),
        )
