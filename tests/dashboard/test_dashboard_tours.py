from odoo.tests import tagged

from ..common import TourCase
from .dashboard_common import DashboardCommon


@tagged("post_install", "-at_install")
class TestDashboardTours(DashboardCommon, TourCase):
    """The dashboard, as a clerk clicks through it."""

    def test_clerk_reads_the_dashboard(self):
        self._create_order()
        self._post(self._create_order(), 40)
        self._pay(self._write_invoice(100))
        self._run("fsm_invoicing_dashboard")

    def test_keyboard_reaches_the_lists(self):
        self._create_order()
        self._post(self._create_order())
        self._run("fsm_invoicing_dashboard_keyboard")

    def test_error_says_what_to_do(self):
        self._pay(self._write_invoice(100))
        self._run("fsm_invoicing_dashboard_errors")

    def test_answer_that_comes_late_is_left_out(self):
        self._create_order()
        self._pay(self._write_invoice(100))
        self._run("fsm_invoicing_dashboard_answers")

    def test_first_step_leads_to_the_orders(self):
        self._run("fsm_invoicing_dashboard_empty")

    def _run(self, tour):
        self.start_tour("/odoo", tour, login="clerk")

    def test_style_sheet_is_understood(self):
        # a mistake in one file takes the styles of the whole web client away
        bundle = self.env["ir.qweb"]._get_asset_bundle(
            "web.assets_backend", css=True, js=False
        )
        bundle.preprocess_css()
        self.assertFalse(bundle.css_errors)
