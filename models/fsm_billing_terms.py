from odoo import models
from odoo.exceptions import AccessError

#: who may say who pays for work, and how it is priced
TERMS_GROUPS = (
    "fieldservice_invoicing.fieldservice_invoicing_group_billing,"
    "fieldservice.group_fsm_dispatcher"
)


class FsmBillingTerms(models.AbstractModel):
    """Records that technicians write, with fields that are not theirs to change.

    The host lets every field service user write orders, their types and sites.
    """

    _name = "fsm.billing.terms"
    _description = "Field Service Billing Terms"

    #: fields that say who pays, and how work is priced
    _billing_terms = ()

    def write(self, vals):
        self._check_billing_terms(vals)
        return super().write(vals)

    def _check_billing_terms(self, vals):
        """:raise AccessError: if the user may not say who pays, and how it is priced"""
        names = [name for name in self._billing_terms if name in vals]
        if not names or self.env.su or self.env.user.has_groups(TERMS_GROUPS):
            return
        for name in names:
            field = self._fields[name]
            for record in self:
                new = field.convert_to_cache(vals[name], record)
                if new != field.convert_to_cache(record[name], record):
                    raise AccessError(
                        self.env._(
                            "Only dispatchers and those who create invoices may change "
                            "whom work is billed to, and how."
                        )
                    )
