"""Two invoices of one order are paid at the same moment: real transactions."""

from odoo.tests import tagged

from .race_common import RaceCommon


@tagged("post_install", "-at_install")
class TestConcurrentPayments(RaceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # payments into one journal wait for each other's number
        cls.banks = cls.committed["account.journal"].union(
            *(cls._create_bank(number) for number in (1, 2))
        )
        cls.committed.cr.commit()

    @classmethod
    def _create_bank(cls, number):
        env = cls.committed
        account = env["account.account"].create(
            {
                "name": "Race bank",
                "code": f"RACEBANK{number}",
                "account_type": "asset_cash",
                "reconcile": True,
            }
        )
        bank = env["account.journal"].create(
            {
                "name": f"Race bank {number}",
                "code": f"RB{number}",
                "type": "bank",
                "default_account_id": account.id,
            }
        )
        bank.inbound_payment_method_line_ids.payment_account_id = account
        return bank

    def setUp(self):
        super().setUp()
        self.invoices = self._create_posted()
        self._log_hours(self.committed, 1)
        self.invoices |= self._create_posted()
        for invoice, bank in zip(self.invoices, self.banks, strict=True):
            self._pay(invoice, bank, 10)(self.committed)
        self.committed.cr.commit()
        # each payment of the race leaves the status as it finds it
        self.assertEqual(self.order.billing_status, "partial")

    # --- requests ---
    def _pay(self, invoice, bank, amount=None):
        def pay(env):
            wizard = (
                env["account.payment.register"]
                .with_context(active_model="account.move", active_ids=invoice.ids)
                .create({"journal_id": bank.id})
            )
            if amount:
                wizard.amount = amount
            wizard._create_payments()
            return "paid"

        return pay

    def _take_back(self, invoice):
        return self._call(invoice.line_ids, "remove_move_reconcile")

    def _race_of_clerks(self, first, second):
        self._assert_done(*self._race_clerks(first, second))

    # --- both at once ---
    def test_order_is_paid_when_the_rest_of_both_is_paid_at_once(self):
        pay_first, pay_second = map(self._pay, self.invoices, self.banks)
        self._race_of_clerks(pay_first, pay_second)
        self.assertEqual(set(self.invoices.mapped("payment_state")), {"paid"})
        self.assertEqual(self.order.billing_status, "paid")

    def test_order_is_paid_when_the_later_invoice_is_paid_first(self):
        pay_first, pay_second = map(self._pay, self.invoices, self.banks)
        self._race_of_clerks(pay_second, pay_first)
        self.assertEqual(set(self.invoices.mapped("payment_state")), {"paid"})
        self.assertEqual(self.order.billing_status, "paid")

    def test_order_is_posted_when_both_payments_are_taken_back_at_once(self):
        self._race_of_clerks(*map(self._take_back, self.invoices))
        self.assertEqual(set(self.invoices.mapped("payment_state")), {"not_paid"})
        self.assertEqual(self.order.billing_status, "posted")

    # --- payments without a journal entry ---
    def _pay_without_entry(self, invoice, bank):
        def pay(env):
            payment = env["account.payment"].create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": invoice.partner_id.id,
                    "amount": invoice.amount_residual,
                    "journal_id": bank.id,
                    "invoice_ids": invoice.ids,
                }
            )
            payment.outstanding_account_id = False
            payment.action_post()
            return payment.move_id.id

        return pay

    def _race_without_entry(self, *order):
        requests = [
            self._pay_without_entry(self.invoices[index], self.banks[index])
            for index in order
        ]
        self.assertEqual(self._race_clerks(*requests), (False, False))
        self.assertEqual(set(self.invoices.mapped("payment_state")), {"paid"})
        self.assertEqual(self.order.billing_status, "paid")

    def test_order_is_paid_by_two_payments_without_entry_at_once(self):
        self._race_without_entry(0, 1)

    def test_order_is_paid_by_two_payments_without_entry_the_later_first(self):
        self._race_without_entry(1, 0)

    # --- the invoice is paid, and reset to draft ---
    def test_paid_invoice_is_reset_with_its_payment(self):
        invoice, bank = self.invoices[0], self.banks[0]
        self._race_of_clerks(
            self._pay(invoice, bank), self._call(invoice, "button_draft")
        )
        self._assert_paid_draft(invoice)

    def test_invoice_reset_first_is_paid_as_a_draft(self):
        invoice, bank = self.invoices[0], self.banks[0]
        self._race_of_clerks(
            self._call(invoice, "button_draft"), self._pay(invoice, bank)
        )
        self._assert_paid_draft(invoice)

    def _assert_paid_draft(self, invoice):
        # Odoo leaves the payment where it is
        self.assertEqual((invoice.state, invoice.payment_state), ("draft", "paid"))
        self._assert_hours(3, 0, "draft")
        invoice.action_post()
        self.committed.cr.commit()
        self.assertEqual(self.order.billing_status, "partial")

    # --- a payment and a credit note of the same invoice ---
    def _post_credit(self):
        return self._call(self.credit, "action_post")

    def _credit_first_invoice(self, **values):
        self.credit = self._create_credit(self.invoices[0], **values)
        return self.invoices[0], self.banks[0]

    def test_rest_paid_before_the_credit_leaves_the_credit_open(self):
        invoice, bank = self._credit_first_invoice(fsm_work="refund")
        self._race_of_clerks(self._pay(invoice, bank), self._post_credit())
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.credit.amount_residual, 120)
        self.assertEqual(self.order.billing_status, "partial")

    def test_credited_rest_is_not_paid(self):
        invoice, bank = self._credit_first_invoice(fsm_work="refund")
        first, second = self._race_clerks(self._post_credit(), self._pay(invoice, bank))
        self._assert_done(first)
        self._assert_refused(second, "nothing left to pay")
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(self.credit.amount_residual, 10)

    def test_payment_before_a_partial_credit(self):
        invoice, bank = self._credit_first_invoice(quantity=0.5)
        self._race_of_clerks(self._pay(invoice, bank, 60), self._post_credit())
        self.assertEqual(invoice.amount_residual, 120 - 10 - 60 - 30)
        self.assertEqual(self.credit.amount_residual, 0)
        self._assert_hours(2.5, 0.5, "to_invoice")

    def test_partial_credit_before_a_payment(self):
        invoice, bank = self._credit_first_invoice(quantity=0.5)
        self._race_of_clerks(self._post_credit(), self._pay(invoice, bank, 60))
        self.assertEqual(invoice.amount_residual, 120 - 10 - 60 - 30)
        self.assertEqual(self.credit.amount_residual, 0)
        self._assert_hours(2.5, 0.5, "to_invoice")

    def test_credit_of_one_invoice_and_payment_of_the_other(self):
        self._credit_first_invoice(fsm_work="refund")
        self._race_of_clerks(
            self._post_credit(), self._pay(self.invoices[1], self.banks[1])
        )
        self.assertEqual(set(self.invoices.mapped("amount_residual")), {0})
        self.assertEqual(self.order.billing_status, "paid")

    def test_payment_of_one_invoice_and_credit_of_the_other(self):
        self._credit_first_invoice(fsm_work="refund")
        self._race_of_clerks(
            self._pay(self.invoices[1], self.banks[1]), self._post_credit()
        )
        self.assertEqual(set(self.invoices.mapped("amount_residual")), {0})
        self.assertEqual(self.order.billing_status, "paid")

    def test_payment_entered_before_the_credit_leaves_its_money_open(self):
        invoice, bank = self._credit_first_invoice(fsm_work="refund")
        wizard = (
            self.committed["account.payment.register"]
            .with_user(self.clerk)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": bank.id})
        )
        self.assertEqual(wizard.amount, 110)
        self.committed.cr.commit()
        self._race_of_clerks(
            self._post_credit(), self._call(wizard, "action_create_payments")
        )
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(self.credit.amount_residual, 10)
        payment = self.committed["account.payment"].search(
            [("journal_id", "=", bank.id)], order="id desc", limit=1
        )
        received = payment.move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        self.assertEqual(received.mapped("amount_residual"), [-110])

    # --- two credit notes of a paid invoice, which they are not matched with ---
    def _post_credits_of_paid_invoice(self, first, second):
        invoice, bank = self.invoices[0], self.banks[0]
        self._pay(invoice, bank)(self.committed)
        credits = self._type_credits(invoice, 90, 60)
        first, second = credits[first], credits[second]
        self._assert_one_stands(first, second, self._post_both(first, second))
        self.assertEqual(first.amount_residual, first.amount_total)
        self.assertEqual(invoice.payment_state, "paid")

    def test_credit_notes_of_a_paid_invoice_the_larger_first(self):
        self._post_credits_of_paid_invoice(0, 1)

    def test_credit_notes_of_a_paid_invoice_the_smaller_first(self):
        self._post_credits_of_paid_invoice(1, 0)
