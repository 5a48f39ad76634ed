from odoo import models


class FsmBillingRunLine(models.Model):
    _inherit = "fsm.billing.run.line"

    def _do_confirm(self):
        """Confirm no draft that Odoo would ask about: nobody is there to answer."""
        run = self.run_id
        if run.is_of_drafts:
            moves = run._as_starter(self.move_ids)
            moves.filtered(lambda move: move.state == "draft")._fsm_check_sure()
        return super()._do_confirm()
