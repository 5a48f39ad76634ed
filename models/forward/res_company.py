from odoo import fields, models
from odoo.fields import Domain


class ResCompany(models.Model):
    _inherit = "res.company"

    # --- Invoicing ---
    fsm_review_user_id = fields.Many2one(
        "res.users",
        string="Drafts are reviewed by",
        domain=[("share", "=", False)],
        ondelete="set null",
        groups="base.group_user",
        help="Gets an activity on each draft that somebody without a right to invoices "
        "creates. Empty, or without a right to invoices: the clerk of the last one.",
    )

    def _get_fsm_reviewer(self):
        """:return: the user who reviews drafts of dispatchers, or nobody"""
        self.ensure_one()
        # sudo: whoever creates drafts may read neither invoices nor all users
        company = self.sudo()
        clerks = company.env.ref("account.group_account_invoice").all_user_ids.filtered(
            lambda user: user.active and not user.share and company in user.company_ids
        )
        if company.fsm_review_user_id in clerks:
            return company.fsm_review_user_id
        last = company.env["account.move"].search(
            Domain("company_id", "=", company.id)
            & Domain("move_type", "=", "out_invoice")
            & Domain("state", "=", "posted")
            & Domain("write_uid", "in", clerks.ids),
            order="id desc",
            limit=1,
        )
        return last.write_uid or clerks.sorted("id")[:1]
