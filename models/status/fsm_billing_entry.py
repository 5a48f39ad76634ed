from odoo import api, models


class FsmBillingEntry(models.Model):
    """Work taken back: what is credited of an invoice, others may not credit."""

    _inherit = "fsm.billing.entry"

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        entries._get_orders_waited_for()._look_at_waiting_orders()
        return entries

    def unlink(self):
        orders = self._get_orders_waited_for() | self._get_chosen().order_id
        res = super().unlink()
        orders._look_at_waiting_orders()
        return res

    def _get_orders_waited_for(self):
        """Say for which orders others look at what is left to take back.

        What these entries credit, on drafts as well, others may not credit. And a
        charge of less than nothing is a discount only where nothing billed the like.
        """
        return self.filtered(
            lambda entry: (
                entry.kind == "bill"
                and (entry.quantity < 0 or entry._get_source()._is_discount())
            )
        ).order_id

    def _get_chosen(self):
        """:return: those of these entries that somebody chose to take something off"""
        chosen = self.browse()
        for source in self._get_source_models():
            backs = source.search([("taken_back_entry_id", "in", self.ids)])
            chosen |= backs.taken_back_entry_id
        return chosen
