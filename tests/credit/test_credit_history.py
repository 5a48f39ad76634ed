from odoo.exceptions import UserError
from odoo.tests import tagged

from ..credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestCreditHistory(CreditCommon):
    """What stays as the history of documents, and what people do instead."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(hours=2, parts=0)
        cls.hours = cls.order.timesheet_ids

    def setUp(self):
        super().setUp()
        self.invoice = self._post_invoice(self.order)

    def assertKept(self, text, source=None):
        """Check that work can't be deleted, and that the message says ``text``."""
        with self.assertRaisesRegex(UserError, text), self.cr.savepoint():
            (source or self.hours).unlink()

    def test_hours_credited_stay_and_are_set_to_zero_instead(self):
        self._confirm(self.invoice)
        self.assertKept("stays as their history.*set its hours to zero")
        self.hours.unit_amount = 0
        self.assertEqual(self.hours.qty_to_bill, 0)
        self.assertNotEqual(self.order.billing_status, "to_invoice")

    def test_hours_credited_stay_and_are_not_billed_instead(self):
        self._confirm(self.invoice)
        self.assertKept("Not billed")
        self.hours.billing_mode = "not_billed"
        self.assertEqual(self.hours.qty_to_bill, 0)
        self.assertEqual(self.order.billing_status, "credited")

    def test_technician_sets_their_hours_to_zero(self):
        self.env["hr.employee"].create(
            {"name": "Ana", "user_id": self.technician.id, "hourly_cost": 20}
        )
        order = self._create_order(hours=0, parts=0, done=False)
        hours = self._log_hours(
            order,
            2,
            employee=self.technician.employee_id,
            user_id=self.technician.id,
        )
        order.action_complete()
        self._confirm(self._post_invoice(order))
        hours = hours.with_user(self.technician)
        self.assertKept("set its hours to zero", hours)
        hours.unit_amount = 0
        self.assertEqual(order.amount_to_bill, 0)

    def test_charge_credited_stays_and_is_not_billed_instead(self):
        order = self._create_order(hours=0, parts=0, done=False)
        charge = self._add_charge(order)
        order.action_complete()
        self._confirm(self._post_invoice(order))
        self.assertKept("set it to Not billed", charge)
        charge.billing_mode = "not_billed"
        self.assertEqual(charge.qty_to_bill, 0)

    def test_hours_on_an_invoice_are_credited_first(self):
        self.assertKept("Add a credit note")
        self._confirm(self.invoice)
        self.assertKept("set its hours to zero")

    def test_hours_on_a_draft_are_removed_there_first(self):
        order = self._create_order(hours=1, parts=0)
        draft = self._invoice(order)
        self.assertKept("Remove its line from the draft", order.timesheet_ids)
        self._line(draft, self.labor).unlink()
        order.timesheet_ids.unlink()

    def test_hours_billed_are_changed_once_they_are_credited(self):
        with self.assertRaisesRegex(UserError, "with Bill again"), self.cr.savepoint():
            self.hours.unit_amount = 1
        self._confirm(self.invoice)
        self.hours.unit_amount = 1

    def test_hours_refunded_are_changed_once_the_refund_is_cancelled(self):
        refund = self._confirm(self.invoice, fsm_work="refund")
        with self.assertRaisesRegex(UserError, f"cancel {refund.name}"):
            self.hours.unit_amount = 1
        refund.button_draft()
        refund.button_cancel()
        self._confirm(self.invoice)
        self.hours.unit_amount = 1

    # --- refunded ---
    def test_work_refunded_stays_and_nobody_is_sent_to_credit_it(self):
        order = self._create_order(hours=1, parts=1, done=False)
        self._add_charge(order, self.pump)
        order.action_complete()
        refund = self._confirm(self._post_invoice(order), fsm_work="refund")
        text = f"deleted. {refund.name} credited it, and it is not invoiced again"
        self.assertKept(text, order.timesheet_ids)
        self.assertKept(text, order.charge_ids)
        self.assertKept(f"cancel {refund.name}", order.part_ids)
        self.assertFalse(order.with_user(self.clerk).can_add_credit_note)

    def test_hours_refunded_in_part_are_credited_first(self):
        self._confirm(self.invoice, {self.labor: (1, "refund")})
        self.assertKept("Add a credit note")
        self._confirm(self.invoice)
        self.assertKept("stays as their history")

    # --- given back ---
    def _give_back_charge(self):
        """:return: a charge of less than nothing, and the credit note of it"""
        charge = {"fsm_order_id": self.order.id, "product_id": self.labor.id}
        charge = self.env["fsm.order.charge"].create({**charge, "quantity": -1})
        credit = self._post_invoice(self.order)
        self.assertEqual(credit.move_type, "out_refund")
        return charge, credit

    def test_charge_given_back_is_changed_once_its_credit_note_is_cancelled(self):
        charge, credit = self._give_back_charge()
        text = f"Reset {credit.name} to draft and cancel it"
        with self.assertRaisesRegex(UserError, text), self.cr.savepoint():
            charge.quantity = -2
        credit.button_draft()
        credit.button_cancel()
        charge.quantity = -2

    def test_charge_given_back_is_deleted_once_its_credit_note_is_cancelled(self):
        charge, credit = self._give_back_charge()
        self.assertKept(f"Reset {credit.name} to draft and cancel it", charge)
        credit.button_draft()
        credit.button_cancel()
        charge.unlink()

    def test_part_given_back_is_changed_once_its_credit_note_is_cancelled(self):
        order = self._create_order(hours=0, parts=2)
        self._post_invoice(order)
        back = self._return_part(order.part_ids)
        credit = self._post_invoice(order)
        text = f"Reset {credit.name} to draft and cancel it"
        with self.assertRaisesRegex(UserError, text), self.cr.savepoint():
            back.to_refund = False
        credit.button_draft()
        credit.button_cancel()
        back.to_refund = False
        self.assertEqual(order.with_user(self.clerk).amount_to_bill, 0)

    def test_price_given_back_in_full_leaves_hours_to_credit(self):
        self._confirm(self.invoice, {self.labor: (120, "price")})
        self.assertKept("Add a credit note")
        self._confirm(self.invoice)
        self.assertKept("stays as their history.*set its hours to zero")

    def test_order_credited_stays_and_is_cancelled_instead(self):
        self._confirm(self.invoice)
        order = self.order.with_user(self.dispatcher)
        order.stage_id = order._default_stage_id()
        with self.assertRaisesRegex(UserError, "cancel it instead"):
            order.unlink()
        order.action_cancel()
        self.assertTrue(order.is_closed)

    def test_draft_credit_note_is_deleted_before_its_invoice(self):
        dialog = self._open_dialog(self.invoice)
        dialog.action_fsm_save_draft()
        self.invoice.button_draft()
        with self.assertRaisesRegex(UserError, "Delete that credit note first"):
            self.invoice.unlink()
        dialog.new_move_ids.unlink()
        self.invoice.unlink()
        self.assertEqual(self.order.billing_status, "to_invoice")

    def test_posted_credit_note_is_reset_before_its_invoice(self):
        credit = self._confirm(self.invoice)
        with self.assertRaisesRegex(UserError, f"credited by {credit.name}"):
            self.invoice.button_draft()
        credit.button_draft()
        self.invoice.button_draft()
