from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...tools.groups import BILLING_GROUP
from .values import Readiness

#: orders that are examined while somebody waits for the queue to open
AT_ONCE = 200
#: readiness of an order that waits for somebody
WAITING = ("check", "hold")


class FsmOrder(models.Model):
    """Whether a done order may be invoiced: ready, to be checked, or on hold.

    Examining an order reads its prices, transfers, photos and more. It is done after
    the fact: whatever an examination goes by marks the order, and one that is marked
    is never ready.
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
    examined_anew_on = fields.Datetime(
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        help="When it was looked at last because it had changed.",
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
        if field.name == "billing_status":
            res = super()._compute_field_value(field)
            # it is also reckoned anew where nothing of the order itself was written
            self.filtered("id")._mark_for_examination()
            return res
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

    # --- what stands in the way, in words ---
    def _get_readiness_obstacle(self):
        """:return: why this order is not ready, and what to do; or ``""``"""
        self.ensure_one()
        order = self.sudo()  # sudo: who asks was let to the order; no records leave
        readiness = order._get_readiness()
        if readiness == "hold":
            return order._get_hold_obstacle()
        if readiness == "check" and order.needs_examination:
            return self.env._(
                "It has changed since it was looked at. That is done again in a "
                "moment, or when Orders to invoice opens."
            )
        if readiness == "check":
            findings = order.billing_finding_ids.filtered("is_open")
            return " ".join(findings.mapped("message"))
        return ""

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

    def _get_run_waiting(self):
        waiting = super()._get_run_waiting()
        for order in self.sudo():  # sudo: whoever asks was let to the orders
            # not as it is stored: a hold may have ended since
            if order._get_readiness() in WAITING:
                # those that changed are looked at when it is their turn: they may be
                # many
                if not order.needs_examination:
                    waiting[order] = order._get_readiness_obstacle()
            elif order._allows_interim() and order._get_hold():
                # before it is done, nothing else is asked of it
                waiting[order] = order._get_hold_obstacle()
        return waiting

    def _get_run_left_out(self, waiting):
        busy = self._get_run_busy()
        count = Counter(
            order._get_readiness() or "hold"
            for order in self
            if order in waiting and order not in busy
        )
        texts = [super()._get_run_left_out(waiting)]
        if count["check"]:
            texts.append(
                self.env._(
                    "%(count)s to check first, see “To check” in Orders to invoice.",
                    count=count["check"],
                )
            )
        if count["hold"]:
            texts.append(self.env._("%(count)s on hold.", count=count["hold"]))
        return " ".join(filter(None, texts))

    def _get_run_obstacles(self):
        self._end_holds()
        errors = self._examine_marked()
        obstacles = super()._get_run_obstacles() | self._get_run_waiting()
        for order, error in errors.items():
            obstacles[order] = self.env._(
                "It could not be looked at: %(error)s. Show it to an administrator; "
                "the log of the server has all of it.",
                error=f"{type(error).__name__}: {error}",
            )
        return {order: reason for order, reason in obstacles.items() if reason}

    def _get_invoice_grouping_key(self, terms, lines):
        key = super()._get_invoice_grouping_key(terms, lines)
        # an order that is alone is its own key
        if not isinstance(key, tuple) or not terms.policy.is_reference_apart:
            return key
        return *key, self.customer_reference or None

    def _follow_holds(self):
        self.env.add_to_compute(self._fields["billing_readiness"], self)

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
        """Look at those of these orders that changed since they were looked at.

        :return: dict order -> the error, where that could not be done
        """
        marked = self.sudo().filtered("needs_examination")
        return self.env["fsm.billing.examination"]._examine(marked) if marked else {}

    def action_examine(self):
        """Look at these orders now."""
        self._check_may_hold()
        self._examine_marked()

    def _set_examined(self):
        """Remember that these orders were looked at, as they are now."""
        for order in self:
            order.amount_examined = order.amount_to_bill
        now = fields.Datetime.now()
        changed = self.filtered("needs_examination")
        self.write({"needs_examination": False, "examined_on": now})
        changed._wake_schedule()
        changed.examined_anew_on = now

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
        marked = (
            self.sudo().search([("needs_examination", "=", True)]).with_env(self.env)
        )
        marked._filtered_access("read")[:AT_ONCE]._examine_marked()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "fieldservice_invoicing.fsm_order_action_to_invoice"
        )
