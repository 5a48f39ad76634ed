"""Hours on invoices that are credited, deleted and billed again, in any order."""

from collections import defaultdict
from contextlib import suppress
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from fractions import Fraction

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..prices_common import PricesCommon
from ..time_common import TimeCommon
from .ledger_common import RUNS, hypothesis

if hypothesis:
    from hypothesis import strategies as st

    #: what is done with the documents, and with which of them
    STEPS = st.tuples(
        st.sampled_from(
            ["log", "log", "log", "bill", "bill", "credit", "credit a part"]
            + ["correct", "delete", "cancel", "remove a line", "post"]
            + ["price only", "take a credit back"]
        ),
        st.integers(0, 9),
        st.sampled_from([1, 7, 15, 20, 25, 35, 50, 75, 100, 225]),
    )
    POLICIES = st.fixed_dictionaries(
        {
            "labor_rounding": st.sampled_from([0, 0, 0.25, 0.5]),
            "labor_minimum": st.sampled_from([0, 0, 1, 2]),
            "labor_level": st.sampled_from(["timesheet", "day", "order"]),
            "detail": st.sampled_from(["timesheet", "technician", "product"]),
        }
    )


#: what an hour costs from so many hours on
TIERS = {0: 60, 3: 50, 8: 40}


@tagged("post_install", "-at_install")
class TestTimeMachine(PricesCommon, TimeCommon):
    """In the end, invoices print what one invoice of all the work would.

    New work has the price for the quantity that the documents of its order print.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_pricelist(
            cls,
            *(
                cls._fixed(cls, cls.labor, price, min_quantity=quantity)
                for quantity, price in TIERS.items()
            ),
        )

    def test_any_steps_print_what_one_invoice_would(self):
        if not hypothesis:
            self.skipTest("hypothesis is not installed")
        phases = [hypothesis.Phase.generate]
        if RUNS:
            phases.append(hypothesis.Phase.shrink)
        hypothesis.settings(
            max_examples=RUNS or 40,
            derandomize=not RUNS,
            phases=phases,
            deadline=None,
            database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        )(
            hypothesis.given(POLICIES, st.lists(STEPS, min_size=4, max_size=12))(
                self._take_steps
            )
        )()

    def _take_steps(self, policy, steps):
        savepoint = self.env.cr.savepoint()
        order = self._order(**policy)
        minutes = []
        for step, which, number in steps:
            if step == "log":
                employee = (self.marc, self.lea)[which % 2]
                day = self._ago(which % 3)
                self._log_hours(order, number / 60, employee, date=day)
                minutes.append((employee.id, day, number))
            elif step == "bill":
                self._bill_what_is_open(order)
            else:
                # what the addon refuses changes nothing
                with suppress(UserError), self.env.cr.savepoint():
                    self._change_a_document(order, step, which)
        self._bill_what_is_open(order)
        self.assertEqual(
            Decimal(str(self._standing(order))), self._get_expected(policy, minutes)
        )
        self.assertLedgerHolds(order)
        savepoint.close(rollback=True)

    def _bill_what_is_open(self, order):
        """Bill what is open, new work at the price for all that is printed."""
        if order.billing_status != "to_invoice":
            return
        draft = self._create_invoice(order).filtered(
            lambda move: move.move_type == "out_invoice"
        )
        printed = self._standing(order)
        price = TIERS[max(quantity for quantity in TIERS if quantity <= printed)]
        for line in self._product_lines(draft):
            work = self._get_entries(line).timesheet_id
            # what was credited keeps the price that it had
            if set(work.billing_entry_ids.mapped("kind")) == {"bill"}:
                self.assertEqual(line.price_unit, price, line.name)

    def _get_entries(self, line):
        return (
            line.env["fsm.billing.entry"]
            .sudo()
            .search([("move_line_id", "=", line.id)])
        )

    def _change_a_document(self, order, step, which):
        is_credit = step == "take a credit back"
        drafts = ["draft"]
        states = {"post": drafts, "delete": drafts, "remove a line": drafts}
        states["cancel"] = ["draft", "posted"]
        moves = order.invoice_lines.move_id.filtered(
            lambda move: (
                move.state in states.get(step, ["posted"])
                and (move.move_type == "out_refund") == is_credit
            )
        ).sorted("id")
        if not moves:
            return
        move = moves[which % len(moves)].with_user(self.clerk)
        if step == "post":
            move.action_post()
        elif step == "delete":
            move.unlink()
        elif step == "cancel":
            move.button_cancel()
        elif step == "remove a line":
            lines = self._product_lines(move)
            line = lines[which % len(lines)]
            move.write({"invoice_line_ids": [Command.delete(line.id)]})
        elif step == "correct":
            self._open_dialog(move).action_fsm_correct()
        elif step == "take a credit back":
            move.button_draft()
            move.unlink()
        elif step == "price only":
            self._confirm(move, {self.labor: (5, "price")})
        else:
            self._credit_again(move, step, which)

    def _credit_again(self, move, step, which):
        """Credit what is left of one line, or a part of it, to be billed again."""
        dialog = self._open_dialog(move, fsm_work="bill_again")
        if step == "credit a part":
            chosen = dialog.fsm_credit_line_ids
            if not chosen:
                return
            line = chosen[which % len(chosen)]
            dialog.action_fsm_choose_none()
            line.qty_to_credit = round(line.qty_left / 3, 2) or line.qty_left
        dialog.action_fsm_confirm()

    def _get_expected(self, policy, minutes):
        """:return: what the rules make of all the work at once"""
        groups = defaultdict(Fraction)
        for index, (employee, day, number) in enumerate(minutes):
            key = {"timesheet": index, "day": (employee, day), "order": None}
            groups[key[policy["labor_level"]]] += Fraction(number, 60)
        total = sum(self._get_billed(policy, hours) for hours in groups.values())
        total = Decimal(Fraction(total).numerator) / Fraction(total).denominator
        return total.quantize(Decimal("0.01"), ROUND_HALF_UP)

    def _get_billed(self, policy, hours):
        step = Fraction(str(policy["labor_rounding"]))
        if step:
            times = hours / step
            whole = Decimal(times.numerator) / times.denominator
            hours = step * int(whole.to_integral_value(ROUND_CEILING))
        return max(hours, Fraction(policy["labor_minimum"]))
