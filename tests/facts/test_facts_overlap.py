from odoo import SUPERUSER_ID, api
from odoo.sql_db import db_connect
from odoo.tests import tagged

from ..races.race_common import RaceCommon


@tagged("post_install", "-at_install")
class TestFactsOverlap(RaceCommon):
    """What others change while rows are stored is stale afterwards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(cls._forget_facts)

    @classmethod
    def _forget_facts(cls):
        for table in ("fsm_billing_fact", "fsm_billing_fact_stale"):
            cls.env.cr.execute(f"DELETE FROM {table}")
        cls.env.cr.execute("INSERT INTO fsm_billing_fact_stale DEFAULT VALUES")
        cls._commit()

    def setUp(self):
        super().setUp()
        self._refresh()

    def _refresh(self):
        while self.env["fsm.billing.fact"]._refresh():
            self._commit()
        self._commit()

    def _get_cost(self):
        """:return: what the hours of the order cost, as a new transaction reads it"""
        self._commit()
        self.env.invalidate_all()
        rows = self.env["fsm.billing.report"].search(
            [("order_id", "=", self.order.id), ("kind", "=", "labor")]
        )
        return sum(rows.mapped("cost"))

    def _other(self):
        """:return: the environment of another transaction, which ends with the test"""
        cr = db_connect(self.env.cr.dbname).cursor()
        self.addCleanup(cr.close)
        return api.Environment(cr, SUPERUSER_ID, {})

    def _set_cost(self, env, cost):
        env.cr.execute(
            "UPDATE account_analytic_line SET amount = %s WHERE id = %s",
            [-cost, self.hours.id],
        )

    def test_marks_that_are_committed_later_stay(self):
        other = self._other()
        self._set_cost(other, 70)
        # the same order, which is stale for another reason
        more = self._log_hours(self.order, 0.5)
        self._refresh()
        cost = -self.hours.amount - more.amount
        self.assertEqual(self._get_cost(), cost)
        # pylint: disable=invalid-commit; it overlaps with the refreshing
        other.cr.commit()
        self.assertEqual(self._get_cost(), 70 - more.amount)
        self.assertTrue(self.env["fsm.billing.fact"]._get_stale())
        self._refresh()
        self.assertFalse(self.env["fsm.billing.fact"]._get_stale())
        self.assertEqual(self._get_cost(), 70 - more.amount)

    def test_what_is_committed_while_rows_are_stored_is_read(self):
        self._set_cost(self.env, 70)
        self._commit()
        other = self._other()
        # its snapshot is older than what follows
        self.assertTrue(other["fsm.billing.fact"]._refresh())
        self._set_cost(self.env, 80)
        self._commit()
        # pylint: disable=invalid-commit; it overlaps with the refreshing
        other.cr.commit()
        self.assertEqual(self._get_cost(), 80)

    def test_one_at_a_time(self):
        self._set_cost(self.env, 70)
        self._commit()
        other = self._other()
        self.assertTrue(other["fsm.billing.fact"]._refresh())
        self.assertEqual(self.env["fsm.billing.fact"]._refresh(), 0)
