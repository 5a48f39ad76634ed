from odoo import fields, models


class FsmLocation(models.Model):
    _name = "fsm.location"
    _inherit = ["fsm.location", "fsm.billing.terms"]

    _billing_terms = (
        "bill_to_id",
        "inventory_location_id",  # what arrives there is used
        "owner_id",
        "parent_id",  # gives it the stock location
        "partner_id",
    )
    owner_id = fields.Many2one(tracking=True)
    bill_to_id = fields.Many2one(
        "res.partner",
        string="Bill to",
        index="btree_not_null",
        tracking=True,
        help="Who receives the invoices for work on this site. "
        "Leave empty to invoice the owner.",
    )

    def _get_bill_to(self):
        """:return: the invoice address for work on this site"""
        self.ensure_one()
        owner = self.owner_id
        return self.bill_to_id or owner.browse(
            owner.address_get(["invoice"])["invoice"]
        )
