"""What must hold after each step, whatever people did."""

from .ledger_state import NOISE

#: of a posted document, this changes although nobody edits it
CHANGES_WHEN_POSTED = {
    "moves": {"payment_state", "amount_residual", "digest"},
    "lines": {"credited", "digest"},
}


class LedgerInvariants:
    """The rules of the ledger, checked on what stands in the tables.

    ``before`` and ``now`` are the states on both sides of the last step.
    """

    def __init__(self, case):
        super().__init__()
        self.case = case
        self.before = None
        self.now = None
        #: whether time is billed as the policy rounds it, and not as it was logged
        self.is_rounded = False
        #: ids of invoice lines of which somebody changed the quantity
        self.changed = set()
        #: ids of lines of cancelled invoices whose work was deleted, and their entries
        self.forgotten = set()

    def assertSame(self, first, second, message):
        self.case.assertAlmostEqual(first, second, 5, message)

    def check_all(self):
        self._check_that_work_is_billed_at_most_once()
        self._check_that_sources_know_what_is_billed()
        self._check_that_documents_say_what_the_ledger_says()
        self._check_that_work_shares_what_lines_print()
        self._check_that_credits_open_only_what_their_line_billed()
        self._check_that_nothing_is_credited_beyond_what_was_invoiced()
        self._check_that_credit_notes_name_their_invoice()
        self._check_that_invoices_take_back_nothing()
        self._check_that_status_is_what_documents_and_ledger_make_of_it()
        self._check_that_posted_documents_do_not_change()
        self._check_that_entries_balance()
        self._check_that_residual_is_total_less_payments_and_credits()
        self._check_that_companies_agree()

    # --- sources ---
    def _check_that_work_is_billed_at_most_once(self):
        for source in self.now.sources:
            self.assertSame(source.qty_recorded, source.recorded, source)
            rest = source.recorded - source.billed
            self.case.assertGreaterEqual(source.billed * source.recorded, 0, source)
            self.case.assertGreaterEqual(rest * source.recorded, -NOISE, source)

    def _check_that_sources_know_what_is_billed(self):
        known = set()
        for source in self.now.sources:
            known.add(source.key)
            self.assertSame(source.qty_billed, source.billed, source)
        for entry in self.now.entries:
            self.case.assertIn(entry.source, known, entry)

    # --- documents and ledger ---
    def _check_that_documents_say_what_the_ledger_says(self):
        for move in self.now.get_documents("draft", "posted", "cancel"):
            for line in self.now.get_product_lines(move):
                if move.state == "cancel" and line.id in self.forgotten:
                    continue
                entries = self.now.entries_of_line[line.id]
                billed = sum(e.quantity for e in entries if e.kind == "bill")
                opened = -sum(e.quantity for e in entries if e.kind == "reopen")
                if move.move_type == "out_invoice":
                    self._check_covered(line, line.quantity, billed, "bill")
                    self.assertSame(opened, 0, line)
                elif line.origin and not self.now.is_return(line):
                    is_open = move.state == "posted" and line.is_again
                    quantity = line.quantity if is_open else 0.0
                    self._check_covered(line, quantity, opened, "reopen")
                    self.assertSame(billed, 0, line)
                elif line.product_id:  # what is typed by hand has none
                    self._check_covered(line, -line.quantity, billed, "bill")
                    self.assertSame(opened, 0, line)
                for entry in entries:
                    self.case.assertEqual(line.order_ids, [entry.order_id], line)

    def _check_that_work_shares_what_lines_print(self):
        for move in self.now.get_documents("draft", "posted", "cancel"):
            for line in self.now.get_product_lines(move):
                entries = self.now.entries_of_line[line.id]
                if line.id in self.forgotten or not entries or self._is_changed(line):
                    continue
                sign = -1 if move.move_type == "out_refund" else 1
                printed = sum(entry.printed for entry in entries)
                self.assertSame(printed, sign * line.quantity, line)

    def _check_covered(self, line, printed, covered, kind):
        """Check what the sources of a line come to against what the line says."""
        if not self._is_loose(line):
            # shares of what somebody changed are rounded
            delta = 0.011 if self.changed else 1e-5
            self.case.assertAlmostEqual(printed, covered, delta=delta, msg=line)
        elif kind == "reopen":
            origin = self.now.entries_of_line[line.origin]
            self.case.assertLessEqual(covered, sum(e.quantity for e in origin) + NOISE)
            self.case.assertGreaterEqual(covered, -NOISE, line)
        elif not self._is_changed(line):
            policy = self.case.policy
            most = covered + len(self.now.entries_of_line[line.id]) * (
                policy.labor_rounding + policy.labor_minimum
            )
            self.case.assertLessEqual(printed, most + NOISE, line)
            # what is taken back gives back what it was rounded to
            entries = self.now.entries_of_line[line.id]
            least = 2 * covered - most if any(e.quantity < 0 for e in entries) else 0
            self.case.assertGreaterEqual(printed, min(least, 0) - NOISE, line)

    def _is_loose(self, line):
        """:return: True if a line says something else than its work comes to"""
        is_rounded = self.is_rounded and line.product_id == self.case.labor.id
        return is_rounded or self._is_changed(line)

    def _is_changed(self, line):
        """:return: True if somebody changed this line, or the one it comes from"""
        return line.id in self.changed or any(
            self._is_changed(self.now.line_by_id[key])
            for key in (line.origin, line.replaced)
            if key in self.now.line_by_id
        )

    def _check_that_credits_open_only_what_their_line_billed(self):
        for line in self.now.lines:
            entries = self.now.entries_of_line[line.id]
            billed = self.now.sum_by_source(e for e in entries if e.kind == "bill")
            credits = self.now.get_credits_of(line)
            opened = self.now.sum_by_source(
                entry
                for credit in credits
                for entry in self.now.entries_of_line[credit.id]
                if entry.kind == "reopen"
            )
            for source, quantity in opened.items():
                left = billed[source] + quantity
                self.case.assertGreaterEqual(left * billed[source], -NOISE, line)
                self.case.assertLessEqual(abs(left), abs(billed[source]) + NOISE, line)

    def _check_that_nothing_is_credited_beyond_what_was_invoiced(self):
        for line in self.now.lines:
            credited = sum(
                credit.quantity
                for credit in self.now.get_credits_of(line)
                if credit.work != "price"
            )
            self.assertSame(line.credited or 0.0, credited, line)
            rest = line.quantity - credited
            self.case.assertGreaterEqual(rest * line.quantity, -NOISE, line)
            credits = self.now.get_credits_of(line)
            if credits:
                left = self.now.get_money_left(line)
                left *= 1 if line.quantity > 0 else -1
                self.case.assertGreaterEqual(left, -0.01 * len(credits) - NOISE, line)
        for move in self.now.get_documents("posted", kind="out_invoice"):
            self.case.assertGreaterEqual(self.now.get_total_left(move), -0.005)

    def _check_that_credit_notes_name_their_invoice(self):
        for move in self.now.get_documents("draft", "posted", kind="out_refund"):
            for line in self.now.get_product_lines(move):
                if line.origin or line.order_ids:
                    self.case.assertTrue(move.reversed_entry_id, move)
                if line.origin:
                    origin = self.now.line_by_id[line.origin]
                    self.case.assertEqual(origin.move_id, move.reversed_entry_id, line)

    def _check_that_invoices_take_back_nothing(self):
        """A charge of what nothing billed is a reduction, and no work."""
        for move in self.now.get_documents("draft", "posted", kind="out_invoice"):
            for line in self.now.get_product_lines(move):
                self.case.assertFalse(line.origin, line)
                if line.quantity < 0:
                    kinds = {e.source_kind for e in self.now.entries_of_line[line.id]}
                    self.case.assertLessEqual(kinds, {"charge"}, line)

    def _check_that_status_is_what_documents_and_ledger_make_of_it(self):
        for order in self.now.orders:
            is_open = self.now.has_open(order.id)
            if is_open or (is_open is None and order.status == "to_invoice"):
                self.case.assertEqual(order.status, "to_invoice", order)
            else:
                status = self.now.get_status(order.id)
                self.case.assertEqual(order.status, status, order)

    # --- books ---
    def _check_that_posted_documents_do_not_change(self):
        if not self.before:
            return
        for move in self.before.moves:
            after = self.now.move_by_id.get(move.id)
            if after and move.state == after.state == "posted":
                self.case.assertEqual(
                    self._get_fixed("moves", [move]), self._get_fixed("moves", [after])
                )
                self.case.assertEqual(
                    self._get_fixed("lines", self.before.lines_of_move[move.id]),
                    self._get_fixed("lines", self.now.lines_of_move[move.id]),
                )

    def _get_fixed(self, table, rows):
        """:return: list of dicts: what may not change of ``rows``"""
        return [
            {
                name: value
                for name, value in vars(row).items()
                if name not in CHANGES_WHEN_POSTED[table]
            }
            for row in rows
        ]

    def _check_that_entries_balance(self):
        for move in self.now.moves:
            balance = sum(line.balance or 0 for line in self.now.lines_of_move[move.id])
            self.case.assertEqual(round(balance, 2), 0, move)

    def _check_that_residual_is_total_less_payments_and_credits(self):
        for move in self.now.get_documents("draft", "posted", "cancel"):
            paid, set_off = self.now.get_matched(move)
            rest = move.amount_total - paid - set_off
            self.assertSame(move.amount_residual, rest, move)
            # Odoo lets a draft keep what it was matched with while it was posted
            if move.state == "cancel":
                self.assertSame(paid + set_off, 0, move)

    def _check_that_companies_agree(self):
        company = self.case.company.id
        for rows in self.now.tables.values():
            for row in rows:
                self.case.assertEqual(getattr(row, "company_id", company), company, row)
