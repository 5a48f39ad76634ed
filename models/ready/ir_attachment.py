from odoo import api, models


class IrAttachment(models.Model):
    """Photos of service orders that their billing policy asks for."""

    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        attachments._mark_orders_for_examination()
        return attachments

    def write(self, vals):
        res = super().write(vals)
        if not vals.keys().isdisjoint({"res_model", "res_id", "mimetype"}):
            self._mark_orders_for_examination()
        return res

    def unlink(self):
        orders = self._get_orders_of_photos()
        res = super().unlink()
        orders._mark_for_examination()
        return res

    def _mark_orders_for_examination(self):
        self._get_orders_of_photos()._mark_for_examination()

    def _get_orders_of_photos(self):
        """:return: the orders to be invoiced that may miss these as photos"""
        photos = self.sudo().filtered(  # sudo: whoever attaches may not read them all
            lambda attachment: (
                attachment.res_model == "fsm.order"
                and attachment.res_id
                and (attachment.mimetype or "").startswith("image/")
            )
        )
        orders = self.env["fsm.order"].sudo().browse(photos.mapped("res_id")).exists()
        return orders.filtered(
            lambda order: (
                order.billing_status == "to_invoice"
                and order.billing_policy_id.is_photo_required
            )
        )
