from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ...tools.groups import BILLING_GROUP
from ...tools.one_record import check_one
from .values import Hold

HOLD_FIELDS = {"fsm_hold_reason_id", "fsm_hold_note", "fsm_hold_until"}


class ResPartner(models.Model):
    """Customers whose orders wait, in each company by itself."""

    _inherit = "res.partner"

    fsm_hold_reason_id = fields.Many2one(
        "fsm.billing.hold.reason",
        string="Service orders on hold",
        company_dependent=True,
        readonly=True,
        copy=False,
        tracking=True,
        groups=BILLING_GROUP,
        help="No service order of this customer is invoiced.",
    )
    fsm_hold_note = fields.Char(
        string="Hold note",
        company_dependent=True,
        readonly=True,
        copy=False,
        tracking=True,
        groups=BILLING_GROUP,
    )
    fsm_hold_until = fields.Date(
        string="Service orders held until",
        company_dependent=True,
        readonly=True,
        copy=False,
        tracking=True,
        groups=BILLING_GROUP,
        help="The day on which the hold ends by itself.",
    )
    fsm_hold_user_id = fields.Many2one(
        "res.users",
        string="Service orders held by",
        company_dependent=True,
        readonly=True,
        copy=False,
        groups=BILLING_GROUP,
    )

    def write(self, vals):
        res = super().write(vals)
        if not HOLD_FIELDS.isdisjoint(vals):
            # sudo: orders are held whoever may read them
            self.env["fsm.order"].sudo().search(
                Domain("bill_to_id.commercial_partner_id", "in", self.ids)
                & Domain("billing_status", "=", "to_invoice")
            )._follow_holds()
        return res

    # --- buttons ---
    def action_fsm_hold(self):
        """Ask why this customer's orders are not to be invoiced, and until when.

        :return: window action of the dialog
        """
        check_one(self)
        self._check_may_hold_fsm()
        customer = self.commercial_partner_id
        return self.env["fsm.billing.hold"]._get_dialog(default_partner_id=customer.id)

    def action_fsm_release(self):
        """Let this customer's orders be invoiced again."""
        check_one(self)
        self._check_may_hold_fsm()
        self.commercial_partner_id._set_fsm_hold()

    @api.model
    def _check_may_hold_fsm(self):
        """:raise AccessError: if the user may not say whose orders are invoiced"""
        self.check_access("read")
        if not (self.env.su or self.env.user.has_group(BILLING_GROUP)):
            raise AccessError(
                self.env._(
                    "Only those who create invoices may hold the orders of a customer "
                    "and release them."
                )
            )

    # --- hold ---
    def _get_fsm_hold(self, order):
        """:return: Hold of this customer as ``order`` goes by it, or None"""
        reason = self.fsm_hold_reason_id
        if not reason or order._is_hold_over(self.fsm_hold_until):
            return None
        return Hold(
            self,
            reason,
            self.fsm_hold_note or "",
            self.fsm_hold_until,
            self.fsm_hold_user_id,
        )

    def _set_fsm_hold(self, reason=None, note="", until=False):
        """Hold the orders of these customers, or release them without a ``reason``."""
        # sudo: billers may not change customers; who may hold was checked before
        self.sudo().write(
            {
                "fsm_hold_reason_id": reason.id if reason else False,
                "fsm_hold_note": note or False,
                "fsm_hold_until": until,
                "fsm_hold_user_id": self.env.uid if reason else False,
            }
        )
