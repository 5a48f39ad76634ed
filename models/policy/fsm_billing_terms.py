from odoo import api, models
from odoo.exceptions import AccessError

from ...tools.groups import TERMS_GROUPS


class FsmBillingTerms(models.AbstractModel):
    """Records that technicians write, with fields that are not theirs to change.

    The host lets every field service user write orders, their types and sites.
    """

    _name = "fsm.billing.terms"
    _inherit = "fsm.field.guard"
    _description = "Field Service Billing Terms"

    #: fields that say who pays, and how work is priced
    _billing_terms = ()
    #: the same, once work has begun: see ``_is_work_begun``
    _billing_terms_begun = ()

    def write(self, vals):
        self._check_billing_terms(vals)
        return super().write(vals)

    def _check_billing_terms(self, vals):
        """:raise AccessError: if the user may not say who pays, and how it is priced"""
        terms = self._get_billing_terms()
        names = {*terms, *self._billing_terms_begun} & vals.keys()
        if not names or self.env.su or self.env.user.has_groups(TERMS_GROUPS):
            return
        for record in self:
            changed = {
                name
                for name in names
                if self._is_value_changed(record, name, vals[name])
            }
            if not changed.isdisjoint(terms):
                raise AccessError(
                    self.env._(
                        "Only dispatchers and those who create invoices may change "
                        "whom work is billed to, and how."
                    )
                )
            if changed and record._is_work_begun():
                raise AccessError(record._get_begun_message(min(changed)))

    @api.model
    def _get_billing_terms(self):
        """:return: list of the fields that say who pays, and how work is priced"""
        return list(self._billing_terms)

    def _is_work_begun(self):
        """:return: True if it is too late to change ``_billing_terms_begun``"""
        return False

    def _get_begun_message(self, name):
        """:return: why the field ``name`` is not changed any more, and by whom"""
        return self.env._(
            "Work on %(record)s has begun, and %(field)s says who pays for it. Ask a "
            "dispatcher to change it.",
            record=self.display_name,
            field=self._fields[name]._description_string(self.env),
        )
