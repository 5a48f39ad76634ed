from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestTours(InvoicingCommon, HttpCase):
    """The procedures of the specification, clicked through by a clerk."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_product(
            name="Yearly inspection",
            type="service",
            lst_price=60.0,
            taxes_id=[Command.set(cls.tax_sale_a.ids)],
        )
        cls.order = cls._create_order(
            hours=2, parts=1, resolution="<p>Pump replaced.</p>"
        )

    def _post_invoice(self):
        invoice = self._invoice(self.order)
        invoice.action_post()
        return invoice

    def _run_tour(self, name):
        self.start_tour("/odoo", name, login="clerk")
        self.env.invalidate_all()

    def test_invoice_from_done_order(self):
        self._run_tour("fsm_invoicing_from_order")
        invoice = self.order.invoice_ids
        self.assertEqual(len(invoice), 1)
        self.assertEqual(invoice.state, "posted")
        self.assertTrue(invoice.is_move_sent)
        self.assertEqual(self.order.billing_status, "posted")

    def test_invoice_on_its_own(self):
        self._run_tour("fsm_invoicing_on_its_own")
        invoice = self.env["account.move"].search(
            [("move_type", "=", "out_invoice"), ("partner_id", "=", self.customer.id)]
        )
        self.assertRecordValues(
            invoice, [{"state": "posted", "amount_total": 437.0, "fsm_order_count": 0}]
        )

    def test_register_payment(self):
        invoice = self._post_invoice()
        self._run_tour("fsm_invoicing_register_payment")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(
            sorted(invoice.matched_payment_ids.mapped("amount")), [100.0, 153.0]
        )
        self.assertEqual(self.order.billing_status, "paid")

    def test_add_credit_note(self):
        invoice = self._post_invoice()
        self._run_tour("fsm_invoicing_add_credit_note")
        self.assertRecordValues(
            invoice.reversal_move_ids, [{"state": "posted", "amount_total": 253.0}]
        )
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertEqual(self.order.billing_status, "to_invoice")

    def test_credit_part(self):
        invoice = self._post_invoice()
        self._run_tour("fsm_invoicing_credit_part")
        credit = invoice.reversal_move_ids
        self.assertRecordValues(credit, [{"state": "posted", "amount_total": 34.5}])
        self.assertEqual(credit.fsm_credit_reason, "Wrong price or quantity")
        self.assertEqual(self.order.timesheet_ids.qty_to_bill, 0.5)

    def test_correct(self):
        invoice = self._post_invoice()
        self._run_tour("fsm_invoicing_correct")
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertEqual(self.order.billing_status, "posted")
        self.assertEqual(self.order.amount_billed, 200)
        self.assertLedgerHolds(self.order)

    def test_journal_entries(self):
        self._post_invoice()
        self._run_tour("fsm_invoicing_journal_entries")

    def test_clerk_journey(self):
        self._run_tour("fsm_invoicing_clerk_journey")
        self.assertEqual(self.order.billing_status, "paid")
        self.assertEqual(len(self.order.invoice_ids), 3)
        self.assertLedgerHolds(self.order)
