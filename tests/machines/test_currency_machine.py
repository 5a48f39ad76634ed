"""Invoices and credit notes in another currency than the company's, in any order."""

from collections import defaultdict
from contextlib import suppress

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..credit_common import CreditCommon
from ..prices_common import PricesCommon
from .ledger_common import get_settings, hypothesis

if hypothesis:
    from hypothesis import strategies as st

    #: what is done, with which of the documents or parts, and with how much
    STEPS = st.tuples(
        st.sampled_from(
            ["bill and post", "bill and post", "credit", "credit", "use", "log"]
            + ["bill", "post", "return", "date", "price only", "credit a part"]
            + ["delete", "change", "take hours back", "receive", "take hours back"]
        ),
        st.integers(0, 9),
        st.sampled_from([0.25, 0.37, 1, 3, 7]),
    )
    #: each has another rate, and so has today
    DAYS = ("2026-01-10", "2026-02-10", "2026-03-10")
    TERMS = st.fixed_dictionaries(
        {
            "tax_calculation_rounding_method": st.sampled_from(
                ["round_per_line", "round_globally"]
            )
        }
    )


@tagged("post_install", "-at_install")
class TestCurrencyMachine(PricesCommon, CreditCommon):
    """Previews are their drafts, and what is credited in full comes to nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.setup_other_currency(
            "EUR",
            rates=[("2016-01-01", 3.0), ("2026-02-01", 2.0), ("2026-03-01", 1.6)],
        )

    def setUp(self):
        super().setUp()
        self._create_pricelist(
            self._fixed(self.labor, 70.01),
            self._fixed(self.pump, 33.33),
            currency_id=self.euro.id,
        )

    def test_any_steps_leave_nothing_of_what_is_credited(self):
        if not hypothesis:
            self.skipTest("hypothesis is not installed")
        get_settings(12)(
            hypothesis.given(TERMS, st.lists(STEPS, min_size=6, max_size=14))(
                self._take_steps
            )
        )()

    def _take_steps(self, terms, steps):
        savepoint = self.env.cr.savepoint()
        self.company.write(terms)
        order = self._create_order(hours=3, parts=7)
        for step, which, number in steps:
            if step in ("bill", "bill and post"):
                self._bill(order, which, is_posted=step != "bill")
            else:
                # what the addon refuses changes nothing
                with suppress(UserError), self.env.cr.savepoint():
                    self._take_step(order, step, which, number)
            self._check_documents(order)
        self.assertLedgerHolds(order)
        savepoint.close(rollback=True)

    # --- steps ---
    def _bill(self, order, which, is_posted):
        """Invoice what is open, and post it on some day."""
        if order.billing_status == "to_invoice":
            drafts = self._assert_preview_is_invoice(order).with_user(self.clerk)
            for draft in drafts if is_posted else ():
                self._change(draft, "date", which, 0)
                # a credit note before its invoice
                with suppress(UserError), self.env.cr.savepoint():
                    draft.action_post()

    def _take_step(self, order, step, which, number):
        if step in ("log", "take hours back"):
            hours = number if step == "log" else -number
            self._log_hours(order, hours, (self.marc, self.lea)[which % 2])
        elif step == "use":
            self._use_part(order, int(number) or 1)
        elif step == "receive":
            self._receive_part(order, int(number) or 1)
        elif step == "return":
            moves = order.part_ids.filtered(lambda move: move.qty_recorded > 0)
            self._return_part(moves[which % len(moves)], int(number) or 1)
        else:
            is_draft = step in ("date", "post", "delete", "change")
            moves = self._get_documents(order, "draft" if is_draft else "posted")
            if not is_draft:
                moves = moves.filtered(lambda move: move.move_type == "out_invoice")
            if moves:
                move = moves[which % len(moves)].with_user(self.clerk)
                self._change(move, step, which, number)

    def _change(self, move, step, which, number):
        if step == "date":
            move.invoice_date = (False, *DAYS)[which % 4]
        elif step == "post":
            move.action_post()
        elif step == "delete":
            move.unlink()
        elif step == "change":
            self._product_lines(move)[:1].price_unit = 10.01 * number
        else:
            self._credit_in_dialog(move, step, which, number)

    def _credit_in_dialog(self, move, step, which, number):
        work = ("bill_again", "refund")[which % 2]
        dialog = self._open_dialog(move, fsm_work=work)
        chosen = dialog.fsm_credit_line_ids
        if step != "credit" and chosen:
            line = chosen[which % len(chosen)]
            dialog.action_fsm_choose_none()
            if step == "price only":
                line.work = "price"
                line.amount_to_credit = min(number, line.amount_left)
            else:
                line.qty_to_credit = min(number, line.qty_left)
        dialog.action_fsm_confirm()

    # --- what must hold ---
    def _get_documents(self, order, *states):
        moves = order.invoice_lines.move_id
        return moves.filtered(lambda move: move.state in states).sorted("id")

    def _check_documents(self, order):
        self.env.flush_all()
        self.env.invalidate_all()
        moves = self._get_documents(order, "draft", "posted")
        self.assertLessEqual(moves.currency_id, self.euro)
        for move in moves:
            self._check_converted(move)
        for invoice in moves.filtered(lambda move: move.move_type == "out_invoice"):
            self._check_credited(invoice)

    def _check_converted(self, move):
        """Check that all of a document is at one rate, and balances in both."""
        lines = move.sudo().line_ids
        self.assertAlmostEqual(sum(lines.mapped("balance")), 0)
        self.assertAlmostEqual(sum(lines.mapped("amount_currency")), 0)
        for line in self._product_lines(move):
            self.assertAlmostEqual(
                line.balance, line.amount_currency / move.invoice_currency_rate, 1
            )

    def _check_credited(self, invoice):
        """Check that nothing is left on any account of what is credited in full."""
        credits = invoice.reversal_move_ids.filtered(
            lambda move: move.state == "posted"
        )
        self.assertLessEqual(credits.line_ids.fsm_credited_line_id.move_id, invoice)
        rest = invoice.amount_total - sum(credits.mapped("amount_total"))
        if not invoice.currency_id.is_zero(rest):
            return
        sums = defaultdict(float)
        lines = (invoice | credits).sudo().line_ids
        # the cost of what is refunded stays
        for line in lines.filtered(lambda line: line.display_type != "cogs"):
            sums[line.account_id, "balance"] += line.balance
            sums[line.account_id, "amount_currency"] += line.amount_currency
        for (account, name), amount in sums.items():
            self.assertAlmostEqual(amount, 0, 2, f"{name} of {account.display_name}")
