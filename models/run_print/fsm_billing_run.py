import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.pdf import merge_pdf

from ...tools.groups import INVOICE_READERS

#: documents of one call of the PDF engine
PRINTED_AT_ONCE = 25
#: what a printed chunk is known by until all are there
PART = "part of a billing run"


class FsmBillingRun(models.Model):
    """The invoices of a run in one PDF, in the order of customers."""

    _inherit = "fsm.billing.run"

    print_state = fields.Selection(
        [("waiting", "Being made"), ("ready", "Ready")], string="PDF", readonly=True
    )
    pdf = fields.Binary(
        string="All in one PDF",
        attachment=True,
        readonly=True,
        groups=INVOICE_READERS,
    )
    pdf_name = fields.Char(compute="_compute_pdf_name")

    @api.depends("name")
    def _compute_pdf_name(self):
        for run in self:
            run.pdf_name = f"{run.name.replace('/', '-')}.pdf"

    # --- buttons ---
    def action_print(self):
        """Make one PDF of all invoices of this run, in the background.

        :raise UserError: if none of them is confirmed
        """
        self._check_may_steer()
        # sudo: runs are written by the engine alone; access was checked above
        runs = self.sudo()
        lines = runs.line_ids.filtered("is_printable")
        if not lines:
            raise UserError(
                self.env._("Confirm the invoices of this run first, then print them.")
            )
        lines.is_printed = False
        runs._drop_parts()
        runs.write({"print_state": "waiting", "pdf": False})
        runs._trigger()

    # --- work ---
    @api.model
    def _get_unfinished_domain(self):
        return super()._get_unfinished_domain() | Domain("print_state", "=", "waiting")

    def _take_other_step(self):
        if self.print_state == "waiting":
            return self._print_some()
        return super()._take_other_step()

    def _print_some(self):
        """Print one chunk of the invoices; the last one puts all in one file.

        The engine takes many documents in one call, and each call costs seconds.

        :return: whether there may be more to print
        """
        # one process is enough: the engine takes all of a core
        self.env.cr.execute(
            SQL(
                "SELECT id FROM fsm_billing_run WHERE id = %s FOR UPDATE SKIP LOCKED",
                self.id,
            )
        )
        if not self.env.cr.fetchone():
            return False
        lines = self.line_ids.filtered("is_printable")
        left = lines.filtered(lambda line: not line.is_printed)
        if left:
            left[:PRINTED_AT_ONCE]._do("print")
        else:
            parts = self._get_parts()
            self.write(
                {
                    "pdf": base64.b64encode(merge_pdf(parts.mapped("raw"))),
                    "print_state": "ready",
                }
            )
            parts.unlink()
        self._tell_progress()
        return bool(left)

    def _get_parts(self):
        """:return: attachments: the chunks that are printed, in their order"""
        return self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("description", "=", PART),
            ],
            order="id",
        )

    def _drop_parts(self):
        self._get_parts().unlink()
