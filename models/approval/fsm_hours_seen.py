from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.notification import notify


class FsmHoursSeen(models.AbstractModel):
    """Rows of hours that are approved as whoever approves them saw them."""

    _name = "fsm.hours.seen"
    _description = "Hours as They Were Seen"

    fingerprint = fields.Char(
        readonly=True,
        prefetch=False,
        help="Another one as soon as the hours say something else.",
    )

    def _get_hours(self):
        """:return: the timesheets of these rows"""
        raise NotImplementedError

    def action_approve(self):
        """Approve the hours of these rows, but for what changed since it was shown.

        The screen passes ``fsm_seen`` in the context: the fingerprints that it shows.
        Programs, which have no screen, leave it out. Hours that change while this works
        are a conflict of PostgreSQL's: Odoo tries again, and finds them changed.

        :return: None, or client action that says what was not approved
        :raise UserError: if the screen does not show some of these rows
        """
        self.env.flush_all()
        self.invalidate_recordset(["fingerprint"])
        same = self.exists()
        seen = self.env.context.get("fsm_seen")
        if seen is not None:
            seen = dict(seen)
            if not seen.keys() >= set(self.ids):
                raise UserError(
                    self.env._(
                        "You have seen %(shown)s of the %(count)s rows that you "
                        "selected. Approve them page by page, or show more of them on "
                        "a page: press the numbers at the top right and enter how "
                        "many.",
                        shown=len(seen.keys() & set(self.ids)),
                        count=len(self),
                    )
                )
            same = same.filtered(lambda row: seen[row.id] == row.fingerprint)
        same._get_hours()._fsm_approve()
        if same == self:
            return None
        return notify(
            self.env._(
                "Hours that changed since you opened this list were not approved. "
                "Look at them, and press Approve again."
            )
        )
