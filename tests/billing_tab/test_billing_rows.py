from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestBillingRows(CreditCommon):
    """Each row of the Billing tab says its price, its amount, and the invoice."""

    def _get_rows(self, order, name):
        self.env.flush_all()
        self.env.invalidate_all()
        return order.with_user(self.clerk)[name]

    def _assert_row(self, order, name, **values):
        self.assertRecordValues(self._get_rows(order, name), [values])

    def _assert_rows_add_up(self, order):
        """Compare the rows with what the order comes to, billed and to be billed."""
        self.env.flush_all()
        self.env.invalidate_all()
        order = order.with_user(self.clerk)
        rows = (
            *order.labor_work_ids,
            *order.part_work_ids,
            *order.charge_ids,
            *order.quoted_work_ids,
        )
        total = order.amount_to_bill + order.amount_draft + order.amount_billed
        amount = sum(row.amount for row in rows) + order.amount_by_hand
        self.assertAlmostEqual(amount, total, places=6)
        return total

    # --- open, billed, credited ---
    def test_open_work_is_on_the_next_invoice(self):
        order = self._create_order(hours=2, parts=3)
        values = {
            "billed_on": "Next invoice",
            "currency_id": self.env.company.currency_id.id,
        }
        self._assert_row(order, "labor_work_ids", price_unit=60, amount=120, **values)
        self._assert_row(order, "part_work_ids", price_unit=100, amount=300, **values)
        self.assertEqual(self._assert_rows_add_up(order), 420)

    def test_work_going_on_has_its_amount_and_waits(self):
        order = self._create_order(hours=2, parts=0, done=False)
        self._assert_row(
            order, "labor_work_ids", amount=120, billed_on="Once completed"
        )

    def test_draft_then_number(self):
        order = self._create_order(hours=2, parts=0)
        invoice = self._invoice(order)
        self._assert_row(
            order, "labor_work_ids", price_unit=60, amount=120, billed_on="Draft"
        )
        invoice.action_post()
        self._assert_row(order, "labor_work_ids", amount=120, billed_on=invoice.name)

    def test_late_hours_are_on_the_next_invoice_beside_the_last(self):
        order = self._create_order(hours=2, parts=0)
        invoice = self._post_invoice(order)
        self._log_hours(order, 1.5)
        self.assertRecordValues(
            self._get_rows(order, "labor_work_ids"),
            [
                {"amount": 120, "billed_on": invoice.name},
                {"amount": 90, "billed_on": "Next invoice"},
            ],
        )
        self.assertEqual(self._assert_rows_add_up(order), 210)

    def test_price_changed_on_the_draft_is_the_price_of_the_row(self):
        order = self._create_order(hours=2, parts=0)
        self._product_lines(self._invoice(order)).price_unit = 45
        self._assert_row(order, "labor_work_ids", price_unit=45, amount=90)

    def test_amount_of_a_line_is_shared_to_the_cent(self):
        order = self._create_order(hours=0, parts=0)
        for hours in (0.35, 1.1, 0.35):
            self._log_hours(order, hours)
        self.labor.lst_price = 33.33
        rows = self._get_rows(order, "labor_work_ids")
        self.assertAlmostEqual(sum(rows.mapped("amount")), order.amount_to_bill)
        self._invoice(order)
        total = self._assert_rows_add_up(order)
        self.assertAlmostEqual(total, order.invoice_ids.amount_untaxed)

    def test_work_credited_to_be_billed_again_comes_to_what_is_left(self):
        order = self._create_order(hours=2, parts=0)
        self._log_hours(order, 1, employee=self.marc)
        invoice = self._post_invoice(order)
        credit = self._confirm(invoice, {self.labor: 1})
        first, second = self._get_rows(order, "labor_work_ids")
        self.assertEqual((first.amount, second.amount), (120, 60))
        self.assertEqual(first.billed_on, f"{invoice.name}, {credit.name}")
        self.assertIn("Next invoice", second.billed_on)
        self.assertEqual(self._assert_rows_add_up(order), 180)

    # --- price ---
    def _bill_at(self, order, price):
        """Invoice what is open at another price, and post it."""
        order.with_user(self.clerk).action_create_invoice()
        invoice = order.invoice_lines.move_id.filtered(
            lambda move: move.state == "draft"
        ).with_user(self.clerk)
        self._product_lines(invoice).price_unit = price
        invoice.action_post()
        return invoice

    def test_price_is_that_of_the_invoice_that_stands(self):
        order = self._create_order(hours=3, parts=0)
        self._credit(self._bill_at(order, 60))
        self._bill_at(order, 10)
        self._assert_row(order, "labor_work_ids", price_unit=10, amount=30)

    def test_price_of_a_part_is_that_of_the_invoice_that_stands(self):
        order = self._create_order(hours=0, parts=3)
        self._credit(self._bill_at(order, 60))
        self._bill_at(order, 10)
        self._assert_row(order, "part_work_ids", price_unit=10, amount=30)

    def test_price_of_what_a_price_list_says_is_free(self):
        order = self._create_order(hours=3, parts=0)
        self._credit(self._bill_at(order, 60))
        self._bill_at(order, 0)
        self._assert_row(order, "labor_work_ids", price_unit=0, amount=0)

    def test_price_of_the_correction(self):
        order = self._create_order(hours=3, parts=0)
        draft = self._reverse(self._bill_at(order, 60), is_modify=True)
        self._product_lines(draft).price_unit = 10
        self._assert_row(order, "labor_work_ids", price_unit=10, amount=30)

    def test_price_of_a_part_billed_again(self):
        order = self._create_order(hours=3, parts=0)
        self._credit(self._bill_at(order, 60), {self.labor: 1})
        self._bill_at(order, 10)
        self._assert_row(order, "labor_work_ids", price_unit=10, amount=130)

    def test_price_of_the_next_invoice_comes_first(self):
        order = self._create_order(hours=3, parts=0)
        self._credit(self._bill_at(order, 10))
        order.billing_again_price = "today"
        self._assert_row(order, "labor_work_ids", price_unit=60, amount=180)

    def test_price_of_what_was_refunded(self):
        order = self._create_order(hours=3, parts=0)
        self._credit(self._bill_at(order, 10), fsm_work="refund")
        self._assert_row(order, "labor_work_ids", price_unit=10, amount=0)

    def test_price_of_a_quotation_is_that_of_the_invoice_that_stands(self):
        order, invoice = self._post_quotation()
        self._credit(invoice)
        self._bill_at(order, 10)
        self._assert_row(order, "quoted_work_ids", price_unit=10, amount=40)

    # --- nothing ---
    def test_time_taken_back_is_on_no_invoice(self):
        order = self._create_order(hours=5, parts=0)
        self._log_hours(order, -5)
        rows = self._get_rows(order, "labor_work_ids")
        self.assertEqual(rows.mapped("billed_on"), ["Taken back"] * 2)
        self.assertEqual(rows.mapped("amount"), [0, 0])

    def test_charge_taken_back_is_on_no_invoice(self):
        order = self._create_order(hours=0, parts=0)
        charge = {"fsm_order_id": order.id, "product_id": self.labor.id}
        self.env["fsm.order.charge"].create([charge, {**charge, "quantity": -1}])
        rows = self._get_rows(order, "charge_ids")
        self.assertEqual(rows.mapped("billed_on"), ["Taken back"] * 2)

    def test_time_of_a_cancelled_order_is_on_no_invoice(self):
        order = self._create_order(hours=5, parts=0, done=False)
        order.action_cancel()
        self._assert_row(order, "labor_work_ids", billed_on="")

    def test_rows_of_zero_are_included_in_nothing(self):
        order = self._create_order(hours=0, parts=0)
        self._log_hours(order, 0)
        self._assert_row(
            order, "labor_work_ids", included_in=False, billed_on="", amount=0
        )

    def test_refund_takes_the_amount_and_leaves_the_work_billed(self):
        order = self._create_order(hours=2, parts=0)
        self._confirm(self._post_invoice(order), fsm_work="refund")
        self._assert_row(order, "labor_work_ids", qty_billed=2, amount=0)
        self.assertEqual(self._assert_rows_add_up(order), 0)

    def test_price_correction_is_shared(self):
        order = self._create_order(hours=2, parts=0)
        invoice = self._post_invoice(order)
        self._confirm(invoice, {self.labor: (30, "price")})
        self._assert_row(order, "labor_work_ids", amount=90)

    def test_warranty_comes_to_nothing(self):
        order = self._create_order(hours=0, parts=1)
        order.part_ids.billing_mode = "warranty"
        self._assert_row(
            order,
            "part_work_ids",
            price_unit=100,
            amount=0,
            billed_on="Next invoice",
        )

    def test_charge_has_its_amount_less_discount(self):
        order = self._create_order(hours=0, parts=1)
        charge = self._add_charge(order, quantity=2, price_unit=15, discount=10)
        self._assert_row(order, "charge_ids", amount=27, billed_on="Next invoice")
        self._invoice(order)
        self._assert_row(order, "charge_ids", amount=27, billed_on="Draft")
        self.assertEqual(charge.qty_billed, 2)

    def test_rows_are_in_the_currency_of_the_invoice(self):
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 2.0)])
        self.customer.property_product_pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": currency.id}
        )
        order = self._create_order(hours=2, parts=0)
        values = {"price_unit": 120, "amount": 240, "currency_id": currency.id}
        self._assert_row(order, "labor_work_ids", **values)
        self._invoice(order)
        self._assert_row(order, "labor_work_ids", **values)

    def _price_in_euro(self):
        """Let the customer's prices be in euro, of which 2 are a dollar, from now on.

        :return: the currency
        """
        euro = self.setup_other_currency(
            "EUR", rates=[("2016-01-01", 4.0), (str(fields.Date.today()), 2.0)]
        )
        self.customer.property_product_pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )
        return euro

    def test_rows_of_two_currencies_are_in_that_of_the_company(self):
        order = self._create_order(hours=2, parts=0)
        self._price_in_euro()
        invoice = self._invoice(order)
        invoice.invoice_date = "2026-01-15"  # the draft had 240 euro
        invoice.action_post()
        dollar = self.company.currency_id
        self.customer.property_product_pricelist = False
        self._use_part(order, 3)
        self._assert_row(
            order, "labor_work_ids", price_unit=30, amount=60, currency_id=dollar.id
        )
        self._assert_row(
            order, "part_work_ids", price_unit=100, amount=300, currency_id=dollar.id
        )
        self.assertEqual(self._assert_rows_add_up(order), 360)

    def test_part_billed_in_one_currency_and_open_in_another_is_one_amount(self):
        order = self._create_order(hours=0, parts=0)
        self._log_hours(order, 2)
        self._log_hours(order, 1.5)
        self._price_in_euro()
        self._credit(self._post_invoice(order), {self.labor: 1})
        self.customer.property_product_pricelist = False
        self.labor.lst_price = 75
        order.billing_again_price = "today"
        rows = self._get_rows(order, "labor_work_ids")
        self.assertEqual(rows.currency_id, self.company.currency_id)
        self.assertEqual(sum(rows.mapped("amount")), 60 * 2.5 + 75)
        self._assert_rows_add_up(order)

    def test_open_rows_in_another_currency_add_up_to_what_is_converted(self):
        order = self._create_order(hours=1, parts=0)
        self._post_invoice(order)
        self._price_in_euro().rounding = 0.05
        self.labor.lst_price = 33.33
        for hours in (0.35, 1.1, 0.35):
            self._log_hours(order, hours)
        self._assert_rows_add_up(order)

    def test_charge_says_its_amount_in_the_currency_of_its_invoice(self):
        order = self._create_order(hours=0, parts=0)
        charge = self._add_charge(order, quantity=2)
        euro = self._price_in_euro()
        self._assert_row(
            order,
            "charge_ids",
            price_unit=60,
            currency_id=self.company.currency_id.id,
            amount=240,
            amount_currency_id=euro.id,
        )
        self._post_invoice(order)
        self.customer.property_product_pricelist = False
        self._log_hours(order, 1)
        self._assert_row(
            order,
            "charge_ids",
            amount=120,
            amount_currency_id=self.company.currency_id.id,
        )
        self.assertEqual(charge.qty_billed, 2)
        self.assertEqual(self._assert_rows_add_up(order), 180)

    # --- parts that came back ---
    def test_returned_part_is_on_the_row_of_its_delivery(self):
        order = self._create_order(hours=0, parts=4)
        self._return_part(order.part_ids)
        self._assert_row(
            order,
            "part_work_ids",
            qty_recorded=4,
            qty_returned=1,
            qty_to_bill=3,
            qty_billed=0,
            amount=300,
        )

    def test_all_returned_says_so(self):
        order = self._create_order(hours=1, parts=1)
        self._return_part(order.part_ids)
        self._assert_row(
            order, "part_work_ids", qty_to_bill=0, amount=0, billed_on="Returned"
        )

    def test_returned_after_billing_is_credited_next(self):
        order = self._create_order(hours=0, parts=4)
        invoice = self._post_invoice(order)
        self._return_part(order.part_ids)
        self._assert_row(
            order,
            "part_work_ids",
            qty_billed=4,
            qty_to_bill=-1,
            amount=300,
            billed_on=f"{invoice.name}, Credit note of {invoice.name}",
        )
        credit = self._post_invoice(order)
        self._assert_row(
            order,
            "part_work_ids",
            qty_billed=3,
            qty_to_bill=0,
            amount=300,
            billed_on=f"{invoice.name}, {credit.name}",
        )

    def test_part_that_went_out_again_counts_once(self):
        order = self._create_order(hours=0, parts=4)
        back = self._return_part(order.part_ids, 2)
        self._return_part(back, 1)
        self._assert_row(
            order, "part_work_ids", qty_recorded=4, qty_returned=1, qty_to_bill=3
        )

    def test_part_returned_in_another_unit_is_converted(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._create_order(hours=0, parts=0)
        move = self._use_part(order, 1, unit=dozen)
        picking = move.picking_id.copy(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": move.location_dest_id.id,
                "location_dest_id": move.location_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.pump.id,
                            "product_uom": self.pump.uom_id.id,
                            "product_uom_qty": 3,
                            "location_id": move.location_dest_id.id,
                            "location_dest_id": move.location_id.id,
                            "origin_returned_move_id": move.id,
                        }
                    )
                ],
            }
        )
        self._validate(picking)
        self._assert_row(
            order,
            "part_work_ids",
            qty_recorded=1,
            qty_returned=0.25,
            qty_to_bill=0.75,
            amount=900,
        )

    # --- quotations ---
    def _create_quoted_order(self, hours=2):
        sale = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.labor.id,
                            "product_uom_qty": 1,
                            "price_unit": 500.0,
                        }
                    )
                ],
            }
        )
        sale.action_confirm()
        order = self._create_order(
            hours=hours, parts=0, sale_line_id=sale.order_line.id
        )
        return order, sale

    def test_quotation_lines_are_rows_and_hours_say_where_they_are(self):
        self.labor.invoice_policy = "order"
        order, sale = self._create_quoted_order()
        self._assert_row(
            order,
            "quoted_work_ids",
            qty_recorded=1,
            qty_to_bill=1,
            qty_billed=0,
            price_unit=500,
            amount=500,
            billed_on="Next invoice",
        )
        self._assert_row(
            order, "labor_work_ids", amount=0, billed_on=f"Included in {sale.name}"
        )
        self._invoice(order)
        self._assert_row(
            order, "quoted_work_ids", qty_billed=1, amount=500, billed_on="Draft"
        )
        self._assert_rows_add_up(order)

    def test_line_of_several_orders_is_a_row_on_each(self):
        order, sale = self._create_quoted_order()
        other = self._create_order(sale_id=sale.id)
        rows = self._get_rows(order | other, "quoted_work_ids")
        self.assertEqual(rows.sale_line_id, sale.order_line)
        self.assertEqual(set(rows.order_id.ids), {order.id, other.id})

    # --- people ---
    def test_dispatcher_who_bills_reads_the_amounts_of_rows(self):
        order = self._create_order(hours=2, parts=0)
        self._post_invoice(order)
        self.env.invalidate_all()
        row = order.with_user(self.dispatcher).labor_work_ids
        self.assertEqual(row.amount, 120)

    def test_technician_reads_no_amount_of_a_row(self):
        order = self._create_order()
        row = order.with_user(self.technician).labor_work_ids
        for name in ("price_unit", "amount", "billed_on"):
            with self.subTest(name), self.assertRaises(AccessError):
                row.read([name])

    def test_rows_cost_the_same_queries_however_many(self):
        def count(hours):
            order = self._create_order(hours=0, parts=0)
            for number in range(hours):
                self._log_hours(order, 1 + number)
                self._use_part(order)
            self._post_invoice(order)
            self._log_hours(order, 1)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows = order.with_user(self.clerk)
            rows.labor_work_ids.read(["amount", "billed_on", "qty_to_bill"])
            rows.part_work_ids.read(["amount", "billed_on", "qty_to_bill"])
            return self.env.cr.sql_log_count - before

        count(2)
        self.assertEqual(count(2), count(6))
