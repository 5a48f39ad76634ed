from odoo.tests import tagged

from ..companies_common import CompaniesCommon
from .runs_common import RunsCommon


@tagged("post_install", "-at_install")
class TestRunsOfCompanies(RunsCommon, CompaniesCommon):
    def test_companies_have_runs_of_their_own(self):
        other = self._create_other_order()
        other.resolution = "<p>Pump replaced</p>"
        orders = self._create_orders(1) | other
        run = self.env["fsm.billing.run"].with_user(self.clerk)
        runs = run.with_context(
            allowed_company_ids=(self.company | self.other).ids
        )._start(orders.with_user(self.clerk))
        self.assertEqual(runs.company_id, self.company | self.other)
        self._work()
        for order in orders:
            self.assertEqual(order.invoice_ids.company_id, order.company_id)

    def test_run_of_another_company_is_not_seen(self):
        order = self._create_other_order()
        run = self.env["fsm.billing.run"].with_user(self.clerk)
        run = run.with_context(allowed_company_ids=self.other.ids)
        started = run._start(order.with_user(self.clerk))
        mine = run.with_context(allowed_company_ids=self.company.ids)
        self.assertFalse(mine.search([("id", "=", started.id)]))
