from odoo.tests import tagged

from .dashboard_common import DashboardCommon

#: of one call by the client, which sends the time zone and the companies ticked
MOST_QUERIES = 12


@tagged("post_install", "-at_install")
class TestDashboardQueries(DashboardCommon):
    """The dashboard takes as many queries for many documents as for few."""

    def _count(self, **options):
        """:return: queries of one call, from cold caches of records"""
        context = {
            "allowed_company_ids": self.company.ids,
            "lang": "en_US",
            "tz": "Europe/Brussels",
        }
        env = self.env(user=self.clerk, context=context)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        env["fsm.billing.dashboard"].get_data(**options)
        return self.env.cr.sql_log_count - before

    def test_one_call_takes_few_queries(self):
        self._create_order()
        order = self._create_order()
        self._post(order, 40)
        self._log_hours(order, 1)
        self._count()  # fills caches of the registry
        few = self._count()
        self.assertLessEqual(few, MOST_QUERIES)
        for days in range(12):
            self._create_order(parts=0)
            self._post(self._create_order(parts=0), days * 10)
            self._write_invoice(
                10, partner_id=self.env["res.partner"].create({"name": str(days)}).id
            )
        self.assertEqual(self._count(), few)
        self.assertEqual(self._count(period="month"), few)
