from odoo import models


class FsmStage(models.Model):
    _inherit = "fsm.stage"

    def _get_invoiceable_stage(self):
        """:return: the stages whose orders can be invoiced

        The host compares the boolean with the text "True".
        """
        return self.search([("is_invoiceable", "=", True)])
