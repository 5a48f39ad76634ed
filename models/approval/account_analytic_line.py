from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...tools.groups import APPROVAL_GROUP
from ...tools.tolerance import NOISE

#: an hour that says something else is another one
HOURS = frozenset(
    (
        "date",
        "employee_id",
        "fsm_order_id",
        "product_uom_id",
        "project_id",
        "unit_amount",
    )
)


class AccountAnalyticLine(models.Model):
    """Hours that a foreman approves; where the policy says so, no others are billed.

    Where another module approves timesheets, that one counts, and ours is not asked:
    ``validated`` of Odoo's own timesheets, or the sheet of ``hr_timesheet_sheet``.
    """

    _inherit = "account.analytic.line"

    fsm_approved_on = fields.Datetime(string="Approved on", copy=False, readonly=True)
    fsm_approved_by_id = fields.Many2one(
        "res.users",
        string="Approved by",
        copy=False,
        readonly=True,
        index=False,
        ondelete="set null",
    )
    fsm_is_approved = fields.Boolean(
        string="Approved",
        compute="_compute_fsm_is_approved",
        store=True,
        copy=False,
        help="Somebody who may approve hours has looked at this.",
    )
    fsm_is_awaiting = fields.Boolean(
        string="Waits for approval",
        compute="_compute_fsm_is_awaiting",
        store=True,
        copy=False,
        help="It would be billed, but for the billing policy, which bills approved "
        "hours only.",
    )

    # --- compute ---
    @api.depends(lambda self: self._get_fsm_approval_paths())
    def _compute_fsm_is_approved(self):
        field = self._get_fsm_approval_field()
        for line in self:
            if field == "validated":
                line.fsm_is_approved = line.validated
            elif field == "sheet_id":
                # sudo: whoever reads an hour may not read its sheet
                line.fsm_is_approved = line.sudo().sheet_id.state == "done"
            else:
                line.fsm_is_approved = bool(line.fsm_approved_on)

    @api.model
    def _get_fsm_approval_field(self):
        """:return: the field by which another module approves, or None"""
        if "validated" in self._fields:
            return "validated"
        sheet = self._fields.get("sheet_id")
        if sheet and sheet.type == "many2one" and sheet.comodel_name.endswith(".sheet"):
            return "sheet_id"
        return None

    @api.model
    def _get_fsm_approval_paths(self):
        field = self._get_fsm_approval_field()
        return [
            "fsm_approved_on",
            *([f"{field}.state"] if field == "sheet_id" else [field] if field else []),
        ]

    # the policy's is_approval_needed is not named: the policy has what is open
    # reckoned again, instead of all hours of all years
    @api.depends(
        "fsm_is_approved",
        "fsm_order_id.billing_policy_id",
        "billing_mode",
        "is_billed_elsewhere",
        "qty_billed",
        "qty_recorded",
    )
    def _compute_fsm_is_awaiting(self):
        for line in self:
            policy = line.fsm_order_id.billing_policy_id
            line.fsm_is_awaiting = (
                policy.is_approval_needed
                and not line.fsm_is_approved
                and abs(line.qty_recorded - line.qty_billed) > NOISE
                and line.billing_mode != "not_billed"
                and not line.is_billed_elsewhere
            )

    @api.depends("fsm_is_awaiting")
    def _compute_qty_to_bill(self):
        res = super()._compute_qty_to_bill()
        for line in self:
            if line.fsm_is_awaiting:
                line.qty_to_bill = 0.0
        return res

    @api.model
    def _get_open_depends(self):
        return [*super()._get_open_depends(), "fsm_is_awaiting"]

    @api.model
    def _fsm_wait_again(self, policies):
        """Reckon again which open hours of orders of ``policies`` wait."""
        self.flush_model(["fsm_order_id", "qty_billed", "qty_recorded"])
        self.env["fsm.order"].flush_model(["billing_policy_id"])
        self.env.cr.execute(
            SQL(
                """
                SELECT line.id
                  FROM account_analytic_line AS line
                  JOIN fsm_order ON fsm_order.id = line.fsm_order_id
                 WHERE fsm_order.billing_policy_id = ANY(%s)
                   AND abs(COALESCE(line.qty_recorded, 0)
                           - COALESCE(line.qty_billed, 0)) > %s
                """,
                policies.ids,
                NOISE,
            )
        )
        found = self.browse(id_ for (id_,) in self.env.cr.fetchall())
        self.env.add_to_compute(self._fields["fsm_is_awaiting"], found)
        found.modified(["fsm_is_awaiting"])

    def _get_qty_waiting(self):
        """:return: what of this would be billed if it was approved"""
        self.ensure_one()
        return self.qty_recorded - self.qty_billed if self.fsm_is_awaiting else 0.0

    # --- approve ---
    def _fsm_approve(self, is_approved=True):
        """Approve these hours, or take that back.

        :raise AccessError: if the user may not approve hours, or not of these orders
        :raise UserError: if another module approves them, or an invoice has them
        """
        self._check_fsm_may_approve()
        # sudo: foremen may not write the hours of others; the right to approve them
        # was checked
        lines = self.sudo().filtered(
            lambda line: bool(line.fsm_approved_on) != is_approved
        )
        if not is_approved:
            lines._check_not_billed()
        lines.write(
            {
                "fsm_approved_on": is_approved and fields.Datetime.now(),
                "fsm_approved_by_id": is_approved and self.env.uid,
            }
        )

    def _check_fsm_may_approve(self):
        if not (self.env.su or self.env.user.has_group(APPROVAL_GROUP)):
            raise AccessError(
                self.env._(
                    "Hours are approved by foremen. Ask an administrator for the right "
                    "to approve hours."
                )
            )
        # sudo: which orders they are; the right to read these is checked
        self.sudo().fsm_order_id.with_env(self.env).check_access("read")
        if self._get_fsm_approval_field():
            raise UserError(
                self.env._(
                    "Timesheets are approved in the Timesheets app here. Approve these "
                    "there: their orders can be invoiced then."
                )
            )

    # --- what changes is looked at again ---
    @api.model
    def _get_fsm_words(self, alias):
        """:return: SQL: what the hour ``alias`` says, to compare it with later"""
        names = ("id", *sorted(HOURS))
        columns = [SQL.identifier(alias, name) for name in names]
        return SQL("ROW(%s)::text", SQL(", ").join(columns))

    def write(self, vals):
        changed = self._get_fsm_changed(vals)
        res = super().write(vals)
        if changed:
            changed.write({"fsm_approved_on": False, "fsm_approved_by_id": False})
        return res

    def _get_fsm_changed(self, vals):
        """:return: approved hours, on no invoice, that ``vals`` would change (sudo)"""
        names = HOURS & vals.keys()
        if not names:
            return self.sudo().browse()
        # sudo: whoever changes their hours does not approve them
        return self.sudo().filtered(
            lambda line: (
                line.fsm_approved_on
                and not line.qty_billed
                and any(
                    line._is_billing_value_changed(name, vals[name]) for name in names
                )
            )
        )
