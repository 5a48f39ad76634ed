from odoo.tests import tagged

from ..time_common import TimeCommon

MINUTES = (15, 50, 225, 75, 35)


@tagged("post_install", "-at_install")
class TestRoundingAcrossInvoices(TimeCommon):
    """What is rounded to a unit adds up, on however many invoices it is."""

    def _bill_minutes(self, **values):
        order = self._create_order(hours=0, parts=0)
        hours = [minutes / 60 for minutes in MINUTES]
        return order, self._bill_each(order, *hours, **values)

    def test_minutes_on_five_invoices_add_up(self):
        order, _invoices = self._bill_minutes()
        self.assertEqual(self._standing(order), 6.67)

    def test_minutes_of_two_technicians_add_up(self):
        order = self._create_order(hours=0, parts=0)
        for index, minutes in enumerate(MINUTES):
            employee = (self.marc, self.lea)[index % 2]
            self._bill(order, minutes / 60, employee=employee)
        self.assertEqual(self._standing(order), 6.67)

    def test_minutes_billed_again_add_up(self):
        for index in range(len(MINUTES)):
            order, invoices = self._bill_minutes()
            self._credit(invoices[index])
            self._bill(order)
            self.assertEqual(self._standing(order), 6.67, index)

    def test_minutes_billed_again_together_add_up(self):
        order, invoices = self._bill_minutes()
        for invoice in invoices:
            self._credit(invoice)
        self.assertEqual(self._standing(order), 0)
        self.assertEqual(self._printed(self._bill(order)), [6.67])

    def test_minutes_credited_in_part_add_up(self):
        order, invoices = self._bill_minutes()
        self._credit(invoices[1], {self.labor: 0.5})
        self._bill(order)
        self.assertEqual(self._standing(order), 6.67)

    def test_minutes_of_a_deleted_draft_add_up(self):
        order, _invoices = self._bill_minutes()
        self._bill(order, 50 / 60, post=False).unlink()
        self._bill(order)
        self.assertEqual(self._standing(order), 7.5)

    def test_minutes_of_a_correction_add_up(self):
        order, invoices = self._bill_minutes()
        self._reverse(invoices[1], is_modify=True).action_post()
        self._bill(order, 50 / 60)
        self.assertEqual(self._standing(order), 7.5)

    def test_nobody_works_less_than_nothing(self):
        order = self._create_order(hours=0, parts=0)
        invoices = self._bill_each(order, *[1.005] * 3)
        self.assertEqual(self._standing(order), 3.02)
        self._credit(invoices[1])  # leaves 2.01 h printed as 2.02
        self.assertEqual(self._standing(order), 2.02)
        invoice = self._bill(order, 0.001)
        self.assertTrue(all(number >= 0 for number in self._printed(invoice)))

    def test_a_few_seconds_once_more_are_paid(self):
        order = self._create_order(hours=0, parts=0)
        invoices = self._bill_each(order, 0.004, 0.004)
        self.assertEqual(self._printed(*invoices), [0.01, 0])

    def test_gesture_of_a_clerk_is_no_rounding(self):
        order = self._create_order(hours=0, parts=0)
        first = self._bill(order, 3, post=False)
        self._change(first, 2)
        first.action_post()
        self.assertEqual(self._printed(self._bill(order, 1)), [1])

    def test_time_raised_by_a_clerk_is_no_rounding(self):
        order = self._create_order(hours=0, parts=0)
        first = self._bill(order, 3, post=False)
        self._change(first, 4)
        first.action_post()
        self.assertEqual(self._printed(self._bill(order, 1)), [1])

    def test_gesture_credited_is_billed_again_in_full(self):
        order = self._create_order(hours=0, parts=0)
        first = self._bill(order, 3, post=False)
        self._change(first, 2)
        first.action_post()
        self._credit(first, {self.labor: 1})
        self.assertEqual(self._printed(self._bill(order)), [1.5])

    def test_refund_is_no_rounding(self):
        order = self._create_order(hours=0, parts=0)
        first = self._bill(order, 50 / 60)
        self._credit(first, fsm_work="refund")
        # 0.0033 of the 0.8333 were not printed; they are refunded as well
        self.assertEqual(self._printed(self._bill(order, 35 / 60 + 0.0001)), [0.58])

    def test_time_by_a_policy_in_days(self):
        self.labor.uom_id = self.env.ref("uom.product_uom_day")
        order = self._order(labor_rounding=0.1, labor_level="order")
        self._bill_each(order, 1.1, 1.1, 1.1)
        self.assertEqual(self._standing(order), 0.41)  # 3.3 h

    def test_days_on_five_invoices_add_up(self):
        self.labor.uom_id = self.env.ref("uom.product_uom_day")
        order = self._create_order(hours=0, parts=0)
        self._bill_each(order, *[0.25] * 5)
        self.assertEqual(self._standing(order), 0.16)  # 5 x 0.03125

    def _bill_grams(self, order, *grams):
        sand = self.env.ref("uom.product_uom_kgm")
        product = self._create_part("Sand", 100.0, 40.0, uom_id=sand.id)
        self._stock_up(product)
        invoices = []
        for number in grams:
            self._use_part(
                order, number, product, unit=self.env.ref("uom.product_uom_gram")
            )
            invoices.append(self._bill(order))
        return product, invoices

    def test_parts_on_three_invoices_add_up(self):
        order = self._create_order(hours=0, parts=0)
        product, _invoices = self._bill_grams(order, 333, 333, 333)
        self.assertEqual(self._standing(order, product), 1)

    def test_parts_billed_again_add_up(self):
        order = self._create_order(hours=0, parts=0)
        product, invoices = self._bill_grams(order, 333, 333, 333)
        self._credit(invoices[2])
        self.assertEqual(self._standing(order, product), 0.67)
        self._bill(order)
        self.assertEqual(self._standing(order, product), 1)

    def test_parts_rounded_up_before_are_still_billed(self):
        order = self._create_order(hours=0, parts=0)
        product, _invoices = self._bill_grams(order, 6, 4)
        self.assertEqual(self._standing(order, product), 0.01)
        self.assertNotEqual(order.billing_status, "to_invoice")

    def test_other_orders_do_not_matter(self):
        self._bill_minutes()
        order, _invoices = self._bill_minutes()
        self.assertEqual(self._standing(order), 6.67)
