from odoo import fields, models

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
        Hours that change while this works are a conflict of PostgreSQL's: Odoo tries
        again, and finds them changed.

        :return: None, or client action that says what was not approved
        """
        self.env.flush_all()
        self.invalidate_recordset(["fingerprint"])
        seen = dict(self.env.context.get("fsm_seen") or ())
        same = self.exists().filtered(
            lambda row: row.id not in seen or seen[row.id] == row.fingerprint
        )
        same._get_hours()._fsm_approve()
        if same == self:
            return None
        return notify(
            self.env._(
                "Hours that changed since you opened this list were not approved. "
                "Look at them, and press Approve again."
            )
        )
