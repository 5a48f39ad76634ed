from odoo.fields import Command
from odoo.tests import tagged

from .portal_common import PortalCommon


@tagged("post_install", "-at_install")
class TestPortal(PortalCommon):
    """The invoices of service orders as their customer finds them on the portal."""

    # --- lists ---
    def test_list_names_order_site_and_day(self):
        [text] = self._get_services(self._open("/my/invoices"))
        self.assertIn(self.order.name, text)
        self.assertIn("Boiler room, Liège", text)
        self.assertIn(str(self.order.timesheet_ids.date.year), text)

    def test_list_names_nobody_elses_orders(self):
        text = self._open("/my/invoices").text
        self.assertNotIn(self.strange_order.name, text)
        self.assertNotIn("Oven", text)
        [text] = self._get_services(self._open("/my/invoices", "stranger"))
        self.assertIn("Oven", text)

    def test_list_is_short_about_many_orders(self):
        self.policy.grouping = "customer"
        orders = self.order.union(*(self._create_order() for _i in range(4)))
        (orders - self.order).with_user(self.clerk).action_create_invoice()
        invoice = (orders - self.order).invoice_lines.move_id
        invoice.action_post()
        response = self._open("/my/invoices")
        self.assertEqual(len(self._get_services(response)), 3)
        self.assertIn("and 2 more service orders", response.text)

    def test_list_says_one_more_in_its_own_words(self):
        for count, words in (
            (0, ""),
            (1, "and one more service order"),
            (2, "and 2 more service orders"),
        ):
            with self.subTest(count=count):
                self.assertEqual(self.invoice._get_fsm_services_more(count), words)

    def test_list_of_who_has_no_service_order(self):
        partner = self.env["res.partner"].create({"name": "Shop"})
        self._create_portal_user("shopkeeper", partner)
        self.init_invoice("out_invoice", partner=partner, amounts=[100], post=True)
        response = self._open("/my/invoices", "shopkeeper")
        self.assertIn("INV/", response.text)
        self.assertNotIn("fsm_services", response.text)

    def _count(self, invoices):
        """:return: queries for the orders in the rows of ``invoices`` in the list"""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        told = invoices.with_user(self.portal_user)._get_fsm_services_told(2)
        self.assertEqual(len(told), len(invoices))
        return self.env.cr.sql_log_count - before

    def test_list_costs_the_same_for_many_invoices_of_many_orders(self):
        self.policy.grouping = "customer"
        invoices = self.invoice
        for count in (2, 5):
            orders = self.order.union(*(self._create_order() for _i in range(count)))
            (orders - self.order).with_user(self.clerk).action_create_invoice()
            invoices |= (orders - self.order).invoice_lines.move_id
        (invoices - self.invoice).action_post()
        self._count(invoices)  # fills caches of the registry
        self.assertEqual(self._count(invoices), self._count(invoices[0]))
        # nor where nothing was kept when they were posted
        invoices.sudo().fsm_printed_ids.unlink()
        self.assertEqual(self._count(invoices), self._count(invoices[0]))

    # --- the invoice ---
    def test_invoice_names_its_orders(self):
        [text] = self._get_services(self._open(f"/my/invoices/{self.invoice.id}"))
        self.assertIn(self.order.name, text)
        self.assertIn("Boiler room, Liège", text)

    def test_days_of_the_work_that_this_invoice_bills(self):
        self.policy.grouping = "order"
        order = self._create_order(hours=0, parts=0, done=False)
        self._log_hours(order, 1, date="2026-03-02")
        self._log_hours(order, 1, date="2026-03-04")
        order.action_complete()
        first = self._post_invoice(order)
        self._log_hours(order, 1, date="2026-03-09")
        second = self._post_invoice(order)
        days = {
            invoice: [str(day) for day in service["days"]]
            for invoice in (first, second)
            for service in invoice._get_fsm_services()
        }
        self.assertEqual(
            days,
            {first: ["2026-03-02", "2026-03-04"], second: ["2026-03-09", "2026-03-09"]},
        )

    def test_credit_note_names_the_orders_it_credits(self):
        credit = self._confirm(self.invoice)
        [text] = self._get_services(self._open(f"/my/invoices/{credit.id}"))
        self.assertIn(self.order.name, text)

    def test_order_linked_to_a_line_of_tax_is_none_of_the_invoice(self):
        taxes = self.invoice.sudo().line_ids.filtered("tax_line_id")
        taxes.fsm_order_ids = self.strange_order
        path = f"/my/invoices/{self.invoice.id}"
        [text] = self._get_services(self._open(path))
        self.assertIn(self.order.name, text)
        url = self._get_service_url(self.invoice, self.strange_order)
        response = self._open(url)
        self.assertNotEqual(response.headers["Content-Type"], "application/pdf")

    def test_invoice_of_another_customer_is_closed(self):
        response = self._open(f"/my/invoices/{self.strange_invoice.id}")
        self.assertNotIn("/my/invoices/", response.url)
        self.assertNotIn(self.strange_order.name, response.text)

    def test_right_token_opens_the_invoice_to_who_has_no_login(self):
        token = self.invoice._portal_ensure_token()
        path = f"/my/invoices/{self.invoice.id}?access_token="
        [text] = self._get_services(self._open(path + token, None))
        self.assertIn(self.order.name, text)
        for wrong in ("", "wrong", self.strange_invoice._portal_ensure_token()):
            response = self._open(path + wrong, None)
            self.assertEqual(self._get_services(response), [])
            self.assertNotIn(self.order.name, response.text)

    def test_draft_tells_of_no_orders(self):
        token = self.invoice._portal_ensure_token()
        path = f"/my/invoices/{self.invoice.id}?access_token={token}"
        self.invoice.button_draft()
        self.assertEqual(self._get_services(self._open(path, None)), [])
        self.invoice.button_cancel()
        self.assertEqual(self._get_services(self._open(path, None)), [])
        self.assertEqual(self._get_services(self._open("/my/invoices")), [])

    def test_pages_name_no_technician(self):
        for path in ("/my/invoices", f"/my/invoices/{self.invoice.id}"):
            text = self._open(path).text
            self.assertNotIn(self.marc.name, text)

    def test_tour(self):
        self.start_tour("/my/invoices", "fsm_invoicing_portal", login="reader")

    # --- paying ---
    def test_customer_pays_online_where_a_provider_is_set(self):
        path = f"/my/invoices/{self.invoice.id}"
        self.env["payment.provider"].search([]).state = "disabled"
        self.assertNotIn('name="o_payment_radio"', self._open(path).text)
        self._enable_provider()
        self.assertIn("Pay Now", self._open("/my/invoices").text)
        self.assertIn('name="o_payment_radio"', self._open(path).text)
        self._pay(self.invoice)
        self.assertNotIn('name="o_payment_radio"', self._open(path).text)

    def _enable_provider(self):
        method = self.env.ref("payment.payment_method_unknown")
        form = self.env["ir.ui.view"].create(
            {"name": "Go", "type": "qweb", "arch": "<form action='#' method='post'/>"}
        )
        self.env["payment.provider"].create(
            {
                "name": "Test bank",
                "code": "none",
                "state": "test",
                "is_published": True,
                "company_id": self.company.id,
                "payment_method_ids": [Command.set(method.ids)],
                "redirect_form_view_id": form.id,
            }
        )
        method.active = True
