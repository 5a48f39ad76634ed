from odoo import api, fields, models

from ...tools.groups import INVOICE_READERS


class FsmBillingRunFile(models.Model):
    """Invoices of a run in one PDF: all of them, or as many as one file should have."""

    _name = "fsm.billing.run.file"
    _inherit = "fsm.field.guard"
    _description = "PDF of a Billing Run"
    _order = "run_id desc, id"

    run_id = fields.Many2one(
        "fsm.billing.run", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True, index=True)
    name = fields.Char(compute="_compute_name")
    pdf = fields.Binary(
        string="PDF", attachment=True, readonly=True, groups=INVOICE_READERS
    )

    @api.depends("run_id.file_ids", "run_id.pdf_name")
    def _compute_name(self):
        for file in self:
            name, files = file.run_id.pdf_name, file.run_id.file_ids
            numbers = {id_: number for number, id_ in enumerate(files.ids, 1)}
            file.name = name
            if len(files) > 1:
                file.name = self.env._(
                    "%(run)s part %(number)s of %(count)s.pdf",
                    run=name.removesuffix(".pdf"),
                    number=numbers.get(file.id),
                    count=len(files),
                )
