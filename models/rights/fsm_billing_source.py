from odoo import api, models
from odoo.exceptions import AccessError

from ...tools.groups import TERMS_GROUPS


class FsmBillingSource(models.AbstractModel):
    """What of recorded work is up to those who record it, and what is not.

    Technicians log time, describe it and use parts. How it is charged is said by
    dispatchers and by those who create invoices.
    """

    _inherit = "fsm.billing.source"

    # --- guards ---
    @api.model_create_multi
    def create(self, vals_list):
        sources = super().create(vals_list)
        sources._check_billing_choices()
        return sources

    def _check_may_change(self, vals):
        res = super()._check_may_change(vals)
        self._check_billing_choices_unchanged(vals)
        return res

    def _check_billing_choices_unchanged(self, vals):
        """:raise AccessError: if the user may not change how this work is charged"""
        for name in self._get_choices_refused() & vals.keys():
            changed = [
                source
                for source in self
                if self._is_value_changed(source, name, vals[name])
                and source._is_choice_guarded(name, vals)
            ]
            if changed:
                self._raise_not_yours(name)

    def _check_billing_choices(self):
        """Check what new records say, by values or by defaults of whoever asks.

        :raise AccessError: if they say how they are charged, and the user may not
        """
        names = self._get_choices_refused()
        if not names:
            return
        for source in self.sudo():  # sudo: whoever records may not read how it is sold
            for name in names:
                if source._is_choice_guarded(name, {}) and not source._is_usual(name):
                    self._raise_not_yours(name)

    @api.model
    def _get_choices_refused(self):
        """:return: set of the fields that this user may not set"""
        if self.env.su:
            return set()
        return {
            name
            for name, groups in self._get_billing_choices().items()
            if not self.env.user.has_groups(groups)
        }

    @api.model
    def _raise_not_yours(self, name):
        raise AccessError(
            self.env._(
                "%(field)s says how work is charged. Ask a dispatcher, or whoever "
                "creates the invoices, to change it.",
                field=self._fields[name]._description_string(self.env),
            )
        )

    # --- hooks ---
    @api.model
    def _get_billing_choices(self):
        """:return: dict: field that says how work is charged -> groups that may"""
        return {"billing_mode": TERMS_GROUPS}

    def _is_choice_guarded(self, name, vals):
        """:return: True if ``name`` is not up to everybody on this record"""
        return True

    def _is_usual(self, name):
        """:return: True if new work has this value unless somebody chooses another"""
        self.ensure_one()
        if name == "billing_mode":
            return self.billing_mode == self._get_default_billing_mode()
        return not self[name]
