from odoo import api, models


class FsmBillingEntry(models.Model):
    _inherit = "fsm.billing.entry"

    @api.model
    def _check_room(self, deltas):
        res = super()._check_room(deltas)
        for source, delta in deltas.items():
            if delta * source.qty_recorded > 0:
                source._check_not_elsewhere()
        return res

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        entries._tell_other_roads()
        return entries

    def _take_back(self):
        sources = self.filtered("is_live")._get_sources_to_tell()
        res = super()._take_back()
        for source in sources:
            source._tell_other_roads()
        return res

    def _tell_other_roads(self):
        for sources in self._get_sources_to_tell():
            sources._tell_other_roads()

    def _get_sources_to_tell(self):
        """:return: list of recordsets, kind by kind"""
        names = [
            name
            for name in self._get_source_fields()
            if self.env[self._fields[name].comodel_name]._has_other_roads()
        ]
        return [self[name] for name in names]
