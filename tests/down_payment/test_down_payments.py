from odoo.fields import Command
from odoo.tests import Form, tagged

from ..quotation_common import QuotationCommon


@tagged("post_install", "-at_install")
class TestDownPayments(QuotationCommon):
    """A down payment is deducted as it stands: as far as it fits, and all of it.

    In the end the invoices and credit notes of a quotation come to the quotation.
    """

    # --- factories ---
    def _sell_visits(self, count=2, **values):
        """:return: a quotation of visits at 300.00 and 15 %, an order for each"""
        return self._confirm_quotation(*[self.service_per_line] * count, **values)

    def _bill(self, order, is_posted=True):
        """:return: the invoice of ``order``, which is completed first"""
        if not order.is_invoiceable:
            order.action_complete()
        invoice = self._invoice_of(order)
        if is_posted:
            invoice.action_post()
        return invoice

    def _bill_all(self, sale):
        for order in sale.fsm_order_ids.sorted("id"):
            order.action_complete()
            if order.billing_status == "to_invoice":
                self._bill(order)

    def _get_advances(self, sale):
        return sale.order_line.filtered(
            lambda line: line.is_downpayment and not line.display_type
        )

    def _get_deducted(self, invoice):
        lines = invoice.invoice_line_ids.filtered("sale_line_ids.is_downpayment")
        return sum(lines.mapped("price_subtotal"))

    def _credit_price(self, invoice, amount):
        """Take ``amount`` before tax off the one line of ``invoice``."""
        self._credit_by_line(invoice, work="price", amount_to_credit=amount)

    def _credit_by_line(self, invoice, **values):
        wizard = (
            self.env["account.move.reversal"]
            .with_user(self.clerk)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "reason": "Agreed"})
        )
        wizard.fsm_credit_line_ids.write(values)
        action = wizard.action_fsm_confirm()
        return self.env["account.move"].browse(action["res_id"])

    # --- how far it is paid ---
    def test_order_is_paid_by_the_down_payment_that_its_invoice_deducts(self):
        sale = self._sell_visits()
        advance = self._pay_in_advance(sale, 460)
        order = sale.fsm_order_ids.sorted("id")[0]
        self.assertEqual(self._bill(order).amount_total, 0)
        self.assertEqual(order.billing_status, "posted")
        self.assertEqual(order.billing_due_date, advance.invoice_date_due)
        self._pay(advance, 100)
        self.assertEqual(order.billing_status, "partial")
        self._pay(advance)
        self.assertEqual(order.billing_status, "paid")
        self.assertFalse(order.billing_due_date)

    # --- what must hold ---
    def _assert_comes_to(self, sale, untaxed, taxes=None):
        """Check what all posted documents of ``sale`` come to, and nothing is left."""
        moves = sale.invoice_ids | sale.invoice_ids.reversal_move_ids
        moves = moves.filtered(lambda move: move.state == "posted")
        self.assertAlmostEqual(sum(moves.mapped("amount_untaxed_signed")), untaxed)
        self.assertAlmostEqual(
            sum(moves.mapped("amount_tax_signed")),
            0.15 * untaxed if taxes is None else taxes,
        )
        self.assertFalse(self._get_advances(sale).filtered("qty_to_invoice"))
        self.assertFalse(sale.fsm_down_payment_left)
        self.assertFalse(
            sale.fsm_order_ids.filtered(
                lambda order: order.billing_status == "to_invoice"
            )
        )

    # --- rounding ---
    def _pay_in_thirds(self, sale):
        return self.env["account.move"].union(
            *(
                self._pay_in_advance(
                    sale, 0, advance_payment_method="percentage", amount=33.33
                )
                for _number in range(3)
            )
        )

    def test_parts_of_a_down_payment_come_to_the_quotation(self):
        for price in (0.5, 10.5, 3.5, 100.01, 99.99, 33.5):
            for count in (1, 2):
                with self.subTest(price=price, count=count):
                    self.service_per_line.lst_price = price
                    sale = self._sell_visits(count)
                    self._pay_in_thirds(sale)
                    self._bill_all(sale)
                    # taxes are rounded on each invoice
                    taxes = count * sale.currency_id.round(0.15 * price)
                    self._assert_comes_to(sale, sale.amount_untaxed, taxes)

    def test_part_of_a_down_payment_credited_before_or_after(self):
        self.service_per_line.lst_price = 10.5
        for is_before in (True, False):
            with self.subTest(is_before=is_before):
                sale = self._sell_visits(1)
                advances = self._pay_in_thirds(sale)
                if is_before:
                    self._credit(advances[1])
                self._bill_all(sale)
                if not is_before:
                    self._credit(advances[1])
                    self._bill_all(sale)
                self._assert_comes_to(sale, sale.amount_untaxed, sale.amount_tax)

    def test_down_payment_beyond_the_quotation_stays(self):
        sale = self._sell_visits(1)
        self._pay_in_advance(sale, 350)
        self._bill_all(sale)
        self.assertIn("5.00", sale.fsm_down_payment_left)

    # --- early payment ---
    def _get_early_term(self, computation="mixed"):
        return self.env["account.payment.term"].create(
            {
                "name": "2/7",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 7,
                "early_pay_discount_computation": computation,
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 100, "nb_days": 30}
                    )
                ],
            }
        )

    def _get_taxed(self, sale):
        """:return: what the books have as the base of taxes, of all documents"""
        moves = sale.invoice_ids | sale.invoice_ids.reversal_move_ids
        lines = moves.sudo().line_ids.filtered("tax_ids")
        return -sum(lines.mapped("balance"))

    def _sell_early(self, *amounts, count=1):
        """:return: a quotation with taxes less 2 %, and these down payments"""
        sale = self._sell_visits(count, payment_term_id=self._get_early_term().id)
        for amount in amounts:
            self._pay_in_advance(sale, amount)
        return sale

    def _bill_as_previewed(self, order):
        order.action_complete()
        to_bill = order.with_user(self.clerk).amount_to_bill
        invoice = self._bill(order)
        self.assertEqual(to_bill, invoice.amount_untaxed)
        return invoice

    def test_taxes_less_early_payment_are_deducted_once(self):
        sale = self._sell_early(200)
        self.assertEqual(sale.invoice_ids.amount_tax, 25.57)
        invoice = self._bill_as_previewed(sale.fsm_order_ids)
        self.assertEqual(invoice.amount_tax, 18.53)
        self._assert_comes_to(sale, 300, taxes=44.10)
        self.assertAlmostEqual(self._get_taxed(sale), 294)

    def test_early_payment_and_a_down_payment_of_all(self):
        sale = self._sell_early(345)
        invoice = self._bill_as_previewed(sale.fsm_order_ids)
        self.assertRecordValues(
            invoice, [{"amount_untaxed": 0, "amount_tax": 0, "amount_total": 0}]
        )
        self._assert_comes_to(sale, 300, taxes=44.10)
        self.assertAlmostEqual(self._get_taxed(sale), 294)

    def test_early_payment_and_a_down_payment_in_parts(self):
        sale = self._sell_early(460, count=2)
        for order in sale.fsm_order_ids.sorted("id"):
            self._bill_as_previewed(order)
        self._assert_comes_to(sale, 600, taxes=88.20)
        self.assertAlmostEqual(self._get_taxed(sale), 588)

    def test_early_payment_and_several_down_payments(self):
        sale = self._sell_early(100, 57.31, 33.33, count=2)
        for order in sale.fsm_order_ids.sorted("id"):
            self._bill_as_previewed(order)
        self._assert_comes_to(sale, 600, taxes=88.20)
        self.assertAlmostEqual(self._get_taxed(sale), 588)

    def test_early_payment_agreed_after_the_down_payment(self):
        sale = self._sell_visits(1)
        self._pay_in_advance(sale, 115)
        sale.payment_term_id = self._get_early_term()
        self._bill_as_previewed(sale.fsm_order_ids)
        self._assert_comes_to(sale, 300, taxes=44.10)
        self.assertAlmostEqual(self._get_taxed(sale), 294)

    def test_early_payment_changed_on_the_draft(self):
        sale = self._sell_early(200)
        order = sale.fsm_order_ids
        invoice = self._bill(order, is_posted=False)
        term = invoice.invoice_payment_term_id
        invoice.invoice_payment_term_id = False
        self.assertEqual(invoice.amount_tax, 19.43)
        invoice.invoice_payment_term_id = term
        invoice.action_post()
        self._assert_comes_to(sale, 300, taxes=44.10)
        self.assertAlmostEqual(self._get_taxed(sale), 294)

    def test_early_payment_of_a_deduction_that_is_credited(self):
        sale = self._sell_early(200)
        order = sale.fsm_order_ids
        invoice = self._bill(order)
        self._reverse(invoice).action_post()
        self.assertAlmostEqual(self._get_taxed(sale), 170.43)
        self._bill(order)
        self._assert_comes_to(sale, 300, taxes=44.10)
        self.assertAlmostEqual(self._get_taxed(sale), 294)

    def test_other_early_payment_terms_leave_taxes_as_they_are(self):
        for computation in ("included", "excluded"):
            term = self._get_early_term(computation)
            sale = self._sell_visits(1, payment_term_id=term.id)
            self._pay_in_advance(sale, 115)
            self._bill_as_previewed(sale.fsm_order_ids)
            self._assert_comes_to(sale, 300)

    # --- as far as it fits ---
    def test_new_quotation_has_no_down_payment(self):
        form = Form(self.env["sale.order"])
        self.assertFalse(form.fsm_down_payment_left)

    def test_what_fits_is_deducted_and_the_rest_later(self):
        sale = self._sell_visits()
        self._pay_in_advance(sale, 460)
        first, second = sale.order_line.fsm_order_id.sorted("id")
        invoice = self._bill(first)
        self.assertEqual(invoice.amount_untaxed, 0)
        self.assertEqual(invoice.amount_total, 0)
        self.assertEqual(self._get_deducted(invoice), -300)
        self.assertEqual(self._bill(second).amount_untaxed, 200)
        self._assert_comes_to(sale, 600)

    def test_rest_is_said_on_the_order_and_the_sale(self):
        sale = self._sell_visits()
        self._pay_in_advance(sale, 460)
        first, second = sale.order_line.fsm_order_id.sorted("id")
        self._bill(first)
        text = "115.00 of the down payment is still to be deducted"
        for record in (sale, first.with_user(self.clerk), second):
            self.assertIn(text, record[self._get_text_field(record)])
        self._bill(second, is_posted=False)
        self.assertFalse(sale.fsm_down_payment_left)
        self.assertFalse(first.down_payment_left)

    def _get_text_field(self, record):
        is_sale = record._name == "sale.order"
        return "fsm_down_payment_left" if is_sale else "down_payment_left"

    def test_amount_is_said_without_taxes_where_there_are_none(self):
        self.service_per_line.taxes_id = False
        sale = self._sell_visits()
        self._pay_in_advance(sale, 400)
        self._bill(sale.order_line.fsm_order_id.sorted("id")[0])
        text = "100.00 of the down payment is still to be deducted"
        self.assertIn(text, sale.fsm_down_payment_left)

    def test_orders_invoiced_together_share_a_down_payment(self):
        sale = self._sell_visits(3)
        self._pay_in_advance(sale, 460)
        orders = sale.fsm_order_ids.sorted("id")
        orders.action_complete()
        orders = orders.with_user(self.clerk)
        planned = [invoice.untaxed for invoice in orders._get_billing_plan().documents]
        invoices = orders._create_invoices()
        self.assertEqual(planned, [0, 200, 300])
        self.assertEqual(invoices.mapped("amount_untaxed"), planned)
        invoices.action_post()
        self._assert_comes_to(sale, 900)

    def test_orders_of_several_quotations_each_deduct_their_own(self):
        sales = self._sell_visits() | self._sell_visits()
        self._pay_in_advance(sales[0], 460)
        self._pay_in_advance(sales[1], 115)
        orders = sales.fsm_order_ids.sorted("id")
        orders.action_complete()
        orders = orders.with_user(self.clerk)
        invoices = orders._create_invoices(grouping="customer")
        self.assertEqual(invoices.mapped("amount_untaxed"), [0, 200, 200, 300])
        invoices.action_post()
        for sale in sales:
            self._assert_comes_to(sale, 600)

    def test_quotation_in_another_currency(self):
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 1.7)])
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": currency.id}
        )
        sale = self._sell_visits(pricelist_id=pricelist.id)
        price = sale.order_line[0].price_unit
        self._pay_in_advance(sale, price * 1.15 * 1.3333)
        first, second = sale.order_line.fsm_order_id.sorted("id")
        self.assertEqual(self._bill(first).amount_total, 0)
        self._bill(second)
        moves = sale.invoice_ids
        self.assertEqual(moves.currency_id, currency)
        self.assertAlmostEqual(sum(moves.mapped("amount_total")), sale.amount_total)
        self.assertFalse(sale.fsm_down_payment_left)

    def test_preview_deducts_what_fits(self):
        sale = self._sell_visits()
        self._pay_in_advance(sale, 460)
        first = sale.order_line.fsm_order_id.sorted("id")[0]
        first.action_complete()
        self.assertEqual(first.amount_to_bill, 0)
        self.assertIn("-\ufeff300.00", first.with_user(self.clerk).billing_preview)

    def test_several_down_payments(self):
        sale = self._sell_visits(3)
        self._pay_in_advance(sale, 345)
        self._pay_in_advance(sale, 115)
        self._pay_in_advance(sale, 230)
        orders = sale.order_line.fsm_order_id.sorted("id")
        amounts = [self._bill(order).amount_untaxed for order in orders]
        self.assertEqual(amounts, [0, 0, 300])
        self._assert_comes_to(sale, 900)

    def test_down_payment_of_all_the_quotation(self):
        sale = self._sell_visits(3)
        self._pay_in_advance(sale, 0, advance_payment_method="percentage", amount=100)
        self._bill_all(sale)
        self._assert_comes_to(sale, 900)

    def test_draft_with_a_deduction_is_deleted(self):
        sale = self._sell_visits()
        self._pay_in_advance(sale, 460)
        first, second = sale.order_line.fsm_order_id.sorted("id")
        self._bill(first, is_posted=False).unlink()
        self.assertEqual(self._bill(second).amount_untaxed, 0)
        self.assertEqual(self._bill(first).amount_untaxed, 200)
        self._assert_comes_to(sale, 600)

    def test_deduction_that_a_clerk_removed_comes_later(self):
        sale = self._sell_visits()
        self._pay_in_advance(sale, 460)
        first, second = sale.order_line.fsm_order_id.sorted("id")
        draft = self._bill(first, is_posted=False)
        draft.invoice_line_ids.filtered("is_downpayment").unlink()
        self.assertEqual(draft.amount_untaxed, 300)
        draft.action_post()
        self.assertEqual(self._bill(second).amount_untaxed, 0)
        self.assertIn("115.00 of the down payment", sale.fsm_down_payment_left)

    def test_deduction_that_a_clerk_lowered(self):
        sale = self._sell_visits()
        self._pay_in_advance(sale, 460)
        first, second = sale.order_line.fsm_order_id.sorted("id")
        draft = self._bill(first, is_posted=False)
        draft.invoice_line_ids.filtered("is_downpayment").price_unit = 250
        draft.action_post()
        self.assertEqual(draft.amount_untaxed, 50)
        self.assertEqual(self._bill(second).amount_untaxed, 150)
        self._assert_comes_to(sale, 600)

    def test_invoice_with_a_deduction_is_credited_and_billed_again(self):
        sale = self._sell_visits()
        self._pay_in_advance(sale, 460)
        first, second = sale.order_line.fsm_order_id.sorted("id")
        self._credit(self._bill(first))
        self.assertEqual(self._bill(second).amount_untaxed, 0)
        self.assertEqual(self._bill(first).amount_untaxed, 200)
        self._assert_comes_to(sale, 600)

    def test_extra_work_beside_the_quotation_makes_room(self):
        sale = self._sell_visits()
        self._pay_in_advance(sale, 460)
        first, second = sale.order_line.fsm_order_id.sorted("id")
        self._use_part(first, 2)
        self.assertEqual(self._bill(first).amount_untaxed, 100)
        self.assertEqual(self._bill(second).amount_untaxed, 300)
        self._assert_comes_to(sale, 800)

    # --- taxes ---
    def _sell_taxed(self, *taxes, price=100.0):
        """:return: a quotation with a visit for each of these taxes"""
        products = [
            self._create_service(
                "Visit",
                price,
                invoice_policy="delivery",
                field_service_tracking="line",
                taxes_id=[Command.set(tax.ids)],
            )
            for tax in taxes
        ]
        return self._confirm_quotation(*products)

    def _assert_taxed(self, sale, percentage):
        """Check that the bills come to the quotation, tax by tax."""
        # each of several invoices rounds its taxes
        same = sale.copy()
        same.action_confirm()
        self._bill_all(same)
        untaxed = sum(same.invoice_ids.mapped("amount_untaxed"))
        tax = sum(same.invoice_ids.mapped("amount_tax"))
        self._pay_in_advance(
            sale, 0, advance_payment_method="percentage", amount=percentage
        )
        self._bill_all(sale)
        moves = sale.invoice_ids
        self.assertTrue(
            all(self.cents(move.amount_total) >= 0 for move in moves), "negative"
        )
        self._assert_comes_to(sale, untaxed, taxes=tax)

    def cents(self, amount):
        return round(amount * 100)

    def test_several_taxes(self):
        low = self.tax_sale_a.copy({"name": "5.5 %", "amount": 5.5})
        none = self.env["account.tax"]
        for taxes, percentage in (
            ((self.tax_sale_a, low, none), 66.67),
            ((none, self.tax_sale_a), 90),
            ((low, self.tax_sale_a | low), 77.7),
        ):
            with self.subTest(taxes=taxes):
                sale = self._sell_taxed(*taxes, price=99.99)
                self._assert_taxed(sale, percentage)

    def test_prices_with_taxes_included(self):
        included = self.tax_sale_a.copy(
            {"name": "in", "price_include_override": "tax_included", "amount": 19}
        )
        for percentage in (45.45, 99.9):
            sale = self._sell_taxed(*[included] * 3, price=33.33)
            self._assert_taxed(sale, percentage)

    def test_taxes_rounded_on_the_document(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        low = self.tax_sale_a.copy({"name": "5.5 %", "amount": 5.5})
        sale = self._sell_taxed(self.tax_sale_a, low, self.tax_sale_a, low, price=33.33)
        self._assert_taxed(sale, 77.7)

    # --- what is done to the down payment ---
    def test_refunded_down_payment_is_not_deducted(self):
        sale = self._sell_visits()
        advance = self._pay_in_advance(sale, 460)
        self._credit(advance, fsm_work="refund")
        self._bill_all(sale)
        self._assert_comes_to(sale, 600)

    def test_quotation_comes_to_itself_whatever_is_credited_of_its_down_payment(self):
        # the down payment is of 400.00 before tax; what the last invoice comes to
        self.service_per_line.lst_price = 1000
        for credit, rest in (
            (lambda advance: self._credit(advance, fsm_work="refund"), 1000),
            (lambda advance: self._credit(advance, fsm_work="bill_again"), 1000),
            (lambda advance: self._credit_price(advance, 400), 1000),
            (lambda advance: self._credit_price(advance, 100), 700),
        ):
            with self.subTest(rest=rest):
                sale = self._sell_visits(1)
                advance = self._pay_in_advance(sale, 460)
                self.assertEqual(advance.amount_untaxed, 400)
                credit(advance)
                invoice = self._bill(sale.fsm_order_ids)
                self.assertEqual(invoice.amount_untaxed, rest)
                self._assert_comes_to(sale, 1000)

    def test_down_payment_refunded_in_part(self):
        for work in ("refund", "bill_again"):
            with self.subTest(work):
                sale = self._sell_visits()
                advance = self._pay_in_advance(sale, 460)
                self._credit_by_line(advance, work=work, qty_to_credit=0.25)
                self._bill_all(sale)
                self._assert_comes_to(sale, 600)

    def test_price_of_the_down_payment_is_credited(self):
        sale = self._sell_visits()
        self._credit_price(self._pay_in_advance(sale, 460), 100)
        first, second = sale.order_line.fsm_order_id.sorted("id")
        self.assertEqual(self._bill(first).amount_untaxed, 0)
        self.assertEqual(self._bill(second).amount_untaxed, 300)
        self._assert_comes_to(sale, 600)

    def test_price_is_credited_in_odoos_own_dialog(self):
        sale = self._sell_visits()
        credit = self._reverse(self._pay_in_advance(sale, 460))
        self._product_lines(credit).price_unit = 100
        credit.action_post()
        self._bill_all(sale)
        self._assert_comes_to(sale, 600)

    def test_down_payment_is_credited_by_a_line_typed_by_hand(self):
        sale = self._sell_visits()
        credit = self._reverse(self._pay_in_advance(sale, 460))
        credit.invoice_line_ids = [
            Command.clear(),
            Command.create(
                {
                    "name": "Gesture",
                    "price_unit": 100,
                    "tax_ids": [Command.set(self.tax_sale_a.ids)],
                }
            ),
        ]
        credit.action_post()
        self._bill_all(sale)
        self._assert_comes_to(sale, 600)

    def test_down_payment_credited_after_it_was_deducted_is_billed(self):
        for work in ("refund", "bill_again"):
            with self.subTest(work):
                sale = self._sell_visits(1)
                advance = self._pay_in_advance(sale, 115)
                order = sale.fsm_order_ids
                self._bill(order)
                self.assertNotEqual(order.billing_status, "to_invoice")
                self._credit(advance, fsm_work=work)
                self.assertEqual(order.billing_status, "to_invoice")
                self.assertIn("115.00 of the down payment", order.down_payment_left)
                invoice = self._bill(order)
                self.assertEqual(invoice.amount_untaxed, 100)
                self.assertEqual(invoice.move_type, "out_invoice")
                self._assert_comes_to(sale, 300)

    def test_price_credited_after_the_deduction_is_billed(self):
        sale = self._sell_visits(1)
        advance = self._pay_in_advance(sale, 115)
        order = sale.fsm_order_ids
        self._bill(order)
        self._credit_price(advance, 25)
        self.assertEqual(self._bill(order).amount_untaxed, 25)
        self._assert_comes_to(sale, 300)

    def test_down_payment_reset_and_cancelled(self):
        sale = self._sell_visits()
        advance = self._pay_in_advance(sale, 460)
        first, second = sale.order_line.fsm_order_id.sorted("id")
        self._bill(first)
        advance.button_draft()
        advance.button_cancel()
        self.assertEqual(first.billing_status, "to_invoice")
        self.assertEqual(self._bill(second).amount_untaxed, 600)
        self._assert_comes_to(sale, 600)

    def test_down_payment_cancelled_before_it_is_deducted(self):
        sale = self._sell_visits()
        advance = self._pay_in_advance(sale, 460)
        advance.button_draft()
        advance.button_cancel()
        self._bill_all(sale)
        self._assert_comes_to(sale, 600)

    def test_down_payment_corrected_after_the_deduction(self):
        sale = self._sell_visits(1)
        advance = self._pay_in_advance(sale, 115)
        order = sale.fsm_order_ids
        self._bill(order)
        advance.button_draft()
        advance.invoice_line_ids.price_unit = 80
        advance.action_post()
        self.assertEqual(self._bill(order).amount_untaxed, 20)
        self._assert_comes_to(sale, 300)

    def test_draft_down_payment_that_was_deducted_is_deleted(self):
        sale = self._sell_visits(1)
        advance = self._pay_in_advance(sale, 115)
        order = sale.fsm_order_ids
        self._bill(order)
        advance.button_draft()
        advance.unlink()
        self.assertEqual(self._bill(order).amount_untaxed, 100)
        self._assert_comes_to(sale, 300)

    def test_credit_note_of_a_down_payment_is_cancelled(self):
        sale = self._sell_visits(1)
        advance = self._pay_in_advance(sale, 115)
        order = sale.fsm_order_ids
        self._bill(order)
        credit = self._credit(advance, fsm_work="refund")
        credit.button_draft()
        credit.button_cancel()
        self.assertNotEqual(order.billing_status, "to_invoice")
        self._assert_comes_to(sale, 300)

    def test_invoice_refunded_leaves_its_down_payment_to_deduct(self):
        sale = self._sell_visits(1)
        self._pay_in_advance(sale, 115)
        order = sale.fsm_order_ids
        self._credit(self._bill(order), fsm_work="refund")
        self.assertNotEqual(order.billing_status, "to_invoice")
        self.assertIn("115.00 of the down payment", sale.fsm_down_payment_left)

    # --- Odoo's own road ---
    def test_odoo_deducts_the_rest_once(self):
        sale = self._sell_visits()
        self._pay_in_advance(sale, 460)
        first, second = sale.order_line.fsm_order_id.sorted("id")
        self._bill(first)
        self.assertEqual(self._get_advances(sale).qty_to_invoice, -1)
        second.action_complete()
        invoice = sale._create_invoices(final=True)
        self.assertEqual(invoice.amount_untaxed, 200)
        invoice.action_post()
        self._assert_comes_to(sale, 600)

    def test_odoo_bills_a_down_payment_credited_after_its_deduction(self):
        sale = self._sell_visits(1)
        advance = self._pay_in_advance(sale, 115)
        self._bill(sale.fsm_order_ids)
        self._credit(advance)
        invoice = sale._create_invoices(final=True)
        self.assertEqual(invoice.amount_untaxed, 100)
        invoice.action_post()
        self._assert_comes_to(sale, 300)

    def test_odoo_deducts_what_was_left_of_a_credited_down_payment(self):
        sale = self._sell_visits(1)
        self._credit_price(self._pay_in_advance(sale, 115), 25)
        sale.fsm_order_ids.action_complete()
        invoice = sale._create_invoices(final=True)
        self.assertEqual(invoice.amount_untaxed, 225)
        invoice.action_post()
        self._assert_comes_to(sale, 300)

    def test_order_that_joins_a_sale_later(self):
        sale = self._confirm_quotation(self.sold_at_once)
        self._credit_price(self._pay_in_advance(sale, 230), 50)
        order = self._create_order(hours=0, parts=0, sale_id=sale.id)
        self.assertEqual(self._bill(order).amount_untaxed, 350)
        self._assert_comes_to(sale, 500)

    def test_other_sales_stay_as_odoo_has_them(self):
        sale = self._confirm_quotation(self.sold_at_once)
        credit = self._pay_in_advance(sale, 230)._reverse_moves()
        credit.invoice_line_ids.price_unit = 50
        credit.action_post()
        self.assertEqual(self._get_advances(sale).qty_invoiced, 0)
        self.assertEqual(sale._create_invoices(final=True).amount_untaxed, 500)
