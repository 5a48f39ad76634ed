from odoo import models


class AccountMoveLine(models.Model):
    """Lines of documents that have thousands of them.

    Odoo says for all lines of a document at once in which section they are, but is
    asked for those that it reads together, at most a thousand. It writes the others
    then, each of which asks for the next thousand, until Python gives up. And for the
    subtotal of each section it looks at all lines.
    """

    _inherit = "account.move.line"

    def _compute_parent_id(self):
        # what is protected is put down, not written
        field = self._fields["parent_id"]
        with self.env.protecting([field], self.move_id.line_ids):
            return super()._compute_parent_id()

    def _get_section_lines(self):
        """:return: what Odoo says, without a look at the lines of other sections"""
        self.ensure_one()
        if not self.move_id:
            return super()._get_section_lines()
        lines = self.move_id.invoice_line_ids
        # sudo: which line is in which section is no secret to who may read the lines
        ids = self.move_id.sudo().fsm_section_lines.get(self.id, ())
        return self.browse(ids).with_prefetch(lines._prefetch_ids)

    def _get_fsm_sections_around(self):
        """:return: list: the section that this line is in, and the one around that"""
        parent = self.parent_id
        around = parent.parent_id
        is_in_both = (
            parent.display_type == "line_subsection"
            and around.display_type == "line_section"
        )
        return [parent, around] if is_in_both else [parent] if parent else []
