"""What the tables say about the orders of a company: the documents and the ledger.

It is read by SQL, without the ORM and without the addon's own methods: what the tests
compare the addon with must not be computed by it.
"""

from collections import defaultdict
from types import SimpleNamespace

#: quantities that differ by less are the same
NOISE = 1e-6

#: of each row: what the rules need, and a digest of all there is
TABLES = {
    "orders": """
        SELECT id, company_id, billing_status AS status, md5(o::text) AS digest
          FROM fsm_order o
         WHERE id = ANY(%(orders)s)
         ORDER BY id
    """,
    # what was recorded is reckoned here once more; places of others than customers
    # and production are our own; what is scrapped or lost was delivered all the same
    "sources": """
        SELECT 'hours' AS kind, id, fsm_order_id AS order_id, company_id,
               NULL AS product_id, employee_id, NULL AS returned,
               billing_mode AS mode, qty_recorded, qty_billed,
               unit_amount AS recorded, md5(h::text) AS digest
          FROM account_analytic_line h
         WHERE fsm_order_id = ANY(%(orders)s)
     UNION ALL
        SELECT 'part', m.id, m.fsm_order_id, m.company_id, m.product_id,
               NULL, m.origin_returned_move_id, m.billing_mode, m.qty_recorded,
               m.qty_billed,
               m.quantity * ('inventory' NOT IN (source.usage, target.usage))::int * (
                   (target.usage IN ('customer', 'production'))::int
                   - (source.usage IN ('customer', 'production'))::int
               ), md5(m::text)
          FROM stock_move m
          JOIN stock_location source ON source.id = m.location_id
          JOIN stock_location target ON target.id = m.location_dest_id
         WHERE m.fsm_order_id = ANY(%(orders)s) AND m.state = 'done'
     UNION ALL
        SELECT 'charge', id, fsm_order_id, company_id, product_id, NULL, NULL,
               billing_mode, qty_recorded, qty_billed, quantity, md5(c::text)
          FROM fsm_order_charge c
         WHERE fsm_order_id = ANY(%(orders)s)
         ORDER BY kind, id
    """,
    "entries": """
        SELECT id, kind, order_id, company_id, move_line_id, move_id, quantity,
               qty_printed AS printed,
               CASE WHEN timesheet_id IS NOT NULL THEN 'hours'
                    WHEN stock_move_id IS NOT NULL THEN 'part' ELSE 'charge'
               END AS source_kind,
               COALESCE(timesheet_id, stock_move_id, charge_id) AS source_id,
               md5(e::text) AS digest
          FROM fsm_billing_entry e
         WHERE order_id = ANY(%(orders)s) OR company_id = %(company)s
         ORDER BY id
    """,
    "moves": """
        SELECT id, company_id, name, move_type, state, payment_state, partner_id,
               currency_id, date, invoice_date, amount_untaxed, amount_tax,
               amount_total, amount_residual, reversed_entry_id, posted_before,
               origin_payment_id, md5(m::text) AS digest
          FROM account_move m
         WHERE company_id = %(company)s
         ORDER BY id
    """,
    "lines": """
        SELECT l.id, l.company_id, move_id, display_type, product_id, account_id,
               l.name, quantity, price_unit, discount, price_subtotal, price_total,
               balance, amount_currency, a.account_type, fsm_credited_line_id AS origin,
               fsm_replaced_line_id AS replaced,
               fsm_credit_work AS work, fsm_qty_credited AS credited,
               fsm_credit_work IN ('bill_again', 'returned') AS is_again,
               ARRAY(
                   SELECT fsm_order_id FROM fsm_order_account_move_line_rel
                    WHERE account_move_line_id = l.id ORDER BY fsm_order_id
               ) AS order_ids,
               md5(l::text) AS digest
          FROM account_move_line l
     LEFT JOIN account_account a ON a.id = l.account_id
         WHERE l.company_id = %(company)s
         ORDER BY l.id
    """,
    "matches": """
        SELECT p.id, amount, d.move_id AS debit_id, c.move_id AS credit_id,
               p.company_id
          FROM account_partial_reconcile p
          JOIN account_move_line d ON d.id = p.debit_move_id
          JOIN account_move_line c ON c.id = p.credit_move_id
         WHERE d.company_id = %(company)s OR c.company_id = %(company)s
         ORDER BY p.id
    """,
    "payments": """
        SELECT id, state, md5(p::text) AS digest
          FROM account_payment p
         WHERE company_id = %(company)s
         ORDER BY id
    """,
}


class LedgerState:
    """The rows of one moment, by table, and what documents and ledger say."""

    def __init__(self, cr, company, orders, is_rounded=False):
        self.is_rounded = is_rounded
        self.tables = {}
        for name, query in TABLES.items():
            cr.execute(query, {"company": company.id, "orders": orders.ids})
            rows = [SimpleNamespace(**row) for row in cr.dictfetchall()]
            self.tables[name] = rows
            setattr(self, name, rows)
        self.move_by_id = {move.id: move for move in self.moves}
        self.line_by_id = {line.id: line for line in self.lines}
        self.entries_of_line = defaultdict(list)
        self.entries_of_move = defaultdict(list)
        self.billed = defaultdict(float)
        for entry in self.entries:
            entry.source = (entry.source_kind, entry.source_id)
            self.entries_of_line[entry.move_line_id].append(entry)
            self.entries_of_move[entry.move_id].append(entry)
            if self.is_live(entry):
                self.billed[entry.source] += entry.quantity
        for source in self.sources:
            source.key = (source.kind, source.id)
            source.billed = self.billed[source.key]
        self.lines_of_move = defaultdict(list)
        for line in self.lines:
            self.lines_of_move[line.move_id].append(line)

    # --- the ledger ---
    def is_live(self, entry):
        """:return: True if the entry counts: its document is not cancelled"""
        move = self.move_by_id.get(entry.move_id)
        return bool(move) and move.state != "cancel"

    def sum_by_source(self, entries):
        """:return: dict source -> quantity of ``entries``"""
        total = defaultdict(float)
        for entry in entries:
            total[entry.source] += entry.quantity
        return total

    def has_room_for(self, deltas):
        """:return: True if each source can take so much more"""
        for source in self.sources:
            billed = source.billed + deltas.get(source.key, 0.0)
            if deltas.get(source.key) and abs(billed) > NOISE:
                rest = source.recorded - billed
                if billed * source.recorded <= 0 or rest * source.recorded < -NOISE:
                    return False
        return True

    def get_sources(self, *kinds):
        return [source for source in self.sources if source.kind in kinds]

    # --- what is open: a net of each kind of work, and what is credited of invoices ---
    def has_open(self, order_id):
        """:return: True if the order makes a document; None if either is right"""
        rests = self.get_rests(order_id)
        found = {
            self.has_open_parts([x for x in rests if x[0].kind == "part"]),
            # what is under warranty nets with its like alone
            *(
                has_open([x for x in rests if x[0].kind == kind and x[0].mode == mode])
                for kind, has_open in (
                    ("hours", self.has_open_hours),
                    ("charge", self.has_open_charges),
                )
                for mode in ("billable", "warranty")
            ),
        }
        return True if True in found else None if None in found else False

    def get_rests(self, order_id):
        """:return: list of (source, what of it is open or, if negative, taken back)"""
        rests = [
            (source, source.recorded - source.billed)
            for source in self.sources
            if source.order_id == order_id and source.mode != "not_billed"
        ]
        return [(source, rest) for source, rest in rests if abs(rest) > NOISE]

    def has_open_hours(self, rests):
        net = sum(rest for _source, rest in rests)
        if net < -NOISE and self.is_rounded:
            return None  # a minimum may leave nothing to give back
        return net > NOISE or (net < -NOISE and self.has_room(rests))

    def has_open_charges(self, rests):
        net = sum(rest for _source, rest in rests)
        if net < -NOISE and (self.is_waiting(rests) or self.is_refunded(rests)):
            return None
        # what nothing billed the like of is a reduction
        return abs(net) > NOISE

    def is_waiting(self, rests):
        """:return: True if a draft invoice has what these may take back"""
        return any(
            self.move_by_id[line.move_id].state == "draft"
            for source, rest in rests
            if rest < 0
            for line in self.get_lines_alike(source)
        )

    def is_refunded(self, rests):
        """:return: True if what these may take back was given back for good, and so is
        not given back once more
        """
        return any(
            credit.work == "refund"
            for source, rest in rests
            if rest < 0
            for line in self.get_lines_alike(source)
            for credit in self.get_credits_of(line)
        )

    def has_open_parts(self, rests):
        """Net parts with their delivery, or with any billed alike; then by mode."""
        rests = [[source, rest] for source, rest in rests]
        opened = [row for row in rests if row[1] > 0]
        for row in [row for row in rests if row[1] < 0]:
            back = row[0]
            for other in opened:
                is_alike = other[0].mode == back.mode and back.returned is None
                if is_alike or back.returned == other[0].id:
                    taken = min(other[1], -row[1])
                    other[1] -= taken
                    row[1] += taken
        nets = {self.has_open_mode(rests, row[0].mode) for row in rests}
        return True if True in nets else None if None in nets else False

    def has_open_mode(self, rests, mode):
        rests = [row for row in rests if row[0].mode == mode]
        spare = sum(rest for _part, rest in rests if rest > 0)
        rooms = [(-row[1], self.has_room([row])) for row in rests if row[1] < -NOISE]
        backs = sum(back for back, room in rooms if room is not False)
        if sum(rest for _part, rest in rests) > NOISE:
            return True
        # others may come first for what is new, or have had another price
        is_sure = all(room is not None for _back, room in rooms)
        if is_sure and backs > spare + NOISE:
            return True
        return None if backs > NOISE else False

    def has_room(self, rests):
        """:return: True if something is left of what they take back; None if that is
        on another visit, which gives back what this one never had
        """
        lines = [
            (line, source)
            for source, rest in rests
            if rest < 0
            for line in self.get_lines_taken_back(source)
            if self.get_room(line) > NOISE
        ]
        is_own = any(source.order_id in line.order_ids for line, source in lines)
        return True if is_own else None if lines else False

    def get_room(self, line):
        """:return: quantity of an invoice line that nothing takes off, drafts included

        Drafts of credit notes that people make do not count before they are posted.
        """
        drafts = sum(
            other.quantity
            for other in self.lines
            if other.origin == line.id
            and self.is_return(other)
            and self.move_by_id[other.move_id].state == "draft"
        )
        return line.quantity - (line.credited or 0.0) - drafts

    def get_lines_taken_back(self, source):
        """:return: posted invoice lines that bill what ``source`` may take back"""
        return [
            line
            for line in self.get_lines_alike(source)
            if self.is_posted_invoice(line.move_id)
        ]

    def get_lines_alike(self, source):
        """:return: lines of documents that bill what ``source`` may take back"""
        keys = {
            other.key
            for other in self.get_sources(source.kind)
            if source.returned in (None, other.id)
            and other.product_id == source.product_id
        }
        return [
            self.line_by_id[line_id]
            for line_id in {
                entry.move_line_id
                for entry in self.entries
                if entry.source in keys and entry.kind == "bill" and entry.quantity > 0
            }
            if self.move_by_id[self.line_by_id[line_id].move_id].state != "cancel"
        ]

    def is_posted_invoice(self, move_id):
        move = self.move_by_id[move_id]
        return move.state == "posted" and move.move_type == "out_invoice"

    # --- the documents ---
    def get_documents(self, *states, kind=None):
        """:return: invoices and credit notes in these states"""
        kinds = (kind,) if kind else ("out_invoice", "out_refund")
        return [
            move
            for move in self.moves
            if move.move_type in kinds and move.state in states
        ]

    def get_product_lines(self, move):
        return [
            line
            for line in self.lines_of_move[move.id]
            if line.display_type == "product"
        ]

    def get_credits_of(self, line):
        """:return: the lines of posted credit notes that credit ``line``"""
        return [
            credit
            for credit in self.lines
            if credit.origin == line.id
            and self.move_by_id[credit.move_id].move_type == "out_refund"
            and self.move_by_id[credit.move_id].state == "posted"
        ]

    def get_money_left(self, line):
        """:return: untaxed amount of an invoice line that is not credited yet"""
        credited = sum(credit.price_subtotal for credit in self.get_credits_of(line))
        return round(float(line.price_subtotal - credited), 2)

    def is_return(self, line):
        """:return: True if this credit line bills parts that came back by itself"""
        return any(entry.kind == "bill" for entry in self.entries_of_line[line.id])

    def get_total_credited(self, invoice, posting=()):
        """:return: what is credited of ``invoice``

        :param posting: documents that would be posted as well
        """
        total = 0.0
        for credit in [*posting, *self.get_documents("posted", kind="out_refund")]:
            shares = {True: 0.0, False: 0.0}
            for line in self.get_product_lines(credit):
                if line.origin:
                    of_invoice = self.line_by_id[line.origin].move_id == invoice.id
                    shares[of_invoice] += float(line.price_total)
            if credit.reversed_entry_id == invoice.id:
                total += float(credit.amount_total) - shares[False]
            else:
                total += shares[True]
        return total

    def get_total_left(self, invoice, posting=()):
        """:return: what may still be credited of ``invoice``"""
        return float(invoice.amount_total) - self.get_total_credited(invoice, posting)

    def is_credited(self, move):
        """:return: True if posted credit notes credit this invoice or its lines"""
        return any(
            credit.reversed_entry_id == move.id
            for credit in self.get_documents("posted", kind="out_refund")
        ) or any(self.get_credits_of(line) for line in self.get_product_lines(move))

    def is_by_hand(self, invoice):
        """:return: True if a credit note of it has lines that credit none of its own"""
        return any(
            not line.origin
            for credit in self.get_documents("posted", kind="out_refund")
            if credit.reversed_entry_id == invoice.id
            for line in self.get_product_lines(credit)
        )

    def get_matched(self, move):
        """:return: what payments and what other documents settle of ``move``"""
        paid = set_off = 0.0
        for match in self.matches:
            if move.id not in (match.debit_id, match.credit_id):
                continue
            other = match.debit_id if move.id == match.credit_id else match.credit_id
            if self.move_by_id[other].move_type == "entry":
                paid += match.amount
            else:
                set_off += match.amount
        return paid, set_off

    # --- the billing status, said once more ---
    def get_status(self, order_id):
        """:return: what documents and payments make of a done order"""
        lines = [
            line
            for line in self.lines
            if order_id in line.order_ids
            and self.move_by_id[line.move_id].state != "cancel"
        ]
        moves = {line.move_id: self.move_by_id[line.move_id] for line in lines}
        if not moves:
            return "nothing"
        if any(move.state == "draft" for move in moves.values()):
            return "draft"
        credits = [move for move in moves.values() if move.move_type == "out_refund"]
        net = sum(line.balance for line in lines if line.display_type == "product")
        if credits and abs(net) < 0.005:
            return "credited"
        invoices = [move for move in moves.values() if move.move_type == "out_invoice"]
        deciding = invoices or credits
        # what comes to nothing decides nothing beside the rest
        deciding = [x for x in deciding if self.has_amount(x, order_id)] or deciding
        settled = {self.get_settlement(move, order_id) for move in deciding}
        if settled == {"credited"}:
            return "credited"
        settled.discard("credited")
        if settled == {"paid"}:
            return "paid"
        return "partial" if settled & {"paid", "partial"} else "posted"

    def get_orders(self, move):
        """:return: set of ids of the orders that ``move`` has lines of"""
        return {key for line in self.lines_of_move[move.id] for key in line.order_ids}

    def has_amount(self, move, order_id):
        """:return: True if the order owes or is owed something by ``move``"""
        own = sum(
            line.price_subtotal
            for line in self.get_product_lines(move)
            if order_id in line.order_ids
        )
        is_shared = self.get_orders(move) != {order_id}
        return bool(move.amount_total) and (not is_shared or abs(own) > 0.004)

    def get_settlement(self, move, order_id):
        """:return: ``open``, ``partial``, ``paid``, or ``credited`` and nothing paid"""
        paid, set_off = self.get_matched(move)
        if abs(move.amount_total - paid - set_off) < 0.005:
            is_invoice = move.move_type == "out_invoice"
            return "credited" if is_invoice and set_off and not paid else "paid"
        if not paid and set_off and self.is_others(move, order_id):
            return "open"
        return "partial" if paid or set_off else "open"

    def is_others(self, move, order_id):
        """:return: True if all that is set off against ``move`` is of other orders"""
        others = {
            match.debit_id for match in self.matches if match.credit_id == move.id
        }
        others |= {
            match.credit_id for match in self.matches if match.debit_id == move.id
        }
        lines = [
            line
            for key in others
            for line in self.get_product_lines(self.move_by_id[key])
        ]
        return self.get_orders(move) != {order_id} and all(
            line.order_ids and order_id not in line.order_ids for line in lines
        )
