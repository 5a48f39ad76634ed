from odoo import fields, models

from .values import LineFacts


class AccountMoveLine(models.Model):
    """What the customer's computer reads of the work on a line."""

    _inherit = "account.move.line"

    def _get_fsm_e_facts(
        self, summaries, is_order_told, is_site_told, is_reference_told
    ):
        """:return: LineFacts

        :param dict summaries: order -> what the document says of it
        """
        self.ensure_one()
        mine = [summaries[order] for order in self.fsm_order_ids if order in summaries]
        first_day, last_day = self._get_fsm_e_days(mine)
        if len(mine) != 1:
            return LineFacts(first_day=first_day, last_day=last_day)
        [summary] = mine
        site = self.env["fsm.location"].browse(summary["site_id"]).partner_id
        place = [summary["site"], summary["address"]]
        return LineFacts(
            order=summary["number"] if is_order_told else "",
            reference=summary["reference"] if is_reference_told else "",
            note=", ".join(filter(None, place)) if is_site_told else "",
            site=site if is_site_told and site.country_id else None,
            first_day=first_day,
            last_day=last_day,
        )

    def _get_fsm_e_days(self, summaries):
        """:return: first and last day of the work billed here, or of its orders"""
        entries = (self | self.fsm_credited_line_id).fsm_billing_entry_ids
        days = {entry._get_source()._get_billing_date() for entry in entries} - {False}
        days = days or {
            fields.Date.to_date(day) for summary in summaries for day in summary["days"]
        }
        return min(days, default=None), max(days, default=None)

    def _get_fsm_e_words(self):
        """:return: name and description of an item that has no product: the first line
        of the text, and the rest
        """
        self.ensure_one()
        lines = [line.strip() for line in (self.name or "").splitlines()]
        name, *rest = list(filter(None, lines)) or [self.env._("Service")]
        return name, "\n".join(rest)
