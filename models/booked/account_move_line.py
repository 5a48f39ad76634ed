from odoo import api, models
from odoo.fields import Command
from odoo.tools import float_compare, frozendict

#: what figures of a credit line hold for
EXACT_FIELDS = ("price_unit", "quantity", "discount")


class AccountMoveLine(models.Model):
    """Lines of credit notes that give back exactly what was booked.

    Their figures are in ``extra_tax_data``, see ``fsm.credit.amounts``.
    """

    _inherit = "account.move.line"

    @api.model
    def _is_fsm_exact(self, values, extra_tax_data):
        """Tell whether somebody changed a line since its figures were reckoned.

        Odoo compares numbers to the cent, and takes fewer taxes for the same ones.

        :param values: a line, or what Odoo's tax engine knows of it
        """
        if not self._has_fsm_booked_taxes(values, extra_tax_data["fsm_booked"]):
            return False
        for name in EXACT_FIELDS:
            value = self._fields[name].convert_to_cache(extra_tax_data[name], self)
            if float_compare(values[name], value, precision_digits=9) != 0:
                return False
        return True

    @api.model
    def _has_fsm_booked_taxes(self, values, booked):
        """:return: True if the line has the very taxes that its invoice booked"""
        taxes, _groups = values["tax_ids"]._flatten_taxes_and_sort_them()
        return sorted(taxes._origin.ids) == booked["taxes"]

    def _is_fsm_as_booked(self):
        """:return: True if this credit line has figures, and nobody changed it since"""
        self.ensure_one()
        data = self.extra_tax_data or {}
        return bool(data.get("fsm_booked")) and self._is_fsm_exact(self, data)

    def _prepare_fsm_base_alone(self):
        """:return: ``extra_tax_data`` that holds the untaxed amount of this line alone

        An invoice that replaces another is taxed as on the day it is written.
        """
        self.ensure_one()
        data = dict(self.extra_tax_data or {})
        data.pop("fsm_booked", None)
        if data.get("manual_tax_amounts"):
            data["manual_tax_amounts"] = {
                tax_id: {} for tax_id in data["manual_tax_amounts"]
            }
        return data or False

    # --- discount for early payment ---
    def _get_fsm_early_lines(self):
        """:return: the product lines from whose taxes this line takes something off"""
        self.ensure_one()
        lines = self.move_id.line_ids.filtered(
            lambda line: line.display_type == "product" and self.tax_ids <= line.tax_ids
        )
        is_untaxed = bool((self.extra_tax_data or {}).get("fsm_untaxed"))
        lines = (
            lines.filtered(lambda line: line._is_fsm_as_booked() == is_untaxed) or lines
        )
        return (
            lines.filtered(
                lambda line: (
                    line.account_id == self.account_id
                    and line.analytic_distribution == self.analytic_distribution
                )
            )
            or lines
        )

    def _get_fsm_early(self):
        """Find what of this credit line is not taxed, as its invoice line has it.

        Where somebody changed the line, it is the same share of the new amount.

        :return: amount in the currency of the document and in that of the company;
            None where nothing is known
        """
        self.ensure_one()
        extra_tax_data = self.extra_tax_data or {}
        early = extra_tax_data.get("fsm_booked", {}).get("early")
        if not early or self.display_type != "product" or not self.move_id.is_invoice():
            return None
        if self._is_fsm_as_booked():
            return early
        untaxed = extra_tax_data["manual_total_excluded_currency"]
        share = early[0] / untaxed if untaxed else 0.0
        amount = self.currency_id.round(self.price_subtotal * share)
        rate = self.move_id.invoice_currency_rate
        return [amount, self.company_currency_id.round(amount / rate) if rate else 0.0]

    def _compute_epd_key(self):
        res = super()._compute_epd_key()
        for line in self:
            # Odoo knows such lines by payment terms, and this document has none
            if (
                line.display_type == "epd"
                and not line.epd_key
                and line.move_id._has_fsm_early()
            ):
                line.epd_key = frozendict(
                    move_id=line.move_id.id,
                    account_id=line.account_id.id,
                    analytic_distribution=line.analytic_distribution,
                    tax_ids=[Command.set(line.tax_ids.ids)],
                    display_type="epd",
                )
        return res

    @api.depends("extra_tax_data", "quantity", "price_unit", "discount", "tax_ids")
    def _compute_epd_needed(self):
        res = super()._compute_epd_needed()
        for line in self:
            early = line._get_fsm_early()
            if early is not None:
                line.epd_needed = any(early) and line._prepare_fsm_early(*early)
            elif line.epd_needed and line.move_id._has_fsm_early():
                # lines are used again for others
                line.epd_needed = {
                    frozendict(key, extra_tax_data=False): values
                    for key, values in line.epd_needed.items()
                }
        return res

    def _prepare_fsm_early(self, amount_currency, balance):
        """:return: the two lines that take this off what is taxed, as Odoo has them"""
        self.ensure_one()
        taxes = self.tax_ids.filtered(lambda tax: tax.amount_type != "fixed")
        if not taxes:
            return False
        sign = self.move_id.direction_sign
        key = {
            "move_id": self.move_id.id,
            "account_id": self.account_id.id,
            "display_type": "epd",
            "extra_tax_data": False,  # lines are used again for others
        }
        taxed = {
            **key,
            "analytic_distribution": self.analytic_distribution,
            "tax_ids": [Command.set(taxes.ids)],
        }
        if self._is_fsm_as_booked():
            # the taxes of the line are without it already
            taxed["extra_tax_data"] = frozendict(fsm_untaxed=True)
        name = self.env._("Early Payment Discount")
        return {
            frozendict(taxed): frozendict(
                name=name,
                amount_currency=sign * amount_currency,
                balance=sign * balance,
            ),
            frozendict(key): frozendict(
                name=name,
                amount_currency=-sign * amount_currency,
                balance=-sign * balance,
                tax_ids=[Command.clear()],
            ),
        }
