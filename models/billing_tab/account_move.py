from odoo import api, fields, models


class AccountMove(models.Model):
    """A document in one sentence, for the list on the service order."""

    _inherit = "account.move"

    # --- Field service ---
    fsm_summary = fields.Char(
        string="About",
        compute="_compute_fsm_summary",
        # customers read their invoices
        groups="base.group_user",
        help="What a credit note credits, why, and what is open again; which other "
        "orders an invoice bills.",
    )

    @api.depends(
        "fsm_credit_contents",
        "fsm_credit_reason",
        "fsm_credit_summary",
        "fsm_order_ids",
    )
    @api.depends_context("fsm_credited_order_id")
    def _compute_fsm_summary(self):
        for move in self:
            is_credit = move.move_type == "out_refund"
            # sudo: who reads invoices may not read service orders
            names = move.sudo().fsm_order_ids.mapped("name")
            move.fsm_summary = (
                move._get_fsm_credit_text()
                if is_credit
                else ", ".join(names)
                if len(names) > 1
                else False
            )

    def _get_fsm_credit_text(self):
        """:return: what this credit note credits, why, and what is open again"""
        self.ensure_one()
        texts = [self.fsm_credit_contents, self.fsm_credit_reason]
        if self.reversed_entry_id:
            texts.insert(
                0,
                self.env._("Credits %(invoice)s", invoice=self.reversed_entry_id.name),
            )
        if self.fsm_credit_summary:
            texts.append(
                self.env._("Open again: %(work)s", work=self.fsm_credit_summary)
            )
        return " · ".join(text for text in texts if text)
