from odoo import api, models


class FsmBillingPricing(models.AbstractModel):
    """An invoice says which serial number the customer has.

    Boiler SN-1 was invoiced and came back, SN-2 took its place at the same price: one
    is credited and the other billed, or no document would name SN-2. What Odoo sends in
    exchange is billed like what it replaces, and nothing is due.
    """

    _inherit = "fsm.billing.pricing"

    @api.model
    def _read_origins(self, items):
        res = super()._read_origins(items)
        parts = [
            item.source
            for order_items in items.values()
            for item in order_items
            if item.billed < 0 and item.source._name == "stock.move"
        ]
        # read together, not order by order
        self.env["stock.move"].union(*parts).mapped("lot_ids")
        return res

    @api.model
    def _takes_back(self, item, other):
        return super()._takes_back(item, other) or self._is_of_same_lots(item, other)

    @api.model
    def _is_of_same_lots(self, item, other):
        """:return: True if ``item`` takes back what went out once more as ``other``"""
        source, work = item.source, other.source
        return (
            source._name == work._name == "stock.move"
            and item.product == other.product
            and not source.sudo().taken_back_entry_id
            and source.billing_mode == work.billing_mode
            and bool(source.lot_ids & work.lot_ids)
        )

    @api.model
    def _get_line_key(self, item, terms):
        key = super()._get_line_key(item, terms)
        is_other = (
            item.billed < 0
            and item.source._name == "stock.move"
            and bool(item.source.lot_ids)
            and bool(item.entries)
        )
        return (*key, is_other)
