from odoo import api, models


class FsmBillingRunLine(models.Model):
    """Lines that failed, and whose orders somebody has put right since."""

    _inherit = "fsm.billing.run.line"

    @api.model
    def _get_given_up(self, orders):
        # what changed is looked at anew, and then is to be tried again; the look of
        # each night changes nothing
        return (
            super()
            ._get_given_up(orders)
            .filtered(
                lambda line: (
                    not any(
                        order.examined_anew_on
                        and order.examined_anew_on > line.write_date
                        for order in line.order_ids
                    )
                )
            )
        )
