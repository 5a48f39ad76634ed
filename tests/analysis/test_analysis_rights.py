from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..analysis_common import AnalysisCommon
from ..companies_common import CompaniesCommon

COSTS = ("cost", "margin", "margin_rate")


@tagged("post_install", "-at_install")
class TestAnalysisRights(AnalysisCommon):
    """Who reads which amounts of the analysis; RPC is no other road."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls._invoice(cls.order).action_post()
        cls.env.flush_all()

    def _as(self, user):
        self.env.invalidate_all()
        return self.env["fsm.billing.report"].with_user(user)

    def test_neither_technician_dispatcher_nor_customer_reads_it(self):
        portal = new_test_user(self.env, "portal_user", groups="base.group_portal")
        rows = self._rows(self.order)
        menu = self.env.ref("fieldservice_invoicing.menu_invoicing_analysis")
        for user in (self.technician, self.dispatcher, portal):
            report = self._as(user)
            for step in (
                lambda report=report: report.search_read([], ["qty_recorded"]),
                lambda user=user: rows.with_user(user).read(["revenue"]),
                lambda report=report: report.formatted_read_group(
                    [], ["kind"], ["revenue:sum"]
                ),
                lambda report=report: report.get_views([(False, "pivot")]),
                lambda user=user: rows[0].with_user(user).action_open(),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    step()
        for user in (self.technician, self.dispatcher):
            self.assertNotIn(menu.id, menu.with_user(user)._visible_menu_ids())
        self.assertIn(menu.id, menu.with_user(self.clerk)._visible_menu_ids())

    def test_clerk_reads_revenue_and_no_cost(self):
        report = self._as(self.clerk)
        domain = [("order_id", "=", self.order.id)]
        [[revenue]] = report._read_group(domain, [], ["revenue:sum"])
        self.assertEqual(revenue, 220)
        rows = report.search(domain)
        self.assertTrue(rows.read(["product_id", "employee_id", "revenue"]))
        self.assertFalse(set(COSTS) & set(report.fields_get()))
        for name in COSTS:
            for step in (
                lambda name=name: rows.read([name]),
                lambda name=name: report.search([(name, ">", 0)]),
                lambda name=name: report.search([], order=name),
                lambda name=name: report.formatted_read_group(
                    [], ["kind"], [f"{name}:{'avg' if 'rate' in name else 'sum'}"]
                ),
            ):
                with self.subTest(field=name), self.assertRaises(AccessError):
                    step()

    def test_clerk_opens_every_view_without_cost(self):
        report = self._as(self.clerk)
        for kind in ("pivot", "graph", "list"):
            arch = report.get_view(view_type=kind)["arch"]
            self.assertIn('name="revenue"', arch)
            for name in COSTS:
                self.assertNotIn(f'name="{name}"', arch)

    def test_accountant_reads_the_margin(self):
        arch = self._as(self.accountant).get_view(view_type="pivot")["arch"]
        self.assertIn('name="margin"', arch)
        [[margin]] = self._as(self.accountant)._read_group(
            [("order_id", "=", self.order.id)], [], ["margin:sum"]
        )
        self.assertEqual(margin, 130)

    def test_reader_of_the_books_alone_reads_names_too(self):
        reader = self._create_role("reader", "account.group_account_readonly")
        rows = self._as(reader).search([("order_id", "=", self.order.id)])
        names = {
            row[name] and row[name][1]
            for row in rows.read(["order_id", "location_id", "employee_id"])
            for name in ("order_id", "location_id", "employee_id")
        }
        self.assertLessEqual({self.order.display_name, "Marc"}, names)
        for groupby in ("employee_id", "location_id", "person_id", "order_type_id"):
            groups = self._as(reader).formatted_read_group(
                [("order_id", "=", self.order.id)], [groupby], ["margin:sum"]
            )
            self.assertEqual(sum(group["margin:sum"] for group in groups), 130)

    def test_nobody_writes_it(self):
        row = self._rows(self.order)[0]
        with self.assertRaises(AccessError):
            row.write({"name": "Mine"})
        with self.assertRaises(AccessError):
            row.unlink()


@tagged("post_install", "-at_install")
class TestAnalysisCompanies(CompaniesCommon):
    """Each company has its own figures."""

    def test_clerk_reads_the_companies_he_has_chosen(self):
        orders = self._create_order() | self._create_other_order()
        for order, company in zip(orders, (self.company, self.other), strict=True):
            self._as_clerk_of(order, company).action_create_invoice()
        self.env.flush_all()
        report = self.env["fsm.billing.report"].with_user(self.clerk)
        for companies in (self.company, self.other, self.company | self.other):
            rows = report.with_context(allowed_company_ids=companies.ids).search([])
            self.assertEqual(rows.company_id, companies)

    def test_company_of_one_is_closed_to_others(self):
        order = self._create_other_order()
        self._as_clerk_of(order, self.other).action_create_invoice()
        self.env.flush_all()
        rows = self.env["fsm.billing.report"].search(
            [("company_id", "=", self.other.id)]
        )
        self.clerk.company_ids = [Command.set(self.company.ids)]
        mine = rows.with_user(self.clerk).with_context(
            allowed_company_ids=self.company.ids
        )
        self.assertNotIn(self.other, mine.search([]).company_id)
        with self.assertRaises(AccessError):
            mine.read(["revenue"])
