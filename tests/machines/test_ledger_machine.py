from odoo.tests import tagged

from .ledger_common import LedgerCommon, hypothesis

if hypothesis:
    from .ledger_credit import LedgerCreditMachine


@tagged("post_install", "-at_install")
class TestLedgerMachine(LedgerCommon):
    """Whatever people do in whatever order, the documents and the ledger agree.

    The steps are in ``ledger_steps.py``, ``ledger_machine.py`` and
    ``ledger_credit.py``, what must hold after each of them is in
    ``ledger_invariants.py``. One of the two orders is invoiced at the start.
    """

    def test_any_steps_bill_the_work_exactly_once(self):
        self._run_machine(lambda: LedgerCreditMachine(self), runs=14)
