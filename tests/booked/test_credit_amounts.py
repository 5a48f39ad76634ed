from odoo.fields import Command
from odoo.tests import tagged

from ..credit_common import CreditCommon

try:
    import hypothesis
    from hypothesis import strategies as st
except ImportError:  # needed for tests only: Odoo loads this file without it too
    hypothesis = None

#: how an invoice is made that is credited in parts
CASES = {
    "plain": {},
    "round_globally": {"rounding": "round_globally"},
    "included": {"included": True},
    "included_round_globally": {"included": True, "rounding": "round_globally"},
    "no_tax": {"taxed": False},
    "discount": {"discount": 7.5},
    "foreign": {"foreign": True},
    "foreign_no_tax": {"foreign": True, "taxed": False},
    "cash_rounding": {"cash": "add_invoice_line"},
    "cash_rounding_tax": {"cash": "biggest_tax"},
    "two_taxes": {"two_taxes": True},
    "early_discount": {"early": True},
}


@tagged("post_install", "-at_install")
class TestCreditAmounts(CreditCommon):
    """Credited in whatever parts, an invoice is credited to the cent and no more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.setup_other_currency("EUR", rates=[("2020-01-01", 1.37)])
        cls.tax_included = cls.tax_sale_a.copy(
            {
                "name": "19.6% included",
                "price_include_override": "tax_included",
                "amount": 19.6,
            }
        )

    def _post_case(
        self,
        rounding="round_per_line",
        included=False,
        taxed=True,
        discount=0.0,
        foreign=False,
        cash=None,
        two_taxes=False,
        early=False,
    ):
        """:return: a posted invoice of odd prices and quantities"""
        self.company.tax_calculation_rounding_method = rounding
        taxes = self.tax_included if included else self.tax_sale_a
        if two_taxes:
            taxes |= self.tax_sale_b
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2024-05-01",
                "currency_id": (self.euro if foreign else self.company.currency_id).id,
                "invoice_cash_rounding_id": cash and self._create_rounding(cash).id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": name,
                            "quantity": quantity,
                            "price_unit": price,
                            "discount": discount,
                            "tax_ids": [Command.set(taxes.ids if taxed else [])],
                        }
                    )
                    for name, quantity, price in (
                        ("Hours", 6.67, 33.33),
                        ("Parts", 3, 19.99),
                        ("Travel", 1, 0.05),
                    )
                ],
            }
        )
        if early:
            invoice.invoice_payment_term_id = self._create_early_term()
        invoice.action_post()
        return invoice

    def _create_rounding(self, strategy):
        accounts = self.company_data["default_account_revenue"]
        return self.env["account.cash.rounding"].create(
            {
                "name": "Coins",
                "rounding": 0.05,
                "strategy": strategy,
                "profit_account_id": accounts.id,
                "loss_account_id": accounts.id,
                "rounding_method": "HALF-UP",
            }
        )

    def _credit_parts(self, invoice, parts):
        """Credit ``parts``, tuples (line, share of what is left, price only), and then
        the rest."""
        for number, share, is_price in parts:
            dialog = self._open_dialog(invoice)
            lines = dialog.fsm_credit_line_ids
            if not lines:
                break
            line = lines[number % len(lines)]
            dialog.action_fsm_choose_none()
            if is_price:
                line.work = "price"
                line.amount_to_credit = line.currency_id.round(line.amount_left * share)
            else:
                line.qty_to_credit = round(line.qty_left * share, 2)
            if not line._is_chosen():
                continue
            total = dialog.fsm_amount_total
            dialog.action_fsm_confirm()
            self.assertAlmostEqual(total, dialog.new_move_ids.amount_total, 2)
        dialog = self._open_dialog(invoice)
        if dialog.fsm_credit_line_ids:
            total = dialog.fsm_amount_total
            dialog.action_fsm_confirm()
            self.assertAlmostEqual(total, dialog.new_move_ids.amount_total, 2)

    def _sum(self, moves):
        """:return: what ``moves`` book, account by account and tax by tax"""
        sums = {}
        for line in moves.sudo().line_ids:
            key = (line.account_id.code, line.tax_line_id.name, line.currency_id.name)
            amounts = sums.get(key, (0.0, 0.0))
            sums[key] = (
                round(amounts[0] + line.balance, 2),
                round(amounts[1] + line.amount_currency, 2),
            )
        return {key: amounts for key, amounts in sums.items() if any(amounts)}

    def assertCreditedToTheCent(self, invoice):
        credits = invoice.reversal_move_ids
        self.assertAlmostEqual(
            sum(credits.mapped("amount_total")), invoice.amount_total, 6
        )
        self.assertEqual(self._sum(invoice | credits), {})
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertEqual(invoice.amount_residual, 0)

    def test_all_at_once_is_the_invoice(self):
        for name, values in CASES.items():
            with self.subTest(case=name):
                invoice = self._post_case(**values)
                self._credit_parts(invoice, [])
                self.assertCreditedToTheCent(invoice)

    def test_quantities_prices_and_the_rest_come_to_the_invoice(self):
        parts = [(0, 0.5, False), (1, 0.013, True), (0, 0.3, False), (0, 0.5, True)]
        for name, values in CASES.items():
            with self.subTest(case=name):
                invoice = self._post_case(**values)
                self._credit_parts(invoice, parts)
                self.assertCreditedToTheCent(invoice)

    def test_any_parts_come_to_the_invoice(self):
        if not hypothesis:
            self.skipTest("hypothesis is not installed")
        part = st.tuples(st.integers(0, 2), st.floats(0.01, 1.0), st.booleans())

        @hypothesis.settings(
            max_examples=10,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(
            case=st.sampled_from(list(CASES)),
            parts=st.lists(part, min_size=1, max_size=4),
        )
        def check(case, parts):
            savepoint = self.env.cr.savepoint()
            try:
                invoice = self._post_case(**CASES[case])
                self._credit_parts(invoice, parts)
                self.assertCreditedToTheCent(invoice)
            finally:
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)

        check()

    def test_manual_tax_of_the_invoice_is_given_back(self):
        invoice = self._post_case()
        invoice.button_draft()
        tax = invoice.line_ids.filtered("tax_line_id")
        term = invoice.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        invoice.line_ids = [
            Command.update(tax.id, {"balance": tax.balance - 0.02}),
            Command.update(term.id, {"balance": term.balance + 0.02}),
        ]
        invoice.action_post()
        self._credit_parts(invoice, [(0, 0.4, False)])
        self.assertCreditedToTheCent(invoice)

    def test_credit_is_at_the_rate_of_the_invoice(self):
        invoice = self._post_case(foreign=True)
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.euro.id,
                "name": "2026-01-01",
                "rate": 2.5,
                "company_id": self.company.id,
            }
        )
        self._credit_parts(invoice, [(0, 0.5, False)])
        self.assertCreditedToTheCent(invoice)
        # Odoo books cents of rounding between the two, and no difference of rates
        partials = invoice.reversal_move_ids.line_ids.matched_debit_ids
        differences = partials.exchange_move_id.mapped("amount_total_signed")
        self.assertTrue(partials)
        self.assertLess(sum(map(abs, differences)), 0.05)
