from ast import literal_eval

from lxml import etree

from odoo.tests import Form, tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestScreens(InvoicingCommon):
    """What each role finds on its screens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(hours=2, parts=1)
        # neither timesheets nor inventory: the host alone refuses him the form
        cls.helper = cls._create_role("helper", "fieldservice.group_fsm_user_own")

    def _get_view(self, user, model, view=None, view_type="form"):
        view_id = self.env.ref(view).id if view else None
        arch = self.env[model].with_user(user).get_view(view_id, view_type)["arch"]
        return etree.fromstring(arch)

    def _get_button_words(self, view, name):
        return {node.get("string") for node in view.xpath(f"//button[@name='{name}']")}

    def test_every_role_opens_a_done_order(self):
        for user in (self.helper, self.technician, self.dispatcher, self.clerk):
            with self.subTest(user=user.login):
                self.env.invalidate_all()
                form = Form(self.order.with_user(user))
                self.assertEqual(form.billing_status, "to_invoice")

    def test_clerk_and_helper_see_hours_and_parts(self):
        for user in (self.helper, self.clerk):
            with self.subTest(user=user.login):
                self.env.invalidate_all()
                order = self.order.with_user(user)
                self.assertRecordValues(
                    order.labor_work_ids,
                    [{"employee_id": self.marc.id, "qty_to_bill": 2.0}],
                )
                self.assertRecordValues(
                    order.part_work_ids,
                    [{"product_id": self.pump.id, "qty_to_bill": 1.0}],
                )

    def test_work_follows_the_ledger(self):
        self._invoice(self.order)
        work = self.order.labor_work_ids | self.order.part_work_ids
        self.assertRecordValues(
            work.sorted("section"),
            [
                {"section": "labor", "qty_billed": 2.0, "qty_to_bill": 0.0},
                {"section": "parts", "qty_billed": 1.0, "qty_to_bill": 0.0},
            ],
        )

    def test_buttons_carry_the_words_of_the_specification(self):
        form = self._get_view(self.clerk, "account.move", "account.view_move_form")
        for name, word in (
            ("action_register_payment", "Register payment"),
            ("action_reverse", "Add credit note"),
            ("action_invoice_sent", "Send"),
        ):
            with self.subTest(button=name):
                self.assertEqual(self._get_button_words(form, name), {word})
        self.assertIn("Confirm", self._get_button_words(form, "action_post"))
        listing = self._get_view(
            self.clerk, "account.move", "account.view_out_invoice_tree", "list"
        )
        self.assertEqual(
            self._get_button_words(listing, "action_force_register_payment"),
            {"Register payment"},
        )

    def test_dialogs_are_called_as_their_buttons(self):
        invoice = self._post_invoice(self.order)
        self.assertEqual(invoice.action_register_payment()["name"], "Register payment")
        self.assertEqual(invoice.action_reverse()["name"], "Add credit note")

    def test_menus_of_the_clerk(self):
        visible = self.env["ir.ui.menu"].with_user(self.clerk)._visible_menu_ids()
        for name in (
            "dashboard",
            "orders",
            "invoices",
            "credit_notes",
            "payments",
            "journal_entries",
        ):
            with self.subTest(menu=name):
                menu = self.env.ref(f"fieldservice_invoicing.menu_invoicing_{name}")
                self.assertIn(menu.id, visible)

    def test_menus_of_others(self):
        menu = self.env.ref("fieldservice_invoicing.menu_invoicing")
        orders = self.env.ref("fieldservice_invoicing.menu_invoicing_orders")
        Menu = self.env["ir.ui.menu"]
        technician = Menu.with_user(self.technician)._visible_menu_ids()
        self.assertNotIn(menu.id, technician)
        dispatcher = Menu.with_user(self.dispatcher)._visible_menu_ids()
        # the dashboard shows dispatchers no amounts of invoices
        own = orders.union(
            *(
                self.env.ref(f"fieldservice_invoicing.menu_invoicing_{name}")
                for name in ("dashboard", "runs")
            )
        )
        self.assertLessEqual({menu.id, *own.ids}, set(dispatcher))
        self.assertFalse(set((menu.child_id - own).ids) & set(dispatcher))

    def test_journal_entries_for_a_clerk(self):
        invoice = self._post_invoice(self.order)
        action = invoice.action_view_journal_entry()
        view = self.env["ir.ui.view"].browse(action["views"][0][0])
        with Form(invoice, view=view) as form:
            self.assertTrue(form.line_ids)
        listed = self.env.ref(
            "fieldservice_invoicing.account_move_action_journal_entries"
        )
        moves = self.env["account.move"].with_user(self.clerk)
        self.assertIn(invoice, moves.search(literal_eval(listed.sudo().domain)))

    # --- orders to invoice ---
    def _read_orders_to_invoice(self, orders):
        """Read the list as a browser does; return its rows and how many queries."""
        listing = self._get_view(
            self.dispatcher,
            "fsm.order",
            "fieldservice_invoicing.fsm_order_view_list_to_invoice",
            "list",
        )
        shown = listing.xpath("./field[not(@column_invisible) and not(@optional)]")
        names = [node.get("name") for node in shown]
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        rows = (
            self.env["fsm.order"]
            .with_user(self.dispatcher)
            .web_search_read([("id", "in", orders.ids)], {name: {} for name in names})[
                "records"
            ]
        )
        return rows, self.env.cr.sql_log_count - before

    def test_orders_to_invoice_say_what_stands_in_the_way(self):
        free = self._create_part("Sample", 0.0, 0.0)
        self._stock_up(free)
        blocked = self._create_order(hours=0, parts=0)
        self._use_part(blocked, product=free)
        self.order.resolution = "<p>Pump replaced</p>"
        (self.order | blocked).with_user(self.dispatcher)._split_by_readiness()
        rows, _count = self._read_orders_to_invoice(self.order | blocked)
        texts = {row["id"]: row["billing_readiness_text"] for row in rows}
        self.assertIn("Sample has no price", texts[blocked.id])
        self.assertIn("Nothing stands in the way", texts[self.order.id])

    def test_orders_to_invoice_cost_the_same_queries_however_many(self):
        orders = self.order | self._create_order()
        cellar = self._create_site("Cellar", self.customer)
        more = orders | self._create_order() | self._create_order(location_id=cellar.id)
        self._read_orders_to_invoice(more)
        _rows, few = self._read_orders_to_invoice(orders)
        rows, many = self._read_orders_to_invoice(more)
        self.assertEqual(len(rows), 4)
        self.assertEqual(many, few)

    def test_telephone_shows_the_orders_to_invoice_at_once(self):
        action = self.env.ref("fieldservice_invoicing.fsm_order_action_to_invoice")
        [kanban] = [view for view, mode in action.views if mode == "kanban"]
        for user, shows_amount in ((self.clerk, True), (self.technician, False)):
            arch = self.env["fsm.order"].with_user(user).get_view(kanban, "kanban")
            view = etree.fromstring(arch["arch"])
            # columns by stage would begin with empty ones
            self.assertFalse(view.get("default_group_by"))
            self.assertEqual(
                bool(view.xpath("//field[@name='amount_examined']")), shows_amount
            )
            # the button of the list, which a telephone doesn't open
            self.assertEqual(
                bool(view.xpath("//header/button[@string='Create invoices']")),
                shows_amount,
            )

    def test_billing_ledger_names_its_work(self):
        self._invoice(self.order)
        self.env.invalidate_all()
        entries = self.order.billing_entry_ids.with_user(self.accountant)
        self.assertTrue(all(entries.mapped("source_name")))
