"""Down payments, credit notes and invoices of a quotation, in any order."""

from contextlib import suppress

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..credit_common import CreditCommon
from ..quotation_common import QuotationCommon
from .ledger_common import get_settings, hypothesis

if hypothesis:
    from hypothesis import strategies as st

    #: what is done, with which of the documents or orders
    STEPS = st.tuples(
        st.sampled_from(
            ["bill and post", "bill and post", "pay in advance", "pay in advance"]
            + ["bill", "post", "credit", "credit a part", "price only", "cancel"]
            + ["delete", "correct", "remove a deduction", "lower a deduction"]
        ),
        st.integers(0, 9),
        # of a down payment, taxes included
        st.sampled_from([33.33, 115, 230, 460]),
    )


@tagged("post_install", "-at_install")
class TestQuotationMachine(QuotationCommon, CreditCommon):
    """In the end, invoices and credit notes of a quotation come to the quotation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        low = cls.tax_sale_a.copy({"name": "5.5 %", "amount": 5.5})
        cls.visits = [
            cls.service_per_line,
            cls.service_per_line,
            cls._create_service(
                "Inspection",
                99.99,
                invoice_policy="delivery",
                field_service_tracking="line",
                taxes_id=[Command.set(low.ids)],
            ),
        ]
        cls.sale = cls._confirm_quotation(cls, *cls.visits)

    def test_any_steps_come_to_the_quotation(self):
        if not hypothesis:
            self.skipTest("hypothesis is not installed")
        get_settings(10)(
            hypothesis.given(st.lists(STEPS, min_size=6, max_size=12))(self._take_steps)
        )()

    def _take_steps(self, steps):
        savepoint = self.env.cr.savepoint()
        sale = self.sale
        for step, which, amount in steps:
            # what the addon refuses changes nothing
            with suppress(UserError), self.env.cr.savepoint():
                self._take_step(sale, step, which, amount)
            self._check_documents(sale)
        self._finish(sale)
        self._check_total(sale)
        savepoint.close(rollback=True)

    # --- steps ---
    def _take_step(self, sale, step, which, amount):
        if step == "pay in advance":
            self._pay_what_fits(sale, amount)
        elif step in ("bill", "bill and post"):
            orders = sale.fsm_order_ids.sorted("id")
            draft = self._bill(orders[which % len(orders)])
            if draft and step == "bill and post":
                draft.action_post()
        else:
            states = {"cancel": ["draft", "posted"]}
            drafts = ("post", "delete", "remove a deduction", "lower a deduction")
            states |= dict.fromkeys(drafts, ["draft"])
            moves = self._get_documents(sale, *states.get(step, ["posted"])).filtered(
                lambda move: move.move_type == "out_invoice" or step == "cancel"
            )
            if moves:
                move = moves[which % len(moves)].with_user(self.clerk)
                self._change(move, step, which)

    def _pay_what_fits(self, sale, amount):
        """Invoice a down payment, if the customer has as much left to pay."""
        if self._get_total(sale) + amount <= sale.amount_total:
            self._pay_in_advance(sale, amount)

    def _bill(self, order):
        """:return: the draft made of what is open on ``order``, None without it"""
        if not order.is_invoiceable:
            order.action_complete()
        if order.billing_status == "to_invoice":
            return self._invoice_of(order)

    def _change(self, move, step, which):
        deductions = self._product_lines(move).filtered(
            lambda line: line.is_downpayment and line.quantity < 0
        )
        if step == "post":
            move.action_post()
        elif step == "delete":
            move.unlink()
        elif step == "cancel":
            if move.state == "posted":
                move.button_draft()
            move.button_cancel()
        elif step == "correct":
            self._open_dialog(move).action_fsm_correct()
        elif step == "remove a deduction":
            deductions[:1].unlink()
        elif step == "lower a deduction":
            deductions[:1].price_unit -= 10
        else:
            self._credit_again(move, step, which)

    def _credit_again(self, move, step, which):
        """Credit an invoice, or a part of one of its lines, to be billed again.

        The price is lowered of down payments only: of the rest it is for good.
        """
        dialog = self._open_dialog(move, fsm_work="bill_again")
        chosen = dialog.fsm_credit_line_ids
        if step != "credit" and chosen:
            line = chosen[which % len(chosen)]
            dialog.action_fsm_choose_none()
            if step == "credit a part":
                line.qty_to_credit = line.qty_left / 4
            elif line.move_line_id.is_downpayment:
                line.work = "price"
                line.amount_to_credit = min(10, line.amount_left)
        dialog.action_fsm_confirm()

    def _finish(self, sale):
        """Confirm what is drafted, and bill what is left."""
        for _round in range(4):
            for move in self._get_documents(sale, "draft"):
                # less than nothing is not invoiced: it is deleted, and comes again
                if move.amount_total < 0:
                    move.with_user(self.clerk).unlink()
                else:
                    move.with_user(self.clerk).action_post()
            for order in sale.fsm_order_ids.sorted("id"):
                self._bill(order)
        self.assertFalse(self._get_documents(sale, "draft"))
        self.assertNotIn("to_invoice", sale.fsm_order_ids.mapped("billing_status"))

    # --- what must hold ---
    def _get_documents(self, sale, *states):
        moves = sale.order_line.invoice_lines.move_id
        moves |= moves.reversal_move_ids
        return moves.filtered(lambda move: move.state in states).sorted("id")

    def _get_total(self, sale):
        """:return: what the documents of ``sale`` come to, drafts included"""
        moves = self._get_documents(sale, "draft", "posted")
        return round(sum(moves.mapped("amount_total_signed")), 2)

    def _check_documents(self, sale):
        """Check that no invoice of ours is of less than nothing."""
        self.env.flush_all()
        self.env.invalidate_all()
        for move in self._get_documents(sale, "draft", "posted"):
            self.assertGreaterEqual(move.amount_total, 0, move.name)
        self.assertLedgerHolds(sale.fsm_order_ids)

    def _check_total(self, sale):
        """Check that documents come to the quotation, or that they say why not.

        A deduction that a clerk removed from the last invoice is said to be left.
        """
        self.env.flush_all()
        self.env.invalidate_all()
        surplus = round(self._get_total(sale) - sale.amount_total, 2)
        self.assertGreaterEqual(surplus, 0)
        if surplus:
            text = f"{surplus:.2f} of the down payment is still to be deducted"
            self.assertIn(
                text, (sale.fsm_down_payment_left or "").replace("\ufeff", "")
            )
        else:
            self.assertFalse(sale.fsm_down_payment_left)
            moves = self._get_documents(sale, "posted")
            self.assertAlmostEqual(
                sum(moves.mapped("amount_untaxed_signed")), sale.amount_untaxed
            )
