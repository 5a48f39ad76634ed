import base64

from odoo import api, fields, models

from ...tools.groups import INVOICE_READERS


class FsmBillingRunLine(models.Model):
    """An invoice of a run on paper."""

    _inherit = "fsm.billing.run.line"

    is_printed = fields.Boolean(readonly=True, help="It is in the PDF of the run.")
    is_unprintable = fields.Boolean(readonly=True)
    part = fields.Binary(
        string="Printed with the next ones",
        attachment=True,
        readonly=True,
        groups=INVOICE_READERS,
        help="Until all of the run are printed.",
    )

    @api.model
    def _prepare_failure(self, step):
        if step == "print":
            # it is confirmed all the same, and not in the file
            return {"is_printed": True, "is_unprintable": True}
        return super()._prepare_failure(step)

    def _do_print(self):
        """Print the confirmed documents of these lines as one chunk of the run."""
        # who asked for it was let to the run and to invoices
        moves = self.move_ids.filtered(lambda move: move.state == "posted")
        content, _kind = self.env["ir.actions.report"]._render_qweb_pdf(
            "account.account_invoices", res_ids=moves.ids
        )
        self[0].part = base64.b64encode(content)
        self.is_printed = True
