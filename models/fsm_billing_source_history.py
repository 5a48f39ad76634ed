from odoo import models
from odoo.exceptions import UserError


class FsmBillingSource(models.AbstractModel):
    """What people read who change or delete work that documents are about.

    Each of these sentences says what to do, and doing it must help.
    """

    _inherit = "fsm.billing.source"

    def _raise_if_on(self, moves):
        """:raise UserError: naming this work and ``moves``, if there are any"""
        self.ensure_one()
        if not moves:
            return
        credits = moves._get_fsm_credit_notes()
        values = {
            "work": self._get_billing_label(),
            "invoices": moves._get_fsm_names(),
            "credits": credits._get_fsm_names(),
        }
        if "draft" in moves.mapped("state"):
            raise UserError(
                self.env._(
                    "%(work)s is on %(invoices)s and can't be changed or deleted. "
                    "Remove its line from the draft, and try again.",
                    **values,
                )
            )
        if credits and not self._get_standing_entries():
            raise UserError(
                self.env._(
                    "%(work)s is on %(invoices)s and can't be changed or deleted: "
                    "%(credits)s refunded it, so that it stays billed. To bill it "
                    "again, cancel %(credits)s, and credit it anew with Bill again.",
                    **values,
                )
            )
        raise UserError(
            self.env._(
                "%(work)s is on %(invoices)s and can't be changed or deleted. Add a "
                "credit note of it with Bill again, and try again.",
                **values,
            )
        )

    def _get_standing_entries(self):
        """:return: the entries by which this work is billed, and not credited"""
        return self.billing_entry_ids.filtered(lambda entry: entry._is_standing())

    def _get_history_message(self, moves):
        """:return: why this work can't be deleted, and what people do instead"""
        self.ensure_one()
        values = {"work": self._get_billing_label(), "invoices": moves._get_fsm_names()}
        if self.qty_billed:
            return self.env._(
                "%(work)s is on %(invoices)s, and stays as their history: it can't be "
                "changed or deleted. Add a credit note, and say there whether it is "
                "billed again.",
                **values,
            )
        return self.env._(
            "%(work)s is on %(invoices)s, and stays as their history: it can't be "
            "deleted. Nothing of it is billed now. %(advice)s",
            advice=self._get_history_advice(),
            **values,
        )

    def _get_history_advice(self):
        """:return: sentence: how people keep this work from being invoiced again"""
        return self.env._(
            "To keep it off the next invoice, set it to Not billed on the service "
            "order."
        )
