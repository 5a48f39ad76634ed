from datetime import datetime, time, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .dashboard_common import DashboardCommon


@tagged("post_install", "-at_install")
class TestDashboardOrders(DashboardCommon):
    """Orders to invoice, how long they waited, and what became of their hours."""

    def _noon(self, days_ago):
        return datetime.combine(self._ago(days_ago), time(12))

    # --- orders to invoice ---
    def test_card_counts_what_its_list_shows(self):
        orders = self._create_order() | self._create_order()
        self._invoice(self._create_order())
        self._create_order(done=False)
        card = self._read()["cards"]["to_invoice"]
        self.assertEqual(card["count"], 2)
        found = (
            self.env["fsm.order"].with_user(self.clerk).search(card["list"]["domain"])
        )
        self.assertEqual(found, orders.with_user(self.clerk))

    def test_oldest_orders_come_first(self):
        young = self._create_order(date_end=self._noon(3))
        self._log_hours(young, 1, date=self._ago(50))  # the actual end comes first
        old = self._create_order(date_end=self._noon(8))
        # nobody entered an end: the day of Complete counts
        new = self._create_order()
        self._log_hours(new, 1, date=self._ago(10))
        data = self._read()
        rows = data["orders_to_invoice"]["rows"]
        self.assertEqual([row["id"] for row in rows], (old | young | new).ids)
        self.assertEqual([row["days"] for row in rows], [8, 3, 0])
        self.assertEqual(rows[0]["customer"], self.customer.display_name)
        card = data["cards"]["to_invoice"]
        self.assertEqual(card["oldest"], fields.Date.to_string(self._ago(8)))
        self.assertEqual(card["oldest_days"], 8)

    def test_day_is_that_of_the_site(self):
        self.site.tz = "Pacific/Auckland"
        self.clerk.tz = "Pacific/Auckland"  # who looks has the same today
        today = fields.Date.context_today(self.env.user.with_user(self.clerk))
        late = datetime.combine(today - timedelta(days=5), time(20))  # UTC
        self._create_order(date_end=late)
        for zone in ("Pacific/Auckland", "Pacific/Honolulu"):
            self.clerk.tz = zone
            [row] = self._read()["orders_to_invoice"]["rows"]
            self.assertEqual(
                row["done"], fields.Date.to_string(today - timedelta(days=4))
            )

    # --- their amount ---
    def _price(self, user=None):
        Dashboard = self.env["fsm.billing.dashboard"].with_user(user or self.clerk)
        return Dashboard.get_amount_to_invoice()

    def test_amount_is_that_of_the_next_invoices(self):
        orders = self._create_order(hours=3) | self._create_order(hours=1, parts=2)
        found = self._price()
        self.assertEqual((found["count"], found["is_all"]), (2, True))
        self.assertEqual(found["amount"], 180 + 100 + 60 + 200)
        self.assertEqual(self._price(self.dispatcher), found)
        invoices = orders.with_user(self.clerk)._create_invoices()
        self.assertEqual(sum(invoices.mapped("amount_untaxed")), found["amount"])

    def test_amount_says_how_many_have_no_price(self):
        self._create_order(hours=1, parts=0)
        self.labor.lst_price = 0
        self._create_order(hours=0, parts=1)
        found = self._price()
        self.assertEqual((found["count"], found["problems"]), (2, 1))
        self.assertEqual(found["amount"], 100)

    # --- days from done to invoiced ---
    def test_days_from_done_to_invoiced(self):
        for done, invoiced in ((40, 40), (40, 38), (40, 30), (80, 20)):
            order = self._create_order(parts=0, date_end=self._noon(done))
            self._post(order, invoiced)
        early = self._create_order(parts=0, date_end=self._noon(5))
        self._post(early, 9)  # invoiced before it was done
        self._post(self._create_order(parts=0, date_end=self._noon(200)), 150)
        self._invoice(self._create_order(parts=0))  # a draft says nothing
        delays = self._read_days(self._ago(100), self.today)["delays"]
        counts = {delay["key"]: delay["count"] for delay in delays["counts"]}
        self.assertEqual(
            counts,
            {"0": 2, "1_3": 1, "4_7": 0, "8_14": 1, "15_30": 0, "over_30": 1},
        )
        self.assertEqual(delays["count"], 5)
        self.assertEqual(delays["average"], (0 + 2 + 10 + 60 + 0) / 5)
        self.assertEqual(delays["median"], 2)

    def test_each_bar_of_delays_leads_to_its_orders(self):
        orders = {}
        for done, invoiced in ((40, 40), (40, 38), (40, 30), (90, 20)):
            order = self._create_order(parts=0, date_end=self._noon(done))
            self._post(order, invoiced)
            orders[done - invoiced] = order
        self._post(self._create_order(parts=0, date_end=self._noon(200)), 150)
        period = {
            "period": "custom",
            "date_from": fields.Date.to_string(self._ago(100)),
            "date_to": fields.Date.to_string(self.today),
        }
        expected = {"0": orders[0], "1_3": orders[2], "8_14": orders[10]}
        expected["over_30"] = orders[70]
        none = self.env["fsm.order"]
        for user in (self.clerk, self.dispatcher):
            Dashboard = self.env["fsm.billing.dashboard"].with_user(user)
            for delay in self._read(user, **period)["delays"]["counts"]:
                with self.subTest(user=user.login, delay=delay["key"]):
                    wanted = Dashboard.get_delay_list(delay["key"], **period)
                    found = self._open_as(user, wanted)
                    self.assertEqual(found, expected.get(delay["key"], none))
                    self.assertEqual(len(found), delay["count"])

    def _open_as(self, user, wanted):
        """:return: the records that a list shows to a user"""
        action = self.env.ref(wanted["xmlid"]).sudo()
        Model = self.env[action.res_model].with_user(user)
        return Model.with_context(allowed_company_ids=self.company.ids).search(
            wanted["domain"]
        )

    def test_orders_behind_a_delay_are_for_who_bills_them(self):
        auditor = self._create_role("auditor", "account.group_account_readonly")
        Dashboard = self.env["fsm.billing.dashboard"].with_user(auditor)
        with self.assertRaises(AccessError):
            Dashboard.get_delay_list("0", "month")

    def test_delay_that_is_none_is_named(self):
        Dashboard = self.env["fsm.billing.dashboard"].with_user(self.clerk)
        for delay in ("soon", 0, ["0"], None):
            with (
                self.subTest(delay=delay),
                self.assertRaisesRegex(UserError, "is none of the bars"),
            ):
                Dashboard.get_delay_list(delay, "month")

    def test_first_invoice_of_an_order_counts(self):
        order = self._create_order(parts=0, date_end=self._noon(40))
        self._post(order, 38)
        self._log_hours(order, 1)
        self._post(order, 5)
        self.assertEqual(
            self._read_days(self._ago(20), self.today)["delays"]["count"], 0
        )
        delays = self._read_days(self._ago(60), self.today)["delays"]
        self.assertEqual((delays["count"], delays["average"]), (1, 2))

    def test_credit_note_is_no_first_invoice(self):
        order = self._create_order(hours=1, parts=0, date_end=self._noon(40))
        self._post(order, 30)
        self._log_hours(order, -1)
        self.assertEqual(self._post(order, 5).move_type, "out_refund")
        delays = self._read()["delays"]
        self.assertEqual((delays["count"], delays["average"]), (1, 10))

    def test_median_of_an_even_number_is_between_the_middle_two(self):
        for invoiced in (40, 36):
            order = self._create_order(parts=0, date_end=self._noon(40))
            self._post(order, invoiced)
        self.assertEqual(self._read()["delays"]["median"], 2)

    # --- hours ---
    def _get_hours(self, **options):
        series = self._read(**options)["hours"]["series"]
        return {one["key"]: sum(one["hours"]) for one in series}

    def test_every_hour_worked_has_one_fate(self):
        self._invoice(self._create_order(hours=4, parts=0))
        order = self._create_order(hours=1.5, parts=0)
        self._log_hours(order, 2, billing_mode="warranty")
        self._log_hours(order, 3, billing_mode="not_billed")
        self.assertEqual(
            self._get_hours(), {"billed": 4, "quoted": 0, "free": 5, "open": 1.5}
        )

    def test_hours_of_a_cancelled_order_do_not_wait(self):
        self._create_order(hours=4, parts=0)
        order = self._create_order(hours=1.5, parts=0)
        self._make_older(order.timesheet_ids, 5)
        invoice = self._post(order)
        self._make_older(invoice, 4)
        self._credit(invoice)
        self._log_hours(order, 2)  # late, as long as the order stands
        self.assertEqual(self._read()["late_hours"]["hours"], 2)
        order.action_cancel()
        hours = self._get_hours()
        self.assertEqual(hours, {"billed": 0, "quoted": 0, "free": 3.5, "open": 4})
        self.assertEqual(self._read()["late_hours"]["count"], 0)
        waiting = self._query(
            """
            SELECT SUM(line.unit_amount) FROM account_analytic_line AS line
              JOIN fsm_order ON fsm_order.id = line.fsm_order_id
              JOIN fsm_stage AS stage ON stage.id = fsm_order.stage_id
             WHERE fsm_order.company_id = %(company)s AND stage.is_invoiceable
               AND NOT EXISTS (SELECT FROM fsm_billing_entry AS entry
                                WHERE entry.timesheet_id = line.id)
            """
        )
        self.assertEqual(waiting, (hours["open"],))

    def test_hours_of_an_order_without_a_stage_wait(self):
        invoiced = self._create_order(hours=4, parts=0)
        self._invoice(invoiced)
        order = self._create_order(hours=2, parts=0, done=False)
        order.stage_id = False
        self.assertEqual(
            self._get_hours(), {"billed": 4, "quoted": 0, "free": 0, "open": 2}
        )
        [wanted] = self._read_days(self.today, self.today)["hours"]["lists"]
        rows = self._open_as(self.clerk, wanted)
        self.assertEqual(
            {row.order_id: row.qty_to_bill for row in rows}, {invoiced: 0, order: 2}
        )

    def test_hours_opened_by_a_credit_note_are_open(self):
        order = self._create_order(hours=4, parts=0)
        self._credit(self._post(order), {self.labor: 1})
        hours = self._get_hours()
        self.assertEqual((hours["billed"], hours["open"]), (3, 1))

    def test_hours_of_a_quotation_are_not_open(self):
        sold = self._create_service("Boiler", 900)
        sale = self._create_sale(sold)
        sale.action_confirm()
        order = self._create_order(
            hours=6, parts=0, sale_line_id=sale.order_line.id, sale_id=sale.id
        )
        self._log_hours(order, 1, fsm_is_extra=True)
        timesheets = order.timesheet_ids
        self.assertEqual(sum(timesheets.mapped("qty_to_bill")), 1)
        hours = self._get_hours()
        self.assertEqual((hours["quoted"], hours["open"]), (6, 1))
        sale._action_cancel()
        self.env.invalidate_all()
        self.assertEqual(sum(timesheets.mapped("qty_to_bill")), 7)
        hours = self._get_hours()
        self.assertEqual((hours["quoted"], hours["open"]), (0, 7))

    def test_hours_on_a_sale_line_are_not_open(self):
        sold = self._create_product(
            name="Hours sold",
            type="service",
            uom_id=self.env.ref("uom.product_uom_hour").id,
            service_type="timesheet",
            invoice_policy="delivery",
        )
        sale = self._create_sale(sold)
        sale.action_confirm()
        order = self._create_order(hours=0)
        self._log_hours(order, 2, so_line=sale.order_line.id, is_so_line_edited=True)
        self.assertEqual(order.timesheet_ids.qty_to_bill, 0)
        self.assertEqual(self._get_hours()["quoted"], 2)

    def test_hours_are_those_of_the_period(self):
        order = self._create_order(hours=0, parts=0)
        self._log_hours(order, 2, date=self._ago(10))
        self._log_hours(order, 5, date=self._ago(30))
        data = self._read_days(self._ago(10), self._ago(9))
        self.assertEqual(data["starts"][0], fields.Date.to_string(self._ago(10)))
        [worked] = [one for one in data["hours"]["series"] if one["key"] == "open"]
        self.assertEqual(worked["hours"], [2.0, 0.0])

    def test_each_bar_of_hours_leads_to_its_time(self):
        order = self._create_order(hours=0, parts=2)
        self._log_hours(order, 2, date=self._ago(10))
        self._log_hours(order, 1, date=self._ago(10), billing_mode="warranty")
        self._log_hours(order, 5, date=self._ago(9))
        self._log_hours(order, 7, date=self._ago(30))
        self._invoice(order)
        self._log_hours(order, 4, date=self._ago(9), employee=self.lea)
        for user in (self.clerk, self.dispatcher):
            hours = self._read_days(self._ago(10), self._ago(8), user=user)["hours"]
            for index, expected in enumerate((3, 9, 0)):
                with self.subTest(user=user.login, index=index):
                    rows = self._open_as(user, hours["lists"][index])
                    self.assertEqual(sum(rows.mapped("qty_recorded")), expected)
                    self.assertEqual(
                        sum(one["hours"][index] for one in hours["series"]), expected
                    )
        action = rows.search([], limit=1).action_open_order()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("fsm.order", order.id)
        )

    def test_days_are_said_in_hours(self):
        order = self._create_order(hours=0, parts=0)
        self._log_hours(order, 1, product_uom_id=self.env.ref("uom.product_uom_day").id)
        self.assertEqual(self._get_hours()["open"], 8)

    # --- late hours ---
    def _make_older(self, records, days):
        """Let records have been made some days ago."""
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE {records._table} SET create_date = %s WHERE id = ANY(%s)",
            [self._noon(days), records.ids],
        )
        records.invalidate_recordset(["create_date"])

    def test_hours_logged_after_the_invoice_are_late(self):
        order = self._create_order(hours=2, parts=0)
        invoice = self._post(order)
        self._make_older(order.timesheet_ids, 5)
        self._make_older(invoice, 4)
        late = self._log_hours(order, 1.5, employee=self.lea)
        self._log_hours(order, 3, billing_mode="not_billed")
        found = self._read()["late_hours"]
        self.assertEqual((found["count"], found["hours"]), (1, 1.5))
        [row] = found["rows"]
        self.assertEqual(row["id"], late.id)
        self.assertEqual((row["order_id"], row["order"]), (order.id, order.name))
        self.assertEqual(row["technician"], "Léa")
        self.assertEqual(row["invoice"], invoice.name)
        self._invoice(order)
        self.assertEqual(self._read()["late_hours"]["count"], 0)

    def test_hours_that_were_there_before_are_not_late(self):
        order = self._create_order(hours=2, parts=0)
        self._make_older(order.timesheet_ids, 5)
        self._credit(self._post(order), {self.labor: 1})
        self.assertEqual(sum(order.timesheet_ids.mapped("qty_to_bill")), 1)
        self.assertEqual(self._read()["late_hours"]["count"], 0)

    def test_invoice_that_was_cancelled_makes_nothing_late(self):
        order = self._create_order(hours=2, parts=0)
        invoice = self._invoice(order)
        self._make_older(invoice, 4)
        invoice.button_cancel()
        self._log_hours(order, 1)
        self.assertEqual(self._read()["late_hours"]["count"], 0)

    # --- first step ---
    def _get_first_step(self, user):
        return self._read(user)["first_step"]

    def test_empty_company_is_told_what_to_do_first(self):
        self.assertEqual(self._get_first_step(self.clerk), "create_order")
        order = self._create_order(done=False)
        self.assertEqual(self._get_first_step(self.clerk), "complete_order")
        self.assertEqual(self._get_first_step(self.dispatcher), "complete_order")
        order.action_complete()
        self.assertFalse(self._get_first_step(self.clerk))
        self._post(order)
        self.assertFalse(self._get_first_step(self.dispatcher))

    def test_bookkeeper_starts_with_an_invoice(self):
        bookkeeper = self._create_role("bookkeeper", "account.group_account_invoice")
        self.assertEqual(self._get_first_step(bookkeeper), "create_invoice")
        self._write_invoice(10, post=False)
        self.assertFalse(self._get_first_step(bookkeeper))
