from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...tools.groups import BILLING_GROUP
from .values import Hold, Readiness

#: orders that are examined while somebody waits for the queue to open
AT_ONCE = 200


class FsmOrder(models.Model):
    """Whether a done order may be invoiced: ready, to be checked, or on hold.

    Examining an order reads its prices, transfers, photos and more. It is done after the
    fact: whatever an examination goes by marks the order, and one that is marked is
    never ready.
    """

    _inherit = "fsm.order"
    _check_company_auto = True

    billing_readiness = fields.Selection(
        [("ready", "Ready"), ("check", "To check"), ("hold", "On hold")],
        string="Readiness",
        compute="_compute_billing_readiness",
        store=True,
        index=True,
        copy=False,
        help="Ready: nothing stands in the way of its invoice.\n"
        "To check: something may be missing, or was not looked at yet.\n"
        "On hold: somebody keeps it from being invoiced.",
    )
    billing_readiness_text = fields.Char(
        string="Why",
        compute="_compute_billing_readiness_text",
        compute_sudo=True,  # for billers only, and made of what they may not read
        groups=BILLING_GROUP,
    )
    billing_finding_ids = fields.One2many(
        "fsm.billing.finding", "order_id", copy=False, groups=BILLING_GROUP
    )
    billing_check_ids = fields.One2many(
        "fsm.billing.finding",
        "order_id",
        string="To check",
        domain=[("is_current", "=", True)],
        groups=BILLING_GROUP,
    )
    # --- examination ---
    needs_examination = fields.Boolean(
        compute="_compute_needs_examination",
        store=True,
        readonly=False,
        copy=False,
        groups=fields.NO_ACCESS,  # the engine alone says that it has looked
    )
    examined_on = fields.Datetime(
        string="Looked at", readonly=True, copy=False, groups=BILLING_GROUP
    )
    amount_examined = fields.Monetary(
        string="Amount to bill",
        readonly=True,
        copy=False,
        groups=BILLING_GROUP,
        help="Untaxed amount of the next invoice when it was looked at last, in the "
        "company's currency.",
    )
    billing_limit = fields.Monetary(
        string="Agreed maximum",
        copy=False,
        tracking=True,
        groups=BILLING_GROUP,
        help="Before tax, with what was invoiced before. The billing policy says "
        "whether it is looked at. Leave at zero for none.",
    )
    # --- hold ---
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
    _needs_examination_idx = models.Index("(id) WHERE needs_examination")

    # --- compute ---
    @api.model
    def _get_examination_depends(self):
        """:return: list of what an examination goes by, as far as the order knows it"""
        return [
            "billing_status",
            "billing_limit",
            "billing_policy_id",
            "bill_to_id",
            "customer_reference",
            "date_end",
            "person_id",
            "person_ids",
            "resolution",
            "scheduled_duration",
            "signed_on",
            "travel_distance",
            "invoice_lines.balance",
            "part_ids.state",
            *self._get_source_paths("_get_open_depends"),
            *self._get_source_paths("_get_price_depends"),
        ]

    @api.depends(lambda self: self._get_examination_depends())
    def _compute_needs_examination(self):
        for order in self:
            order.needs_examination = order.billing_status == "to_invoice"

    def _compute_field_value(self, field):
        if field.name != "needs_examination":
            return super()._compute_field_value(field)
        marked_before = self.filtered("needs_examination")
        res = super()._compute_field_value(field)
        marked = self.filtered("needs_examination")
        # whoever examines them meanwhile looks at them as they were, and starts again
        marked._touch_for_billing()
        if (marked - marked_before).ids:
            self._ask_for_examination()
        return res

    @api.depends(
        "billing_status",
        "billing_finding_ids.is_open",
        "hold_reason_id",
        "hold_until",
        "needs_examination",
    )
    def _compute_billing_readiness(self):
        for order in self:
            order.billing_readiness = order._get_readiness()

    def _get_readiness(self):
        """:return: value of ``billing_readiness``"""
        self.ensure_one()
        if self.billing_status != "to_invoice":
            return False
        if self._get_hold():
            return "hold"
        if self.needs_examination or any(
            finding.is_open for finding in self.billing_finding_ids
        ):
            return "check"
        return "ready"

    @api.depends("billing_readiness", "billing_finding_ids.is_open", "hold_note")
    @api.depends_context("lang")
    def _compute_billing_readiness_text(self):
        for order in self:
            order.billing_readiness_text = order._get_readiness_text()

    def _get_readiness_text(self):
        """:return: why this order is ready or not, and what to do; or False"""
        self.ensure_one()
        if self.billing_readiness == "ready":
            return self.env._("Nothing stands in the way of its invoice.")
        return self.billing_readiness and self._get_readiness_obstacle()

    @api.depends("billing_readiness", "hold_note", "hold_reason_id", "hold_until")
    def _compute_amount_to_bill(self):
        return super()._compute_amount_to_bill()

    # --- what stands in the way, in words ---
    def _get_readiness_obstacle(self):
        """:return: why this order is not ready, and what to do; or ``""``"""
        self.ensure_one()
        order = self.sudo()  # sudo: who asks was let to the order; no records leave
        if order.billing_readiness == "hold":
            return order._get_hold_obstacle()
        if order.billing_readiness == "check" and order.needs_examination:
            return self.env._(
                "It has changed, and is looked at in a moment. Open Orders to invoice "
                "to do it now."
            )
        if order.billing_readiness == "check":
            findings = order.billing_finding_ids.filtered("is_open")
            return " ".join(findings.mapped("message"))
        return ""

    def _get_billing_obstacle(self):
        return super()._get_billing_obstacle() or self.sudo()._get_hold_obstacle()

    def _split_by_readiness(self):
        """Say which of these orders may be invoiced, after a look at what changed.

        Orders with nothing to invoice are in none.

        :return: Readiness, of three recordsets
        """
        self._examine_marked()
        orders = self.grouped("billing_readiness")
        return Readiness(
            *(orders.get(name, self.browse()) for name in ("ready", "check", "hold"))
        )

    def _get_invoice_grouping_key(self, terms, lines):
        key = super()._get_invoice_grouping_key(terms, lines)
        # an order that is alone is its own key
        if not isinstance(key, tuple) or not terms.policy.is_reference_apart:
            return key
        return *key, self.customer_reference or None

    # --- examination ---
    def _mark_for_examination(self):
        """Have these orders looked at before they are ready again."""
        for name in ("needs_examination", "billing_readiness"):
            self.env.add_to_compute(self._fields[name], self)

    def _ask_for_examination(self):
        """Wake up the scheduled action, once in a transaction."""
        precommit = self.env.cr.precommit
        if "fsm_examination" not in precommit.data:
            precommit.data["fsm_examination"] = True
            precommit.add(self.browse().sudo()._trigger_examination)

    def _trigger_examination(self):
        cron = self.env.ref(
            "fieldservice_invoicing.ir_cron_examine", raise_if_not_found=False
        )
        if cron:
            cron._trigger()

    def _examine_marked(self):
        """Look at those of these orders that changed since they were looked at."""
        marked = self.sudo().filtered("needs_examination")
        if marked:
            self.env["fsm.billing.examination"]._examine(marked)

    def _set_examined(self):
        """Remember that these orders were looked at, as they are now."""
        for order in self:
            order.amount_examined = order.amount_to_bill
        self.write(
            {"needs_examination": False, "examined_on": fields.Datetime.now()}
        )

    @api.model
    def action_open_to_invoice(self):
        """Open the queue: holds that are over end, what changed is looked at.

        :return: window action
        """
        if not (self.env.su or self.env.user.has_group(BILLING_GROUP)):
            raise AccessError(
                self.env._(
                    "Orders to invoice are for those who create invoices. Ask an "
                    "administrator for the right to create them."
                )
            )
        # sudo: looks at the orders that the user may read
        self.sudo()._end_holds()
        marked = self.sudo().search([("needs_examination", "=", True)]).with_env(
            self.env
        )
        marked._filtered_access("read")[:AT_ONCE]._examine_marked()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "fieldservice_invoicing.fsm_order_action_to_invoice"
        )

    # --- hold ---
    def _get_hold(self):
        """:return: Hold of this order, else of its customer; or None"""
        self.ensure_one()
        if not self.hold_reason_id:
            customer = self.bill_to_id.commercial_partner_id
            return customer.with_company(self.company_id)._get_fsm_hold(self)
        if self._is_hold_over(self.hold_until):
            return None
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
                "Customer %(record)s is on hold by %(user)s (%(reason)s). Press Release "
                "on the customer once that is settled.",
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
            customers = self.env["res.partner"].with_company(company).browse(partner_ids)
            customers.filtered(
                lambda customer, day=today: customer.fsm_hold_until <= day
            )._set_fsm_hold()
