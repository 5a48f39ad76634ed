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
        self.pump.list_price = 33.333
        order = self._create_order(hours=0, parts=2)
        self._post_invoice(order)
        self._return_part(order.part_ids, 1)
        self._use_part(order, 1)
        self.assertEqual(order.billing_status, "posted")

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
