import math

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import InvoicingCommon

try:
    import hypothesis
    from hypothesis import strategies as st
except ImportError:  # needed for tests only: Odoo loads this file without it too
    hypothesis = None


def _get_sequences():
    """:return: strategy of lists of steps: which, on what, how much, billed again"""
    quarters = st.integers(1, 12).map(lambda number: number / 4)
    step = st.tuples(st.integers(0, 999), st.integers(0, 5), quarters, st.booleans())
    return st.lists(step, min_size=5, max_size=8)


class NothingToPickError(UserError):
    """A step finds nothing to act on: it is refused, as people are."""

    def __init__(self):
        super().__init__("nothing to pick")


@tagged("post_install", "-at_install")
class TestLedgerProperties(InvoicingCommon):
    """Whatever people do in whatever order, the documents and the ledger agree.

    What stands on documents is counted from their lines, without the ledger: lines
    of invoices that are not cancelled, less lines of posted credit notes whose work
    is billed again. A step that the addon refuses must leave all as it was.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(hours=2, parts=2)
        cls._log_hours(cls.order, 1.5)

    def setUp(self):
        super().setUp()
        self._invoice(self.order).action_post()

    def test_any_sequence_bills_the_work_exactly_once(self):
        if not hypothesis:
            self.skipTest("hypothesis is not installed")

        @hypothesis.settings(
            max_examples=15,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(sequence=_get_sequences())
        def check(sequence):
            savepoint = self.env.cr.savepoint()
            try:
                self._check_sequence(sequence)
            finally:
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)

        check()

    def _check_sequence(self, sequence):
        for choice, *args in sequence:
            names = self._get_possible_steps()
            name = names[choice % len(names)]
            hypothesis.note(f"{name} {args}")
            self._try(getattr(self, f"_step_{name}"), *args)
            self._check_invariants(name)
        self._settle()
        self._check_invariants("settle")
        self._check_everything_billed()

    def _get_possible_steps(self):
        """:return: names of steps that have something to act on; likely ones twice"""
        states = self.documents.mapped("state")
        names = ["log", "change", "use", "give_back"]
        if self._has_open_work():
            names += ["bill", "bill"]
        if "draft" in states:
            names += ["post", "post", "delete", "delete_line"]
        if self._posted_invoices():
            names += ["credit", "credit", "credit_all", "replace"]
        if {"posted", "cancel"} & set(states):
            names += ["to_draft", "to_draft"]
        if {"posted", "draft"} & set(states):
            names += ["cancel"]
        return names

    def _try(self, step, *args):
        try:
            with self.env.cr.savepoint():
                step(*args)
                self.env.flush_all()
        except UserError:
            self.env.invalidate_all(flush=False)

    # --- what people do ---
    @property
    def documents(self):
        return self.order.invoice_lines.move_id.sorted("id").with_user(self.clerk)

    def _pick(self, records, which):
        if not records:
            raise NothingToPickError
        return records[which % len(records)]

    def _in_state(self, *states):
        return self.documents.filtered(lambda move: move.state in states)

    def _step_log(self, which, hours, again):
        self._log_hours(self.order, hours)

    def _step_change(self, which, hours, again):
        self._pick(self.order.timesheet_ids, which).unit_amount = hours

    def _step_use(self, which, quantity, again):
        self._use_part(self.order, math.ceil(quantity))

    def _step_give_back(self, which, quantity, again):
        used = self.order.part_ids.filtered(lambda move: move.qty_recorded > 0)
        self._return_part(self._pick(used, which), 1)

    def _step_bill(self, *_args):
        self.order.with_user(self.clerk).action_create_invoice()

    def _step_post(self, which, quantity, again):
        self._pick(self._in_state("draft"), which).action_post()

    def _step_credit(self, which, quantity, again):
        lines = self._posted_invoices().invoice_line_ids.filtered("fsm_order_ids")
        line = self._pick(lines, which)
        credit = self._reverse(
            line.move_id, fsm_work="bill_again" if again else "refund"
        )
        credit.invoice_line_ids = [
            Command.update(copy.id, {"quantity": quantity})
            if copy.fsm_origin_line_id == line
            else Command.delete(copy.id)
            for copy in self._product_lines(credit)
        ]
        credit.action_post()

    def _step_credit_all(self, which, quantity, again):
        invoice = self._pick(self._posted_invoices(), which)
        self._credit(invoice, fsm_work="bill_again" if again else "refund")

    def _step_replace(self, which, quantity, again):
        self._reverse(self._pick(self._posted_invoices(), which), is_modify=True)

    def _step_to_draft(self, which, quantity, again):
        self._pick(self._in_state("posted", "cancel"), which).button_draft()

    def _step_cancel(self, which, quantity, again):
        self._pick(self._in_state("posted", "draft"), which).button_cancel()

    def _step_delete(self, which, quantity, again):
        self._pick(self._in_state("draft"), which).unlink()

    def _step_delete_line(self, which, quantity, again):
        lines = self._in_state("draft").invoice_line_ids.filtered("fsm_order_ids")
        line = self._pick(lines, which)
        line.move_id.invoice_line_ids = [Command.delete(line.id)]

    def _posted_invoices(self):
        return self.documents.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        )

    def _settle(self):
        """Confirm or drop what hangs, and bill what is open."""
        for draft in self._in_state("draft"):
            self._try(draft.action_post)
        self._in_state("draft").button_cancel()
        self._try(self._step_bill)
        self._in_state("draft").action_post()

    # --- what must hold ---
    def _stands(self, product):
        """:return: what stands on documents, by the documents alone"""
        total = 0.0
        for line in self.documents.invoice_line_ids:
            if line.product_id != product or line.parent_state == "cancel":
                continue
            is_return = not line.move_id.reversed_entry_id
            if line.move_id.move_type == "out_invoice":
                total += line.quantity
            elif is_return or (line.parent_state == "posted" and line.fsm_bill_again):
                total -= line.quantity
        return total

    def _check_invariants(self, step):
        self.assertLedgerHolds(self.order)
        for product, sources in (
            (self.labor, self.order.timesheet_ids),
            (self.pump, self.order.part_ids),
        ):
            billed = sum(sources.mapped("qty_billed"))
            self.assertAlmostEqual(self._stands(product), billed, 4, step)
        self.assertEqual(
            self.order.billing_status == "to_invoice", self._has_open_work(), step
        )
        if not self._has_open_work():
            has_draft = "draft" in self.documents.mapped("state")
            self.assertEqual(self.order.billing_status == "draft", has_draft, step)

    def _has_open_work(self):
        hours = [
            line.qty_recorded - line.qty_billed for line in self.order.timesheet_ids
        ]
        parts = [move.qty_recorded - move.qty_billed for move in self.order.part_ids]
        return any(abs(rest) > 1e-6 for rest in hours) or abs(sum(parts)) > 1e-6

    def _check_everything_billed(self):
        """Check that each hour and each part was paid for once."""
        hours = sum(self.order.timesheet_ids.mapped("unit_amount"))
        parts = sum(
            move.quantity
            if move.location_dest_id.usage == "customer"
            else -move.quantity
            for move in self.order.part_ids
        )
        self.assertAlmostEqual(self._stands(self.labor), hours, 4)
        self.assertAlmostEqual(self._stands(self.pump), parts, 4)
