from odoo import api, fields, models
from odoo.fields import Command


class FsmOrder(models.Model):
    """Parts and charges of a service order, and its day of work."""

    _inherit = "fsm.order"
    _check_company_auto = True

    part_ids = fields.One2many(
        "stock.move",
        "fsm_order_id",
        string="Parts",
        domain=[("state", "=", "done")],
        help="Parts used on site, and parts returned.",
    )
    has_returns = fields.Boolean(
        compute="_compute_has_returns",
        compute_sudo=True,  # whoever reads the order may not read its moves
        help="Parts came back.",
    )
    travel_distance = fields.Float(
        string="Travel (km)",
        copy=False,
        help="Distance driven for this order, there and back. The billing policy says "
        "whether it is charged per km, at a flat rate or not at all.",
    )
    charge_ids = fields.One2many(
        "fsm.order.charge",
        "fsm_order_id",
        string="Charges",
        compute="_compute_charge_ids",
        store=True,
        readonly=False,
        copy=False,
        help="Call-out fee, travel, and anything else that is neither time nor parts.",
    )
    # What the charges were made for; a charge that somebody deleted since stays away.
    charged_policy_id = fields.Many2one(
        "fsm.billing.policy",
        compute="_compute_charge_ids",
        store=True,
        copy=False,
        ondelete="set null",
    )
    callout_charged = fields.Float(
        compute="_compute_charge_ids", store=True, copy=False
    )
    travel_charged = fields.Float(compute="_compute_charge_ids", store=True, copy=False)
    _travel_forth = models.Constraint(
        "CHECK (travel_distance >= 0)",
        "A distance can't be negative. Use zero for no travel.",
    )

    # --- compute ---
    @api.depends("part_ids.qty_recorded")
    def _compute_has_returns(self):
        for order in self:
            order.has_returns = any(part.qty_recorded < 0 for part in order.part_ids)

    @api.depends(
        "is_invoiceable",
        "billing_policy_id",
        "travel_distance",
        "timesheet_ids.date",
        "timesheet_ids.unit_amount",
    )
    def _compute_charge_ids(self):
        """Add the charges of the policy when an order is done, and follow it after.

        Only differences are applied: what people change or delete stays so. Another
        policy starts afresh.
        """
        for order in self:
            if not order.id:
                # A form would send what is computed here back as if it were typed,
                # without the rule it comes from: it is charged when the form is saved.
                order._keep_charges()
                continue
            policy = order.billing_policy_id
            is_afresh = policy != order.charged_policy_id
            wanted = {
                "callout": order._get_callout_quantity(),
                "travel": order._get_travel_quantity(),
            }
            commands = []
            for rule, quantity in wanted.items():
                name = f"{rule}_charged"
                if not order.is_invoiceable:
                    order[name] = order[name]
                    continue
                added, order[name] = order._get_charge_commands(
                    rule, quantity, 0.0 if is_afresh else order[name], is_afresh
                )
                commands += added
            order.charged_policy_id = (
                policy if order.is_invoiceable else order.charged_policy_id
            )
            order.charge_ids = commands

    def _keep_charges(self):
        """Leave charges, and what they were made for, as they are."""
        self.ensure_one()
        for name in ("charged_policy_id", "callout_charged", "travel_charged"):
            self[name] = self[name]
        self.charge_ids = []

    def _get_callout_quantity(self):
        """:return: how often the policy charges the call-out fee on this order"""
        self.ensure_one()
        if self.billing_policy_id.callout_per == "order":
            return 1.0
        days = {line.date for line in self.timesheet_ids if line.unit_amount > 0}
        return float(max(len(days), 1))

    def _get_travel_quantity(self):
        """:return: how much travel the policy charges: km, or times the flat rate"""
        self.ensure_one()
        if self.billing_policy_id.travel_per == "distance":
            return max(self.travel_distance, 0.0)
        return 1.0 if self.travel_distance > 0 else 0.0

    def _get_charge_commands(self, rule, quantity, previous, is_afresh):
        """Say how the charges of ``rule`` go from ``previous`` to ``quantity``.

        :param bool is_afresh: replace what another policy had charged
        :return: commands for ``charge_ids``, and the quantity that is charged then
        """
        self.ensure_one()
        charges = self.charge_ids.filtered(lambda charge: charge.rule == rule)
        # sudo: whoever completes an order may not read the ledger; a cancelled invoice
        # holds nothing
        fixed = charges.filtered(
            lambda charge: charge.sudo().billing_entry_ids.filtered("is_live")
        )
        free = charges - fixed
        commands = []
        if is_afresh:
            commands = [Command.delete(charge.id) for charge in free]
            previous = sum(fixed.mapped("quantity"))
            free = free.browse()
        difference = quantity - previous
        # somebody took the travel off; another visit day is another call-out
        is_taken_off = rule == "travel" and previous > 0 and not charges
        if is_taken_off or not self._is_charged_by_policy(rule):
            return commands, quantity
        if free and difference:
            left = free[0].quantity + difference
            commands.append(
                Command.update(free[0].id, {"quantity": left})
                if left > 0
                else Command.delete(free[0].id)
            )
        elif difference > 0:
            commands.append(Command.create(self._prepare_charge(rule, difference)))
        elif difference < 0:
            # the rest stands on an invoice: the clerk credits it if he wants to
            return commands, previous
        return commands, quantity

    def _is_charged_by_policy(self, rule):
        """:return: True if the policy charges by ``rule`` on this order"""
        self.ensure_one()
        # what was quoted includes the visit
        return bool(self.billing_policy_id[f"{rule}_product_id"]) and not (
            self.sale_id or self.sale_line_id
        )

    def _prepare_charge(self, rule, quantity):
        """:return: values of a charge that the policy makes by ``rule``"""
        self.ensure_one()
        return {
            "rule": rule,
            "product_id": self.billing_policy_id[f"{rule}_product_id"].id,
            "quantity": quantity,
            "date": self._get_work_date(),
        }

    # --- write ---
    def write(self, vals):
        """Charge what the policy does for the rest first: what is typed comes after."""
        if "charge_ids" not in vals or len(vals) == 1:
            return super().write(vals)
        res = super().write(
            {name: value for name, value in vals.items() if name != "charge_ids"}
        )
        for order in self:
            # a row that was edited may have gone with the travel it was for
            commands = order._get_commands_left(vals["charge_ids"])
            super(FsmOrder, order).write({"charge_ids": commands})
        return res

    def _get_commands_left(self, commands):
        """:return: ``commands`` for charges without those for charges that are gone"""
        self.ensure_one()
        left = self.charge_ids.ids
        return [
            command
            for command in commands
            if command[0] not in (Command.UPDATE, Command.DELETE) or command[1] in left
        ]

    def _get_work_date(self):
        """:return: the day of the visit, as it was on site"""
        self.ensure_one()
        days = [line.date for line in self.timesheet_ids]
        return max(days, default=self._get_site_day(self.date_end))
