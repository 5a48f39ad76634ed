"""What people do with the invoices of two service orders of one customer."""

from collections import defaultdict

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from odoo.fields import Command

from .ledger_state import NOISE
from .ledger_steps import WHICH, LedgerSteps

#: how much of what is left of a line is credited
SHARES = st.sampled_from(["a bit", "a bit", "the rest", "too much"])


class LedgerMachine(LedgerSteps):
    """Invoices, payments and credit notes, in any order."""

    # --- invoices ---
    @precondition(lambda self: self._is_anything_open())
    @rule(which=WHICH, is_confirmed=st.booleans())
    def bill(self, which, is_confirmed):
        self._bill(self._pick(self.orders, which), is_confirmed)

    @precondition(lambda self: self._is_anything_open())
    @rule(is_confirmed=st.booleans())
    def bill_together(self, is_confirmed):
        self._bill(self.orders, is_confirmed)

    def _is_anything_open(self):
        return any(self.now.has_open(order.id) is not False for order in self.orders)

    def _bill(self, orders, is_confirmed):
        clerk = self.case.clerk
        to_bill = orders.with_user(clerk)[0].amount_to_bill
        if not self._do(
            lambda: orders.with_user(clerk).action_create_invoice(),
            self._may_bill(orders),
            None,
        ):
            return
        rests = {
            source.key: rest
            for order in orders
            for source, rest in self.before.get_rests(order.id)
        }
        for source, more in self._get_changes().items():
            # of what is taken back, a part may wait for more work
            self.case.assertIn(source, rests)
            if rests[source] > 0 or more < rests[source]:
                self.assertSame(more, rests[source], source)
        for order in orders:
            self.case.assertFalse(self.now.has_open(order.id))
        known = self.before.move_by_id
        moves = [move for move in self.now.moves if move.id not in known]
        if len(orders) == 1:
            lines = [
                line for move in moves for line in self.now.get_product_lines(move)
            ]
            self.assertSame(to_bill, -sum(float(line.balance) for line in lines), moves)
        for move in moves:
            if move.move_type == "out_refund":
                self._check_credit_of_work(move)
        for move in moves:
            if is_confirmed:
                self._post(move)

    def _may_bill(self, orders):
        """:return: True if these orders make a document; None if either is right"""
        opened = [self.now.has_open(order.id) for order in orders]
        placed = [self._may_reduce(order.id) for order in orders]
        if False in placed:
            return False
        if None in placed:
            return None
        return True if True in opened else None if None in opened else False

    def _may_reduce(self, order_id):
        """:return: True if there is something to take reductions of this order off"""
        rests = self.now.get_rests(order_id)
        charges = [(x, rest) for x, rest in rests if x.kind == "charge"]
        alike = charges and self._group_by_mode(charges)
        if all(self._may_take_back(group) for group in alike):
            return True
        if any(
            order_id in line.order_ids
            and self.now.is_posted_invoice(line.move_id)
            and self.now.get_total_left(self.now.move_by_id[line.move_id]) > 0.004
            for line in self.now.lines
        ):
            return True
        # another visit, or one that is on a draft, may have billed it
        if any(
            self.now.has_room(group) is None
            or self.now.is_waiting(group)
            or self.now.is_refunded(group)
            for group in alike
        ):
            return None
        # what is under warranty comes to nothing, and minutes may be rounded up
        others = sum(rest for x, rest in rests if x.kind != "charge")
        return None if others > NOISE or len(rests) > len(charges) else False

    def _group_by_mode(self, rests):
        """:return: list of the same, apart by how they are billed"""
        modes = {source.mode for source, _rest in rests}
        return [[row for row in rests if row[0].mode == mode] for mode in modes]

    def _may_take_back(self, rests):
        """:return: True if no more is taken back than the order has and had"""
        lines = {
            line.id: self.now.get_room(line)
            for source, rest in rests
            if rest < 0
            for line in self.now.get_lines_taken_back(source)
            if source.order_id in line.order_ids
        }
        return sum(rest for _source, rest in rests) + sum(lines.values()) > -NOISE

    def _check_credit_of_work(self, move):
        """Check that a new credit note takes back what its invoice billed."""
        invoice = self.before.move_by_id[move.reversed_entry_id]
        self.case.assertTrue(self.before.is_posted_invoice(invoice.id), move)
        backs = {x.key: x for x in self.before.sources if x.recorded < 0}
        for line in self.now.get_product_lines(move):
            entries = self.now.entries_of_line[line.id]
            if not line.origin:
                self.case.assertEqual(line.work, "price", line)
                continue
            origin = self.before.line_by_id[line.origin]
            if origin.quantity < 0:
                # a reduction is given back along with what it reduced
                self.case.assertFalse(entries, line)
                continue
            self.case.assertIn(
                origin.id,
                {
                    other.id
                    for entry in entries
                    if entry.source in backs
                    for other in self.before.get_lines_taken_back(backs[entry.source])
                },
            )
            self.case.assertGreaterEqual(self.now.get_room(origin), -NOISE, line)
            if not self.before.is_by_hand(invoice):
                share = line.quantity / (origin.quantity - (origin.credited or 0.0))
                money = self.before.get_money_left(origin) * share
                self.case.assertAlmostEqual(
                    float(line.price_subtotal), money, delta=0.00501, msg=line
                )

    @precondition(lambda self: self._get_billed())
    @rule(
        which=WHICH,
        quantity=st.sampled_from([0.5, 1, 1, 2]),
        technician=WHICH,
        is_returned=st.booleans(),
        is_worked=st.booleans(),
        is_confirmed=st.booleans(),
    )
    def take_back(self, which, quantity, technician, **choices):
        """Take back what was billed, perhaps work on, and invoice both."""
        source = self._pick(self._get_billed(), which)
        order = self.orders.filtered(lambda order: order.id == source.order_id)
        technician = self._pick([self.case.marc, self.case.lea], technician)
        pieces = max(int(quantity), 1)
        if source.kind == "hours":
            self._do(lambda: self.case._log_hours(order, -quantity, technician))
        elif source.kind == "charge":
            self._do(lambda: self.case._charge(order, -pieces))
        elif choices["is_returned"]:
            move = self._record(source)
            self._do(lambda: self.case._return_part(move, 1), allowed=None)
        else:
            self._do(lambda: self.case._receive_part(order, pieces))
        if choices["is_worked"]:
            self._do(lambda: self.case._log_hours(order, 3.0, self.case.marc))
        self._bill(order, choices["is_confirmed"])

    def _get_billed(self):
        return [source for source in self.now.sources if source.billed > 0]

    @precondition(lambda self: self._get_lines_to_change())
    @rule(which=WHICH, quantity=st.sampled_from([0.5, 1.0, 2.0, 4.0]))
    def change_quantity(self, which, quantity):
        line = self._pick(self._get_lines_to_change(), which)
        document = self._document(self.now.move_by_id[line.move_id])
        vals = {"quantity": quantity}
        if quantity != line.quantity:
            self.changed.add(line.id)
        self._do(
            lambda: document.write(
                {"invoice_line_ids": [Command.update(line.id, vals)]}
            )
        )

    def _get_lines_to_change(self):
        drafts = self.now.get_documents("draft", kind="out_invoice")
        return [
            line
            for move in drafts
            for line in self.now.get_product_lines(move)
            if line.quantity > 0
        ]

    @precondition(lambda self: self._get_draft_lines())
    @rule(which=WHICH)
    def remove_line(self, which):
        line = self._pick(self._get_draft_lines(), which)
        made_from_it = any(line.id == other.origin for other in self.now.lines)
        document = self._document(self.now.move_by_id[line.move_id])
        self._do(
            lambda: document.write({"invoice_line_ids": [Command.delete(line.id)]}),
            allowed=not made_from_it,
            billed=self._get_taken_back(self.now.entries_of_line[line.id]),
        )

    def _get_draft_lines(self):
        return [
            line
            for move in self.now.get_documents("draft")
            for line in self.now.get_product_lines(move)
        ]

    def _get_taken_back(self, entries):
        """:return: what is billed less when these entries go"""
        live = [entry for entry in entries if self.now.is_live(entry)]
        return {
            source: -quantity
            for source, quantity in self.now.sum_by_source(live).items()
        }

    @precondition(lambda self: self.now.get_documents("draft", "posted"))
    @rule(which=WHICH)
    def cancel(self, which):
        move = self._pick(self.now.get_documents("draft", "posted"), which)
        billed = self._get_taken_back(self.now.entries_of_move[move.id])
        self._do(
            self._document(move).button_cancel,
            allowed=not self.now.is_credited(move) and self.now.has_room_for(billed),
            billed=billed,
        )

    @precondition(lambda self: self.now.get_documents("draft"))
    @rule(which=WHICH)
    def delete_draft(self, which):
        move = self._pick(self.now.get_documents("draft"), which)
        line_ids = {line.id for line in self.now.lines_of_move[move.id]}
        is_free = not any(line.origin in line_ids for line in self.now.lines)
        # a number that was given may have to stay
        self._do(
            self._document(move).unlink,
            allowed=is_free and (None if move.posted_before else True),
            billed=self._get_taken_back(self.now.entries_of_move[move.id]),
        )

    @precondition(lambda self: self.now.get_documents("posted", "cancel"))
    @rule(which=WHICH)
    def back_to_draft(self, which):
        move = self._pick(self.now.get_documents("posted", "cancel"), which)
        entries = self.now.entries_of_move[move.id]
        allowed = not self.now.is_credited(move)
        if move.state == "cancel":
            billed = self.now.sum_by_source(entries)
            line_ids = {line.id for line in self.now.lines_of_move[move.id]}
            allowed = allowed and not line_ids & self.forgotten
            allowed = allowed and self._is_work_still_there(entries)
        else:
            billed = self._get_taken_back(e for e in entries if e.kind == "reopen")
        self._do(
            self._document(move).button_draft,
            allowed=allowed and self.now.has_room_for(billed),
            billed=billed,
        )

    def _is_work_still_there(self, entries):
        """:return: True if what these entries bill is still billed on their orders"""
        sources = {source.key: source for source in self.now.sources}
        return all(
            sources[entry.source].mode != "not_billed"
            and (
                sources[entry.source].order_id == entry.order_id
                or self._is_part_of_other_visit(entry)
            )
            for entry in entries
        )

    def _is_part_of_other_visit(self, entry):
        """:return: True if a part that came back is credited to who billed it"""
        line = self.now.line_by_id[entry.move_line_id]
        if entry.source_kind != "part" or not line.origin:
            return False
        invoice = self.now.line_by_id[line.origin].move_id
        return self.now.move_by_id[invoice].state != "cancel"

    @precondition(lambda self: self.now.get_documents("draft"))
    @rule(which=WHICH)
    def post(self, which):
        self._post(self._pick(self.now.get_documents("draft"), which))

    def _post(self, move):
        lines = self.now.get_product_lines(move)
        step = self._document(move).action_post
        if move.move_type == "out_invoice":
            # Odoo does not post an invoice of less than nothing, or of no line; it
            # takes a heading below another for one
            allowed = move.amount_total >= 0 if lines else None
            self._do(step, allowed)
        elif lines:
            self._post_credit(step, move, lines)
        else:
            self._do(step, allowed=None)

    # --- payments ---
    @precondition(lambda self: self._get_unpaid())
    @rule(which=WHICH, is_full=st.booleans())
    def pay(self, which, is_full):
        move = self._pick(self._get_unpaid(), which)
        amount = move.amount_residual if is_full else move.amount_residual / 2
        self._do(lambda: self.case._pay(self._document(move), round(amount, 2)))

    def _get_unpaid(self):
        return [m for m in self.now.get_documents("posted") if m.amount_residual >= 1]

    @precondition(lambda self: self.now.matches)
    @rule(which=WHICH)
    def undo_payment(self, which):
        match = self._pick(self.now.matches, which)
        move = self.now.move_by_id[match.debit_id]
        self._do(lambda: self._document(move).js_remove_outstanding_partial(match.id))

    # --- credit notes, as Odoo makes them ---
    @precondition(lambda self: self._get_creditable())
    @rule(which=WHICH, share=SHARES, is_again=st.booleans(), is_confirmed=st.booleans())
    def credit_line(self, which, share, is_again, is_confirmed):
        line = self._pick(self._get_creditable(), which)
        rest = line.quantity - (line.credited or 0.0)
        a_bit = 0.25 if line.product_id == self.case.labor.id else 1.0
        quantity = {
            "a bit": min(abs(rest), a_bit) * (1 if rest > 0 else -1),
            "the rest": rest,
            "too much": rest + (a_bit if rest > 0 else -a_bit),
        }[share]
        invoice = self.now.move_by_id[line.move_id]

        def step():
            credit = self._reverse(invoice, is_again)
            credit.invoice_line_ids = [
                Command.update(copy.id, {"quantity": quantity})
                if copy.fsm_credited_line_id.id == line.id
                else Command.delete(copy.id)
                for copy in self.case._product_lines(credit)
            ]
            if is_confirmed:
                credit.action_post()

        if is_confirmed:
            self._credit(step, invoice, [(line, quantity)], is_again)
        else:
            self._do(step)

    @precondition(lambda self: self.now.get_documents("posted", kind="out_invoice"))
    @rule(which=WHICH, is_again=st.booleans())
    def credit_all(self, which, is_again):
        invoice = self._pick(
            self.now.get_documents("posted", kind="out_invoice"), which
        )
        lines = self.now.get_product_lines(invoice)
        self._credit(
            lambda: self._reverse(invoice, is_again).action_post(),
            invoice,
            [(line, line.quantity) for line in lines],
            is_again,
        )

    @precondition(lambda self: self.now.get_documents("posted", kind="out_invoice"))
    @rule(which=WHICH)
    def replace(self, which):
        invoice = self._pick(
            self.now.get_documents("posted", kind="out_invoice"), which
        )
        lines = [(line, line.quantity) for line in self.now.get_product_lines(invoice)]
        self._do(
            lambda: self.case._reverse(self._document(invoice), is_modify=True),
            allowed=self._may_credit(invoice, lines),
        )

    def _reverse(self, invoice, is_again):
        return self.case._reverse(
            self._document(invoice), fsm_work="bill_again" if is_again else "refund"
        )

    def _get_creditable(self):
        """:return: lines of posted invoices that are not credited in full"""
        return [
            line
            for invoice in self.now.get_documents("posted", kind="out_invoice")
            for line in self.now.get_product_lines(invoice)
            if abs(line.quantity - (line.credited or 0.0)) > NOISE
        ]

    def _may_credit(self, invoice, pairs):
        """:return: True if so much of these lines may be credited"""
        money = 0.0
        for line, quantity in pairs:
            if abs(quantity + (line.credited or 0)) > abs(line.quantity) + NOISE:
                return False
            if line.quantity:
                share = quantity / line.quantity
                money += line.price_total * share
                cents = 0.01 * (len(self.now.get_credits_of(line)) + 1)
                beyond = line.price_subtotal * share - self.now.get_money_left(line)
                if beyond > cents + NOISE:
                    return False
        # Odoo posts no credit note of less than nothing
        is_within = -0.005 <= money <= self.now.get_total_left(invoice) + 0.005
        return invoice.state == "posted" and is_within

    def _post_credit(self, step, move, lines):
        """Confirm a draft credit note."""
        agains = [
            (self.now.line_by_id[line.origin], line.quantity)
            for line in lines
            if line.is_again
        ]
        is_by_hand = any(
            self.now.is_by_hand(self.now.move_by_id[line.move_id])
            for line, _quantity in agains
        )
        if self._do(step, self._may_post(move, lines), None):
            if is_by_hand:
                # what was typed by hand counts as a reduction of what is left since
                kept = {
                    x.origin for x in self.now.get_product_lines(move) if x.is_again
                }
                agains = [pair for pair in agains if pair[0].id in kept]
            self._check_opened(agains)

    def _may_post(self, move, lines):
        """:return: True if this draft credit note stays within what was invoiced"""
        credits = defaultdict(list)
        for line in lines:
            if line.origin:
                credits[line.origin].append(line)
        invoices = {self.now.line_by_id[origin].move_id for origin in credits}
        for origin, group in credits.items():
            line = self.now.line_by_id[origin]
            quantity = sum(credit.quantity for credit in group) + (line.credited or 0)
            if abs(quantity) > abs(line.quantity) + NOISE:
                return False
            cents = 0.01 * (len(self.now.get_credits_of(line)) + len(group))
            money = sum(float(credit.price_subtotal) for credit in group)
            if money - self.now.get_money_left(line) > cents + NOISE:
                return False
        if any(self.now.move_by_id[key].state != "posted" for key in invoices):
            return False
        for key in invoices | {move.reversed_entry_id} - {None}:
            invoice = self.now.move_by_id[key]
            left = self.now.get_total_left(invoice, posting=[move])
            if invoice.state == "posted" and left < -0.005:
                return False
        return move.amount_total >= 0

    def _credit(self, step, invoice, pairs, is_again):
        """Take a step that credits so much of these lines.

        :param pairs: list of (invoice line, quantity)
        """
        if self._do(step, self._may_credit(invoice, pairs), None):
            self._check_opened(pairs if is_again else [])

    def _check_opened(self, pairs):
        """Check that exactly these quantities of these lines are open again."""
        product_of = {}
        rests = defaultdict(float)
        for line, quantity in pairs:
            rests[line.product_id] -= quantity
            for entry in self.before.entries_of_line[line.id]:
                product_of[entry.source] = line.product_id
        for source, more in self._get_changes().items():
            self.case.assertIn(source, product_of)
            rests[product_of[source]] -= more
        # how much of a line that says something else is work is checked line by line
        for line in [line for line, _quantity in pairs if self._is_loose(line)]:
            rests.pop(line.product_id, None)
        for product, rest in rests.items():
            self.assertSame(rest, 0, product)
