from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..common import InvoicingCommon

AMOUNTS = ("amount_to_bill", "amount_billed", "amount_by_hand")
INVOICES = ("invoice_ids", "invoice_count")


@tagged("post_install", "-at_install")
class TestRights(InvoicingCommon):
    """What each role can do, and what it cannot."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plain_dispatcher = cls._create_role(
            "plain_dispatcher", "fieldservice.group_fsm_dispatcher"
        )
        cls.biller = cls._create_role(
            "biller",
            "fieldservice.group_fsm_user,hr_timesheet.group_hr_timesheet_user,"
            "fieldservice_invoicing.fieldservice_invoicing_group_billing",
        )
        cls.bookkeeper = cls._create_role("bookkeeper", "account.group_account_invoice")

    def _open(self, order, user):
        """:return: the form of ``order``, opened by ``user`` in a request of his own"""
        self.env.invalidate_all()
        return Form(order.with_user(user))

    def _press_create_invoice(self, order, user):
        return order.with_user(user).action_create_invoice()

    # --- technician ---
    def test_technician_reads_no_amounts(self):
        order = self._create_order().with_user(self.technician)
        for name in AMOUNTS + INVOICES:
            with self.subTest(field=name), self.assertRaises(AccessError):
                order.read([name])

    def test_technician_reads_the_status_of_an_order(self):
        order = self._create_order().with_user(self.technician)
        [values] = order.read(["name", "billing_status", "bill_to_id"])
        self.assertEqual(values["billing_status"], "to_invoice")

    def test_technician_searches_no_amounts(self):
        order = self._create_order().with_user(self.technician)
        for name in AMOUNTS + INVOICES:
            with self.subTest(field=name), self.assertRaises(AccessError):
                order.search_read([("id", "=", order.id)], [name])

    def test_technician_filters_by_no_invoice(self):
        order = self._create_order()
        self._invoice(order)
        with self.assertRaises(AccessError):
            order.with_user(self.technician).search(
                [("invoice_lines.price_unit", ">", 0)]
            )

    def test_technician_exports_no_amounts(self):
        self.technician.group_ids |= self.env.ref("base.group_allow_export")
        order = self._create_order().with_user(self.technician)
        self.assertTrue(order.export_data(["name"])["datas"])
        for name in AMOUNTS:
            with self.subTest(field=name), self.assertRaises(AccessError):
                order.export_data(["name", name])

    def test_technician_groups_no_amounts(self):
        order = self._create_order().with_user(self.technician)
        for name in AMOUNTS:
            with self.subTest(field=name), self.assertRaises(AccessError):
                order.formatted_read_group([], ["stage_id"], [f"{name}:sum"])

    def test_technician_finds_no_amounts_among_the_fields(self):
        fields = self.env["fsm.order"].with_user(self.technician).fields_get()
        self.assertFalse(set(AMOUNTS + INVOICES) & set(fields))

    def test_technician_opens_an_order(self):
        order = self._create_order(done=False)
        with self._open(order, self.technician) as form:
            form.resolution = "<p>Pump replaced</p>"
        self.assertEqual(order.resolution, "<p>Pump replaced</p>")

    def test_technician_opens_an_invoiced_order(self):
        order = self._create_order()
        self._invoice(order).action_post()
        with self._open(order, self.technician) as form:
            self.assertEqual(form.billing_status, "posted")

    def test_technician_sees_no_amounts_and_no_button_on_the_form(self):
        arch = (
            self.env["fsm.order"]
            .with_user(self.technician)
            .get_view(self.env.ref("fieldservice.fsm_order_form").id, "form")["arch"]
        )
        for name in (*AMOUNTS, *INVOICES, "action_create_invoice"):
            self.assertNotIn(name, arch)
        self.assertIn("billing_status", arch)

    def test_technician_sees_the_work_of_an_order(self):
        order = self._create_order(hours=2, parts=3).with_user(self.technician)
        self.env.invalidate_all()
        self.assertEqual(order.labor_work_ids.qty_recorded, 2)
        self.assertEqual(order.part_work_ids.qty_recorded, 3)
        self.assertEqual(order.part_work_ids.qty_to_bill, 3)

    def test_technician_reads_no_documents(self):
        order = self._create_order()
        invoice = self._invoice(order)
        for records in (invoice, invoice.invoice_line_ids, order.billing_entry_ids):
            with self.subTest(model=records._name), self.assertRaises(AccessError):
                records.with_user(self.technician).read(["display_name"])

    def test_technician_logs_hours(self):
        order = self._create_order(hours=0, parts=0, done=False)
        self.marc.user_id = self.technician
        self.env["account.analytic.line"].with_user(self.technician).create(
            {
                "name": "Pump replaced",
                "project_id": self.project.id,
                "fsm_order_id": order.id,
                "unit_amount": 1.5,
            }
        )
        order.with_user(self.technician).action_complete()
        self.assertEqual(self._invoice(order).amount_untaxed, 90)

    def test_technician_creates_no_invoice(self):
        order = self._create_order()
        with self.assertRaisesRegex(
            AccessError, "You are not allowed to create invoices from service orders"
        ):
            self._press_create_invoice(order, self.technician)
        self.assertFalse(order.invoice_lines)

    # --- dispatcher ---
    def test_dispatcher_without_the_billing_role_creates_no_invoice(self):
        order = self._create_order()
        with self.assertRaisesRegex(
            AccessError, "Ask an administrator for the right to create them."
        ):
            self._press_create_invoice(order, self.plain_dispatcher)
        self.assertFalse(order.invoice_lines)

    def test_dispatcher_without_the_billing_role_reads_no_amounts(self):
        order = self._create_order().with_user(self.plain_dispatcher)
        for name in AMOUNTS + INVOICES:
            with self.subTest(field=name), self.assertRaises(AccessError):
                order.read([name])

    def test_field_service_alone_reads_and_writes_no_invoice_lines(self):
        line = self._product_lines(self._invoice(self._create_order()))[0]
        for user in (self.plain_dispatcher, self.dispatcher):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    line.with_user(user).read(["price_unit"])
                with self.assertRaises(AccessError):
                    line.with_user(user).write({"price_unit": 1})
                with self.assertRaises(AccessError):
                    line.with_user(user).unlink()

    def test_dispatcher_makes_a_draft_and_is_told(self):
        order = self._create_order()
        action = self._press_create_invoice(order, self.dispatcher)
        self.assertEqual(action["tag"], "display_notification")
        self.assertIn("The office has the draft", action["params"]["message"])
        self.assertEqual(order.invoice_lines.move_id.state, "draft")
        self.assertEqual(order.invoice_lines.move_id.amount_untaxed, 220)

    def test_dispatcher_reads_no_invoice(self):
        order = self._create_order()
        self._press_create_invoice(order, self.dispatcher)
        invoice = order.invoice_lines.move_id
        with self.assertRaises(AccessError):
            invoice.with_user(self.dispatcher).read(["amount_total"])
        with self.assertRaises(AccessError):
            invoice.with_user(self.dispatcher).action_post()
        self.assertEqual(invoice.state, "draft")

    def test_dispatcher_sees_the_amounts_of_an_order(self):
        order = self._create_order().with_user(self.dispatcher)
        self.assertEqual(order.read(["amount_to_bill"])[0]["amount_to_bill"], 220)

    def test_dispatcher_opens_an_invoiced_order(self):
        order = self._create_order()
        self._invoice(order).action_post()
        with self._open(order, self.dispatcher) as form:
            self.assertEqual(form.billing_status, "posted")
            self.assertEqual(form.amount_billed, 220)

    def test_dispatcher_without_the_billing_role_opens_an_invoiced_order(self):
        order = self._create_order()
        self._invoice(order).action_post()
        with self._open(order, self.plain_dispatcher) as form:
            self.assertEqual(form.billing_status, "posted")

    def test_dispatcher_lists_the_orders_to_invoice(self):
        order = self._create_order()
        found = (
            self.env["fsm.order"]
            .with_user(self.dispatcher)
            .web_search_read(
                [("billing_status", "=", "to_invoice"), ("id", "=", order.id)],
                {"name": {}, "amount_to_bill": {}},
            )
        )
        self.assertEqual(found["records"][0]["amount_to_bill"], 220)

    # --- whoever bills sees all of the work ---
    def test_biller_with_own_timesheets_bills_the_hours_of_all(self):
        order = self._create_order(hours=2, parts=0)
        self._log_hours(order, 3, employee=self.lea)
        self._press_create_invoice(order, self.biller)
        lines = self._product_lines(order.invoice_lines.move_id)
        self.assertEqual(lines.mapped("quantity"), [2, 3])
        self.assertEqual(order.billing_status, "draft")

    def test_biller_with_own_timesheets_sees_the_amount_of_all(self):
        order = self._create_order(hours=2, parts=0)
        self._log_hours(order, 3, employee=self.lea)
        self.env.invalidate_all()
        self.assertEqual(order.with_user(self.biller).amount_to_bill, 300)

    def test_billing_role_without_field_service_bills_nothing(self):
        order = self._create_order()
        with self.assertRaises(AccessError):
            self._press_create_invoice(order, self.bookkeeper)
        self.assertFalse(order.invoice_lines)

    # --- clerk ---
    def test_clerk_takes_an_order_to_paid(self):
        order = self._create_order()
        invoice = self._post_invoice(order)
        self.assertEqual(order.billing_status, "posted")
        self._pay(invoice)
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        self.assertEqual(order.billing_status, "paid")

    def test_clerk_credits_an_invoice(self):
        order = self._create_order()
        invoice = self._post_invoice(order)
        credit = self._reverse(invoice)
        credit.action_post()
        self.assertEqual(credit.amount_total, invoice.amount_total)
        self.assertEqual(invoice.amount_residual, 0)

    def test_clerk_makes_an_invoice_without_an_order(self):
        with Form(
            self.env["account.move"]
            .with_user(self.clerk)
            .with_context(default_move_type="out_invoice")
        ) as form:
            form.partner_id = self.customer
            with form.invoice_line_ids.new() as line:
                line.product_id = self.labor
                line.quantity = 2
        invoice = form.save()
        invoice.action_post()
        self.assertEqual((invoice.state, invoice.amount_untaxed), ("posted", 120))

    def test_clerk_reads_the_journal_entry(self):
        invoice = self._post_invoice(self._create_order())
        action = invoice.action_view_journal_entry()
        self.assertEqual(action["res_id"], invoice.id)
        lines = invoice.line_ids.filtered("account_id")
        self.assertEqual(sum(lines.mapped("debit")), sum(lines.mapped("credit")))
        self.assertEqual(sum(lines.mapped("debit")), 253)

    def test_clerk_opens_an_order(self):
        order = self._create_order()
        with self._open(order, self.clerk) as form:
            self.assertEqual(form.amount_to_bill, 220)

    # --- accounting without field service ---
    def test_bookkeeper_opens_the_invoice_of_an_order(self):
        invoice = self._invoice(self._create_order())
        with Form(invoice.with_user(self.bookkeeper)) as form:
            form.ref = "Checked"
        self.assertEqual(invoice.ref, "Checked")

    def test_bookkeeper_confirms_the_invoice_of_an_order(self):
        order = self._create_order()
        self._invoice(order).with_user(self.bookkeeper).action_post()
        self.assertEqual(order.billing_status, "posted")
