from odoo.exceptions import UserError
from odoo.tests import tagged

from ..credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestCreditGivenAway(CreditCommon):
    """Work that an invoice gives away by a quantity of zero goes with the rest."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(hours=8, parts=3)

    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(self.order)
        self._line(self.invoice, self.labor).quantity = 0
        self.invoice.action_post()

    def _get_billed(self):
        self.assertLedgerHolds(self.order)
        return [
            sum(sources.mapped("qty_billed"))
            for sources in (self.order.timesheet_ids, self.order.part_ids)
        ]

    def test_rest_opens_it_too(self):
        dialog = self._open_dialog(self.invoice)
        self.assertEqual(dialog.fsm_opened, "3 Pump, 8 h of Marc")
        dialog.action_fsm_confirm()
        self.assertEqual(self._get_billed(), [0, 0])
        self.assertEqual(dialog.new_move_ids.fsm_credit_summary, "8 h of Marc, 3 Pump")

    def test_part_leaves_it_billed(self):
        self._confirm(self.invoice, {self.pump: 2})
        self.assertEqual(self._get_billed(), [8, 1])

    def test_refund_leaves_it_billed(self):
        dialog = self._open_dialog(self.invoice, fsm_work="refund")
        self.assertFalse(dialog.fsm_opened)
        dialog.action_fsm_confirm()
        self.assertEqual(self._get_billed(), [8, 3])
        self.assertEqual(self.order.billing_status, "credited")

    def test_correction_takes_it_over(self):
        dialog = self._open_dialog(self.invoice, fsm_work="refund")
        action = dialog.action_fsm_correct()
        draft = self.env["account.move"].browse(action["res_id"])
        self.assertEqual(self._line(draft, self.labor).quantity, 0)
        self.assertEqual(
            draft.line_ids.fsm_billing_entry_ids.mapped("quantity"), [8, 3]
        )
        self.assertEqual(self._get_billed(), [8, 3])

    def test_invoice_of_nothing_but_this(self):
        order = self._create_order(hours=2, parts=0)
        invoice = self._invoice(order)
        self._line(invoice, self.labor).quantity = 0
        invoice.action_post()
        with self.assertRaisesRegex(UserError, invoice.name):
            order.billing_policy_id = self.policy.copy()
        self._confirm(invoice)
        self.assertEqual(order.timesheet_ids.qty_billed, 0)
        order.billing_policy_id = self.policy.copy()
        with self.assertRaisesRegex(UserError, "No line is chosen"):
            self._confirm(invoice)
