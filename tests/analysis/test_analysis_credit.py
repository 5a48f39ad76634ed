from odoo.fields import Command
from odoo.tests import tagged

from ..analysis_common import AnalysisCommon


@tagged("post_install", "-at_install")
class TestAnalysisCredit(AnalysisCommon):
    """What credit notes take off in the analysis."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.detail = "product"
        cls.order = cls._create_order(hours=2, parts=3, done=False)
        cls._log_hours(cls.order, 1, cls.lea)
        cls.order.action_complete()

    def setUp(self):
        super().setUp()
        self.invoice = self._post_invoice(self.order)

    def _check(self, sums, *domain):
        self.assertEqual(self._sums(self.order, "kind", *domain), sums)
        self.assertEqualsBooks()
        self.assertWorkIsThere(self.order)

    def test_refund_leaves_the_work_and_its_cost(self):
        self._confirm(self.invoice, {self.labor: (3, "refund")})
        self._check({"labor": (3, 3, 3, 0, 80), "parts": (3, 3, 0, 300, 120)})

    def test_refund_is_shared_like_the_line_it_credits(self):
        self._confirm(self.invoice, {self.labor: (1.5, "refund")})
        self.assertEqual(
            self._sums(self.order, "employee_id", ("kind", "=", "labor")),
            {self.marc: (2, 2, 1, 60, 50), self.lea: (1, 1, 0.5, 30, 30)},
        )

    def test_work_billed_again_is_not_invoiced(self):
        self._confirm(self.invoice, {self.labor: (3, "bill_again")})
        posted = ("state", "=", "posted")
        self._check({"labor": (0, 3, 3, 0, 0), "parts": (3, 3, 0, 300, 120)}, posted)
        self.assertEqual(self._sums(self.order, "state")["none"], (3, 0, 0, 0, 80))

    def test_work_billed_again_is_there_once(self):
        self._confirm(self.invoice, {self.labor: (1, "bill_again")})
        self._post_invoice(self.order)
        self._check({"labor": (3, 4, 1, 180, 80), "parts": (3, 3, 0, 300, 120)})

    def test_credit_of_part_of_a_line_opens_the_work_of_one(self):
        self._confirm(self.invoice, {self.labor: (1, "bill_again")})
        # the last work billed is opened first
        self.assertEqual(
            self._sums(
                self.order,
                "employee_id",
                ("kind", "=", "labor"),
                ("state", "=", "posted"),
            ),
            {self.marc: (2, 2, 0, 120, 50), self.lea: (0, 1, 1, 0, 0)},
        )

    def test_price_alone_has_no_quantity(self):
        self._confirm(self.invoice, {self.labor: (10, "price")})
        self._check({"labor": (3, 3, 0, 170, 80), "parts": (3, 3, 0, 300, 120)})
        self.assertEqual(
            self._sums(self.order, "employee_id", ("kind", "=", "labor")),
            {self.marc: (2, 2, 0, 113.33, 50), self.lea: (1, 1, 0, 56.67, 30)},
        )

    def test_returned_parts_take_their_cost_along(self):
        self._confirm(self.invoice, {self.pump: (1, "returned")})
        self._check({"labor": (3, 3, 0, 180, 80), "parts": (2, 3, 1, 200, 80)})

    def test_parts_that_came_back_through_inventory(self):
        self._return_part(self.order.part_ids, 2)
        credit = self._invoice(self.order)
        self.assertEqual(credit.move_type, "out_refund")
        credit.action_post()
        self._check({"labor": (3, 3, 0, 180, 80), "parts": (1, 3, 2, 100, 40)})

    def test_draft_credit_note_is_a_draft(self):
        dialog = self._open_dialog(self.invoice)
        dialog.action_fsm_save_draft()
        sums = self._sums(self.order, "state")
        self.assertEqual(sums["posted"], (6, 6, 0, 480, 200))
        self.assertEqual(sums["draft"], (0, 0, 6, -480, 0))
        self.assertEqualsBooks()

    def test_credit_note_typed_by_hand_is_in(self):
        credit = self._reverse(self.invoice)
        credit.invoice_line_ids = [
            *(Command.delete(line.id) for line in credit.invoice_line_ids),
            Command.create({"name": "Gesture", "quantity": 1, "price_unit": 12.34}),
        ]
        credit.action_post()
        self.assertFalse(credit.fsm_order_ids)
        self._check(
            {
                "labor": (3, 3, 0, 180, 80),
                "parts": (3, 3, 0, 300, 120),
                "other": (0, 0, 1, -12.34, 0),
            }
        )

    def test_invoice_corrected(self):
        self._open_dialog(self.invoice).action_fsm_correct()
        sums = self._sums(self.order, "state")
        self.assertEqual(sums["posted"], (0, 6, 6, 0, 0))
        self.assertEqual(sums["draft"], (6, 6, 0, 480, 200))
        self.assertEqualsBooks()

    def test_credit_note_of_a_quotation(self):
        order, invoice = self._post_quotation()
        self._confirm(invoice, {self.labor: (1, "refund")})
        self.assertEqual(
            self._sums(order, "kind"),
            {"quotation": (0, 4, 1, 180, 0), "labor": (1, 0, 0, 0, 25)},
        )
        self.assertEqualsBooks()
