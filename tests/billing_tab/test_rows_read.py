from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import SQL

from ..common import InvoicingCommon

TABLES = {"account_analytic_line", "stock_move"}
#: hours, and parts, of others: the database takes no index for a few
MANY = 1000


@tagged("post_install", "-at_install")
class TestRowsRead(InvoicingCommon):
    """Whoever reads the rows of an order looks at no work of others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(hours=2, parts=1)
        other = cls._create_order(hours=1, parts=1)
        for source in (other.timesheet_ids, other.part_ids):
            cls._copy_by_sql(source, MANY)
        cls.Work = cls.env["fsm.billing.work"].with_user(cls.clerk)
        cls.rows = cls.order.with_user(cls.clerk).labor_work_ids
        cls.rows |= cls.order.with_user(cls.clerk).part_work_ids

    def _count_looked_at(self, domain):
        """:return: dict table -> rows that the database looks at to read ``domain``"""
        query = self.Work._search(domain)
        fields = [SQL.identifier(self.Work._table, "qty_recorded")]
        self.env.flush_all()
        # as with a hundred times as many
        for way in ("seqscan", "hashjoin", "mergejoin"):
            self.env.cr.execute(f"SET LOCAL enable_{way} = off")
        plan = SQL("EXPLAIN (ANALYZE, FORMAT JSON) %s", query.select(*fields))
        [[[found]]] = self.env.execute_query(plan)
        return self._add_up(found["Plan"], dict.fromkeys(TABLES, 0))

    def _add_up(self, node, counts):
        if node.get("Relation Name") in TABLES:
            removed = sum(
                count for name, count in node.items() if name.startswith("Rows Removed")
            )
            rows = (node["Actual Rows"] + removed) * node["Actual Loops"]
            counts[node["Relation Name"]] += rows
        for child in node.get("Plans", ()):
            self._add_up(child, counts)
        return counts

    def assertFewLookedAt(self, domain):
        counts = self._count_looked_at(domain)
        self.assertEqual(len(self.Work.search(domain)), 2)
        # each of them, and what is looked up beside it
        self.assertLess(counts["account_analytic_line"], 5)
        self.assertLess(counts["stock_move"], 5)

    def test_order_finds_its_rows(self):
        self.assertFewLookedAt([("order_id", "=", self.order.id)])

    def test_rows_are_read_by_their_sources(self):
        self.assertEqual(len(self.rows), 2)
        for ids in (self.rows.ids, set(self.rows.ids)):
            query = self.Work._search([("id", "in", ids)])
            # these have an index
            self.assertIn('"source_id" IN', query.where_clause.code)
            self.assertEqual(len(query), 2)

    def test_ids_find_what_they_name(self):
        first, second = self.rows
        everything = self.Work.search([])
        for domain, expected in (
            ([("id", "=", first.id)], first),
            ([("id", "=", False)], first.browse()),
            ([("id", "in", [])], first.browse()),
            ([("id", "in", [second.id, False])], second),
            ([("id", "not in", self.rows.ids)], everything - self.rows),
            (["!", ("id", "in", first.ids)], everything - first),
            (["|", ("id", "=", first.id), ("id", "=", second.id)], self.rows),
            (Domain("id", "in", self.Work._search([])), everything),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(set(self.Work.search(domain)), set(expected))

    def test_rows_that_are_gone_are_not_read(self):
        gone = self.rows.browse(max(self.Work.search([]).ids) + 100)
        self.assertFalse(gone.exists())
        self.assertFalse(self.Work.search([("id", "=", gone.id)]))
