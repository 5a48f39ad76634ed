from odoo.fields import Domain
from odoo.tests import tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestRowsRead(InvoicingCommon):
    """Whoever reads the rows of an order looks at no work of others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(hours=2, parts=1)
        cls._create_order(hours=1, parts=1)
        cls.env.flush_all()
        cls.env.invalidate_all()
        cls.Work = cls.env["fsm.billing.work"].with_user(cls.clerk)
        cls.rows = cls.order.with_user(cls.clerk).labor_work_ids
        cls.rows |= cls.order.with_user(cls.clerk).part_work_ids

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
