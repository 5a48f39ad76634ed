from odoo import api, models

#: facts that are lists of products, or of parts: product, quantity and unit
NAMED = ("free", "below", "parts")


class FsmBillingExamination(models.AbstractModel):
    """Names of products and units, which findings keep by their ids."""

    _inherit = "fsm.billing.examination"

    @api.model
    def _name_facts(self, findings):
        named = super()._name_facts(findings)
        kept = [
            item
            for facts in named.values()
            for key in NAMED
            for item in facts.get(key, ())
        ]
        parts = [item for item in kept if isinstance(item, list)]
        products = {
            *(item for item in kept if isinstance(item, int)),
            *(product_id for product_id, _quantity, _unit_id in parts),
        }
        products = self._read_kept("product.product", products)
        units = self._read_kept("uom.uom", {part[2] for part in parts})
        return {
            finding: {
                key: [self._name_item(item, products, units) for item in value]
                if key in NAMED
                else value
                for key, value in facts.items()
            }
            for finding, facts in named.items()
        }

    @api.model
    def _read_kept(self, model, ids):
        """:return: dict id -> record, of those that are there still"""
        return {record.id: record for record in self.env[model].browse(ids).exists()}

    @api.model
    def _name_item(self, item, products, units):
        """:return: how people call a product, or a part, that is kept by its ids"""
        if isinstance(item, str):
            return item  # found before ids were kept, and not looked at since
        gone = self.env._("something that was deleted since")
        if isinstance(item, int):
            return products[item].name if item in products else gone
        product_id, quantity, unit_id = item
        if product_id not in products or unit_id not in units:
            return gone
        return products[product_id]._get_fsm_words(quantity, units[unit_id])
