import os

from ..credit_common import CreditCommon

try:
    import hypothesis
except ImportError:  # needed for tests only: Odoo loads this file without it too
    hypothesis = None
else:
    from hypothesis.stateful import run_state_machine_as_test

#: runs of the long profile: other sequences each time, and the shortest that fails
RUNS = int(os.environ.get("FSI_LEDGER_RUNS") or 0)
STEPS = 15


def get_settings(runs, **values):
    """:return: settings of so many runs, always the same unless the long profile is
    asked for
    """
    phases = [hypothesis.Phase.generate]
    if RUNS:
        phases.append(hypothesis.Phase.shrink)
    return hypothesis.settings(
        max_examples=RUNS or runs,
        derandomize=not RUNS,
        phases=phases,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        **values,
    )


class LedgerCommon(CreditCommon):
    """Two orders of one customer, one of them invoiced, for random steps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fee = cls._create_service("Fee", 30.0)
        cls.policy.grouping = "customer"
        cls.portal = cls._create_role("portal customer", "base.group_portal")
        first = cls._create_order(hours=2, parts=2)
        cls._log_hours(first, 1.5, cls.lea)
        cls._charge(first, 1)
        cls.orders = first | cls._create_order(hours=1, parts=1)

    @classmethod
    def _charge(cls, order, quantity):
        return cls._add_charge(order, cls.fee, quantity=quantity)

    @classmethod
    def _scrap_part(cls, move):
        """Scrap one of a delivered part where the customer has it."""
        scrap = cls.env["stock.scrap"].create(
            {
                "product_id": move.product_id.id,
                "scrap_qty": 1,
                "picking_id": move.picking_id.id,
                "location_id": move.location_dest_id.id,
            }
        )
        scrap.action_validate()

    def setUp(self):
        super().setUp()
        self._invoice(self.orders[0]).action_post()

    def _run_machine(self, create, runs):
        """Take random steps, always the same unless the long profile is asked for.

        :param create: callable that makes a machine of ``ledger_steps.py``
        :param int runs: how many sequences of steps
        """
        if not hypothesis:
            self.skipTest("hypothesis is not installed")
        run_state_machine_as_test(
            create,
            # the first step chooses the policy
            settings=get_settings(runs, stateful_step_count=STEPS + 1),
        )
