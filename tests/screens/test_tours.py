from odoo.tests import tagged

from ..common import InvoicingCommon, TourCase


@tagged("post_install", "-at_install")
class TestTours(InvoicingCommon, TourCase):
    """The procedures of the specification, clicked through by a clerk."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_service("Yearly inspection", 60.0)
        cls.order = cls._create_order(
            hours=2, parts=1, resolution="<p>Pump replaced.</p>"
        )

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
        invoice = self._post_invoice(self.order)
        self._run_tour("fsm_invoicing_register_payment")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(
            sorted(invoice.matched_payment_ids.mapped("amount")), [100.0, 153.0]
        )
        self.assertEqual(self.order.billing_status, "paid")

    def test_add_credit_note(self):
        invoice = self._post_invoice(self.order)
        self._run_tour("fsm_invoicing_add_credit_note")
        self.assertRecordValues(
            invoice.reversal_move_ids, [{"state": "posted", "amount_total": 253.0}]
        )
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertEqual(self.order.billing_status, "to_invoice")

    def test_credit_part(self):
        invoice = self._post_invoice(self.order)
        self._run_tour("fsm_invoicing_credit_part")
        credit = invoice.reversal_move_ids
        self.assertRecordValues(credit, [{"state": "posted", "amount_total": 34.5}])
        self.assertEqual(credit.fsm_credit_reason, "Wrong price or quantity")
        self.assertEqual(self.order.timesheet_ids.qty_to_bill, 0.5)

    def test_correct(self):
        invoice = self._post_invoice(self.order)
        self._run_tour("fsm_invoicing_correct")
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertEqual(self.order.billing_status, "posted")
        self.assertEqual(self.order.amount_billed, 200)
        self.assertLedgerHolds(self.order)

    def test_journal_entries(self):
        self._post_invoice(self.order)
        self._run_tour("fsm_invoicing_journal_entries")

    def test_policy_prices_an_order(self):
        self.env.ref("fieldservice.group_fsm_manager").sudo().user_ids |= self.clerk
        self._create_service(
            "Fitter", 60.0, uom_id=self.env.ref("uom.product_uom_hour").id
        )
        self._run_tour("fsm_invoicing_billing_policy")
        self.assertEqual(self.order.billing_policy_id.name, "Quarter hours")
        self.assertEqual(self.order.invoice_ids.amount_untaxed, 280.0)

    def test_charge_typed_and_fee_deleted(self):
        fee, _disposal = [
            self._create_service(name, price)
            for name, price in (("Call-out", 75.0), ("Disposal", 15.0))
        ]
        self.order.billing_policy_id = self.policy.copy(
            {"name": "With fee", "callout_product_id": fee.id}
        )
        self._run_tour("fsm_invoicing_charges")
        self.assertEqual(self.order.charge_ids.mapped("name"), ["Two old pumps"])
        self.assertEqual(self.order.invoice_ids.amount_untaxed, 245.0)

    def test_quotation_with_extra_work(self):
        service = self._create_service(
            "Boiler replacement",
            1890.0,
            invoice_policy="delivery",
            field_service_tracking="line",
        )
        sale = self._create_sale(
            service, fsm_location_id=self.site.id, warehouse_id=self.warehouse.id
        )
        sale.action_confirm()
        self.order.action_cancel()
        order = sale.fsm_order_ids
        order.write({"project_id": self.project.id, "warehouse_id": self.warehouse.id})
        self._log_hours(order, 6, name="Replaced the boiler")
        self._log_hours(order, 1.5, name="Thermostat, not agreed")
        order.action_complete()
        self._run_tour("fsm_invoicing_quotation")
        self.assertEqual(order.invoice_ids.amount_untaxed, 1890.0 + 90.0)
        self.assertEqual(sale.invoice_status, "invoiced")

    def test_billing_tab(self):
        self._run_tour("fsm_invoicing_billing_tab")
        self.assertEqual(self.order.billing_status, "paid")
        self.assertEqual(self.order.invoice_ids.amount_untaxed, 120.0)
        self.assertEqual(self.order.part_ids.billing_mode, "warranty")

    def test_billing_wizard(self):
        other = self._create_order(resolution="<p>Pump replaced</p>")
        self._run_tour("fsm_invoicing_billing_wizard")
        invoice = (self.order | other).invoice_ids
        self.assertRecordValues(invoice, [{"state": "draft", "amount_total": 506.0}])
        self.assertEqual(self.policy.grouping, "order")

    def test_clerk_journey(self):
        self._run_tour("fsm_invoicing_clerk_journey")
        self.assertEqual(self.order.billing_status, "paid")
        self.assertEqual(len(self.order.invoice_ids), 3)
        self.assertLedgerHolds(self.order)

    def test_analysis(self):
        self._post_invoice(self.order)
        self._run_tour("fsm_invoicing_analysis")
