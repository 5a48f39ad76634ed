import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools.groups import BILLING_GROUP
from ...tools.one_record import check_one
from .values import HOURS


class FsmBillingFinding(models.Model):
    """What an examination found on a done order, and what somebody said about it.

    An answer stands as long as the facts that it was given for. It is kept where the
    finding goes, and comes back with it.
    """

    _name = "fsm.billing.finding"
    _inherit = "fsm.field.guard"
    _description = "What to Check before Invoicing"
    _order = "order_id, kind, id"

    order_id = fields.Many2one(
        "fsm.order",
        string="Service order",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    code = fields.Selection(
        [
            ("problem", "Can't be invoiced"),
            ("approval", "Hours not approved"),
            ("reference", "Customer's order number"),
            ("signature", "Signature"),
            ("report", "Intervention report"),
            ("photo", "Photos"),
            ("limit", "Agreed maximum"),
            ("amount", "Large amount"),
            ("hours_missing", "No hours"),
            ("report_missing", "No report"),
            ("parts_planned", "Parts not delivered"),
            ("parts_elsewhere", "Parts not on the order"),
            ("technician_silent", "Technician without hours"),
            ("hours_over", "Hours over plan"),
            ("price", "Price"),
            ("travel_missing", "Travel"),
            ("cost_unbilled", "Expense or purchase"),
            ("month", "Earlier month"),
        ],
        string="About",
        required=True,
        readonly=True,
    )
    kind = fields.Selection(
        [
            ("problem", "In the way"),
            ("rule", "Rule of the policy"),
            ("warning", "Warning"),
        ],
        required=True,
        readonly=True,
        help="In the way: no invoice can be created.\n"
        "Rule: the billing policy asks for it.\n"
        "Warning: something may be missing.",
    )
    details = fields.Json(readonly=True)
    facts = fields.Char(
        readonly=True,
        groups=fields.NO_ACCESS,  # what parts cost is not said to everybody
        help="What it was found for: an answer is for these facts alone.",
    )
    place_model = fields.Char(readonly=True)
    place_ids = fields.Json(readonly=True)
    is_current = fields.Boolean(readonly=True, default=True)
    message = fields.Char(
        string="What, and what to do",
        compute="_compute_message",
        compute_sudo=True,  # names technicians, transfers and expenses
    )
    # --- what somebody said ---
    answered_by_id = fields.Many2one("res.users", string="Fine by", readonly=True)
    answered_on = fields.Datetime(string="Fine since", readonly=True)
    answer = fields.Char(string="Why it is fine", readonly=True)
    is_open = fields.Boolean(compute="_compute_is_open", store=True)
    can_answer = fields.Boolean(compute="_compute_can_answer")
    _code_unique = models.Constraint(
        "UNIQUE (order_id, code)", "Each order has a finding of a kind once."
    )

    # --- compute ---
    @api.depends("code", "details")
    @api.depends_context("lang")
    def _compute_message(self):
        examination = self.env["fsm.billing.examination"]
        for finding, facts in examination._name_facts(self).items():
            finding.message = examination._say(finding.code, finding.order_id, facts)

    @api.depends("is_current", "answered_on")
    def _compute_is_open(self):
        for finding in self:
            finding.is_open = finding.is_current and not finding.answered_on

    @api.depends("is_open", "kind")
    @api.depends_context("uid")
    def _compute_can_answer(self):
        for finding in self:
            groups = finding._get_groups_to_answer()
            finding.can_answer = (
                finding.is_open and groups and self.env.user.has_groups(groups)
            )

    def _get_groups_to_answer(self):
        """:return: who may say that this is fine: groups, or ``""`` for nobody

        What the policy asks for is let go by those who confirm invoices.
        """
        groups = {"warning": BILLING_GROUP, "rule": "account.group_account_invoice"}
        return groups.get(self.kind, "")

    # --- buttons ---
    def action_answer(self):
        """Ask why this is fine.

        :return: window action of the dialog
        """
        self._check_may_answer()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Fine as it is"),
            "res_model": "fsm.billing.answer",
            "view_mode": "form",
            "target": "new",
            "context": {"default_finding_ids": self.ids},
        }

    def action_open_place(self):
        """Open what is to be put right.

        :return: window action; that of the order for those who may not open the place
        """
        check_one(self)
        self.order_id.check_access("read")
        if self.place_model == HOURS:
            return self.order_id._get_approval_action()
        ids = self.place_ids or []
        if self.place_model in self.env:
            records = self.env[self.place_model].browse(ids).exists()
            if records and records.has_access("read"):
                return records._get_records_action(name=self._get_label())
        return self.order_id._get_records_action(name=self.order_id.name)

    def _get_label(self):
        """:return: what this is about, in the language of who reads it"""
        return dict(self._fields["code"]._description_selection(self.env))[self.code]

    # --- answers ---
    def _check_may_answer(self):
        """:raise UserError: if one of these can't be said to be fine, or not by them"""
        self.check_access("read")
        self.order_id.check_access("write")
        for finding in self:
            groups = finding._get_groups_to_answer()
            if not groups:
                raise UserError(
                    self.env._(
                        "%(order)s can't be invoiced as it is: %(message)s",
                        order=finding.order_id.name,
                        message=finding.message,
                    )
                )
            if not self.env.user.has_groups(groups):
                raise AccessError(
                    self.env._(
                        "The billing policy asks for this on %(order)s: "
                        "%(message)s Ask an invoicing clerk to let it go.",
                        order=finding.order_id.name,
                        message=finding.message,
                    )
                )

    def _answer(self, why):
        """Remember who says that these are fine, and why."""
        self._check_may_answer()
        # sudo: findings are nobody's to write; who may answer was checked above
        self.sudo().write(
            {
                "answered_by_id": self.env.uid,
                "answered_on": fields.Datetime.now(),
                "answer": why,
            }
        )
        texts = {
            finding: self.env._(
                "%(message)s Fine: %(why)s", message=finding.message, why=why
            )
            for finding in self
        }
        for order, findings in self.grouped("order_id").items():
            for finding in findings:
                order._message_log(body=texts[finding])
        self.order_id._wake_schedule()

    # --- examination ---
    @api.model
    def _keep(self, orders, found, checks):
        """Let the findings of ``orders`` be what was found, and keep answers.

        :param dict found: code -> order -> Found
        :param dict checks: code -> Check
        """
        # sudo: the engine alone writes findings
        findings = self.sudo()
        known = {
            (finding.order_id.id, finding.code): finding
            for finding in findings.search([("order_id", "in", orders.ids)])
        }
        new = []
        for code, by_order in found.items():
            for order, item in by_order.items():
                vals = self._prepare_finding(order, code, item, checks[code].kind)
                finding = known.pop((order.id, code), None)
                if finding is None:
                    new.append(vals)
                else:
                    finding._update(vals)
        gone = findings.browse(finding.id for finding in known.values())
        gone.filtered("answered_on").filtered("is_current").is_current = False
        gone.filtered(lambda finding: not finding.answered_on).unlink()
        findings.create(new)

    @api.model
    def _prepare_finding(self, order, code, item, kind):
        """:return: values of a finding"""
        return {
            "order_id": order.id,
            "code": code,
            "kind": kind,
            "details": item.facts,
            "facts": json.dumps(
                [
                    item.facts if item.seen is None else sorted(item.seen),
                    sorted(item.ids),
                ],
                sort_keys=True,
            ),
            "place_model": item.model,
            "place_ids": item.ids,
            "is_current": True,
        }

    def _update(self, vals):
        """Write what differs; other facts ask again.

        What the message says them in is no fact: ids in place of names, say.
        """
        self.ensure_one()
        if self.facts != vals["facts"]:
            vals = {
                **vals,
                "answered_by_id": False,
                "answered_on": False,
                "answer": False,
            }
        elif all(
            (self[name] or None) == (vals[name] or None)
            for name in ("is_current", "kind", "details")
        ):
            return
        self.write(vals)
