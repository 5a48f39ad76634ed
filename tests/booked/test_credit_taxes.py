from odoo.fields import Command
from odoo.tests import Form, tagged

from ..credit_common import CreditCommon


class CreditTaxesCommon(CreditCommon):
    """An invoice of 120.00 of labor and 100.00 of parts, with 15 % of taxes 253.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(hours=2, parts=1)
        cls.tax = cls.tax_sale_a.sudo()

    def _post(self, **values):
        """Post the invoice of the order, after ``values`` are written on it."""
        invoice = self._invoice(self.order)
        invoice.write(values)
        invoice.action_post()
        return invoice

    def _get_taxable(self, moves):
        """:return: dict tax -> balance of the lines of ``moves`` that it taxes"""
        lines = moves.sudo().line_ids
        return {
            tax: round(
                sum(line.balance for line in lines if tax in line.tax_ids),
                2,
            )
            for tax in lines.tax_ids
        }

    def _get_tax_base(self, moves):
        lines = moves.sudo().line_ids.filtered("tax_line_id")
        return round(sum(lines.mapped("tax_base_amount")), 2)

    def assertNothingLeft(self, invoice):
        """Check that credit notes took back all that ``invoice`` booked."""
        moves = invoice | invoice.reversal_move_ids
        self.assertEqual(set(invoice.reversal_move_ids.mapped("state")), {"posted"})
        balances = {}
        for line in moves.sudo().line_ids:
            balances.setdefault(line.account_id.code, []).append(line.balance)
        self.assertEqual(
            {code: round(sum(amounts), 2) for code, amounts in balances.items()},
            dict.fromkeys(balances, 0.0),
        )
        self.assertEqual(set(self._get_taxable(moves).values()), {0.0})
        self.assertEqual(self._get_tax_base(moves), 0)
        credited = sum(invoice.reversal_move_ids.mapped("amount_total"))
        self.assertAlmostEqual(credited, invoice.amount_total, 6)
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(invoice.payment_state, "reversed")


@tagged("post_install", "-at_install")
class TestCreditTaxes(CreditTaxesCommon):
    """A credit note gives back what was booked, whatever the taxes are today."""

    def _confirm_as_shown(self, invoice, choices=None):
        """Confirm a credit note, and check that it comes to what the dialog says."""
        dialog = self._open_dialog(invoice)
        if choices:
            self._choose(dialog, choices)
        shown = (
            dialog.fsm_amount_untaxed,
            dialog.fsm_amount_tax,
            dialog.fsm_amount_total,
            dialog.fsm_amount_due_after,
        )
        dialog.action_fsm_confirm()
        credit = dialog.new_move_ids
        self.assertEqual(
            shown,
            (
                credit.amount_untaxed,
                credit.amount_tax,
                credit.amount_total,
                invoice.amount_residual,
            ),
        )
        return credit

    def test_rate_that_fell_is_credited_as_it_was_booked(self):
        invoice = self._post()
        self.tax.amount = 10
        credit = self._confirm_as_shown(invoice)
        self.assertEqual(credit.amount_total, 253)
        self.assertNothingLeft(invoice)

    def test_rate_that_rose_is_credited_as_it_was_booked(self):
        invoice = self._post()
        self.tax.amount = 20
        self._confirm_as_shown(invoice)
        self.assertNothingLeft(invoice)

    def test_rate_that_is_zero_today_is_credited_as_it_was_booked(self):
        invoice = self._post()
        self.tax.amount = 0
        self._confirm_as_shown(invoice)
        self.assertNothingLeft(invoice)

    def test_tax_that_was_zero_is_not_credited(self):
        self.tax.amount = 0
        invoice = self._post()
        self.tax.amount = 15
        credit = self._confirm_as_shown(invoice)
        self.assertEqual(credit.amount_total, 220)

    def test_parts_and_the_rest_come_to_what_was_booked(self):
        invoice = self._post()
        self.tax.amount = 10
        self._confirm_as_shown(invoice, {self.labor: 0.7})
        self.tax.amount = 19
        self._confirm_as_shown(invoice, {self.pump: (33.33, "price")})
        self._confirm_as_shown(invoice)
        self.assertNothingLeft(invoice)

    def test_tax_included_in_prices_since_is_credited_as_it_was_booked(self):
        invoice = self._post()
        self.tax.price_include_override = "tax_included"
        self._confirm_as_shown(invoice, {self.labor: 1})
        self._confirm_as_shown(invoice)
        self.assertNothingLeft(invoice)

    def test_tax_not_included_any_more_is_credited_as_it_was_booked(self):
        self.tax.price_include_override = "tax_included"
        invoice = self._post()
        self.tax.price_include_override = "tax_excluded"
        self._confirm_as_shown(invoice)
        self.assertNothingLeft(invoice)

    def test_fixed_and_withheld_taxes_are_credited_as_they_were_booked(self):
        fixed = self.tax.copy({"name": "Fee", "amount_type": "fixed", "amount": 2})
        withheld = self.tax.copy({"name": "Withheld", "amount": -5})
        taxes = self.tax | fixed | withheld
        invoice = self._invoice(self.order)
        for line in self._product_lines(invoice):
            line.tax_ids = taxes
        invoice.action_post()
        fixed.amount = 3
        withheld.amount = -7
        self._confirm_as_shown(invoice, {self.labor: 1})
        self._confirm_as_shown(invoice)
        self.assertNothingLeft(invoice)

    def test_foreign_currency_is_credited_as_it_was_booked(self):
        euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 1.37)])
        invoice = self._post(currency_id=euro.id)
        self.tax.amount = 10
        self._confirm_as_shown(invoice, {self.labor: 0.7})
        self._confirm_as_shown(invoice)
        self.assertNothingLeft(invoice)

    def test_tax_goes_back_to_the_account_where_it_was_booked(self):
        invoice = self._post()
        moved = self.company_data["default_account_tax_purchase"]
        self.tax.repartition_line_ids.filtered("account_id").account_id = moved
        self._confirm_as_shown(invoice)
        self.assertNothingLeft(invoice)

    def test_tags_are_those_of_the_invoice(self):
        tags = self.env["account.account.tag"].create(
            [
                {"name": name, "applicability": "taxes", "country_id": country.id}
                for country in self.tax.country_id
                for name in ("base", "tax", "other")
            ]
        )
        base, tax, other = tags
        for part in self.tax.repartition_line_ids:
            part.tag_ids = base if part.repartition_type == "base" else tax
        invoice = self._post()
        self.tax.repartition_line_ids.tag_ids = other
        credit = self._confirm_as_shown(invoice)
        self.assertEqual(self._product_lines(credit).tax_tag_ids, base)
        tax_line = credit.sudo().line_ids.filtered("tax_line_id")
        self.assertEqual(tax_line.tax_tag_ids, tax)

    def test_account_of_refunds_stays_that_of_the_tax(self):
        moved = self.company_data["default_account_tax_purchase"]
        self.tax.refund_repartition_line_ids.filtered("account_id").account_id = moved
        invoice = self._post()
        credit = self._confirm_as_shown(invoice)
        tax_line = credit.sudo().line_ids.filtered("tax_line_id")
        self.assertEqual(tax_line.account_id, moved)

    def test_reversal_of_odoo_comes_to_what_was_booked(self):
        invoice = self._post()
        self.tax.amount = 20
        self._reverse(invoice).action_post()
        self.assertNothingLeft(invoice)

    def test_replaced_invoice_is_credited_as_booked_and_taxed_as_today(self):
        invoice = self._post()
        self._confirm_as_shown(invoice, {self.labor: (20, "price")})
        self.tax.amount = 10
        dialog = self._open_dialog(invoice)
        action = dialog.action_fsm_correct()
        draft = self.env["account.move"].browse(action["res_id"])
        self.assertNothingLeft(invoice)
        self.assertEqual((draft.amount_untaxed, draft.amount_total), (200, 220))

    # --- taxes changed on a draft ---
    def _save_draft(self, invoice):
        dialog = self._open_dialog(invoice)
        dialog.action_fsm_save_draft()
        return dialog.new_move_ids

    def test_tax_taken_off_a_draft_leaves_the_others_as_they_are_then(self):
        # 10 % that the other 10 % are on top of
        first = self.tax.copy(
            {"name": "First", "amount": 10, "include_base_amount": True, "sequence": 1}
        )
        second = self.tax.copy({"name": "Second", "amount": 10, "sequence": 2})
        invoice = self._invoice(self.order)
        for line in self._product_lines(invoice):
            line.tax_ids = first | second
        invoice.action_post()
        credit = self._save_draft(invoice)
        self.assertEqual(credit.amount_tax, 22 + 24.2)
        for line in self._product_lines(credit):
            line.tax_ids = second
        self.assertEqual(credit.amount_tax, 22)

    def test_tax_that_somebody_takes_off_a_draft_is_not_given_back(self):
        self.tax.amount = 10
        self.order = self._create_order(hours=2.5, parts=0)
        for clear in (
            lambda line: line.write({"tax_ids": [Command.clear()]}),
            lambda line: line.move_id.write(
                {
                    "invoice_line_ids": [
                        Command.update(line.id, {"tax_ids": [Command.clear()]})
                    ]
                }
            ),
            self._clear_taxes_on_the_form,
        ):
            invoice = self._post()
            self.assertEqual((invoice.amount_untaxed, invoice.amount_total), (150, 165))
            credit = self._save_draft(invoice)
            self.assertEqual(credit.amount_total, 165)
            clear(self._line(credit, self.labor))
            self.assertEqual((credit.amount_tax, credit.amount_total), (0, 150))
            credit.action_post()
            self.assertEqual(credit.amount_total, 150)
            self.assertEqual(invoice.amount_residual, 15)
            self.order = self._create_order(hours=2.5, parts=0)

    def _clear_taxes_on_the_form(self, line):
        with Form(line.move_id) as form:
            index = line.move_id.invoice_line_ids.ids.index(line.id)
            with form.invoice_line_ids.edit(index) as row:
                row.tax_ids.clear()

    def test_other_tax_on_a_draft_has_its_own_tags(self):
        booked, today, own = self.env["account.account.tag"].create(
            [
                {
                    "name": name,
                    "applicability": "taxes",
                    "country_id": self.tax.country_id.id,
                }
                for name in ("booked", "today", "own")
            ]
        )
        other = self.tax.copy({"name": "Other", "amount": 6})
        for tax, tag in ((self.tax, booked), (other, own)):
            tax.repartition_line_ids.tag_ids = tag
        invoice = self._post()
        self.tax.repartition_line_ids.tag_ids = today
        credit = self._save_draft(invoice)
        first, *others = self._product_lines(credit)
        # some of it is credited where it was booked
        first.quantity = first.quantity / 2
        self.assertEqual(first.tax_tag_ids, booked)
        first.tax_ids = other
        self.assertEqual(first.tax_tag_ids, own)
        for line in others:
            self.assertEqual(line.tax_tag_ids, booked)

    def test_tax_included_taken_off_a_draft_leaves_the_price(self):
        self.tax.price_include_override = "tax_included"
        invoice = self._post()
        credit = self._save_draft(invoice)
        with Form(credit) as form:
            for index, line in enumerate(credit.invoice_line_ids):
                if line.display_type == "product":
                    with form.invoice_line_ids.edit(index) as row:
                        row.tax_ids.clear()
        self.assertEqual((credit.amount_untaxed, credit.amount_tax), (220, 0))

    def test_price_changed_by_less_than_a_cent_counts(self):
        invoice = self._invoice(self.order)
        self._line(invoice, self.pump).write({"quantity": 1000, "price_unit": 0.1})
        invoice.action_post()
        credit = self._save_draft(invoice)
        self._line(credit, self.pump).price_unit = 0.097
        self.assertEqual(self._line(credit, self.pump).price_subtotal, 97)


@tagged("post_install", "-at_install")
class TestCreditEarlyPayment(CreditTaxesCommon):
    """Taxes are on 2 % less; the bases of a credit note are too."""

    def setUp(self):
        super().setUp()
        self.term = self._create_early_term()
        self.invoice = self._post(invoice_payment_term_id=self.term.id)

    def test_all_of_it(self):
        credit = self._confirm(self.invoice)
        self.assertEqual(self._get_taxable(credit), {self.tax: 215.6})
        self.assertEqual((credit.amount_total, credit.amount_tax), (252.34, 32.34))
        self.assertNothingLeft(self.invoice)

    def test_by_line(self):
        self._confirm(self.invoice, {self.pump: 1})
        self._confirm(self.invoice, {self.labor: 2})
        self.assertNothingLeft(self.invoice)

    def test_by_quantity_and_price_and_the_rest(self):
        self._confirm(self.invoice, {self.labor: 0.33})
        self._confirm(self.invoice, {self.labor: (7.77, "price")})
        self._confirm(self.invoice, {self.labor: 0.33, self.pump: (33.33, "price")})
        self._confirm(self.invoice)
        self.assertNothingLeft(self.invoice)

    def test_reversal_of_odoo(self):
        self._reverse(self.invoice).action_post()
        self.assertNothingLeft(self.invoice)

    def test_terms_and_rate_changed_since(self):
        self.term.discount_percentage = 3
        self.tax.amount = 10
        self._confirm(self.invoice, {self.labor: 1})
        self._confirm(self.invoice)
        self.assertNothingLeft(self.invoice)

    def test_draft_that_somebody_changes(self):
        dialog = self._open_dialog(self.invoice)
        dialog.action_fsm_save_draft()
        credit = dialog.new_move_ids
        self._line(credit, self.labor).quantity = 1
        self.assertEqual(self._get_taxable(credit), {self.tax: 156.8})
        self.assertEqual(credit.amount_tax, 23.52)
        self._line(credit, self.pump).tax_ids = False
        self.assertEqual(self._get_taxable(credit), {self.tax: 58.8})
        self.assertEqual(credit.amount_tax, 8.82)
        self._line(credit, self.labor).unlink()
        self.assertEqual(credit.amount_total, 100)
        self.assertFalse(credit.line_ids.filtered(lambda x: x.display_type == "epd"))
