"""What people do in the dialog of Add credit note."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from odoo.fields import Command

from .ledger_machine import SHARES, LedgerMachine
from .ledger_state import NOISE
from .ledger_steps import WHICH

WORKS = st.sampled_from(["bill_again", "refund", "returned", "price"])


class LedgerCreditMachine(LedgerMachine):
    """Credit notes by line, and corrections, beside all the rest."""

    @precondition(lambda self: self.now.get_documents("posted", kind="out_invoice"))
    @rule(which=WHICH, number=WHICH, share=SHARES, work=WORKS)
    def credit_in_dialog(self, which, number, share, work):
        invoice = self._pick_invoice(which)
        lines = self.now.get_product_lines(invoice)
        line = self._pick(lines, number) if lines else None
        left = 0.0
        if line and work == "price":
            left = self.now.get_money_left(line)
        elif line:
            left = line.quantity - (line.credited or 0.0)
        if abs(left) < NOISE:
            return
        bit = 0.25 if line.product_id == self.case.labor.id else 1.0
        sign = 1 if left > 0 else -1
        number = {
            "a bit": min(abs(left), bit) * sign,
            "the rest": left,
            "too much": left + bit * sign,
        }[share]
        is_part = line.product_id == self.case.pump.id
        taken = self._do(
            lambda: self._confirm(invoice, line, number, work),
            # what was typed by hand is a reduction of price
            allowed=None
            if work == "price" and self.now.is_by_hand(invoice)
            else share != "too much"
            and (work != "returned" or is_part)
            # a reduction alone is no credit
            and self.now.get_money_left(line) >= 0,
            billed=None,
        )
        if taken:
            is_open = work in ("bill_again", "returned")
            self._check_opened([(line, number)] if is_open else [])

    @precondition(lambda self: self.now.get_documents("posted", kind="out_invoice"))
    @rule(which=WHICH)
    def correct(self, which):
        invoice = self._pick_invoice(which)
        self._do(
            lambda: self._open(invoice).action_fsm_correct(),
            allowed=self._may_credit_the_rest(invoice),
            billed={},
        )

    @precondition(lambda self: self.now.get_documents("posted", kind="out_invoice"))
    @rule(which=WHICH)
    def credit_what_is_proposed(self, which):
        invoice = self._pick_invoice(which)
        rest = self.now.get_total_left(invoice)
        if self._do(
            lambda: self._open(invoice).action_fsm_confirm(),
            allowed=self._may_credit_the_rest(invoice),
            billed=None,
        ):
            for line in self.now.get_product_lines(invoice):
                self.assertSame(line.credited or 0.0, line.quantity, line)
            credit = max(self.now.moves, key=lambda move: move.id)
            if not self.now.is_by_hand(invoice):
                self.case.assertAlmostEqual(float(credit.amount_total), rest, 2)

    def _may_credit_the_rest(self, invoice):
        """:return: True if something is left of it beside reductions"""
        return any(
            line.quantity - (line.credited or 0.0) > NOISE
            for line in self.now.get_product_lines(invoice)
        )

    @precondition(lambda self: self.now.get_documents("posted", kind="out_invoice"))
    @rule(which=WHICH, share=SHARES, is_taxed=st.booleans())
    def credit_by_hand(self, which, share, is_taxed):
        """Type a line on a credit note of an invoice, instead of its lines."""
        invoice = self._pick_invoice(which)
        rest = self.now.get_total_left(invoice)
        amount = {"a bit": 11.5, "the rest": rest, "too much": rest + 11.5}[share]
        if amount < 0.01:
            return
        taxes = self.case.tax_sale_a if is_taxed else self.case.env["account.tax"]
        untaxed = round(amount / 1.15, 2) if is_taxed else round(amount, 2)
        total = untaxed + round(untaxed * 0.15, 2) if is_taxed else untaxed

        def step():
            credit = self._reverse(invoice, True)
            credit.invoice_line_ids = [Command.clear()] + [
                Command.create(
                    {
                        "name": "By hand",
                        "price_unit": untaxed,
                        "tax_ids": [Command.set(taxes.ids)],
                    }
                )
            ]
            credit.action_post()

        self._do(step, allowed=total <= rest + 0.004, billed={})

    def _pick_invoice(self, which):
        return self._pick(self.now.get_documents("posted", kind="out_invoice"), which)

    def _open(self, invoice):
        return self.case._open_dialog(self._document(invoice))

    def _confirm(self, invoice, line, number, work):
        dialog = self._open(invoice)
        dialog.action_fsm_choose_none()
        chosen = dialog.fsm_credit_line_ids.filtered(
            lambda choice: choice.move_line_id.id == line.id
        )
        chosen.work = work
        chosen["amount_to_credit" if work == "price" else "qty_to_credit"] = number
        dialog.action_fsm_confirm()
