from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from ..companies_common import CompaniesCommon
from .dashboard_common import DashboardCommon

#: what says something about amounts
MONEY = ("last_invoices", "invoiced", "receivables", "customers")
MONEY_CARDS = {
    "draft",
    "not_sent",
    "unpaid",
    "overdue",
    "paid",
    "credited",
    "invoiced",
}


@tagged("post_install", "-at_install")
class TestDashboardRights(DashboardCommon):
    """Who sees the dashboard, and how much of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plain_dispatcher = cls._create_role(
            "plain_dispatcher", "fieldservice.group_fsm_dispatcher"
        )
        cls.bookkeeper = cls._create_role("bookkeeper", "account.group_account_invoice")
        cls.auditor = cls._create_role("auditor", "account.group_account_readonly")
        cls.portal = new_test_user(
            cls.env,
            login="portal_customer",
            groups="base.group_portal",
            partner_id=cls.customer.id,
        )
        cls.order = cls._create_order()
        cls.invoice = cls._post(cls._create_order(), 10)

    def test_who_does_not_invoice_is_refused(self):
        for user in (self.technician, self.plain_dispatcher, self.portal):
            Dashboard = self.env["fsm.billing.dashboard"].with_user(user)
            for method in (Dashboard.get_data, Dashboard.get_amount_to_invoice):
                with (
                    self.subTest(user=user.login, method=method.__name__),
                    self.assertRaisesRegex(AccessError, "is for those who invoice"),
                ):
                    method()

    def test_dashboard_has_no_records_to_look_for(self):
        calls = {
            "create": [[{}]],
            "name_search": ["a"],
            "search": [[]],
            "search_count": [[]],
            "search_read": [[], ["id"]],
            "web_search_read": [[], {"id": {}}],
        }
        for user in (self.clerk, self.env.ref("base.user_admin"), self.portal):
            model = self.env["fsm.billing.dashboard"].with_user(user)
            for method, args in calls.items():
                with (
                    self.subTest(user=user.login, method=method),
                    self.assertRaises(AccessError),
                ):
                    call_kw(model, method, args, {})

    def test_clerk_and_accountant_see_money_and_orders(self):
        for user in (self.clerk, self.accountant):
            with self.subTest(user=user.login):
                data = self._read(user)
                self.assertEqual(set(data["cards"]), {*MONEY_CARDS, "to_invoice"})
                self.assertEqual(data["cards"]["unpaid"]["amount"], 253.0)
                self.assertEqual(data["cards"]["to_invoice"]["count"], 1)
                self.assertTrue(data["can_create"])
                self.assertTrue(all(data[name] for name in MONEY))

    def test_dispatcher_sees_orders_and_no_amount_of_an_invoice(self):
        data = self._read(self.dispatcher)
        self.assertEqual(set(data["cards"]), {"to_invoice"})
        self.assertEqual(data["cards"]["to_invoice"]["count"], 1)
        self.assertNotIn("amount", data["cards"]["to_invoice"])
        for name in (*MONEY, "can_create", "can_see_money"):
            self.assertFalse(data.get(name), name)
        self.assertEqual(data["delays"]["count"], 1)
        self.assertEqual(sum(data["hours"]["series"][0]["hours"]), 2)

    def test_bookkeeper_sees_the_orders_that_he_may_read(self):
        data = self._read(self.bookkeeper)
        self.assertEqual(data["cards"]["unpaid"]["amount"], 253.0)
        self.assertEqual(data["cards"]["to_invoice"]["count"], 1)

    def test_auditor_sees_money_and_no_orders(self):
        data = self._read(self.auditor)
        self.assertEqual(set(data["cards"]), MONEY_CARDS)
        self.assertEqual(data["cards"]["unpaid"]["amount"], 253.0)
        self.assertFalse(data["can_create"])
        for name in ("orders_to_invoice", "delays", "hours", "late_hours"):
            self.assertNotIn(name, data)

    def test_auditor_prices_no_orders(self):
        Dashboard = self.env["fsm.billing.dashboard"].with_user(self.auditor)
        with self.assertRaisesRegex(AccessError, "for those who create invoices"):
            Dashboard.get_amount_to_invoice()

    def test_record_rules_hold(self):
        rule = {"name": "Not for me", "groups": [Command.set([])]}
        self.env["ir.rule"].create(
            [
                {
                    **rule,
                    "model_id": self.env["ir.model"]._get_id(record._name),
                    "domain_force": f"[('id', '!=', {record.id})]",
                }
                for record in (self.invoice, self.order)
            ]
        )
        data = self._read()
        self.assertFalse(any(card["count"] for card in data["cards"].values()))
        self.assertFalse(data["last_invoices"])
        for name in ("orders_to_invoice", "late_hours"):
            self.assertFalse(data.get(name, {}).get("rows"), name)

    def test_period_that_makes_no_sense_is_refused(self):
        custom = {"period": "custom", "date_from": "2026-01-01"}
        for options in (
            {"period": "forever"},
            {"period": None},
            {"period": ["month"]},
            {"period": "custom"},
            {**custom, "date_to": "2025-12-31"},
            {**custom, "date_to": "2026-13-45"},
            {**custom, "date_to": "tomorrow"},
            {**custom, "date_to": 20260101},
            {**custom, "date_to": ["2026-01-02"]},
        ):
            with (
                self.subTest(**options),
                self.assertRaisesRegex(UserError, "Choose a period, or a first day"),
            ):
                self._read(**options)

    def test_days_far_off_are_refused(self):
        for first, last in (
            ("2026-01-01", "9999-12-31"),
            ("9999-12-01", "9999-12-31"),
            ("0001-01-01", "2026-01-01"),
            ("0001-01-01", "9999-12-31"),
        ):
            with (
                self.subTest(first=first, last=last),
                self.assertRaisesRegex(UserError, "01/01/1900 to 12/31/2199"),
            ):
                self._read(period="custom", date_from=first, date_to=last)
        data = self._read(period="custom", date_from="1900-01-01", date_to="2199-12-31")
        self.assertEqual(len(data["starts"]), 300)
        self.assertEqual(data["cards"]["unpaid"]["amount"], 253.0)


@tagged("post_install", "-at_install")
class TestDashboardCompanies(CompaniesCommon, DashboardCommon):
    """The figures of the companies ticked, and of no other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls._write_invoice(100)
        cls.others = cls._write_invoice_of_other(700)

    @classmethod
    def _write_invoice_of_other(cls, amount):
        Move = cls.env["account.move"].with_company(cls.other)
        invoice = Move.create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.customer.id,
                "invoice_date": cls.today,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Contract", "price_unit": amount, "tax_ids": False}
                    )
                ],
            }
        )
        invoice.action_post()
        return invoice

    def _read_as(self, *companies, user=None, **options):
        Dashboard = self.env["fsm.billing.dashboard"].with_user(user or self.clerk)
        ids = [company.id for company in companies]
        return Dashboard.with_context(allowed_company_ids=ids).get_data(**options)

    def test_company_that_is_not_ticked_is_left_out(self):
        data = self._read_as(self.company)
        self.assertEqual(data["cards"]["unpaid"]["amount"], 115.0)
        self.assertEqual([row["id"] for row in data["last_invoices"]], self.own.ids)
        self.assertEqual(
            [sum(one["amounts"]) for one in data["invoiced"]["series"]], [100.0]
        )
        self.assertEqual([one["amount"] for one in data["customers"]], [100.0])
        self.assertEqual(sum(one["amount"] for one in data["receivables"]), 115.0)

    def test_companies_that_are_ticked_add_up(self):
        data = self._read_as(self.company, self.other)
        self.assertEqual(data["cards"]["unpaid"]["amount"], 815.0)
        self.assertEqual([one["amount"] for one in data["customers"]], [800.0])
        self.assertEqual(len(data["companies"]), 2)

    def test_filter_shows_one_of_the_companies_ticked(self):
        data = self._read_as(self.company, self.other, company_ids=self.other.ids)
        self.assertEqual(data["cards"]["unpaid"]["amount"], 700.0)
        self.assertEqual(data["company_ids"], self.other.ids)
        self.assertEqual(len(data["companies"]), 2)

    def test_filter_reaches_no_company_that_is_not_ticked(self):
        with self.assertRaisesRegex(AccessError, "Tick the company there first"):
            self._read_as(self.company, company_ids=self.other.ids)

    def test_filter_takes_nothing_but_companies(self):
        for company_ids in (
            [0],
            [self.company.id, 10**12],
            [str(self.company.id)],
            [None],
            [[self.company.id]],
            self.company.id,
            str(self.company.id),
            {"id": self.company.id},
        ):
            with (
                self.subTest(company_ids=company_ids),
                self.assertRaisesRegex(AccessError, "Tick the company there first"),
            ):
                self._read_as(self.company, company_ids=company_ids)

    def test_company_of_others_is_out_of_reach(self):
        self.clerk.company_ids = self.company
        with self.assertRaises(AccessError):
            self._read_as(self.company, self.other)

    def test_orders_of_another_company_are_left_out(self):
        own = self._create_order(hours=2, parts=0)
        self._create_other_order(hours=3)
        data = self._read_as(self.company)
        rows = data["orders_to_invoice"]["rows"]
        self.assertEqual([row["id"] for row in rows], own.ids)
        self.assertEqual(self._get_hours(data), 2)
        self.assertEqual(self._get_hours(self._read_as(self.company, self.other)), 5)

    def _get_hours(self, data):
        return sum(sum(one["hours"]) for one in data["hours"]["series"])


@tagged("post_install", "-at_install")
class TestDashboardCurrencies(DashboardCommon):
    """Companies that keep their books in different currencies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.francs = cls.setup_other_currency("CHF", rates=[("2016-01-01", 2.0)])
        cls.abroad = cls.setup_other_company(name="Abroad", currency_id=cls.francs.id)[
            "company"
        ]
        cls.clerk.company_ids |= cls.abroad
        cls._write_invoice(100)
        cls.env = cls.env(context={"allowed_company_ids": cls.abroad.ids})
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.customer.id,
                "invoice_date": cls.today,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Contract", "price_unit": 50.0, "tax_ids": False}
                    )
                ],
            }
        )
        invoice.action_post()

    def _read_both(self, **options):
        Dashboard = self.env["fsm.billing.dashboard"].with_user(self.clerk)
        ids = (self.company | self.abroad).ids
        return Dashboard.with_context(allowed_company_ids=ids).get_data(**options)

    def test_other_currency_is_converted_at_the_rate_of_today(self):
        data = self._read_both()
        self.assertEqual(data["cards"]["unpaid"]["amount"], 115.0 + 25.0)
        self.assertEqual(data["customers"][0]["amount"], 125.0)
        self.assertEqual(sum(one["amount"] for one in data["receivables"]), 140.0)
        self.assertEqual(data["converted"], ["CHF"])

    def test_one_company_is_shown_in_its_own_currency(self):
        data = self._read_both(company_ids=self.abroad.ids)
        self.assertEqual(data["cards"]["unpaid"]["amount"], 50.0)
        self.assertEqual(data["currency_id"], self.francs.id)
        self.assertFalse(data["converted"])
