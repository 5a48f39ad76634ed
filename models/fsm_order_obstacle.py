from odoo import api, models


class FsmOrder(models.Model):
    """What keeps a service order from being invoiced, in words."""

    _inherit = "fsm.order"

    # --- business ---
    def _is_cancelled(self):
        """:return: True if this order is in the stage of cancelled ones"""
        # asked for many orders: the id of the stage is cached, the stage is not
        return self.stage_id.id == self._get_cancelled_stage_id()

    @api.model
    def _get_cancelled_stage_id(self):
        """:return: the id of the stage of cancelled orders"""
        return self.env["ir.model.data"]._xmlid_to_res_id(
            "fieldservice.fsm_stage_cancelled"
        )

    def _get_billing_obstacle(self):
        """:return: why this order can't be invoiced, and what to do; or ``""``"""
        self.ensure_one()
        if self._is_cancelled():
            return self.env._(
                "Service order %(order)s is cancelled, and a cancelled order "
                "is not invoiced. If work was done, reopen and complete it.",
                order=self.name,
            )
        if not self.is_invoiceable:
            return self.env._(
                "Service order %(order)s is not done yet. "
                "Press Complete on it, then create the invoice.",
                order=self.name,
            )
        if not self.bill_to_id.active:
            return self.env._(
                "Service order %(order)s has nobody to bill, or a contact that "
                "is archived. Choose whom to bill on its Billing tab.",
                order=self.name,
            )
        return ""

    def _get_lines_problem(self, lines):
        """:return: what is missing on priced ``lines``, and what to do; or ``""``"""
        return next((line.problem for line in lines if line.problem), "")
