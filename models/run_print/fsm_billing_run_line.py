from odoo import api, fields, models

from .fsm_billing_run import PART


class FsmBillingRunLine(models.Model):
    """An invoice of a run on paper."""

    _inherit = "fsm.billing.run.line"

    is_printed = fields.Boolean(readonly=True, help="It is in the PDF of the run.")
    is_printable = fields.Boolean(compute="_compute_is_printable", compute_sudo=True)

    @api.depends("move_ids.state")
    def _compute_is_printable(self):
        for line in self:
            line.is_printable = "posted" in line.move_ids.mapped("state")

    @api.model
    def _prepare_failure(self, step):
        if step == "print":
            # it is confirmed all the same, and not in the file
            return {"is_printed": True}
        return super()._prepare_failure(step)

    def _do_print(self):
        """Print the confirmed documents of these lines as one chunk of the run."""
        run = self.run_id
        moves = run._as_starter(self.move_ids).filtered(
            lambda move: move.state == "posted"
        )
        content, _kind = moves.env["ir.actions.report"]._render_qweb_pdf(
            "account.account_invoices", res_ids=moves.ids
        )
        self.env["ir.attachment"].create(
            {
                "name": f"{run.name} {self[0].sequence}",
                "description": PART,
                "res_model": run._name,
                "res_id": run.id,
                "raw": content,
                "mimetype": "application/pdf",
            }
        )
        self.is_printed = True
