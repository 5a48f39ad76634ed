import base64

from odoo import api, fields, models
from odoo.tools.pdf import merge_pdf

from ...tools.groups import INVOICE_READERS


class FsmBillingRunLine(models.Model):
    """An invoice of a run on paper."""

    _inherit = "fsm.billing.run.line"

    is_printed = fields.Boolean(readonly=True, help="It is in the PDF of the run.")
    is_unprintable = fields.Boolean(readonly=True)
    print_problem = fields.Char(string="Why it is not in the PDF", readonly=True)
    part = fields.Binary(
        string="Printed with the next ones",
        attachment=True,
        readonly=True,
        groups=INVOICE_READERS,
        help="Until it is in a file of the run.",
    )
    part_line_id = fields.Many2one(
        "fsm.billing.run.line",
        string="Printed with",
        readonly=True,
        index="btree_not_null",
        help="The line that has the chunk of this one.",
    )

    @api.model
    def _prepare_failure(self, step, problem):
        # it is confirmed all the same, and not in the file
        if step == "print":
            return {
                "is_printed": True,
                "is_unprintable": True,
                "print_problem": problem,
            }
        if step == "file":
            return {"is_unprintable": True, "part": False, "print_problem": problem}
        return super()._prepare_failure(step, problem)

    def _fail(self, step, error):
        res = super()._fail(step, error)
        if step == "file":
            chunk = self.search([("part_line_id", "=", self.id)])
            chunk.write({"is_unprintable": True, "print_problem": self.print_problem})
        return res

    def _leave_held(self):
        """Let those fail that go on paper, and whose order somebody holds meanwhile.

        :return: the others of these lines
        """
        on_paper = self.filtered(lambda line: line.state == "print")
        stops = on_paper.order_ids._get_run_stops()
        held = on_paper.filtered(
            lambda line: not stops.keys().isdisjoint(line.order_ids)
        )
        for line in held:
            reasons = [stops[order] for order in line.order_ids if order in stops]
            line.write(line._prepare_failure("send", " ".join(dict.fromkeys(reasons))))
        return self - held

    def _set_printed(self):
        """Take those of these that go on paper for sent: they are in the PDF.

        What failed because the customer has no address goes on paper as well, unless
        somebody holds its order.
        """
        lines = self.filtered(lambda line: not line.is_unprintable)
        on_paper = lines.filtered(lambda line: line.state == "print")
        lost = lines.filtered(
            lambda line: (
                line.failed_step == "send" and not line.order_ids._get_run_stops()
            )
        )
        moves = on_paper.move_ids | lost.move_ids._get_fsm_unreachable()
        on_paper.state = "printed"
        unsent = moves.filtered(
            lambda move: (
                move.state == "posted" and not (move.is_move_sent or move.sending_data)
            )
        )
        unsent.is_move_sent = True

    def _do_print(self):
        """Print the confirmed documents of these lines as one chunk of the run."""
        # who asked for it was let to the run and to invoices
        moves = self.move_ids.filtered(lambda move: move.state == "posted")
        report = self.env["ir.actions.report"].with_company(self.run_id.company_id)
        content, _kind = report._render_qweb_pdf(
            "account.account_invoices", res_ids=moves.ids
        )
        merge_pdf([content])  # what can't be read is named now, invoice by invoice
        self[0].part = base64.b64encode(content)
        self.write({"is_printed": True, "part_line_id": self[0].id})

    def _do_file(self):
        """Put the chunks of these lines into one file of their run."""
        self.env["fsm.billing.run.file"].create(
            {
                "run_id": self.run_id.id,
                "pdf": base64.b64encode(
                    merge_pdf([base64.b64decode(line.part) for line in self])
                ),
            }
        )
        self.part = False
