from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.groups import INVOICE_READERS

#: documents of one call of the PDF engine: a chunk
PRINTED_AT_ONCE = 25
#: chunks that come into one file, and their bytes: all of a file is in memory at once
CHUNKS_OF_FILE = 20
BYTES_OF_FILE = 50 * 2**20


class FsmBillingRun(models.Model):
    """The invoices of a run in one PDF, in the order of customers; many, in several."""

    _inherit = "fsm.billing.run"

    print_state = fields.Selection(
        [("waiting", "Being made"), ("ready", "Ready")], string="PDF", readonly=True
    )
    is_paper_only = fields.Boolean(
        readonly=True, help="The PDF has what goes to customers on paper alone."
    )
    print_user_id = fields.Many2one("res.users", readonly=True, help="Asked for it.")
    file_ids = fields.One2many(
        "fsm.billing.run.file", "run_id", string="PDFs", groups=INVOICE_READERS
    )
    file_count = fields.Integer(compute="_compute_file_count", compute_sudo=True)
    pdf = fields.Binary(
        string="In one PDF", related="file_ids.pdf", groups=INVOICE_READERS
    )
    pdf_name = fields.Char(compute="_compute_pdf_name")
    unprintable_count = fields.Integer(
        compute="_compute_unprintable_count", help="Documents that are not in the PDF."
    )

    @api.depends("name")
    def _compute_pdf_name(self):
        for run in self:
            run.pdf_name = f"{run.name.replace('/', '-')}.pdf"

    @api.depends("file_ids")
    def _compute_file_count(self):
        for run in self:
            run.file_count = len(run.file_ids)

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

        What goes to customers on paper is printed with it, and so is done.

        :raise UserError: if none of them is confirmed
        """
        self._print(is_paper_only=False)

    def action_print_paper(self):
        """The same, of what goes to customers on paper alone.

        :raise UserError: if nothing does that was not printed before
        """
        self._print(is_paper_only=True)

    def _print(self, is_paper_only):
        self._check_may_steer()
        self.env["account.move"].check_access("read")
        # sudo: runs are written by the engine alone; access was checked above
        runs = self.sudo()
        runs.is_paper_only = is_paper_only
        lines = runs._get_printable_lines()
        if not lines and is_paper_only:
            raise UserError(
                self.env._("Nothing waits to be printed for customers on paper.")
            )
        if not lines:
            raise UserError(
                self.env._("Confirm the invoices of this run first, then print them.")
            )
        lines.write(
            {
                "is_printed": False,
                "is_unprintable": False,
                "part": False,
                "print_problem": False,
            }
        )
        runs.file_ids.unlink()
        runs.write({"print_state": "waiting", "print_user_id": self.env.uid})
        runs._trigger()

    def unlink(self):
        self.sudo().file_ids.unlink()  # sudo: whoever deletes a run deletes its PDFs
        return super().unlink()

    # --- work ---
    @api.model
    def _get_unfinished_domain(self):
        return super()._get_unfinished_domain() | Domain("print_state", "=", "waiting")

    def _take_other_step(self):
        if self.print_state == "waiting":
            return self._print_some()
        return super()._take_other_step()

    def _print_some(self):
        """Print one chunk of the invoices; once all are, put some of them in a file.

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
        chunks = self.env["fsm.billing.run.line"] if left else self._get_chunks()
        left = left._leave_held()
        left._do("print")
        chunks._do("file")
        is_more = bool(left or chunks) or bool(
            self._get_printable_lines(Domain("is_printed", "=", False), limit=1)
        )
        if not is_more:
            self._get_printable_lines()._set_printed()
            self.print_state = "ready"
        self._tell_progress()
        return is_more

    def _tell_progress(self):
        res = super()._tell_progress()
        if self.print_user_id != self.user_id:
            self.print_user_id._bus_send("fsm_billing_run", {"id": self.id})
        return res

    def _get_printable_lines(self, domain=Domain.TRUE, limit=None):
        """:return: lines of these runs with a confirmed document, in ``domain``"""
        on_paper = self.filtered("is_paper_only")
        return self.env["fsm.billing.run.line"].search(
            (
                Domain("run_id", "in", (self - on_paper).ids)
                | Domain("run_id", "in", on_paper.ids)
                & (
                    Domain("state", "=", "print")
                    # who lost their address gets it on paper
                    | Domain("failed_step", "=", "send")
                    & Domain("state", "=", "failed")
                    & Domain("move_ids.partner_id.email", "=", False)
                )
            )
            & Domain("move_ids.state", "=", "posted")
            & domain,
            limit=limit,
        )

    def _get_chunks(self):
        """:return: lines that have the printed chunks of the next file"""
        model = self.env["fsm.billing.run.line"]
        heads = model.search([("run_id", "=", self.id), ("part", "!=", False)])
        # in the order of the lines, which is that of customers
        chunks = heads[:CHUNKS_OF_FILE]
        attachments = self.env["ir.attachment"].search(
            [
                ("res_model", "=", model._name),
                ("res_field", "=", "part"),
                ("res_id", "in", chunks.ids),
            ]
        )
        sizes = {part.res_id: part.file_size for part in attachments}
        total = 0
        for index, line in enumerate(chunks):
            total += sizes[line.id]
            if index and total > BYTES_OF_FILE:
                return chunks[:index]
        return chunks
