from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """What credit notes do when they are confirmed, and how far they may go."""

    _inherit = "account.move"

    # --- credit notes of an invoice ---
    def _is_fsm_posted_credit(self):
        """:return: True if this is a credit note in force"""
        self.ensure_one()
        return self.state == "posted" and self.move_type == "out_refund"

    def _get_fsm_credit_notes(self, state="posted"):
        """:return: credit notes of these invoices, or of lines of them, in ``state``"""
        credits = self.reversal_move_ids | self.line_ids.fsm_credit_line_ids.move_id
        return credits.filtered(
            lambda move: move.move_type == "out_refund" and move.state == state
        )

    def _get_fsm_crediting_documents(self, state="posted"):
        """:return: what credits these invoices, in ``state``

        Credit notes, invoices that deduct parts which came back, and credit notes of
        such a deduction.
        """
        deductions = self.line_ids._get_fsm_deductions(state)
        return self._get_fsm_credit_notes(state) | deductions.move_id

    def _get_fsm_total_credited(self):
        """:return: what posted credit notes credit of this invoice, in its currency"""
        self.ensure_one()
        total = 0.0
        for credit in self._get_fsm_credit_notes():
            of_lines = dict.fromkeys((True, False), 0.0)
            for line in credit.invoice_line_ids:
                if line.fsm_origin_line_id:
                    of_lines[line.fsm_origin_line_id.move_id == self] += (
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
        """:return: what later invoices deduct for parts of this one that came back

        In the currency of this invoice.
        """
        self.ensure_one()
        return sum(
            self._convert_fsm_amount(
                line.price_total * line._get_fsm_deduction_sign(), line.move_id
            )
            for line in self.line_ids._get_fsm_deductions()
        )

    def _get_fsm_total_left(self):
        """:return: what may still be credited of this invoice, in its currency

        Its deductions aside: the parts came back, and whoever is given back the hours
        beside them gets all that these were billed at. Deductions are taken back line
        by line.
        """
        self.ensure_one()
        deductions = self.invoice_line_ids.filtered("fsm_deducted_line_id")
        left = self.amount_total - self._get_fsm_total_credited()
        if not deductions:
            return left
        left -= deductions._get_fsm_total_booked()
        for credit in self._get_fsm_credit_notes():
            lines = credit.invoice_line_ids.filtered(
                lambda line: line.fsm_origin_line_id in deductions
            )
            left += self._convert_fsm_amount(lines._get_fsm_total_booked(), credit)
        return left

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
        self._fsm_lock_rows()
        # Odoo itself may write nothing on the invoice that tells the two apart
        self.sudo().filtered(lambda move: not move.fsm_order_ids)._fsm_touch_rows()

    def _fsm_lock_rows(self):
        if self:
            self.env.cr.execute(
                "SELECT id FROM account_move WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
                [sorted(self.ids)],
            )

    def _fsm_touch_rows(self):
        """Make whoever credits these invoices with older figures start again."""
        if self:
            self.env.cr.execute(
                "UPDATE account_move SET state = state WHERE id = ANY(%s)",
                [sorted(self.ids)],
            )

    # --- confirming ---
    def _fsm_settle_work(self):
        """Let lines of draft credit notes whose price was changed open no work."""
        self._get_fsm_repriced_lines().fsm_credit_work = "price"

    def _fsm_apply_credit(self):
        """Open the work that these credit notes, now posted, give back."""
        credits = self.filtered(lambda move: move.move_type == "out_refund")
        # two credit notes at once may have no line of the ledger in common
        credits._get_fsm_concerned_orders()._touch_for_billing()
        lines = credits.line_ids.filtered("fsm_origin_line_id.move_id.fsm_order_ids")
        lines.fsm_origin_line_id._fsm_check_posted()
        lines.fsm_origin_line_id._fsm_check_credited()
        (
            lines.fsm_origin_line_id.move_id | credits.reversed_entry_id
        )._fsm_check_total()
        lines = lines.filtered(
            lambda line: line.fsm_credit_work in ("bill_again", "returned")
        )
        while lines:
            # the second credit of a line opens what the first one left
            first = lines.browse(
                same[0].id for same in lines.grouped("fsm_origin_line_id").values()
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
        deducting = self.line_ids.filtered("fsm_deducted_line_id")
        if not deducting:
            return
        # a credit note at the same time may have no line of the ledger in common
        deducting.move_id._get_fsm_concerned_orders()._touch_for_billing()
        deducting.filtered(
            lambda line: (
                line.parent_state == "posted"
                and line.move_id.move_type == "out_invoice"
            )
        ).fsm_deducted_line_id._fsm_check_posted()
        deducting.fsm_deducted_line_id._fsm_check_credited()
        deducting.fsm_deducted_line_id.move_id._fsm_check_total()

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
            lambda line: line.fsm_origin_line_id and not line._is_fsm_as_booked()
        )
        figures = (
            (self | rounded.move_id).line_ids.filtered("tax_line_id")
            | self.invoice_line_ids
            | rounded
        )
        cents = len(figures) / 2 if rounded else 0
        return rounding * (cents + len(others))
