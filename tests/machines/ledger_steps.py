"""How a step is taken, and what people do before there is an invoice."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from odoo.exceptions import UserError
from odoo.fields import Command

from .ledger_invariants import LedgerInvariants
from .ledger_state import NOISE, LedgerState

WHICH = st.integers(0, 9)
#: less than nothing corrects what was logged too much
HOURS = st.sampled_from([0.25, 0.5, 1.0, 1.75, 3.0, -0.25, -1.0])
PIECES = st.sampled_from([1, 2, 3, -1])
MODES = st.sampled_from(["billable", "warranty", "not_billed"])
#: rounding of time up to, and minimum
TIMES = st.sampled_from([(0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.5, 0.0), (0.5, 2.0)])

#: what a customer of the portal tries to write
FORGED = {
    ("stock.move", "fsm_order_id"): False,
    ("stock.move", "sale_line_id"): False,
    ("stock.move", "billing_mode"): "not_billed",
    ("stock.move", "quantity"): 77.0,
    ("stock.move", "qty_billed"): 0.0,
    ("stock.move", "fsm_exchanged_move_id"): False,
    ("account.analytic.line", "unit_amount"): 77.0,
    ("account.analytic.line", "qty_to_bill"): 77.0,
    ("fsm.order.charge", "quantity"): 77.0,
    ("fsm.order", "bill_to_id"): False,
    ("fsm.order", "billing_status"): "paid",
    ("account.move", "ref"): "Forged",
    ("account.move", "invoice_line_ids"): [Command.clear()],
    ("account.move.line", "price_unit"): 0.0,
    ("account.move.line", "fsm_order_ids"): [Command.clear()],
    ("account.move.line", "fsm_credited_line_id"): False,
    ("fsm.billing.entry", "quantity"): 0.0,
}


class LedgerSteps(LedgerInvariants, RuleBasedStateMachine):
    """Steps that people take; each knows whether it is allowed and what it bills.

    A step that the addon refuses must change nothing at all.
    """

    def __init__(self, case):
        super().__init__(case)
        self.env = case.env
        self.orders = case.orders
        self.savepoint = self.env.cr.savepoint()
        self.now = self._read()
        self.check_all()

    def teardown(self):
        self.savepoint.close(rollback=True)

    def _read(self):
        self.env.flush_all()
        state = LedgerState(
            self.env.cr, self.case.company, self.orders, self.is_rounded
        )
        self.env.invalidate_all(flush=False)
        return state

    def _do(self, step, allowed=True, billed=()):
        """Take a step.

        :param bool allowed: whether the addon must take it; None if either is right
        :param billed: source -> how much more of it is billed afterwards; None if the
            caller looks at that himself
        :return: True if the step was taken
        """
        self.before = self.now
        try:
            with self.env.cr.savepoint():
                step()
            refusal = None
        except UserError as error:
            refusal = error
        self.now = self._read()
        if allowed is not None:
            self.case.assertEqual(not refusal, allowed, refusal)
        if refusal:
            self.case.assertEqual(self.now.tables, self.before.tables, refusal)
        elif billed is not None:
            self._check_billed(dict(billed))
        self.check_all()
        return not refusal

    def _get_changes(self):
        """:return: dict source -> how much more of it is billed than before"""
        sources = self.now.billed.keys() | self.before.billed.keys()
        changes = {
            source: self.now.billed.get(source, 0) - self.before.billed.get(source, 0)
            for source in sources
        }
        return {source: more for source, more in changes.items() if abs(more) > NOISE}

    def _check_billed(self, expected):
        changes = self._get_changes()
        for source in changes.keys() | expected.keys():
            self.assertSame(changes.get(source, 0), expected.get(source, 0), source)

    def _pick(self, rows, which):
        return rows[which % len(rows)]

    def _record(self, source):
        model = {
            "hours": "account.analytic.line",
            "part": "stock.move",
            "charge": "fsm.order.charge",
        }[source.kind]
        return self.env[model].browse(source.id)

    def _document(self, move):
        return self.env["account.move"].with_user(self.case.clerk).browse(move.id)

    # --- the terms ---
    @initialize(
        time=TIMES,
        level=st.sampled_from(["timesheet", "day", "order"]),
        detail=st.sampled_from(["timesheet", "technician", "product"]),
    )
    def choose_policy(self, time, level, detail):
        rounding, minimum = time
        self.is_rounded = bool(rounding or minimum)
        self._do(
            lambda: self.case.policy.write(
                {
                    "labor_rounding": rounding,
                    "labor_minimum": minimum,
                    "labor_level": level,
                    "detail": detail,
                }
            )
        )

    # --- work ---
    @rule(which=WHICH, hours=HOURS, technician=WHICH)
    def log_hours(self, which, hours, technician):
        technician = self._pick([self.case.marc, self.case.lea], technician)
        order = self._pick(self.orders, which)
        self._do(lambda: self.case._log_hours(order, hours, technician))

    @precondition(lambda self: self.now.get_sources("hours", "charge"))
    @rule(which=WHICH, quantity=PIECES)
    def edit_work(self, which, quantity):
        source = self._pick(self.now.get_sources("hours", "charge"), which)
        name = "unit_amount" if source.kind == "hours" else "quantity"
        self._do(
            lambda: self._record(source).write({name: quantity}),
            allowed=not source.billed or quantity == source.recorded,
        )

    @precondition(lambda self: self.now.get_sources("hours", "charge"))
    @rule(which=WHICH)
    def delete_work(self, which):
        source = self._pick(self.now.get_sources("hours", "charge"), which)
        entries = [e for e in self.now.entries if e.source == source.key]
        stands = any(self.now.is_live(entry) for entry in entries)
        if not stands:
            self.forgotten |= {entry.move_line_id for entry in entries}
        self._do(lambda: self._record(source).unlink(), allowed=not stands)

    @precondition(lambda self: self.now.get_sources("hours", "charge"))
    @rule(which=WHICH)
    def move_work(self, which):
        source = self._pick(self.now.get_sources("hours", "charge"), which)
        other = next(o.id for o in self.orders if o.id != source.order_id)
        self._do(
            lambda: self._record(source).write({"fsm_order_id": other}),
            allowed=not source.billed,
        )

    @rule(which=WHICH, quantity=st.integers(1, 3))
    def use_part(self, which, quantity):
        order = self._pick(self.orders, which)
        self._do(lambda: self.case._use_part(order, quantity))

    @precondition(lambda self: self._get_deliveries())
    @rule(which=WHICH)
    def return_part(self, which):
        move = self._record(self._pick(self._get_deliveries(), which))
        self._do(lambda: self.case._return_part(move, 1), allowed=None)

    @precondition(lambda self: self._get_deliveries())
    @rule(which=WHICH)
    def scrap_part(self, which):
        """Scrap a part at the customer's: it was delivered, and opens nothing."""
        source = self._pick(self._get_deliveries(), which)
        rests = self.now.get_rests(source.order_id)
        move = self._record(source)
        self._do(lambda: self.case._scrap_part(move), allowed=None)
        after = self.now.get_rests(source.order_id)
        self.case.assertEqual(
            [(x.key, rest) for x, rest in after], [(x.key, rest) for x, rest in rests]
        )

    @rule(which=WHICH, quantity=st.integers(1, 2))
    def receive_part(self, which, quantity):
        """Take parts back without the Return button: nobody says what they are of."""
        order = self._pick(self.orders, which)
        self._do(lambda: self.case._receive_part(order, quantity))

    def _get_deliveries(self):
        return [part for part in self.now.get_sources("part") if part.recorded > 0]

    @rule(which=WHICH, quantity=PIECES)
    def add_charge(self, which, quantity):
        order = self._pick(self.orders, which)
        self._do(lambda: self.case._charge(order, quantity))

    @precondition(lambda self: self.now.sources)
    @rule(which=WHICH, mode=MODES)
    def change_mode(self, which, mode):
        source = self._pick(self.now.sources, which)
        self._do(
            lambda: self._record(source).write({"billing_mode": mode}),
            allowed=not source.billed or mode == source.mode,
        )

    # --- outsiders ---
    @rule(which=WHICH, forged=st.sampled_from(sorted(FORGED)))
    def write_as_customer(self, which, forged):
        """Let a customer of the portal write what nobody lets them."""
        model, field = forged
        rows = {
            "stock.move": self.now.get_sources("part"),
            "account.analytic.line": self.now.get_sources("hours"),
            "fsm.order.charge": self.now.get_sources("charge"),
            "fsm.order": self.now.orders,
            "account.move": self.now.get_documents("draft", "posted", "cancel"),
            "account.move.line": self.now.lines,
            "fsm.billing.entry": self.now.entries,
        }[model]
        if rows:
            record = self.env[model].browse(self._pick(rows, which).id)
            vals = {field: FORGED[forged]}
            record = record.with_user(self.case.portal)
            self._do(lambda: record.write(vals), allowed=False)
