from odoo import api, models


class AccountAnalyticLine(models.Model):
    """Time on a service order has the day of its site where nobody says another."""

    _inherit = "account.analytic.line"

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        order = self.env["fsm.order"].browse(values.get("fsm_order_id"))
        site_id = self.env.context.get("fsm_site_id")
        if site_id:  # of an order in a form, which may not be saved yet
            order = order.new({"location_id": site_id}, origin=order)
        if order and "date" in values and "default_date" not in self.env.context:
            values["date"] = order._get_site_day()
        return values

    @api.model_create_multi
    def create(self, vals_list):
        if "default_date" not in self.env.context:
            given = self.env.context.get("default_fsm_order_id")
            ids = [vals.get("fsm_order_id", given) for vals in vals_list]
            # read together, not one by one
            orders = self.env["fsm.order"].browse({key for key in ids if key})
            days = {order.id: order._get_site_day() for order in orders}
            vals_list = [
                {"date": days[key], **vals} if key else vals
                for vals, key in zip(vals_list, ids, strict=True)
            ]
        return super().create(vals_list)
