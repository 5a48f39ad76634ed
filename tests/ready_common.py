from odoo import fields

from .common import InvoicingCommon


class ReadyCommon(InvoicingCommon):
    """Orders on which nothing is missing, and what the office does with others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls.env.ref(
            "fieldservice_invoicing.fsm_billing_hold_reason_complaint"
        )

    @classmethod
    def _create_complete_order(cls, **values):
        """:return: a done order with hours, a part and a report, of today"""
        return cls._create_order(
            **{
                "resolution": "<p>Pump replaced</p>",
                "date_end": fields.Datetime.now(),
                **values,
            }
        )

    @classmethod
    def _examine(cls, orders):
        """Let what changed be looked at, as the queue and runs do."""
        cls.env.flush_all()
        return orders.with_user(cls.clerk)._split_by_readiness()

    def _run_scheduled_action(self):
        self.env.flush_all()
        cron = self.env.ref("fieldservice_invoicing.ir_cron_examine").sudo()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def _hold(self, record, user=None, **values):
        """Press Hold on orders or a customer, and fill in the dialog."""
        record = record.with_user(user or self.clerk)
        is_order = record._name == "fsm.order"
        action = record.action_hold() if is_order else record.action_fsm_hold()
        dialog = (
            record.env[action["res_model"]]
            .with_context(**action["context"])
            .create({"reason_id": self.complaint.id, **values})
        )
        dialog.action_hold()

    def _get_findings(self, order):
        """:return: dict code -> finding that stands on ``order``"""
        self.env.invalidate_all()
        return {
            finding.code: finding
            for finding in order.with_user(self.clerk).billing_check_ids
        }

    def _find(self, order):
        """:return: codes of what an examination of ``order`` finds"""
        self._examine(order)
        return set(self._get_findings(order))

    def _answer(self, finding, why="Seen", user=None):
        """Press Fine as it is, and say why."""
        action = finding.with_user(user or self.clerk).action_answer()
        finding.env[action["res_model"]].with_user(user or self.clerk).with_context(
            **action["context"]
        ).create({"why": why}).action_answer()
