from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..companies_common import CompaniesCommon
from ..credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestCreditRights(CreditCommon, CompaniesCommon):
    """The dialog of a credit note shows no amount that is out of reach elsewhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bookkeeper = cls._create_role("bookkeeper", "account.group_account_invoice")
        cls.order = cls._create_order()

    def setUp(self):
        super().setUp()
        self.invoice = self._post_invoice(self.order)

    def _open_dialog_as(self, user, invoice):
        dialog = self.env["account.move.reversal"].with_user(user)
        return dialog.with_context(
            active_model="account.move",
            active_ids=invoice.ids,
            allowed_company_ids=self.company.ids,
        ).create({"journal_id": invoice.journal_id.id, "reason": "Rate"})

    def test_line_of_another_company_is_out_of_reach(self):
        orders = self._create_other_order()
        orders = self._as_clerk_of(orders, self.other, self.company)
        orders.action_create_invoice()
        line = self._product_lines(orders.sudo().billing_entry_ids.move_id)
        dialog = self._open_dialog_as(self.bookkeeper, self.invoice)
        with self.assertRaises(AccessError):
            dialog.fsm_credit_line_ids.create(
                {"wizard_id": dialog.id, "move_line_id": line.id}
            )
        with self.assertRaises(AccessError):
            dialog.fsm_credit_line_ids[0].move_line_id = line.id

    def test_dialog_of_somebody_else_is_out_of_reach(self):
        lines = self._open_dialog(self.invoice).fsm_credit_line_ids
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            lines.with_user(self.bookkeeper).read(["amount_to_credit"])
        self.assertEqual(len(lines.read(["amount_to_credit"])), 2)

    def test_bookkeeper_without_field_service_credits_by_line(self):
        dialog = self._open_dialog_as(self.bookkeeper, self.invoice)
        self._choose(dialog, {self.labor: 1, self.pump: (1, "returned")})
        dialog.action_fsm_confirm()
        credit = dialog.new_move_ids
        self.assertEqual(credit.state, "posted")
        self.assertEqual(credit.fsm_credit_summary, "1 h of Marc")
        self.assertLedgerHolds(self.order)
