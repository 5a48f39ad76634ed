from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestBillingWizard(InvoicingCommon):
    """Create invoices on the list: what the preview shows is what is created."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_site = cls._create_site("Roof", cls.customer)
        cls.other_customer = cls.env["res.partner"].create({"name": "Other"})
        cls.cellar = cls._create_site("Cellar", cls.other_customer)

    def _open(self, orders, user=None, **values):
        """Press Create invoices on the list with ``orders`` ticked."""
        self.env.flush_all()
        self.env.invalidate_all()
        form = Form(
            self.env["fsm.billing.wizard"]
            .with_user(user or self.clerk)
            .with_context(active_model="fsm.order", active_ids=orders.ids)
        )
        for name, value in values.items():
            form[name] = value
        return form.save()

    def _create(self, orders, **values):
        """:return: the invoices that the wizard makes of ``orders``"""
        wizard = self._open(orders, **values)
        wizard.action_create_invoices()
        return orders.invoice_ids

    def _get_rows(self, wizard, path):
        document = html.fromstring(wizard.preview)
        return [
            [" ".join(cell.text_content().split()) for cell in row]
            for row in document.xpath(path)
        ]

    def _get_number(self, text):
        return float("".join(c for c in text if c.isdigit() or c in ".-"))

    def _get_totals(self, wizard):
        """:return: list of (invoices, orders, untaxed, total), one for each currency"""
        return [
            tuple(self._get_number(cell) for cell in row[1:])
            for row in self._get_rows(wizard, "//tfoot/tr")
        ]

    def _get_left_out(self, wizard):
        """:return: dict name of an order -> why it is left out"""
        path = "//table[contains(@class, 'o_fsm_left_out')]/tbody/tr"
        return dict(self._get_rows(wizard, path))

    def _assert_preview_is_created(self, orders, **values):
        """Compare the totals shown, customer by customer, with what is created."""
        wizard = self._open(orders, **values)
        names = [*orders.bill_to_id.mapped("name"), "Total"]
        shown = {
            # beside the customer stand the orders, if they come on one invoice
            next(name for name in names if row[0].startswith(name)): [
                self._get_number(cell) for cell in row[1:]
            ]
            for row in self._get_rows(wizard, "//tr[th[@scope='row']][td[4]]")
        }
        wizard.action_create_invoices()
        moves = orders.invoice_ids.filtered(lambda move: move.state == "draft")
        created = {}
        for move in moves:
            sign = -1 if move.move_type == "out_refund" else 1
            for key in (move.partner_id.name, "Total"):
                sums = created.setdefault(key, [0, 0, 0.0, 0.0])
                sums[0] += 1
                sums[1] += len(move.fsm_order_ids)
                sums[2] = round(sums[2] + sign * move.amount_untaxed, 2)
                sums[3] = round(sums[3] + sign * move.amount_total, 2)
        self.assertEqual(shown, created)
        return moves

    # --- preview ---
    def test_preview_is_what_is_created(self):
        orders = self._create_order(hours=1.33, parts=1)
        orders |= self._create_order(hours=2, parts=0, location_id=self.cellar.id)
        orders |= self._create_order(hours=0, parts=3, location_id=self.other_site.id)
        for grouping in ("policy", "order", "site", "customer", "reference"):
            with self.subTest(grouping), self.env.cr.savepoint() as savepoint:
                self._assert_preview_is_created(orders, grouping=grouping)
                savepoint.rollback()

    def test_preview_of_one_invoice_rounds_taxes_as_it_does(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        self.pump.lst_price = 33.37
        orders = self.env["fsm.order"]
        for _index in range(3):
            orders |= self._create_order(hours=0, parts=1)
        self._assert_preview_is_created(orders, grouping="customer")

    def test_preview_of_parts_that_came_back_is_negative(self):
        order = self._create_order(hours=0, parts=2)
        self._invoice(order).action_post()
        self._return_part(order.part_ids)
        moves = self._assert_preview_is_created(order)
        self.assertEqual(moves.move_type, "out_refund")

    def test_totals_of_two_currencies_stay_apart(self):
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 2.0)])
        self.other_customer.property_product_pricelist = self.env[
            "product.pricelist"
        ].create({"name": "Euro", "currency_id": currency.id})
        orders = self._create_order(hours=1, parts=0)
        orders |= self._create_order(hours=1, parts=0, location_id=self.cellar.id)
        self.assertEqual(
            self._get_totals(self._open(orders)),
            [(1, 1, 60.0, 69.0), (1, 1, 120.0, 138.0)],
        )

    def test_preview_writes_nothing(self):
        order = self._create_order()
        self._open(order)
        self.assertFalse(order.invoice_lines)
        self.assertFalse(order.billing_entry_ids)

    # --- choices ---
    def test_grouping_chosen_goes_before_the_policy(self):
        self.policy.grouping = "customer"
        orders = self._create_order() | self._create_order()
        self.assertEqual(len(self._create(orders, grouping="order")), 2)
        self.assertEqual(self.policy.grouping, "customer")

    def test_grouping_by_customer_chosen(self):
        orders = self._create_order()
        orders |= self._create_order(location_id=self.other_site.id)
        self.assertEqual(len(self._create(orders, grouping="customer")), 1)

    def test_detail_chosen_goes_before_the_policy(self):
        for detail, count in (("timesheet", 3), ("technician", 2), ("product", 1)):
            with self.subTest(detail):
                order = self._create_order(hours=1, parts=0)
                self._log_hours(order, 1)
                self._log_hours(order, 1, employee=self.lea)
                invoice = self._create(order, detail=detail)
                lines = self._product_lines(invoice)
                self.assertEqual(len(lines), count)
                self.assertEqual("Marc" in lines[0].name, detail != "product")

    def test_date_chosen_is_on_the_invoices(self):
        order = self._create_order()
        invoice = self._create(order, invoice_date="2026-02-03")
        self.assertEqual(str(invoice.invoice_date), "2026-02-03")

    def test_no_date_chosen_leaves_it_to_the_confirmation(self):
        self.assertFalse(self._create(self._create_order()).invoice_date)

    def test_rate_is_that_of_the_date_chosen(self):
        currency = self.setup_other_currency(
            "EUR", rates=[("2016-01-01", 2.0), ("2026-02-01", 4.0)]
        )
        self.customer.property_product_pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": currency.id}
        )
        order = self._create_order(hours=1, parts=0)
        day = order.timesheet_ids.date
        order.timesheet_ids.date = "2026-01-31"
        invoice = self._create(order, invoice_date="2026-02-03")
        self.assertGreater(str(day), "2026-02-03")
        line = self._product_lines(invoice)
        self.assertEqual((line.amount_currency, line.balance), (-120.0, -30.0))

    # --- left out ---
    def test_orders_that_cannot_be_invoiced_are_left_out_and_say_why(self):
        free = self._create_part("Sample", 0.0, 0.0)
        self._stock_up(free)
        good = self._create_order()
        going_on = self._create_order(done=False)
        cancelled = self._create_order(done=False)
        cancelled.action_cancel()
        empty = self._create_order(hours=0, parts=0)
        priceless = self._create_order(hours=0, parts=0)
        self._use_part(priceless, product=free)
        nobody = self._create_order()
        nobody.bill_to_id = False
        done = self._create_order()
        self._invoice(done)
        orders = good | going_on | cancelled | empty | priceless | nobody | done
        wizard = self._open(orders)
        left_out = self._get_left_out(wizard)
        for order, text in (
            (going_on, "not done yet"),
            (cancelled, "is cancelled"),
            (empty, "nothing to invoice"),
            (priceless, "Sample has no price"),
            (nobody, "nobody to bill"),
            (done, "invoiced already"),
        ):
            self.assertIn(text, left_out.pop(order.name))
        self.assertFalse(left_out)
        self.assertEqual(wizard.invoice_count, 1)
        action = wizard.action_create_invoices()
        self.assertEqual(good.billing_status, "draft")
        self.assertEqual((orders - good - done).invoice_lines.ids, [])
        message = action["params"]["message"]
        self.assertIn(going_on.name, message)
        self.assertNotIn(good.name, message)
        self.assertEqual(action["params"]["next"]["res_id"], good.invoice_ids.id)

    def test_reasons_are_said_for_some_and_counted_for_the_others(self):
        good = self._create_order()
        going_on = self.env["fsm.order"]
        for _index in range(7):
            going_on |= self._create_order(hours=0, parts=0, done=False)
        action = self._open(good | going_on).action_create_invoices()
        message = action["params"]["message"]
        named = [order for order in going_on if f"{order.name}: " in message]
        self.assertEqual(len(named), 5)
        self.assertEqual(message.count("is not done yet"), 5)
        self.assertTrue(message.endswith(" 2 more."), message)
        self.assertTrue(action["params"]["sticky"])

    def test_all_invoiced_says_nothing_of_left_out(self):
        action = self._open(self._create_order()).action_create_invoices()
        self.assertEqual(action["type"], "ir.actions.act_window")

    def test_archived_contact_is_left_out(self):
        order = self._create_order(location_id=self.cellar.id)
        self.other_customer.active = False
        wizard = self._open(order | self._create_order())
        self.assertIn("archived", self._get_left_out(wizard)[order.name])

    def test_currency_without_journal_is_left_out(self):
        euro, dollar = (
            self.setup_other_currency(name, rates=[("2016-01-01", 2.0)])
            for name in ("EUR", "CAD")
        )
        self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", self.company.id)]
        ).currency_id = euro
        order = self._create_order(location_id=self.cellar.id)
        for customer, currency in (
            (self.customer, euro),
            (self.other_customer, dollar),
        ):
            customer.property_product_pricelist = self.env["product.pricelist"].create(
                {"name": currency.name, "currency_id": currency.id}
            )
        good = self._create_order()
        wizard = self._open(order | good)
        self.assertIn("no sales journal", self._get_left_out(wizard)[order.name])
        wizard.action_create_invoices()
        self.assertEqual(good.billing_status, "draft")
        self.assertEqual(order.billing_status, "to_invoice")

    def test_order_that_odoo_refuses_stops_no_other(self):
        bad = self._create_order(location_id=self.cellar.id)
        orders = self._create_order() | bad | self._create_order()
        # Odoo refuses an invoice to a contact of another company
        self.other_customer.company_id = self.setup_other_company()["company"]
        action = self._open(orders).action_create_invoices()
        self.assertEqual(
            orders.mapped("billing_status"), ["draft", "to_invoice", "draft"]
        )
        self.assertIn(bad.name, action["params"]["message"])
        self.assertLedgerHolds(orders)

    def test_nothing_left_says_why(self):
        order = self._create_order(done=False)
        wizard = self._open(order)
        self.assertEqual(wizard.invoice_count, 0)
        with self.assertRaisesRegex(UserError, "not done yet"):
            wizard.action_create_invoices()

    def test_invoiced_in_the_meantime_is_left_out(self):
        orders = self._create_order() | self._create_order()
        wizard = self._open(orders)
        self._invoice(orders[0])
        action = wizard.action_create_invoices()
        self.assertEqual(len(orders.invoice_ids), 2)
        self.assertIn(orders[0].name, action["params"]["message"])
        self.assertLedgerHolds(orders)

    # --- the list ---
    def test_nothing_ticked_takes_what_the_list_shows(self):
        orders = self._create_order() | self._create_order(location_id=self.cellar.id)
        wizard = (
            self.env["fsm.billing.wizard"]
            .with_user(self.clerk)
            .with_context(
                active_ids=[],
                active_domain=[
                    ("billing_status", "=", "to_invoice"),
                    ("bill_to_id", "=", self.other_customer.id),
                ],
            )
            .create({})
        )
        self.assertEqual(wizard.order_ids.ids, orders[1].ids)

    # --- rights ---
    def test_technician_opens_no_wizard(self):
        order = self._create_order()
        with self.assertRaises(AccessError):
            self._open(order, self.technician)
        wizard = self._open(order)
        with self.assertRaises(AccessError):
            wizard.with_user(self.technician).read(["preview"])

    def test_wizard_of_another_is_closed(self):
        wizard = self._open(self._create_order())
        with self.assertRaises(AccessError):
            wizard.with_user(self.dispatcher).read(["preview"])

    def test_dispatcher_creates_drafts_and_is_told(self):
        order = self._create_order()
        action = self._open(order, self.dispatcher).action_create_invoices()
        self.assertIn("The office has the draft", action["params"]["message"])
        self.assertEqual(order.billing_status, "draft")

    def test_orders_of_another_company_show_no_amounts(self):
        company = self.setup_other_company()["company"]
        order = self._create_order()
        self.env.cr.execute(
            "UPDATE fsm_order SET company_id = %s WHERE id = %s", [company.id, order.id]
        )
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self.env["fsm.billing.wizard"].with_user(self.clerk).create(
                {"order_ids": [Command.set(order.ids)]}
            )

    # --- cost ---
    def test_preview_costs_the_same_queries_however_many(self):
        def count(number, grouping):
            orders = self.env["fsm.order"]
            for _index in range(number):
                orders |= self._create_order()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            orders.with_user(self.clerk)._get_billing_plan(grouping=grouping)
            return self.env.cr.sql_log_count - before

        # on one invoice, and each on its own: journals are read once
        for grouping in ("customer", "order"):
            with self.subTest(grouping):
                count(8, grouping)  # fills caches of the registry
                self.assertEqual(count(2, grouping), count(8, grouping))
