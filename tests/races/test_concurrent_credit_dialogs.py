"""Two clerks have the dialog of one invoice open: real transactions."""

from odoo.tests import tagged

from .race_common import RaceCommon


@tagged("post_install", "-at_install")
class TestConcurrentCreditDialogs(RaceCommon):
    """An invoice of two hours at 60.00; dialogs were opened before either pressed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.committed["account.journal"].create(
            {"name": "Race bank", "code": "RBD", "type": "bank"}
        )
        cls.committed.cr.commit()

    def setUp(self):
        super().setUp()
        self.invoice = self._create_posted()

    def _open(self, number=None, work="bill_again"):
        """Open the dialog, and enter a quantity, or an amount for the price only."""
        env = self.committed(user=self.clerk.id)
        dialog = (
            env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .create({"journal_id": self.invoice.journal_id.id, "reason": "Rate"})
        )
        line = dialog.fsm_credit_line_ids
        line.work = work
        if number is not None:
            name = "amount_to_credit" if work == "price" else "qty_to_credit"
            line[name] = number
        env.flush_all()
        self.committed.cr.commit()
        return dialog

    def _press(self, first, second, button="action_fsm_confirm"):
        return self._race_clerks(self._call(first, button), self._call(second, button))

    def _get_credits(self):
        return self.invoice.reversal_move_ids

    # --- credit / credit ---
    def test_all_of_it_twice_is_credited_once(self):
        first, second = self._open(), self._open()
        results = self._press(first, second)
        self._assert_done(results[0])
        self._assert_refused(results[1], "left to credit")
        self.assertEqual(self._get_credits().mapped("amount_total"), [120])
        self._assert_hours(0, 2, "to_invoice")

    def test_parts_beyond_the_invoice_the_larger_first(self):
        results = self._press(self._open(1.5), self._open(1))
        self._assert_done(results[0])
        self._assert_refused(results[1], "left to credit")
        self._assert_hours(0.5, 1.5, "to_invoice")

    def test_parts_beyond_the_invoice_the_smaller_first(self):
        results = self._press(self._open(1), self._open(1.5))
        self._assert_done(results[0])
        self._assert_refused(results[1], "left to credit")
        self._assert_hours(1, 1, "to_invoice")

    def test_parts_that_fit_are_both_credited(self):
        self._assert_done(*self._press(self._open(0.5), self._open(1.5)))
        self.assertEqual(self.invoice.payment_state, "reversed")
        self._assert_hours(0, 2, "to_invoice")

    def test_prices_beyond_the_invoice_are_refused(self):
        results = self._press(self._open(70, "price"), self._open(51, "price"))
        self._assert_done(results[0])
        self._assert_refused(results[1], "left to credit")
        self.assertEqual(self.invoice.amount_residual, 50)

    def test_price_before_quantity_leaves_the_rest_of_the_price(self):
        self._assert_done(*self._press(self._open(20, "price"), self._open()))
        self.assertEqual(sum(self._get_credits().mapped("amount_total")), 120)
        self._assert_hours(0, 2, "to_invoice")

    def test_quantity_before_price_is_refused(self):
        results = self._press(self._open(), self._open(20, "price"))
        self._assert_done(results[0])
        self._assert_refused(results[1], "left to credit")
        self._assert_hours(0, 2, "to_invoice")

    # --- correct ---
    def test_corrected_twice_makes_one_new_draft(self):
        results = self._press(self._open(), self._open(), "action_fsm_correct")
        self._assert_done(results[0])
        self._assert_refused(results[1], "left to credit")
        self._assert_hours(2, 0, "draft")

    # --- credit / bill again ---
    def _late_hours(self):
        self._log_hours(self.committed, 1)
        self.committed.cr.commit()

    def test_credit_before_the_rest_is_billed(self):
        self._late_hours()
        dialog = self._open(0.5)
        self._assert_done(
            *self._race_clerks(
                self._call(dialog, "action_fsm_confirm"), self._press_create_invoice()
            )
        )
        # who bills second bills what the credit note opened as well
        self._assert_hours(3, 0, "draft")

    def test_rest_billed_before_the_credit(self):
        self._late_hours()
        dialog = self._open(0.5)
        self._assert_done(
            *self._race_clerks(
                self._press_create_invoice(), self._call(dialog, "action_fsm_confirm")
            )
        )
        self._assert_hours(2.5, 0.5, "to_invoice")

    # --- invoices without service orders ---
    def test_plain_invoice_is_credited_once_by_two_dialogs(self):
        # paid: nothing is set off, which would tell the two from each other
        plain = self.invoice.copy({"invoice_date": self.invoice.invoice_date})
        plain.line_ids.fsm_order_ids = False
        plain.action_post()
        self.committed["account.payment.register"].with_context(
            active_model="account.move", active_ids=plain.ids
        ).create({"journal_id": self.bank.id})._create_payments()
        self.committed.cr.commit()
        self.assertFalse(plain.fsm_order_ids)
        self.invoice = plain
        results = self._press(self._open(work="refund"), self._open(work="refund"))
        self._assert_done(results[0])
        self._assert_refused(results[1], "left to credit")

    # --- credit / payment ---
    def _pay(self):
        def pay(env):
            wizard = (
                env["account.payment.register"]
                .with_context(active_model="account.move", active_ids=self.invoice.ids)
                .create({"journal_id": self.bank.id, "amount": 120})
            )
            wizard._create_payments()
            return "paid"

        return pay

    def test_payment_before_the_credit_leaves_the_credit_open(self):
        pay, dialog = self._pay(), self._open(1, "refund")
        self._assert_done(
            *self._race_clerks(pay, self._call(dialog, "action_fsm_confirm"))
        )
        self.assertIn(self.invoice.payment_state, ("paid", "in_payment"))
        self.assertEqual(self._get_credits().amount_residual, 60)

    def test_credit_before_the_payment_leaves_money_open(self):
        pay, dialog = self._pay(), self._open(1, "refund")
        self._assert_done(
            *self._race_clerks(self._call(dialog, "action_fsm_confirm"), pay)
        )
        self.assertEqual(self._get_credits().amount_residual, 0)
        self.assertEqual(self.invoice.amount_residual, 0)
