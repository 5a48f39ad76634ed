import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.pdf import merge_pdf

from ...tools.groups import INVOICE_READERS

#: documents of one call of the PDF engine
PRINTED_AT_ONCE = 25


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
    unprintable_count = fields.Integer(
        compute="_compute_unprintable_count", help="Documents that are not in the PDF."
    )

    @api.depends("name")
    def _compute_pdf_name(self):
        for run in self:
            run.pdf_name = f"{run.name.replace('/', '-')}.pdf"

    @api.depends("line_ids.is_unprintable")
    def _compute_unprintable_count(self):
        counts = dict(
            self.env["fsm.billing.run.line"]._read_group(
                [("run_id", "in", self.ids), ("is_unprintable", "=", True)],
                ["run_id"],
                ["__count"],
            )
        )
        for run in self:
            run.unprintable_count = counts.get(run, 0)

    # --- buttons ---
    def action_print(self):
        """Make one PDF of all invoices of this run, in the background.

        :raise UserError: if none of them is confirmed
        """
        self._check_may_steer()
        self.env["account.move"].check_access("read")
        # sudo: runs are written by the engine alone; access was checked above
        runs = self.sudo()
        lines = runs._get_printable_lines()
        if not lines:
            raise UserError(
                self.env._("Confirm the invoices of this run first, then print them.")
            )
        lines.write({"is_printed": False, "is_unprintable": False, "part": False})
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
        left = self._get_printable_lines(
            Domain("is_printed", "=", False), limit=PRINTED_AT_ONCE
        )
        if left:
            left._do("print")
        else:
            self._put_together(self._get_printable_lines())
        self._tell_progress()
        return bool(left)

    def _get_printable_lines(self, domain=Domain.TRUE, limit=None):
        """:return: lines of these runs with a confirmed document, in ``domain``"""
        return self.env["fsm.billing.run.line"].search(
            Domain("run_id", "in", self.ids)
            & Domain("move_ids.state", "=", "posted")
            & domain,
            limit=limit,
        )

    def _put_together(self, lines):
        """Make one file of the printed chunks, and keep the chunks no longer."""
        attachments = self.env["ir.attachment"].search(
            [
                ("res_model", "=", lines._name),
                ("res_field", "=", "part"),
                ("res_id", "in", lines.ids),
            ]
        )
        parts = {part.res_id: part.raw for part in attachments}
        # in the order of the lines, which is that of customers
        pages = [parts[line.id] for line in lines if line.id in parts]
        self.write(
            {
                "pdf": pages and base64.b64encode(merge_pdf(pages)),
                "print_state": "ready",
            }
        )
        lines.part = False
