"""What people do in the dialog of Add credit note."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

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
            allowed=share != "too much" and (work != "returned" or is_part),
            billed=None,
        )
        if taken:
            is_open = work in ("bill_again", "returned")
            self._check_opened([(line, number)] if is_open else [])

    @precondition(lambda self: self.now.get_documents("posted", kind="out_invoice"))
    @rule(which=WHICH)
    def correct(self, which):
        invoice = self._pick_invoice(which)
        is_left = any(
            abs(line.quantity - (line.credited or 0.0)) > NOISE
            for line in self.now.get_product_lines(invoice)
        )
        self._do(
            lambda: self._open(invoice).action_fsm_correct(),
            allowed=is_left,
            billed={},
        )

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
