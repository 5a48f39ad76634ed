from odoo.tests import tagged

from ..taken_back_common import TakenBackCommon


@tagged("post_install", "-at_install")
class TestTakenBackAfterRefund(TakenBackCommon):
    """What was refunded and is taken back afterwards is given back once."""

    def _create_refunded(self, record, product, quantity=2, refunded=1, **values):
        """:return: an order with ``quantity`` invoiced, of which some was refunded,
        and the credit note
        """
        order = self._create_order(hours=0, parts=0, **values)
        record(order, quantity)
        invoice = self._post_invoice(order)
        return order, self._confirm(invoice, {product: (refunded, "refund")})

    def _charge_quantity(self, order, quantity):
        return self._charge(order, 20, quantity)

    def _get_amounts(self, order):
        """:return: what is invoiced next, and what is credited"""
        documents = order.with_user(self.clerk)._get_billing_plan().documents
        return [document.untaxed for document in documents]

    def test_work_refunded_in_part_is_given_back_once(self):
        for name, record, product, price in (
            ("hours", self._log_hours, self.labor, 60),
            ("charges", self._charge_quantity, self.service, 20),
        ):
            with self.subTest(name):
                order, _credit = self._create_refunded(record, product)
                record(order, -1)
                self.assertEqual(order.billing_status, "partial")
                self.assertEqual(self._get_amounts(order), [])
                record(order, -1)
                self.assertEqual(self._get_amounts(order), [-price])
                _drafts, credit = self._bill(order)
                credit.action_post()
                self.assertEqual(self._get_amounts(order), [])
                self.assertLedgerHolds(order)

    def test_part_sent_back_after_a_refund_is_credited_with_its_cost(self):
        order, _credit = self._create_refunded(self._use_part, self.pump, quantity=3)
        self._return_part(order.part_ids, 1)
        self.assertEqual(self._get_amounts(order), [-100])

    def test_hours_beyond_the_refund_are_given_back(self):
        order, _credit = self._create_refunded(self._log_hours, self.labor, 3)
        back = self._log_hours(order, -2)
        _drafts, credit = self._bill(order)
        self.assertEqual(credit.amount_untaxed, 60)
        self.assertEqual(back.qty_to_bill, -1)

    def test_hour_after_it_is_billed(self):
        order, _credit = self._create_refunded(self._log_hours, self.labor)
        self._log_hours(order, -1)
        self._log_hours(order, 1)
        self.assertEqual(self._get_amounts(order), [60])
        self._post_invoice(order)
        self._log_hours(order, 1)
        self.assertEqual(self._get_amounts(order), [60])

    def test_open_hour_before_it_is_corrected_first(self):
        order, _credit = self._create_refunded(self._log_hours, self.labor)
        self._log_hours(order, 2)
        self._log_hours(order, -1)
        self.assertEqual(self._get_amounts(order), [60])

    def test_hour_of_another_technician_is_given_back(self):
        order = self._create_order(hours=2, parts=0)
        self._log_hours(order, 2, employee=self.lea)
        invoice = self._post_invoice(order)
        dialog = self._open_dialog(invoice)
        dialog.action_fsm_choose_none()
        [line] = dialog.fsm_credit_line_ids.filtered(
            lambda line: self.lea.name in line.move_line_id.name
        )
        line.write({"work": "refund", "qty_to_credit": 1})
        dialog.action_fsm_confirm()
        self._log_hours(order, -1)
        self.assertEqual(self._get_amounts(order), [-60])

    def test_refund_that_is_cancelled_gives_nothing_back(self):
        order, credit = self._create_refunded(self._log_hours, self.labor)
        self._log_hours(order, -1)
        credit.button_draft()
        credit.button_cancel()
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertEqual(self._get_amounts(order), [-60])

    def test_person_who_chooses_an_invoice_is_obeyed(self):
        order, credit = self._create_refunded(self._log_hours, self.labor)
        back = self._log_hours(order, -1)
        entries = credit.reversed_entry_id.sudo().line_ids.fsm_billing_entry_ids
        back.taken_back_entry_id = entries[:1]
        self.assertEqual(self._get_amounts(order), [-60])

    def test_hour_of_an_earlier_visit_is_given_back_once(self):
        self._create_refunded(self._log_hours, self.labor)
        later = self._create_order(hours=0, parts=0)
        self._log_hours(later, -1)
        self.assertEqual(later.billing_status, "nothing")

    def test_rounded_hours_are_given_back_once(self):
        self.policy.write({"labor_rounding": 0.25, "labor_level": "order"})
        order, _credit = self._create_refunded(self._log_hours, self.labor)
        self._log_hours(order, -1)
        self.assertEqual(self._get_amounts(order), [])
        self._log_hours(order, 1)
        self.assertEqual(self._get_amounts(order), [60])
        self._post_invoice(order)
        self._log_hours(order, 1)
        self.assertEqual(self._get_amounts(order), [60])
        self._log_hours(order, -3)
        self.assertEqual(sum(self._get_amounts(order)), -120)
