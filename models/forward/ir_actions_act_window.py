from odoo import api, models

MODULE = "fieldservice_invoicing"


class IrActionsActWindow(models.Model):
    """Our dialogs show what is so now.

    Odoo's web client keeps the first values of a new record for each action, and shows
    them until the server answers: the preview of the run before, the lines of another
    invoice. An action says by ``cache`` whether it may.
    """

    _inherit = "ir.actions.act_window"

    def _get_action_dict(self):
        action = super()._get_action_dict()
        if self._is_fsm_dialog(action.get("res_model")):
            action["cache"] = False
        return action

    @api.model
    def _is_fsm_dialog(self, name):
        """:return: True for a transient model that this addon has or extends"""
        model = self.env.registry.get(name)
        return bool(model) and (
            model._transient
            and any(getattr(base, "_module", None) == MODULE for base in model.__mro__)
        )
