from collections import Counter

from odoo import api, models

#: documents whose e-invoice is tried beforehand: 0.1 s each, while somebody waits
TRIED = 10


class AccountMoveSend(models.AbstractModel):
    """Says, before it is sent, in which format an e-invoice is made, or why not."""

    _inherit = "account.move.send"

    @api.model
    def _get_alerts(self, moves, moves_data):
        alerts = super()._get_alerts(moves, moves_data)
        formats = {
            move: moves_data[move]["invoice_edi_format"]
            for move in moves
            if move._need_ubl_cii_xml(moves_data[move]["invoice_edi_format"])
            and move._is_fsm_e_invoice()
        }
        missing = self._find_fsm_e_faults(formats)
        for place, moves_there in missing.items():
            faults = set().union(*moves_there.values())
            alerts[f"fsm_e_invoice_{place._name}_{place.id}"] = {
                "level": "warning",
                "message": self.env._(
                    "No e-invoice goes along: %(faults)s",
                    faults=" ".join(sorted(faults)),
                ),
                "action_text": self.env._("Open %(record)s", record=place.display_name),
                "action": place._get_records_action(),
            }
            for move in moves_there:
                formats.pop(move)
        if formats:
            alerts["fsm_e_invoice"] = {
                "level": "info",
                "message": self._get_fsm_formats_text(formats),
            }
        return alerts

    @api.model
    def _get_fsm_formats_text(self, formats):
        """:param dict formats: move -> format of its e-invoice"""
        field = self.env["res.partner"]._fields["invoice_edi_format"]
        labels = dict(field._description_selection(self.env))
        if len(formats) == 1:
            [name] = formats.values()
            return self.env._(
                "An e-invoice goes along: %(format)s.", format=labels[name]
            )
        return self.env._(
            "E-invoices go along: %(formats)s.",
            formats=", ".join(
                f"{labels[name]} ({count})"
                for name, count in Counter(formats.values()).most_common()
            ),
        )

    @api.model
    def _find_fsm_e_faults(self, formats):
        """Make the e-invoices of the first of these, to see what is missing.

        :param dict formats: move -> format of its e-invoice
        :return: dict: record on which something is missing -> dict move -> texts that
            say what
        """
        found = {}
        for move, name in list(formats.items())[:TRIED]:
            builder = self.env["res.partner"]._get_edi_builder(name)
            # sudo: whoever may send a document may make its file
            _content, faults = builder._export_invoice(move.sudo())
            if faults:
                found.setdefault(move._get_fsm_e_faulty(), {})[move] = set(faults)
        return found
