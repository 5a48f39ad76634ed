from odoo import api, models
from odoo.exceptions import AccessError

from .fsm_billing_terms import TERMS_GROUPS
from .fsm_order import BILLING_GROUP

#: who may say which line of a quotation sells time: those whom Odoo lets
SALE_GROUPS = (
    f"{TERMS_GROUPS},sales_team.group_sale_salesman,project.group_project_manager,"
    "hr_timesheet.group_hr_timesheet_approver"
)


class FsmBillingSource(models.AbstractModel):
    """What of recorded work is up to those who record it, and what is not.

    Technicians log time, describe it and use parts. How it is charged is said by
    dispatchers and by those who create invoices.
    """

    _inherit = "fsm.billing.source"

    # --- guards ---
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


class StockMove(models.Model):
    _inherit = "stock.move"

    def _is_usual(self, name):
        # what is split off, or comes back, is charged like the rest of it; and what
        # takes the place of a kit is charged like the kit, which is still there then
        products = self.product_id | self.fsm_kit_product_id
        return super()._is_usual(name) or bool(
            self.search_count(
                [
                    ("fsm_order_id", "=", self.fsm_order_id.id),
                    ("product_id", "in", products.ids),
                    ("id", "!=", self.id),
                    (name, "=", self[name]),
                ],
                limit=1,
            )
        )


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    def write(self, vals):
        attached = self.browse()
        if vals.get("fsm_order_id") and not self.env.su:
            attached = self.filtered(lambda line: not line.fsm_order_id)
        res = super().write(vals)
        # what was said while the time was on no order counts from now on
        attached._check_billing_choices()
        return res

    def copy_data(self, default=None):
        """Leave out what was chosen for this time by others than who copies it."""
        refused = self._get_choices_refused()
        return [
            {name: value for name, value in vals.items() if name not in refused}
            for vals in super().copy_data(default)
        ]

    @api.model
    def _get_billing_choices(self):
        return {
            **super()._get_billing_choices(),
            "fsm_is_extra": TERMS_GROUPS,
            "fsm_labor_product_id": TERMS_GROUPS,
            "is_so_line_edited": SALE_GROUPS,
            "so_line": SALE_GROUPS,
            "timesheet_invoice_id": BILLING_GROUP,
        }

    def _is_choice_guarded(self, name, vals):
        # without a service order, sale lines are Odoo's own business
        return name not in ("is_so_line_edited", "so_line") or bool(
            vals.get("fsm_order_id") or self.sudo().fsm_order_id
        )

    def _is_usual(self, name):
        if name != "so_line":
            return super()._is_usual(name)
        by_project = (
            self.project_id.allow_billable and self._timesheet_determine_sale_line()
        )
        usual = by_project or self.fsm_order_id._get_hours_sold()
        return not self.so_line or self.so_line == usual
