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
               fsm_deducted_line_id AS deducted,
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

    def __init__(self, cr, company, orders):
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

    def get_open(self, order_id):
        """:return: dict of what is open on an order, net of what was taken back

        Parts and charges net by product and mode, hours by technician and mode. The
        values are zero where nothing is open.
        """
        rests = defaultdict(float)
        for source in self.sources:
            if source.order_id == order_id and source.mode != "not_billed":
                what = source.product_id or source.employee_id
                key = (source.kind, what, source.mode)
                rests[key] += source.recorded - source.billed
        return rests

    def has_open(self, order_id):
        return any(abs(rest) > NOISE for rest in self.get_open(order_id).values())

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

    def get_deductions_of(self, line):
        """:return: posted lines that deduct from ``line``, or take that back"""
        return [
            other
            for other in self.lines
            if other.deducted == line.id
            and self.move_by_id[other.move_id].state == "posted"
        ]

    def get_deducted(self, line, name="quantity"):
        """:return: the figure of a deduction as a credit of the line it is off

        An invoice deducts by less than nothing; so does what takes it back.
        """
        if name == "quantity" and line.work == "price":
            return 0.0
        is_invoice = self.move_by_id[line.move_id].move_type == "out_invoice"
        return float(getattr(line, name)) * (-1 if is_invoice else 1)

    def get_money_left(self, line):
        """:return: untaxed amount of an invoice line that is not credited yet"""
        credited = sum(credit.price_subtotal for credit in self.get_credits_of(line))
        deducted = sum(
            self.get_deducted(other, "price_subtotal")
            for other in self.get_deductions_of(line)
        )
        return round(float(line.price_subtotal - credited) - deducted, 2)

    def is_return(self, line):
        """:return: True if this credit line bills parts that came back by itself"""
        return any(entry.kind == "bill" for entry in self.entries_of_line[line.id])

    def get_lines_returned(self, line):
        """:return: ids of the invoice lines that bill what came back on ``line``"""
        parts = {s.id: s for s in self.sources if s.kind == "part"}
        found = set()
        for entry in self.entries_of_line[line.id]:
            part = parts.get(entry.source_id) if entry.source_kind == "part" else None
            while part and part.returned:
                part = parts[part.returned]
                found |= {
                    other.move_line_id
                    for other in self.entries
                    if other.source == part.key
                    and other.kind == "bill"
                    and self.is_live(other)
                    and self.move_by_id[other.move_id].move_type != "out_refund"
                    and self.line_by_id[other.move_line_id].quantity > 0
                }
        return found

    def get_total_credited(self, invoice, posting=(), leaving=()):
        """:return: what is credited of ``invoice`` and deducted from it

        :param posting: documents that would be posted as well
        :param leaving: documents that would not be posted any more
        """
        gone = {move.id for move in leaving}
        moves = [
            *posting,
            *(move for move in self.get_documents("posted") if move.id not in gone),
        ]
        total = sum(
            self.get_deducted(line, "price_total")
            for move in moves
            for line in self.get_product_lines(move)
            if line.deducted and self.line_by_id[line.deducted].move_id == invoice.id
        )
        for credit in moves:
            if credit.move_type != "out_refund":
                continue
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

    def get_total_left(self, invoice, posting=(), leaving=()):
        """:return: what may still be credited of ``invoice``, its deductions aside"""
        gone = {move.id for move in leaving}
        deductions = [x for x in self.get_product_lines(invoice) if x.deducted]
        left = float(invoice.amount_total) - sum(
            float(line.price_total) for line in deductions
        )
        taken_back = sum(
            float(line.price_total)
            for move in [*posting, *self.get_documents("posted", kind="out_refund")]
            if move.id not in gone
            for line in self.get_product_lines(move)
            if line.origin in {deduction.id for deduction in deductions}
        )
        return left + taken_back - self.get_total_credited(invoice, posting, leaving)

    def is_credited(self, move):
        """:return: True if posted documents credit this one or its lines, or deduct"""
        return any(
            credit.reversed_entry_id == move.id
            for credit in self.get_documents("posted", kind="out_refund")
        ) or any(
            self.get_credits_of(line) or self.get_deductions_of(line)
            for line in self.get_product_lines(move)
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
        """:return: what the ledger, documents and payments make of a done order"""
        if self.has_open(order_id):
            return "to_invoice"
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
