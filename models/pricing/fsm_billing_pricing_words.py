from collections import defaultdict

from odoo import api, models
from odoo.tools import format_date, formatLang

from ...tools.tolerance import NOISE


class FsmBillingPricing(models.AbstractModel):
    """What invoice lines say, in the customer's language."""

    _inherit = "fsm.billing.pricing"

    @api.model
    def _get_heading(self, line, terms):
        """:return: the heading above ``line``, in the customer's language

        That of a quotation names it.
        """
        lang = terms.partner.lang or self.env.lang
        heading = self.with_context(lang=lang)._get_sections()[line.section]
        return (
            f"{heading} {line.sale_line.order_id.name}" if line.sale_line else heading
        )

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
    def _get_credit_name(self, line, terms):
        """:return: what a credit line says in place of its invoice line, or ``""``

        The lots and serial numbers are those that came back.
        """
        lang = line.credited.partner_id.lang or self.env.lang
        is_named = not line.is_time and line.items and self._get_lot_text(line, lang)
        return self._get_line_name(line, terms) if is_named else ""

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
        names = [lot.name for lot, quantity in balance.items() if quantity > NOISE]
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
