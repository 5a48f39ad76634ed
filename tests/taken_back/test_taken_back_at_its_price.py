from odoo.tests import tagged

from ..taken_back_common import TakenBackCommon


@tagged("post_install", "-at_install")
class TestTakenBackAtItsPrice(TakenBackCommon):
    """What is taken back costs what it was billed at, and what is new its own price."""

    def _get_amounts(self, order):
        """:return: untaxed (invoice, credit note) that Create invoice makes"""
        invoice, credit = self._bill(order)
        return invoice.amount_untaxed, credit.amount_untaxed

    # --- another price ---
    def test_part_swapped_at_another_price_is_credited_and_billed(self):
        for used, returned, amounts in (
            (1, 1, (120, 100)),
            (2, 1, (240, 100)),
            (1, 2, (120, 200)),
        ):
            with self.subTest(used=used, returned=returned):
                self.pump.list_price = 100
                order = self._create_order(hours=0, parts=2)
                self._post_invoice(order)
                self.pump.list_price = 120
                self._return_part(order.part_ids, returned)
                self._use_part(order, used)
                self.assertEqual(order.billing_status, "to_invoice")
                self.assertEqual(self._get_amounts(order), amounts)
                self.assertLedgerHolds(order)

    def test_part_swapped_at_its_price_is_netted(self):
        order = self._create_order(hours=0, parts=2)
        self._post_invoice(order)
        self._return_part(order.part_ids, 1)
        self._use_part(order, 3)
        self.assertEqual(self._get_amounts(order), (200, 0))

    def test_price_is_compared_as_it_is_printed(self):
        order = self._create_order(hours=0, parts=2)
        invoice = self._invoice(order)
        self._product_lines(invoice).price_unit = 100.001
        invoice.action_post()
        self._return_part(order.part_ids, 1)
        self._use_part(order, 1)
        self.assertEqual(order.billing_status, "posted")

    def test_part_received_without_origin_nets_with_an_open_one(self):
        order = self._create_order(hours=0, parts=2)
        self._post_invoice(order)
        self._receive_part(order)
        self._use_part(order, 3)
        self.assertEqual(self._get_amounts(order), (200, 0))

    def test_part_swapped_at_a_corrected_price_is_credited_and_billed(self):
        order = self._create_order(hours=0, parts=1)
        invoice = self._invoice(order)
        self._product_lines(invoice).discount = 10
        invoice.action_post()
        self._return_part(order.part_ids)
        self._use_part(order)
        self.assertEqual(self._get_amounts(order), (100, 90))

    def test_part_swapped_after_a_price_credit_is_credited_and_billed(self):
        order = self._create_order(hours=0, parts=1)
        invoice = self._post_invoice(order)
        self._confirm(invoice, {self.pump: (20, "price")})
        self._return_part(order.part_ids)
        self._use_part(order)
        self.assertEqual(self._get_amounts(order), (100, 80))

    # --- whose it is ---
    def test_hour_is_credited_where_its_technician_was_billed(self):
        order = self._create_order(hours=2, parts=0)
        self._post_invoice(order)
        self.labor.list_price = 120
        self._log_hours(order, 1.5, employee=self.lea)
        self._log_hours(order, -1)
        self.assertEqual(self._get_amounts(order), (180, 60))

    def test_hours_of_two_technicians_that_come_to_zero_are_both_said(self):
        order = self._create_order(hours=2, parts=0)
        self._post_invoice(order)
        self._log_hours(order, 1, employee=self.lea)
        self._log_hours(order, -1)
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertEqual(self._get_amounts(order), (60, 60))

    def test_hour_nets_with_others_where_its_technician_was_never_billed(self):
        order = self._create_order(hours=2, parts=0)
        self._log_hours(order, -1, employee=self.lea)
        self.assertEqual(self._get_amounts(order), (60, 0))

    def test_hours_of_two_technicians_taken_back_before_are_nothing_to_invoice(self):
        self.policy.write({"labor_minimum": 2, "labor_level": "day"})
        order = self._create_order(hours=1, parts=0)
        self._log_hours(order, -1, employee=self.lea)
        self.assertEqual(order.billing_status, "nothing")

    def test_invoiced_work_that_is_billed_otherwise_is_not_the_same(self):
        for values in (
            {"billing_mode": "warranty"},
            {"fsm_labor_product_id": self.overtime.id},
        ):
            with self.subTest(**values):
                order = self._create_order(hours=0, parts=0)
                self._log_hours(order, 1, **values)
                self._post_invoice(order)
                self._log_hours(order, 2, employee=self.lea)
                self._log_hours(order, -1)
                self.assertEqual(self._get_amounts(order), (60, 0))

    def test_hours_beyond_those_invoiced_net_with_others(self):
        order = self._create_order(hours=1, parts=0)
        self._post_invoice(order)
        self._log_hours(order, 2, employee=self.lea)
        for _correction in range(2):
            self._log_hours(order, -1)
        self.assertEqual(self._get_amounts(order), (60, 60))
        self.assertFalse(order.timesheet_ids.filtered("qty_to_bill"))

    def test_part_of_another_customer_is_not_credited(self):
        first = self._create_order(hours=0, parts=1)
        self._post_invoice(first)
        later = self._create_order(hours=0, parts=0)
        later.bill_to_id = self.env["res.partner"].create({"name": "New owner"})
        self._receive_part(later)
        self.assertEqual(later.billing_status, "nothing")

    def test_hour_refunded_before_is_not_taken_off_others(self):
        order = self._create_order(hours=2, parts=0)
        self._confirm(self._post_invoice(order), fsm_work="refund")
        self._log_hours(order, 2, employee=self.lea)
        self._log_hours(order, -1)
        self.assertEqual(self._get_amounts(order), (120, 0))

    # --- what a person chose ---
    def test_choice_comes_before_open_work(self):
        order = self._create_order(hours=2, parts=1)
        self._charge(order, 20)
        invoice = self._post_invoice(order)
        self._log_hours(order, 3)
        self._use_part(order, 3)
        self._charge(order, 20, 3)
        entries = invoice.line_ids.fsm_billing_entry_ids.sudo()
        for back, name in (
            (self._log_hours(order, -1), "timesheet_id"),
            (self._receive_part(order), "stock_move_id"),
            (self._charge(order, 20, -1), "charge_id"),
        ):
            chosen = entries.filtered(name)
            back.with_user(self.clerk).sudo().taken_back_entry_id = chosen
        self.assertEqual(self._get_amounts(order), (180 + 300 + 60, 60 + 100 + 20))
        self.assertLedgerHolds(order)

    # --- warranty ---
    def test_billed_hour_is_given_back_beside_an_open_one_under_warranty(self):
        order = self._create_order(hours=2, parts=0)
        self._post_invoice(order)
        self._log_hours(order, 1, billing_mode="warranty")
        self._log_hours(order, -1)
        invoice, credit = self._bill(order)
        self.assertEqual((invoice.amount_untaxed, credit.amount_untaxed), (0, 60))
        self.assertRecordValues(
            self._line(invoice, self.labor), [{"quantity": 1, "discount": 100}]
        )

    def test_hour_under_warranty_makes_no_other_free(self):
        order = self._create_order(hours=1, parts=0)
        self._log_hours(order, -1, billing_mode="warranty")
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertEqual(self._get_amounts(order), (60, 0))

    def test_hour_nets_with_those_billed_alike(self):
        order = self._create_order(hours=2, parts=0)
        self._log_hours(order, 2, billing_mode="warranty")
        self._log_hours(order, -1)
        self._log_hours(order, -2, billing_mode="warranty")
        invoice, _credit = self._bill(order)
        self.assertRecordValues(
            self._line(invoice, self.labor), [{"quantity": 1, "discount": 0}]
        )

    def test_part_and_charge_are_given_back_beside_open_ones_under_warranty(self):
        order = self._create_order(hours=0, parts=1)
        self._charge(order, 20)
        self._post_invoice(order)
        self._use_part(order).billing_mode = "warranty"
        self._charge(order, 20, billing_mode="warranty")
        self._receive_part(order)
        self._charge(order, 20, -1)
        self.assertEqual(self._get_amounts(order), (0, 120))
