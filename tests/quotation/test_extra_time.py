from odoo.tests import tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestExtraTime(InvoicingCommon):
    """Time beyond a quotation that sells hours is billed once: on the service order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sold_hours = cls._create_service(
            "Hours sold",
            80.0,
            uom_id=cls.env.ref("uom.product_uom_hour").id,
            invoice_policy="delivery",
            service_type="timesheet",
        )
        cls.sale = cls._create_sale(cls.sold_hours)
        cls.sale.action_confirm()
        cls.sold = cls.sale.order_line
        cls.order = cls._create_order(hours=0, parts=0, sale_id=cls.sale.id)

    def test_time_marked_as_extra_leaves_the_sale_line(self):
        time = self._log_hours(
            self.order, 2, so_line=self.sold.id, is_so_line_edited=True
        )
        self.assertEqual((time.qty_to_bill, self.sold.qty_delivered), (0, 2))
        time.fsm_is_extra = True
        self.assertEqual((time.qty_to_bill, self.sold.qty_delivered), (2, 0))

    def test_mark_taken_back_puts_time_on_the_sale_line_again(self):
        time = self._log_hours(
            self.order, 2, so_line=self.sold.id, is_so_line_edited=True
        )
        time.fsm_is_extra = True
        time.fsm_is_extra = False
        self.assertEqual(time.so_line, self.sold)
        self.assertEqual((time.qty_to_bill, self.sold.qty_delivered), (0, 2))

    def test_time_logged_as_extra_does_not_follow_its_project(self):
        self.project.write(
            {
                "allow_billable": True,
                "partner_id": self.customer.id,
                "sale_line_id": self.sold.id,
            }
        )
        time = self._log_hours(self.order, 2, fsm_is_extra=True)
        self.assertEqual((time.qty_to_bill, self.sold.qty_delivered), (2, 0))
        time.fsm_is_extra = False
        self.assertEqual((time.qty_to_bill, self.sold.qty_delivered), (0, 2))
