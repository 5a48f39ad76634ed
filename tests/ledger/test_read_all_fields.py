from odoo.tests import tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestReadAllFields(InvoicingCommon):
    """Exports and programs that read every field get it, whatever the ledger holds.

    Odoo leaves out the fields that somebody may not read; one that fails instead takes
    the others with it.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        hours = "hr_timesheet.group_hr_timesheet_approver"
        cls.foreman = cls._create_role(
            "foreman", f"fieldservice.group_fsm_user,{hours}"
        )
        cls.timekeeper = cls._create_role("timekeeper", hours)

    def _read(self, record, user, *names):
        """:return: what ``user`` gets of ``record``, all fields if none is named"""
        self.env.flush_all()
        self.env.invalidate_all()
        [values] = record.with_user(user).read(names)
        return values

    def _log_time(self):
        """:return: time that is on no service order"""
        return self.env["account.analytic.line"].create(
            {
                "name": "Meeting",
                "project_id": self.project.id,
                "employee_id": self.marc.id,
                "unit_amount": 1.0,
            }
        )

    def test_time_on_no_order_has_nothing_to_bill(self):
        self.assertEqual(self._log_time().qty_to_bill, 0)

    def test_time_on_no_order_is_in_no_quotation(self):
        self.assertFalse(self._log_time()._is_billed_elsewhere())

    def test_time_on_no_order_is_read_by_a_timesheet_user(self):
        values = self._read(self._log_time(), self.timekeeper)
        self.assertEqual(values["qty_to_bill"], 0)
        self.assertNotIn("billing_entry_ids", values)

    def test_billed_time_is_read_by_a_foreman(self):
        order = self._create_order()
        self._invoice(order)
        values = self._read(order.timesheet_ids, self.foreman)
        self.assertEqual(values["qty_billed"], 2)

    def test_time_of_a_quotation_is_read_by_a_foreman(self):
        product = self._create_service(
            "Yearly service", 300.0, field_service_tracking="sale"
        )
        sale = self._create_sale(
            product, fsm_location_id=self.site.id, warehouse_id=self.warehouse.id
        )
        sale.action_confirm()
        sale.fsm_order_ids.project_id = self.project
        time = self._log_hours(sale.fsm_order_ids, 2)
        values = self._read(time, self.foreman, "qty_recorded", "qty_to_bill")
        # the quotation bills it
        self.assertEqual((values["qty_recorded"], values["qty_to_bill"]), (2, 0))

    def test_billed_part_is_read_by_a_storekeeper(self):
        user = self._create_role(
            "storekeeper",
            "stock.group_stock_manager,analytic.group_analytic_accounting",
        )
        order = self._create_order()
        self._invoice(order)
        values = self._read(order.part_ids, user)
        self.assertEqual(values["qty_billed"], 1)
        self.assertNotIn("billing_entry_ids", values)

    def test_invoice_line_is_read_by_an_auditor(self):
        user = self._create_role("auditor", "account.group_account_readonly")
        lines = self._product_lines(self._invoice(self._create_order()))
        values = self._read(lines[0], user)
        self.assertNotIn("fsm_billing_entry_ids", values)

    def test_ledger_is_read_by_a_dispatcher(self):
        order = self._create_order()
        self._invoice(order)
        values = self._read(order.billing_entry_ids[0], self.dispatcher, "is_live")
        self.assertTrue(values["is_live"])
