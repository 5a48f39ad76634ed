from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..quotation_common import QuotationCommon


@tagged("post_install", "-at_install")
class TestQuotationDelivered(QuotationCommon):
    """Services billed by what is delivered are delivered with their service order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.delivered_per_sale = cls._create_delivered("Inspection")
        cls.hours_per_sale = cls._create_delivered(
            "Hours",
            lst_price=80.0,
            uom_id=cls.env.ref("uom.product_uom_hour").id,
            service_type="timesheet",
        )

    @classmethod
    def _create_delivered(cls, name, **values):
        return cls._create_product(
            name=name,
            type="service",
            invoice_policy="delivery",
            field_service_tracking="sale",
            **{"lst_price": 200.0, **values},
        )

    def test_completing_delivers_services_of_one_order_for_the_sale(self):
        sale = self._confirm_quotation(self.delivered_per_sale, self.delivered_per_sale)
        self._pay_in_advance(sale, 115)
        order = sale.fsm_order_ids
        order.with_user(self.technician).action_complete()
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertEqual(self._invoice_of(order).amount_untaxed, 400 - 100)

    def test_what_somebody_typed_as_delivered_stays(self):
        sale = self._confirm_quotation(self.delivered_per_sale)
        sale.order_line.product_uom_qty = 5
        sale.order_line.qty_delivered = 3
        order = sale.fsm_order_ids
        order.action_complete()
        self.assertEqual(sale.order_line.qty_delivered, 3)
        self.assertEqual(self._invoice_of(order).amount_untaxed, 600)

    def test_nothing_is_delivered_before_the_order_is_done(self):
        sale = self._confirm_quotation(self.delivered_per_sale)
        self.assertEqual(sale.order_line.qty_delivered, 0)

    def test_cancelled_order_delivers_nothing(self):
        sale = self._confirm_quotation(self.delivered_per_sale)
        sale.fsm_order_ids.action_cancel()
        self.assertEqual(sale.order_line.qty_delivered, 0)

    def test_other_stage_of_done_orders_delivers_too(self):
        stage = self.env["fsm.stage"].create(
            {
                "name": "Checked",
                "stage_type": "order",
                "sequence": 90,
                "is_invoiceable": True,
            }
        )
        for product in (self.delivered_per_sale, self.service_per_line):
            sale = self._confirm_quotation(product)
            sale.fsm_order_ids.stage_id = stage
            self.assertEqual(sale.order_line.qty_delivered, 1)

    def test_hours_sold_are_delivered_by_the_time_of_the_order(self):
        sale = self._confirm_quotation(self.hours_per_sale)
        order = sale.fsm_order_ids
        self._log_hours(order, 2)
        extra = self._log_hours(order, 1, fsm_is_extra=True)
        order.action_complete()
        self.assertEqual(sale.order_line.qty_delivered, 2)
        self.assertFalse(extra.so_line)
        lines = self._product_lines(self._invoice_of(order))
        self.assertEqual(lines.mapped("quantity"), [2, 1])
        self.assertEqual(lines.mapped("price_unit"), [80, 60])

    def _log_as_technician(self, **values):
        """:return: 2 h of the technician's, logged as they do"""
        return (
            self.env["account.analytic.line"]
            .with_user(self.technician)
            .create(
                {
                    "name": "Pump replaced",
                    "project_id": self.project.id,
                    "unit_amount": 2,
                    **values,
                }
            )
        )

    def _assert_hours_are_logged(self):
        """Check that a technician logs hours sold, and brings hours to the order."""
        self.env["hr.employee"].create({"name": "Tom", "user_id": self.technician.id})
        sale = self._confirm_quotation(self.hours_per_sale)
        order = sale.fsm_order_ids
        logged = self._log_as_technician(fsm_order_id=order.id)
        self.assertEqual(logged.sudo().so_line, sale.order_line)
        brought = self._log_as_technician()
        brought.fsm_order_id = order
        self.assertEqual(brought.sudo().so_line, sale.order_line)
        self.assertEqual(sale.order_line.qty_delivered, 4)

    def test_technician_logs_hours_that_were_sold(self):
        self._assert_hours_are_logged()

    def test_technician_logs_hours_sold_on_a_project_that_sells_nothing(self):
        self.project.allow_billable = True
        self._assert_hours_are_logged()

    def test_technician_does_not_choose_hours_that_others_sold(self):
        self.env["hr.employee"].create({"name": "Tom", "user_id": self.technician.id})
        order, other = (
            self._confirm_quotation(self.hours_per_sale).fsm_order_ids
            for _index in range(2)
        )
        with self.assertRaisesRegex(AccessError, "says how work is charged"):
            self._log_as_technician(
                fsm_order_id=order.id, so_line=other.sale_id.order_line.id
            )

    def test_time_logged_before_the_quotation_joins_it(self):
        order = self._create_order(hours=2, parts=0)
        sale = self._confirm_quotation(self.sold_hours)
        sale.order_line.fsm_order_id = order
        order.sale_id = sale
        self.assertEqual(order.timesheet_ids.so_line, sale.order_line)
        self.assertEqual(sale.order_line.qty_delivered, 2)

    def test_what_nobody_delivered_is_said(self):
        plan = self._create_delivered("Plan")
        plan.field_service_tracking = "no"
        repair = self.service_per_sale
        sale = self._confirm_quotation(repair, plan)
        order = sale.fsm_order_ids
        order.action_complete()
        self._invoice_of(order).action_post()
        with self.assertRaises(UserError):
            order.with_user(self.clerk).action_create_invoice()
        sale = self._confirm_quotation(self.delivered_per_sale, plan)
        order = sale.fsm_order_ids
        order.action_complete()
        sale.order_line.qty_delivered = 0
        with self.assertRaisesRegex(
            UserError, "nothing of Inspection, Plan is delivered"
        ):
            order.with_user(self.clerk).action_create_invoice()
        self.assertIn("Enter the delivered quantity", order.billing_hint)
