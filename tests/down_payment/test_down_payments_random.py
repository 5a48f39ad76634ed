import contextlib
import random

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..quotation_common import QuotationCommon


@tagged("post_install", "-at_install")
class TestDownPaymentsRandom(QuotationCommon):
    """Whatever people do with its invoices, a quotation is paid once, to the cent."""

    def setUp(self):
        super().setUp()
        self.service_per_line.lst_price = 99.99

    def _get_moves(self, state):
        """:return: the documents of the quotation in ``state``"""
        moves = self.sale.invoice_ids
        moves |= moves.reversal_move_ids
        return moves.filtered(lambda move: move.state == state).sorted("id")

    def _choose(self, records):
        return records[self.random.randrange(len(records))] if records else records

    # --- steps ---
    def step_pay_in_advance(self):
        share = self.random.choice([0.2, 0.45, 0.7])
        moves = self._get_moves("posted") | self._get_moves("draft")
        left = self.sale.amount_total - sum(moves.mapped("amount_total_signed"))
        # not more than there will be to deduct it from
        self._pay_in_advance(self.sale, max(left, 0.0) * share)

    def step_bill(self):
        orders = self.sale.fsm_order_ids.sorted("id")
        order = self._choose(orders)
        if not order.is_invoiceable:
            order.action_complete()
        self._invoice_of(order)

    def step_post(self):
        self._choose(self._get_moves("draft")).action_post()

    def step_delete(self):
        self._choose(self._get_moves("draft")).unlink()

    def step_cancel(self):
        move = self._choose(self._get_moves("posted"))
        if move:
            move.button_draft()
            move.button_cancel()

    def step_credit(self):
        invoices = self._get_moves("posted").filtered(
            lambda move: move.move_type == "out_invoice"
        )
        if invoices:
            self._credit(self._choose(invoices))

    def step_credit_price(self):
        invoices = self._get_moves("posted").filtered("line_ids.is_downpayment")
        invoices = invoices.filtered(lambda move: move._is_downpayment())
        if invoices:
            credit = self._reverse(self._choose(invoices))
            lines = self._product_lines(credit)
            lines[0].price_unit = round(lines[0].price_unit * 0.37, 2)
            credit.action_post()

    # --- what must hold ---
    def _take(self, step):
        # refused: nothing is done
        with contextlib.suppress(UserError), self.env.cr.savepoint():
            getattr(self, step)()
        self.env.flush_all()
        self.env.invalidate_all()

    def _finish(self):
        """Confirm all drafts, and bill what is left."""
        self.sale.fsm_order_ids.action_complete()
        for _index in range(10):
            self._get_moves("draft").action_post()
            order = self.sale.fsm_order_ids.filtered(
                lambda order: order.billing_status == "to_invoice"
            )[:1]
            if not order:
                return
            self._invoice_of(order)

    def test_documents_come_to_the_quotation(self):
        steps = [name for name in dir(self) if name.startswith("step_")]
        for seed in range(5):
            with self.subTest(seed=seed):
                self.random = random.Random(seed)
                self.sale = self._confirm_quotation(*[self.service_per_line] * 3)
                taken = ["step_pay_in_advance"]
                taken += self.random.choices(steps, k=9)
                for step in taken:
                    self._take(step)
                self._finish()
                moves = self._get_moves("posted")
                figures = [
                    (move.move_type, move.amount_untaxed_signed) for move in moves
                ]
                self.assertAlmostEqual(
                    sum(moves.mapped("amount_untaxed_signed")),
                    3 * 99.99,
                    msg=f"{taken} {figures}",
                )
                self.assertAlmostEqual(
                    sum(moves.mapped("amount_tax_signed")), 45.0, msg=str(taken)
                )
                self.assertFalse(self.sale.fsm_down_payment_left, taken)
