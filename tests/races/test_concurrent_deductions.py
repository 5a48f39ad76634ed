"""A part is deducted on one invoice and credited on another: real transactions."""

from odoo.tests import tagged

from .race_common import RaceCommon


@tagged("post_install", "-at_install")
class TestConcurrentDeductions(RaceCommon):
    """Two hours and a part were invoiced; the part came back, and work goes on."""

    def setUp(self):
        super().setUp()
        part = self._reserve_part()
        part._action_done()
        self.invoice = self._create_posted()
        self._take_back(part)
        self._log_hours(self.committed, 3)
        self.second = self._create_draft()
        self.line = self._get_product_lines(self.invoice).filtered(
            lambda line: line.product_id == self.part
        )
        self.assertEqual(
            self._get_product_lines(self.second).fsm_deducted_line_id, self.line
        )

    def _take_back(self, part):
        move = self.committed["stock.move"].create(
            {
                "product_id": self.part.id,
                "product_uom_qty": 1,
                "product_uom": self.part.uom_id.id,
                "location_id": part.location_dest_id.id,
                "location_dest_id": part.location_id.id,
                "fsm_order_id": self.order.id,
                "origin_returned_move_id": part.id,
                "to_refund": True,
            }
        )
        move._action_confirm()
        move.write({"quantity": 1, "picked": True})
        move._action_done()
        self.committed.cr.commit()

    def _assert_given_back_once(self):
        self.assertEqual(self.line.fsm_qty_credited, 1)
        self.assertEqual(self.invoice._get_fsm_total_credited(), 10)

    def test_deduction_before_a_credit_note_of_all(self):
        credit = self._create_credit(self.invoice)
        first, second = self._post_both(self.second, credit)
        self._assert_done(first)
        self._assert_refused(second, "would credit 2 of Race")
        self._assert_given_back_once()

    def test_credit_note_of_the_part_before_the_deduction(self):
        credit = self._create_credit(self.invoice)
        self._get_product_lines(credit).filtered(
            lambda line: line.product_id != self.part
        ).unlink()
        self.committed.cr.commit()
        first, second = self._post_both(credit, self.second)
        self._assert_done(first)
        self._assert_refused(second, "would credit 2 of Race")
        self._assert_given_back_once()

    def test_deduction_before_a_typed_credit_note_of_the_rest(self):
        credit = self._type_credits(self.invoice, 121)
        first, second = self._post_both(self.second, credit)
        self._assert_done(first)
        self._assert_refused(second, "1.00 less")
        self._assert_given_back_once()

    def test_typed_credit_note_before_the_deduction(self):
        credit = self._type_credits(self.invoice, 121)
        first, second = self._post_both(credit, self.second)
        self._assert_done(first)
        self._assert_refused(second, "1.00 less")
        self.assertEqual(self.line.fsm_qty_credited, 0)
