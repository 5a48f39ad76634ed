from odoo import api, models


class AccountPartialReconcile(models.Model):
    """Two payments at once do not see each other: let the second one look again.

    Each pays an invoice of its own, and would find the other's still unpaid when it
    computes the status of the order that both invoices bill.
    """

    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._get_fsm_orders()._touch_for_billing()
        return partials

    def unlink(self):
        self._get_fsm_orders()._touch_for_billing()
        return super().unlink()

    def _get_fsm_orders(self):
        """:return: the service orders of the documents that are matched here"""
        # sudo: whoever matches payments may read neither orders nor every document
        partials = self.sudo()
        moves = (partials.debit_move_id | partials.credit_move_id).move_id
        # most payments concern no order: the count comes with the move
        return moves.filtered("fsm_order_count").fsm_order_ids
