from ast import literal_eval

from lxml import etree

from odoo.fields import Domain
from odoo.tests import Form, tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestMenus(InvoicingCommon):
    """Every menu of Field Service > Invoicing opens, with records on its screen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.to_invoice = cls._create_order()
        cls.invoiced = cls._create_order()
        cls.invoiced.with_user(cls.clerk).action_create_invoice()
        cls.invoice = cls.invoiced.invoice_lines.move_id.with_user(cls.clerk)
        cls.invoice.action_post()

    def _get_menu(self, name, user):
        """:return: dict: a menu of ours, as ``user``'s web client loads it"""
        menu_id = self.env.ref(f"fieldservice_invoicing.menu_invoicing_{name}").id
        return self.env["ir.ui.menu"].with_user(user).load_menus(False)[menu_id]

    def _get_menu_action(self, name, user):
        """:return: the action behind a menu, as ``user``'s web client loads it"""
        menu = self._get_menu(name, user)
        self.assertEqual(menu["action_model"], "ir.actions.act_window")
        return (
            self.env["ir.actions.act_window"]
            .with_user(user)
            ._for_xml_id(
                self.env["ir.actions.act_window"]
                .sudo()
                .browse(menu["action_id"])
                .get_external_id()[menu["action_id"]]
            )
        )

    def _open(self, action, user, view_type="list"):
        """Load views and records as the web client does.

        :return: list of dicts, the records on the screen
        """
        self.env.invalidate_all()
        context = literal_eval(action["context"] or "{}")
        Model = self.env[action["res_model"]].with_user(user).with_context(**context)
        search_view_id = action["search_view_id"] and action["search_view_id"][0]
        loaded = Model.get_views([*action["views"], (search_view_id, "search")])
        names = loaded["models"][action["res_model"]]["fields"]
        self.assertIn(view_type, loaded["views"])
        domain = Domain(literal_eval(action["domain"] or "[]"))
        # these screens open with filters of one group: any of them lets a record in
        filters = [
            self._get_filter(loaded, name.removeprefix("search_default_"))
            for name in context
            if name.startswith("search_default_")
            # a group lets all in
            and not name.startswith("search_default_group_by")
        ]
        if filters:
            domain &= Domain.OR(filters)
        shown = [
            name
            for name in names
            if f'name="{name}"' in loaded["views"][view_type]["arch"]
        ]
        return Model.web_search_read(domain, {name: {} for name in shown})["records"]

    def _get_filter(self, loaded, name):
        """:return: domain of a filter that is on when the screen opens"""
        search = etree.fromstring(loaded["views"]["search"]["arch"])
        [node] = search.xpath(f"//filter[@name='{name}']")
        return Domain(literal_eval(node.get("domain") or "[]"))

    def test_dashboard(self):
        menu_id = self.env.ref("fieldservice_invoicing.menu_invoicing_dashboard").id
        for user in (self.clerk, self.dispatcher, self.accountant):
            with self.subTest(user=user.login):
                menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
                menu = menus[menu_id]
                self.assertEqual(menu["action_model"], "ir.actions.client")
                action = self.env["ir.actions.client"].browse(menu["action_id"])
                self.assertEqual(action.tag, "fieldservice_invoicing.dashboard")

    def test_journals_overview(self):
        action = self._get_menu_action("journals", self.clerk)
        journals = self._open(action, self.clerk, "kanban")
        self.assertIn(
            self.company_data["default_journal_sale"].id,
            [journal["id"] for journal in journals],
        )

    def test_orders_to_invoice(self):
        for user in (self.clerk, self.dispatcher):
            with self.subTest(user=user.login):
                menu = self._get_menu("orders", user)
                self.assertEqual(menu["action_model"], "ir.actions.server")
                # what changed is looked at before the list opens
                server = self.env["ir.actions.server"].with_user(user)
                action = server.browse(menu["action_id"]).run()
                orders = self._open(action, user)
                ids = [order["id"] for order in orders]
                self.assertIn(self.to_invoice.id, ids)
                self.assertNotIn(self.invoiced.id, ids)
                [order] = [o for o in orders if o["id"] == self.to_invoice.id]
                self.assertEqual(order["amount_to_bill"], 220)

    def test_invoices(self):
        action = self._get_menu_action("invoices", self.clerk)
        rows = {row["id"]: row for row in self._open(action, self.clerk)}
        row = rows[self.invoice.id]
        self.assertEqual(row["name"], self.invoice.name)
        self.assertEqual(row["invoice_partner_display_name"], self.customer.name)
        self.assertEqual(row["amount_total_in_currency_signed"], 253)
        self.assertEqual(row["amount_residual_signed"], 253)
        self.assertEqual(row["status_in_payment"], "posted")

    def test_new_opens_a_blank_invoice(self):
        action = self._get_menu_action("invoices", self.clerk)
        context = literal_eval(action["context"])
        Move = self.env["account.move"].with_user(self.clerk)
        form = Form(Move.with_context(**context))
        self.assertEqual(form.move_type, "out_invoice")
        self.assertEqual(len(form.invoice_line_ids), 0)

    def test_credit_notes(self):
        credit = self._reverse(self.invoice)
        action = self._get_menu_action("credit_notes", self.clerk)
        ids = [row["id"] for row in self._open(action, self.clerk)]
        self.assertIn(credit.id, ids)
        self.assertNotIn(self.invoice.id, ids)

    def test_payments(self):
        payment = self._pay(self.invoice, 100)
        action = self._get_menu_action("payments", self.clerk)
        rows = {row["id"]: row for row in self._open(action, self.clerk)}
        self.assertIn(payment.id, rows)

    def test_journal_entries(self):
        action = self._get_menu_action("journal_entries", self.clerk)
        ids = [row["id"] for row in self._open(action, self.clerk)]
        self.assertIn(self.invoice.id, ids)

    def test_journal_entries_of_an_invoice(self):
        action = self.invoice.action_view_journal_entry()
        self.assertEqual(action["res_id"], self.invoice.id)
        view = self.env["ir.ui.view"].browse(action["views"][0][0])
        with Form(self.invoice, view=view) as form:
            self.assertEqual(form.name, self.invoice.name)

    def test_technician_has_no_invoicing_menu(self):
        menus = self.env["ir.ui.menu"].with_user(self.technician).load_menus(False)
        self.assertNotIn(
            self.env.ref("fieldservice_invoicing.menu_invoicing").id, menus
        )

    # --- from one document to the other ---
    def test_order_leads_to_its_invoice(self):
        action = self.invoiced.with_user(self.clerk).action_view_invoices()
        self.assertEqual(action["res_id"], self.invoice.id)
        self.assertEqual(
            action["views"], [(self.env.ref("account.view_move_form").id, "form")]
        )

    def test_invoice_leads_to_its_order(self):
        action = self.invoice.action_view_fsm_orders()
        self.assertEqual(action["res_id"], self.invoiced.id)
        self.assertEqual(self.invoice.fsm_order_count, 1)

    def test_payment_dialog_opens_with_the_amount_due(self):
        action = self.invoice.action_register_payment()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.clerk)
            .with_context(**action["context"])
        )
        self.assertEqual(form.amount, 253)

    def test_send_dialog_opens_with_the_customer(self):
        action = self.invoice.action_invoice_sent()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.clerk)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(wizard.mail_partner_ids, self.customer)
        self.assertEqual(wizard.move_id, self.invoice)
