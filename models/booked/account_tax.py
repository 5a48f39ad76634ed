from odoo import api, models
from odoo.fields import Command

#: what Odoo's tax engine knows of a tax on a line
FIGURES = ("tax_amount_currency", "tax_amount", "base_amount_currency", "base_amount")


class AccountTax(models.Model):
    """Figures of credit notes hold for the line for which they were reckoned."""

    _inherit = "account.tax"

    @api.model
    def _import_base_line_extra_tax_data(self, base_line, extra_tax_data):
        if (extra_tax_data or {}).get("fsm_untaxed"):
            return self._get_fsm_no_taxes(base_line)
        Line = self.env["account.move.line"]
        if (extra_tax_data or {}).get("fsm_booked") and not Line._is_fsm_exact(
            base_line, extra_tax_data
        ):
            key = extra_tax_data.get("computation_key")
            extra_tax_data = {"computation_key": key} if key else {}
        return super()._import_base_line_extra_tax_data(base_line, extra_tax_data)

    @api.model
    def _get_fsm_no_taxes(self, base_line):
        """:return: values for a line whose taxes are on other lines of its document"""
        taxes, _groups = base_line["tax_ids"]._flatten_taxes_and_sort_them()
        amounts = dict.fromkeys(FIGURES, 0.0)
        return {"manual_tax_amounts": {str(tax.id): amounts for tax in taxes}}

    @api.model
    def _add_accounting_data_to_base_line_tax_details(
        self, base_line, company, include_caba_tags=False
    ):
        """Credit a tax where its invoice booked it, see ``fsm.credit.amounts``."""
        res = super()._add_accounting_data_to_base_line_tax_details(
            base_line, company, include_caba_tags=include_caba_tags
        )
        line = base_line["record"]
        if isinstance(line, models.Model) and line._name == "account.move.line":
            booked = (line.extra_tax_data or {}).get("fsm_booked")
            if booked and base_line["is_refund"]:
                self._set_fsm_booked_places(base_line, booked)
        return res

    @api.model
    def _set_fsm_booked_places(self, base_line, booked):
        """Set the accounts and tags that were ``booked``, in place.

        Somebody may have chosen other taxes since: they have tags of their own.
        """
        Tag = self.env["account.account.tag"]
        Line = self.env["account.move.line"]
        if "base_tags" in booked and Line._has_fsm_booked_taxes(base_line, booked):
            base_line["tax_tag_ids"] = Tag.browse(booked["base_tags"])
        for tax_data in base_line["tax_details"]["taxes_data"]:
            for part in tax_data["tax_reps_data"]:
                key = str(part["tax_rep"].id)
                if key in booked.get("accounts", ()):
                    account_id = booked["accounts"][key]
                    part["account"] = part["account"].browse(account_id)
                    part["grouping_key"]["account_id"] = account_id
                if key in booked.get("tags", ()):
                    tags = Tag.browse(booked["tags"][key])
                    part["tax_tags"] = tags
                    part["grouping_key"]["tax_tag_ids"] = [Command.set(tags.ids)]
