from odoo.tests import tagged

from ..analysis_common import AnalysisCommon
from .ledger_common import LedgerCommon, hypothesis

if hypothesis:
    from hypothesis.stateful import rule

    from .ledger_credit import LedgerCreditMachine

    class AnalysisMachine(LedgerCreditMachine):
        """What people do with invoices; after each step the analysis is looked at."""

        @rule()
        def refresh(self):
            """Store the rows, as the scheduled action does now and then."""
            self.case._refresh()

        def check_all(self):
            self.case.assertEqualsLive()
            self.case.assertEqualsBooks()
            self.case.assertWorkIsThere(self.orders)
            return super().check_all()


@tagged("post_install", "-at_install")
class TestAnalysisMachine(AnalysisCommon, LedgerCommon):
    """Whatever people do in whatever order, the analysis equals the books.

    Several technicians are on one line here, and orders of one customer on one
    invoice.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.detail = "product"

    def setUp(self):
        super().setUp()
        self._refresh()

    def test_analysis_equals_the_books_after_any_steps(self):
        self._run_machine(lambda: AnalysisMachine(self), runs=8)
