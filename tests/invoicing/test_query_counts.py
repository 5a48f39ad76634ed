from unittest.mock import patch

from lxml import etree

from odoo import fields
from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import SQL

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestQueryCounts(InvoicingCommon):
    """What an order costs does not depend on how many there are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.paul = cls.env["hr.employee"].create({"name": "Paul"})
        cls.parts = cls.pump | cls._create_part("Valve", 18, 9)
        cls.parts |= cls._create_part("Seal", 2, 1)
        for part in cls.parts:
            cls._stock_up(part)

    def _create_orders(self, count):
        """:return: done orders of as many customers, with 3 timesheets and 3 parts"""
        customers = self.env["res.partner"].create(
            [
                {
                    "name": f"Customer {index}",
                    "country_id": self.env.ref("base.us").id,
                    "zip": str(10000 + index),
                }
                for index in range(count)
            ]
        )
        sites = self.env["fsm.location"].create(
            [
                {"name": f"Site of {customer.name}", "owner_id": customer.id}
                for customer in customers
            ]
        )
        orders = self.env["fsm.order"].create(
            [
                {"location_id": site.id, "warehouse_id": self.warehouse.id}
                for site in sites
            ]
        )
        self.env["account.analytic.line"].create(
            [
                {
                    "name": "Work on site",
                    "project_id": self.project.id,
                    "employee_id": employee.id,
                    "fsm_order_id": order.id,
                    "unit_amount": 1,
                    "date": fields.Date.today(),
                }
                for order in orders
                for employee in (self.marc, self.lea, self.paul)
            ]
        )
        moves = self.env["stock.move"].create(
            [
                {
                    "product_id": part.id,
                    "product_uom_qty": 1,
                    "product_uom": part.uom_id.id,
                    "location_id": self.warehouse.lot_stock_id.id,
                    "location_dest_id": self.env.ref(
                        "stock.stock_location_customers"
                    ).id,
                    "fsm_order_id": order.id,
                }
                for order in orders
                for part in self.parts
            ]
        )
        moves._action_confirm(merge=False)
        moves._action_assign()
        moves.picked = True
        moves._action_done()
        orders.action_complete()
        return orders

    def _count(self, function):
        """:return: queries that ``function`` takes from cold caches of records"""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _record(self, function):
        """:return: list of the queries that ``function`` takes from cold caches"""
        queries = []
        execute = Cursor.execute

        def record(cr, query, *args, **kwargs):
            queries.append(query.code if isinstance(query, SQL) else query)
            return execute(cr, query, *args, **kwargs)

        with patch.object(Cursor, "execute", record):
            self._count(function)
        return queries

    def _bill(self, orders):
        """:return: queries that one press of the button on ``orders`` takes"""
        # without the context of the tests, which leaves messages away
        env = self.env(user=self.clerk, context={})
        return self._count(orders.with_env(env)._create_invoices)

    def test_billing_an_order_costs_the_same_in_every_batch(self):
        self._bill(self._create_orders(2))  # fills caches of the registry
        few, many = self._create_orders(10), self._create_orders(100)
        small, large = self._bill(few), self._bill(many)
        self.assertLessEqual((large - small) / 90, 9)
        self.assertLessEqual(large / 100, 18)
        self.assertLessEqual(large / 100, small / 10)

    def test_deleting_a_draft_costs_no_query_for_each_line(self):
        self.policy.detail = "timesheet"

        def delete(lines):
            order = self._create_order(hours=0, parts=0, done=False)
            for _index in range(lines):
                self._log_hours(order, 1)
            order.action_complete()
            invoice = self._invoice(order)
            self.assertEqual(len(self._product_lines(invoice)), lines)
            return self._count(invoice.unlink)

        delete(2)  # fills caches of the registry
        self.assertEqual(delete(9), delete(3))

    def test_posting_what_bills_no_order_asks_nothing_of_ours(self):
        invoice = self.init_invoice("out_invoice", amounts=[100])
        queries = self._record(invoice.with_user(self.accountant).action_post)
        for table in ("fsm_billing_printed", "fsm_stage", "mail_activity_type"):
            self.assertFalse([query for query in queries if f'"{table}"' in query])

    def test_logging_time_looks_no_stage_up(self):
        order = self._create_order(done=False)
        queries = self._record(lambda: self._log_hours(order, 1))
        self.assertTrue([query for query in queries if '"fsm_order"' in query])
        looked_up = 'SELECT "fsm_stage"."id" FROM "fsm_stage" WHERE'
        self.assertFalse([query for query in queries if query.startswith(looked_up)])

    def test_distribution_models_cost_no_query_for_each_order(self):
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        account = self.env["account.analytic.account"].create(
            {"name": "Maintenance", "plan_id": plan.id}
        )
        self.env["account.analytic.distribution.model"].create(
            {
                "analytic_distribution": {str(account.id): 100},
                "product_id": self.pump.id,
                "company_id": self.company.id,
            }
        )
        self._bill(self._create_orders(2))
        small = self._bill(self._create_orders(5))
        large = self._bill(self._create_orders(20))
        self.assertLessEqual((large - small) / 15, 9)

    def test_projects_cost_no_query_for_each_order(self):
        self.env["account.analytic.distribution.model"].create(
            {
                "analytic_distribution": {str(self.project.account_id.id): 60},
                "product_id": self.pump.id,
                "company_id": self.company.id,
            }
        )

        def create(count):
            orders = self._create_orders(count)
            projects = self.env["project.project"].create(
                [{"name": order.name, "allow_timesheets": True} for order in orders]
            )
            for order, project in zip(orders, projects, strict=True):
                order.project_id = project
            return orders

        self._bill(create(2))
        few, many = create(5), create(20)
        small, large = self._bill(few), self._bill(many)
        accounts = many.invoice_lines.distribution_analytic_account_ids
        self.assertLess(many.project_id.account_id, accounts)
        self.assertLessEqual((large - small) / 15, 9)

    def test_work_of_earlier_visits_costs_no_query_for_each(self):
        orders = self.env["fsm.order"].union(
            *(self._create_order(hours=1, parts=1) for _index in range(6))
        )
        Charge = self.env["fsm.order.charge"]
        values = {"product_id": self.labor.id, "price_unit": 10}
        for order in orders:
            # a site for each visit, and its later one
            order.location_id = self._create_site(order.name, self.customer)
            Charge.create({**values, "fsm_order_id": order.id})
        orders._create_invoices().action_post()
        later = orders.browse()
        for order in orders:
            visit = self._create_order(0, 0, location_id=order.location_id.id)
            self._log_hours(visit, -1)
            self._receive_part(visit)
            Charge.create({**values, "fsm_order_id": visit.id, "quantity": -1})
            later |= visit
        priced = {}

        def price(orders):
            priced.update(self.env["fsm.billing.pricing"]._price(orders))

        self._count(lambda: price(later))
        few = self._count(lambda: price(later[:2]))
        self.assertEqual(self._count(lambda: price(later)), few)
        for order, visit in zip(orders, later, strict=True):
            lines = priced[visit].lines
            self.assertEqual([line.origin.fsm_order_ids for line in lines], [order] * 3)

    def test_parts_that_came_back_cost_no_query_for_each(self):
        orders = self.env["fsm.order"].union(
            *(self._create_order(hours=1, parts=1) for _index in range(6))
        )
        orders._create_invoices().action_post()
        for order in orders:
            self._return_part(order.part_ids)
        priced = {}

        def price(orders):
            priced.update(self.env["fsm.billing.pricing"]._price(orders))

        self._count(lambda: price(orders))
        few = self._count(lambda: price(orders[:2]))
        self.assertEqual(self._count(lambda: price(orders)), few)
        for order in orders:
            [line] = priced[order].lines
            self.assertEqual(line.origin.fsm_order_ids, order)

    def test_list_to_invoice_costs_the_same_for_every_length(self):
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Far away",
                "auto_apply": True,
                "country_id": self.env.ref("base.fr").id,
                "company_id": self.company.id,
            }
        )
        self.assertTrue(position)
        orders = self._create_orders(25)
        view = self.env.ref("fieldservice_invoicing.fsm_order_view_list_to_invoice")
        Order = self.env["fsm.order"].with_user(self.clerk)
        columns = {
            node.get("name"): (
                {"fields": {"display_name": {}}}
                if Order._fields[node.get("name")].type == "many2one"
                else {}
            )
            for node in etree.fromstring(
                Order.get_view(view.id, "list")["arch"]
            ).findall("field")
        }
        self.assertIn("amount_to_bill", columns)

        def read(count):
            domain = [("billing_status", "=", "to_invoice"), ("id", "in", orders.ids)]
            page = Order.web_search_read(domain, columns, limit=count)
            self.assertEqual(len(page["records"]), count)

        self._count(lambda: read(5))
        self.assertEqual(self._count(lambda: read(25)), self._count(lambda: read(5)))
