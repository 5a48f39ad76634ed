from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...tools.groups import BILLING_GROUP
from .values import Hold


class FsmOrder(models.Model):
    """Orders that somebody keeps from being invoiced, by themselves or by customer."""

    _inherit = "fsm.order"

    # --- Invoicing ---
    hold_reason_id = fields.Many2one(
        "fsm.billing.hold.reason",
        string="On hold",
        readonly=True,
        copy=False,
        tracking=True,
        index="btree_not_null",
        ondelete="restrict",
        groups=BILLING_GROUP,
    )
    hold_note = fields.Char(
        string="Note", readonly=True, copy=False, tracking=True, groups=BILLING_GROUP
    )
    hold_until = fields.Date(
        string="Held until",
        readonly=True,
        copy=False,
        tracking=True,
        index="btree_not_null",
        groups=BILLING_GROUP,
        help="The day on which the hold ends by itself.",
    )
    hold_user_id = fields.Many2one(
        "res.users",
        string="Held by",
        readonly=True,
        copy=False,
        groups=BILLING_GROUP,
    )

    can_hold = fields.Boolean(
        compute="_compute_can_hold",
        compute_sudo=True,  # whoever holds orders may not read billing policies
        groups=BILLING_GROUP,
        help="It can still be invoiced, or its invoice confirmed.",
    )

    @api.depends(
        "billing_policy_id.interim",
        "billing_status",
        "hold_reason_id",
        "is_invoiceable",
        "stage_id",
    )
    def _compute_can_hold(self):
        for order in self:
            order.can_hold = not order.hold_reason_id and (
                order.billing_status in ("to_invoice", "draft")
                or (order.is_invoiceable and order.billing_status == "nothing")
                or order._allows_interim()
            )

    # the way in which an order on hold can't be invoiced is said with its amount
    @api.depends("hold_note", "hold_reason_id", "hold_until")
    def _compute_amount_to_bill(self):
        return super()._compute_amount_to_bill()

    # while the invoice is a draft, nothing else says it
    @api.depends("hold_note", "hold_reason_id", "hold_until")
    def _compute_billing_hint(self):
        return super()._compute_billing_hint()

    # --- hold ---
    def _get_billing_obstacle(self, interim=False):
        obstacle = super()._get_billing_obstacle(interim)
        return obstacle or self.sudo()._get_hold_obstacle()

    def _get_billing_hint(self):
        hint = super()._get_billing_hint()
        if self.billing_status != "draft":
            return hint
        return " ".join(filter(None, [self._get_hold_obstacle(), hint]))

    def _get_run_stops(self):
        stops = super()._get_run_stops()
        for order in self.sudo():  # sudo: who asks was let to the orders
            if obstacle := order._get_hold_obstacle():
                stops[order] = obstacle
        return stops

    def _follow_holds(self):
        """Take notice of holds of customers of these orders that began or ended."""

    def _get_hold(self):
        """:return: Hold of this order, else of its customer; or None"""
        self.ensure_one()
        if not self.hold_reason_id or self._is_hold_over(self.hold_until):
            customer = self.bill_to_id.commercial_partner_id
            return customer.with_company(self.company_id)._get_fsm_hold(self)
        return Hold(
            self,
            self.hold_reason_id,
            self.hold_note or "",
            self.hold_until,
            self.hold_user_id,
        )

    def _is_hold_over(self, until):
        """:return: True if a hold ``until`` a day has ended by itself, on site"""
        return bool(until) and until <= self._get_site_day()

    def _get_hold_obstacle(self):
        """:return: who holds this order, why, and what to do; or ``""``"""
        self.ensure_one()
        hold = self._get_hold()
        if not hold:
            return ""
        values = {
            "order": self.name,
            "record": hold.record.display_name,
            "user": hold.user.name or "",
            "reason": ": ".join(filter(None, [hold.reason.name, hold.note])),
            "until": hold.until and format_date(self.env, hold.until),
        }
        if hold.record != self:
            text = self.env._(
                "Customer %(record)s is on hold by %(user)s (%(reason)s). Press "
                "Release on the customer once that is settled.",
                **values,
            )
        else:
            text = self.env._(
                "Service order %(order)s is on hold by %(user)s (%(reason)s). Press "
                "Release on it once that is settled.",
                **values,
            )
        if not hold.until:
            return text
        return self.env._(
            "%(text)s The hold ends by itself on %(until)s.",
            text=text,
            until=values["until"],
        )

    def action_hold(self):
        """Ask why these orders are not to be invoiced, and until when.

        :return: window action of the dialog
        """
        self._check_may_hold()
        return self.env["fsm.billing.hold"]._get_dialog(default_order_ids=self.ids)

    def action_release(self):
        """Let these orders be invoiced again.

        :raise UserError: if none of them is on hold by itself
        """
        self._check_may_hold()
        held = self.filtered("hold_reason_id")
        if not held:
            obstacles = [order.sudo()._get_hold_obstacle() for order in self]
            raise UserError(
                " ".join(dict.fromkeys(filter(None, obstacles)))
                or self.env._(
                    "None of these orders is on hold: there is nothing to release."
                )
            )
        held._set_hold()

    def _check_may_hold(self):
        """:raise AccessError: if the user may not say when these are invoiced"""
        self.check_access("write")
        if not (self.env.su or self.env.user.has_group(BILLING_GROUP)):
            raise AccessError(
                self.env._(
                    "Only those who create invoices may hold orders and release them."
                )
            )

    def _set_hold(self, reason=None, note="", until=False):
        """Hold these orders, or release them without a ``reason``."""
        # sudo: who holds is said by the engine; who may was checked by the caller
        self.sudo().write(
            {
                "hold_reason_id": reason.id if reason else False,
                "hold_note": note or False,
                "hold_until": until,
                "hold_user_id": self.env.uid if reason else False,
            }
        )
        if not reason:
            self._wake_schedule()

    @api.model
    def _end_holds(self):
        """End the holds whose day has come, of orders and of customers."""
        # the day may have begun in the east already
        day = fields.Date.add(fields.Date.today(), days=1)
        held = self.search(Domain("hold_until", "<=", day))
        held.filtered(lambda order: order._is_hold_over(order.hold_until))._set_hold()
        self.flush_model()
        self.env["res.partner"].flush_model(["fsm_hold_until"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.key::int, array_agg(partner.id)
                  FROM res_partner AS partner,
                       jsonb_each_text(partner.fsm_hold_until) AS item
                 WHERE partner.fsm_hold_until IS NOT NULL AND item.value <= %s
                 GROUP BY item.key
                """,
                fields.Date.to_string(day),
            )
        )
        for company_id, partner_ids in rows:
            company = self.env["res.company"].browse(company_id)
            today = self.with_company(company).browse()._get_site_day()
            customers = (
                self.env["res.partner"].with_company(company).browse(partner_ids)
            )
            customers.filtered(
                lambda customer, day=today: customer.fsm_hold_until <= day
            )._set_fsm_hold()
