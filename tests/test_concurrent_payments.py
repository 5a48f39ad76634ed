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
        self.invoices = self._post_invoice()
        self._log_hours(self.committed, 1)
        self.invoices |= self._post_invoice()
        for invoice, bank in zip(self.invoices, self.banks, strict=True):
            self._pay(invoice, bank, 10)(self.committed)
        self.committed.cr.commit()
        # each payment of the race leaves the status as it finds it
        self.assertEqual(self.order.billing_status, "partial")

    def _post_invoice(self):
        invoice = self.order._create_invoices()
        invoice.action_post()
        return invoice

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
        def take_back(env):
            env["account.move"].browse(invoice.id).line_ids.remove_move_reconcile()
            return "taken back"

        return take_back

    def _race_of_clerks(self, first, second):
        results = self._race((self.clerk.id, first), (self.clerk.id, second))
        for result in results:
            if isinstance(result, Exception):
                raise result

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
