from collections import defaultdict

from odoo import api, fields, models


class AccountMove(models.Model):
    """Which lines are in which section, found once for the document."""

    _inherit = "account.move"

    #: dict: id of a section -> ids of the lines in it; never leaves the server
    fsm_section_lines = fields.Binary(
        compute="_compute_fsm_section_lines",
        compute_sudo=True,
        exportable=False,
        groups=fields.NO_ACCESS,
    )

    @api.depends("invoice_line_ids")
    def _compute_fsm_section_lines(self):
        for move in self:
            found = defaultdict(list)
            for line in move.invoice_line_ids:
                for section in line._get_fsm_sections_around():
                    found[section.id].append(line.id)
            move.fsm_section_lines = dict(found)
