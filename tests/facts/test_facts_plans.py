import re

from odoo.tests import tagged
from odoo.tools import SQL

from ..analysis_common import AnalysisCommon

ROWS = 20000


@tagged("post_install", "-at_install")
class TestFactsPlans(AnalysisCommon):
    """Filters reach the indexes of what is stored, whatever else there is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(hours=1, parts=1)
        cls.invoice = cls._post_invoice(cls.order)
        cls._fill()

    @classmethod
    def _fill(cls):
        fact = cls.env["fsm.billing.fact"]
        while fact._refresh():
            pass
        cls.env.cr.execute(
            """
            INSERT INTO fsm_billing_fact (id, is_open, move_id, order_id, date)
            SELECT 9000000000 + n, FALSE, 1000000 + n, 1000000 + n / 6,
                   DATE '2001-01-01' + n / 20
              FROM generate_series(1, %s) AS n
            """,
            [ROWS],
        )
        cls.env.cr.execute("ANALYZE fsm_billing_fact")

    def _explain(self, *domain, **values):
        """:return: lines of the plan that read what is stored"""
        query = self.report.sudo()._search(list(domain), **values)
        lines = self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        return [line for (line,) in lines if "fsm_billing_fact" in line]

    def assertIndex(self, name, *domain, **values):
        plan = "\n".join(self._explain(*domain, **values))
        self.assertIn(f"fsm_billing_fact_{name}_idx", plan)
        self.assertFalse(re.search(r"Seq Scan on fsm_billing_fact\b", plan), plan)

    def test_filters_reach_the_indexes(self):
        month = [("date", ">=", "2026-01-01"), ("date", "<", "2026-02-01")]
        for is_stale in (False, True):
            if is_stale:
                self._log_hours(self._create_order(), 1)
                self.assertTrue(self._get_stale())
            with self.subTest(is_stale=is_stale):
                self.assertIndex("order", ("order_id", "=", self.order.id))
                self.assertIndex("move", ("move_id", "=", self.invoice.id))
                self.assertIndex("date_id", *month)

    def test_first_page_of_the_list_reads_no_more(self):
        self.assertIndex("date_id", limit=80, order="date desc, id desc")

    def test_nothing_is_read_of_the_books_where_nothing_is_stale(self):
        query = self.report.sudo()._search([])
        lines = self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        plan = "\n".join(line for (line,) in lines)
        self.assertNotIn("account_move", plan)
        self.assertNotIn("fsm_order", plan)
