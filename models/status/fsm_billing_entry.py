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
        bills = self.filtered(lambda entry: entry.kind == "bill")
        credits = bills.filtered(lambda entry: entry.quantity < 0)
        alike = (bills - credits).filtered(
            lambda entry: entry._get_source()._is_discount()
        )
        orders = alike.order_id
        sites = orders.location_id.browse()
        for source in self._get_source_models():
            if orders and source._is_discount():
                backs = source.search(
                    [
                        ("qty_to_bill", "<", 0),
                        ("fsm_order_id.location_id", "in", orders.location_id.ids),
                    ]
                )
                sites |= backs.fsm_order_id.location_id
        return credits.order_id | orders.filtered(
            lambda order: order.location_id in sites
        )

    def _get_chosen(self):
        """:return: those of these entries that somebody chose to take something off"""
        chosen = self.browse()
        for source in self._get_source_models():
            backs = source.search([("taken_back_entry_id", "in", self.ids)])
            chosen |= backs.taken_back_entry_id
        return chosen
