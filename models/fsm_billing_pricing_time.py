from collections import defaultdict

from odoo import api, models
from odoo.tools import format_date, formatLang


class FsmBillingPricing(models.AbstractModel):
    """Rounding of time, and the words about it."""

    _inherit = "fsm.billing.pricing"

    # --- rounding ---
    @api.model
    def _round_time(self, order, items, terms):
        """Round the time among ``items`` up as the policy says.

        What was billed before counts: one minimum covers a day, however often its
        hours are invoiced. The difference goes to the longest time of its group.
        """
        policy = terms.policy
        if not (policy.labor_rounding or policy.labor_minimum):
            return
        groups = defaultdict(list)
        for item in items:
            if item.is_time and item.product:
                groups[policy._get_time_key(item.source)].append(item)
        all_time = defaultdict(list)
        for sources in order._get_billing_sources():
            for source in sources if sources._is_billing_time else ():
                if source._is_billed_by_policy():
                    all_time[policy._get_time_key(source)].append(source)
        hour = self.env.ref("uom.product_uom_hour")
        for key, group in groups.items():
            recorded = billed = 0.0
            for source in all_time[key]:
                recorded += source._convert_billing_quantity(source.qty_recorded, hour)
                billed += source._convert_billing_quantity(source.qty_billed, hour)
            difference = (
                policy._get_billed_time(recorded)
                - policy._get_billed_time(billed)
                - (recorded - billed)
            )
            self._spread_time(group, difference)

    @api.model
    def _spread_time(self, items, hours):
        """Add ``hours`` to the longest of ``items``, or take them off.

        Time that an earlier minimum paid for is taken off where there is some: no
        technician works less than nothing.
        """
        hour = self.env.ref("uom.product_uom_hour")
        longest_first = sorted(items, key=lambda item: item.quantity, reverse=True)
        for item in longest_first:
            unit = item.product.uom_id
            own = unit._compute_quantity(item.quantity, hour, round=False)
            change = max(hours, min(-own, 0.0))
            item.quantity += hour._compute_quantity(change, unit, round=False)
            hours -= change
        longest = longest_first[0]
        longest.quantity += hour._compute_quantity(
            hours, longest.product.uom_id, round=False
        )

    # --- words ---
    @api.model
    def _get_line_name(self, line, terms):
        """:return: the description of ``line`` in the customer's language"""
        lang = terms.partner.lang or self.env.lang
        product = line.product.with_context(lang=lang)
        name = line.name or product.get_product_multiline_description_sale()
        if not line.is_time:
            parts = name, line.note, self._get_lot_text(line, lang)
            return "\n".join(part for part in parts if part)
        days = [format_date(self.env, day, lang_code=lang) for day in line.dates]
        if len(days) > 2:
            days = [f"{days[0]} – {days[-1]}"]
        is_named = terms.detail != "product"
        technicians = line.employees.mapped("name") if is_named else []
        parts = [name, ", ".join([*technicians, *days])]
        if terms.detail == "timesheet":
            parts.append(line.items[0].source.name)
        if terms.policy.is_recorded_printed:
            parts.append(self._get_recorded_text(line, lang))
        return "\n".join(part for part in parts if part)

    @api.model
    def _get_lot_text(self, line, lang):
        """:return: lots and serial numbers of the parts on ``line``, or ``""``

        What came back before billing is not on the invoice.
        """
        balance = defaultdict(float)
        for item in line.items:
            sign = 1 if item.quantity * line.quantity > 0 else -1
            lots = item.source._get_billing_lots(item.billed, line.origin)
            for lot, quantity in lots.items():
                balance[lot] += sign * quantity
        names = [lot.name for lot, quantity in balance.items() if quantity > 1e-6]
        if not names:
            return ""
        return self.with_context(lang=lang).env._(
            "Lot/serial number: %(lots)s", lots=", ".join(names)
        )

    @api.model
    def _get_recorded_text(self, line, lang):
        """:return: the time worked, where another is billed; else ``""``"""
        unit = line.product.uom_id
        if unit.compare(line.covered, line.quantity) == 0:
            return ""
        return self.with_context(lang=lang).env._(
            "Time worked: %(quantity)s %(unit)s",
            quantity=formatLang(
                self.with_context(lang=lang).env, line.covered, digits=2
            ),
            unit=unit.with_context(lang=lang).name,
        )
