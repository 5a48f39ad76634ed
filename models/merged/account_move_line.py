from odoo import models
from odoo.fields import Command

from ..credit.account_move import HEADINGS


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _prepare_fsm_merged_line(self, is_lowered):
        """:return: values of a line that takes the place of this one, on another draft

        :param bool is_lowered: put a heading below that of the order
        """
        self.ensure_one()
        [vals] = self.with_context(include_business_fields=True).copy_data()
        if is_lowered and self.display_type in HEADINGS:
            vals["display_type"] = "line_subsection"
        return {
            **vals,
            "fsm_order_ids": [Command.set(self.fsm_order_ids.ids)],
            "fsm_credited_line_id": self.fsm_credited_line_id.id,
            "fsm_replaced_line_id": self.fsm_replaced_line_id.id,
            "fsm_credit_work": self.fsm_credit_work,
        }
