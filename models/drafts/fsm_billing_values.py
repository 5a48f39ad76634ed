from odoo import api, models
from odoo.fields import Command

from .values import DraftInvoice, DraftLine

SILENT_LINES = ("line_section", "line_subsection", "line_note")


#: values of a line that decide nothing about its analytic distribution
SILENT_VALUES = {
    "amount_currency",
    "balance",
    "currency_id",
    "discount",
    "fsm_billing_entry_ids",
    "fsm_order_ids",
    "name",
    "price_unit",
    "product_uom_id",
    "quantity",
    "sequence",
    "tax_ids",
    "tax_tag_ids",
}


class FsmBillingValues(models.AbstractModel):
    """Complete the values of invoices with what Odoo would compute for them.

    Where amounts, tags and analytic distribution are missing, Odoo creates the lines
    first and then writes them one by one, which takes longer than all the rest. The
    values come from Odoo's own methods; an invoice must be the same with and without.
    """

    _name = "fsm.billing.values"
    _description = "Field Service Billing Values"

    @api.model
    def _complete(self, vals_list):
        """Complete values for ``account.move.create``.

        What is there already stays. What can't be known before is left to Odoo.

        :param list vals_list: values of customer invoices and credit notes
        :return: the same list of values, completed
        """
        vals_list = [self._copy_values(vals) for vals in vals_list]
        invoices = self._read_invoices(vals_list)
        self._set_accounts(invoices)
        self._set_distributions(invoices)
        self._set_amounts(invoices)
        return vals_list

    @api.model
    def _copy_values(self, vals):
        """:return: ``vals`` of an invoice and its lines, to be added to"""
        lines = [
            (command, id_, {**line}) for command, id_, line in vals["invoice_line_ids"]
        ]
        return {**vals, "invoice_line_ids": lines}

    # --- reading ---
    @api.model
    def _read_invoices(self, vals_list):
        """:return: list of DraftInvoice"""
        line_vals = [self._get_product_lines(vals) for vals in vals_list]
        products = self._browse(
            "product.product",
            (line["product_id"] for vals in line_vals for line in vals),
        )
        partners = self._browse(
            "res.partner", (vals["partner_id"] for vals in vals_list)
        )
        return [
            DraftInvoice(
                vals=vals,
                company=self.env["res.company"].browse(vals["company_id"]),
                currency=self.env["res.currency"].browse(vals["currency_id"]),
                partner=partners[vals["partner_id"]].commercial_partner_id,
                fiscal_position=self.env["account.fiscal.position"].browse(
                    vals.get("fiscal_position_id") or []
                ),
                lines=[
                    DraftLine(
                        vals=line,
                        product=products[line["product_id"]],
                        taxes=self.env["account.tax"].browse(
                            tax
                            for _command, _id, taxes in line["tax_ids"]
                            for tax in taxes
                        ),
                    )
                    for line in lines
                ],
            )
            for vals, lines in zip(vals_list, line_vals, strict=True)
        ]

    @api.model
    def _browse(self, model, ids):
        """:return: dict id -> record, all of them read together"""
        return {record.id: record for record in self.env[model].browse({*ids})}

    @api.model
    def _get_product_lines(self, vals):
        """:return: list of the values of product lines; none where not all are known"""
        lines = [
            line
            for _command, _id, line in vals["invoice_line_ids"]
            if line.get("display_type", "product") == "product"
        ]
        if all(self._is_line_known(line) for line in lines):
            return lines
        return []

    @api.model
    def _is_line_known(self, vals):
        """Tell whether these values of a line say what Odoo reckons with."""
        commands = vals.get("tax_ids")
        return (
            vals.get("product_id")
            and commands
            and all(command[0] == Command.SET for command in commands)
            and "extra_tax_data" not in vals
        )

    # --- accounts ---
    @api.model
    def _set_accounts(self, invoices):
        """Set the income account of each product, mapped by the fiscal position."""
        Account = self.env["account.account"]
        for invoice in invoices:
            for line in invoice.lines:
                if "account_id" not in line.vals:
                    template = line.product.product_tmpl_id
                    accounts = template.with_company(
                        invoice.company
                    ).get_product_accounts(fiscal_pos=invoice.fiscal_position)
                    if not accounts["income"]:
                        continue  # Odoo falls back on the journal's account
                    line.vals["account_id"] = accounts["income"].id
                line.account = Account.browse(line.vals["account_id"])

    # --- analytic distribution ---
    @api.model
    def _set_distributions(self, invoices):
        """Set the analytic distribution, computed once for lines that have the same.

        Odoo looks for distribution models again for each customer and product. It is
        left to do so where another module has a say: we can't tell by what.
        """
        Line = self.env["account.move.line"]
        if not Line._is_fsm_distribution_known():
            return
        known = self._get_distribution_subjects()
        accounts = self._get_order_accounts(invoices)
        none = self.env["account.analytic.account"]
        computed = {}
        for invoice in invoices:
            for line in invoice.lines:
                if not line.account or "analytic_distribution" in line.vals:
                    continue
                key = self._get_distribution_key(invoice, line, known)
                if key not in computed:
                    found = self._compute_distribution(invoice, line)
                    computed[key] = found, Line._get_fsm_plans(found)
                distribution, plans = computed[key]
                # what comes from a quotation keeps its own
                if not (distribution and line.vals.get("sale_line_ids")):
                    distribution = Line._add_fsm_accounts(
                        distribution, plans, accounts.get(self._get_order(line), none)
                    )
                line.vals["analytic_distribution"] = distribution

    @api.model
    def _get_order_accounts(self, invoices):
        """:return: dict order -> analytic accounts of its project"""
        orders = self.env["fsm.order"].union(
            *(self._get_order(line) for invoice in invoices for line in invoice.lines)
        )
        return orders._get_project_accounts()

    @api.model
    def _get_order(self, line):
        """:return: the service order that ``line`` bills"""
        commands = line.vals.get("fsm_order_ids") or []
        return self.env["fsm.order"].browse(
            [order for _command, _id, orders in commands for order in orders]
        )

    @api.model
    def _get_distribution_subjects(self):
        """:return: dict field of distribution models -> all records that they name"""
        rules = self.env["account.analytic.distribution.model"].search([])
        names = ("product_id", "product_categ_id", "partner_id", "partner_category_id")
        return {name: rules[name] for name in names}

    @api.model
    def _get_distribution_key(self, invoice, line, known):
        """Say what Odoo itself goes by.

        :param dict known: see :meth:`_get_distribution_subjects`
        :return: what lines with the same analytic distribution have in common
        """
        product, partner = line.product, invoice.partner
        return (
            invoice.company,
            line.account,
            product & known["product_id"],
            product.categ_id & known["product_categ_id"],
            partner & known["partner_id"],
            partner.category_id & known["partner_category_id"],
            repr(self._get_origin_values(line)),
        )

    @api.model
    def _get_origin_values(self, line):
        """:return: dict: what may tie ``line`` to the record that it was made from"""
        hidden = {*SILENT_VALUES, "account_id", "product_id"}
        return {name: value for name, value in line.vals.items() if name not in hidden}

    @api.model
    def _compute_distribution(self, invoice, line):
        """:return: the distribution that Odoo computes for ``line``"""
        move_line = self.env["account.move.line"].new(
            {
                **self._get_origin_values(line),
                "account_id": line.account.id,
                "product_id": line.product.id,
                "partner_id": invoice.partner.id,
                "company_id": invoice.company.id,
            }
        )
        return move_line.analytic_distribution

    # --- amounts ---
    @api.model
    def _set_amounts(self, invoices):
        """Set currency, untaxed amounts and tags, reckoned by Odoo's tax engine."""
        rates = {}
        for invoice in invoices:
            journal = self.env["account.journal"].browse(invoice.vals["journal_id"])
            if journal.currency_id not in (
                invoice.currency,
                journal.currency_id.browse(),
            ):
                continue  # the journal's currency is the invoice's
            key = (invoice.company, invoice.currency) + tuple(
                invoice.vals.get(name)
                for name in ("invoice_date", "delivery_date", "invoice_currency_rate")
            )
            if key not in rates:
                rates[key] = self._get_rate(invoice)
            base_lines = self._get_base_lines(invoice, rates[key])
            for line, base_line in zip(invoice.lines, base_lines, strict=True):
                line.vals.update(self._prepare_amounts(invoice, base_line))
            for _command, _id, vals in invoice.vals["invoice_line_ids"]:
                if vals.get("display_type") in SILENT_LINES:
                    vals.update(amount_currency=0.0, balance=0.0)

    @api.model
    def _get_base_lines(self, invoice, rate):
        """:return: list of the lines of ``invoice`` with taxes reckoned by Odoo"""
        Tax = self.env["account.tax"]
        base_lines = [
            self._prepare_base_line(invoice, line, rate) for line in invoice.lines
        ]
        Tax._add_tax_details_in_base_lines(base_lines, invoice.company)
        Tax._round_base_lines_tax_details(base_lines, invoice.company)
        Tax._add_accounting_data_in_base_lines_tax_details(base_lines, invoice.company)
        return base_lines

    @api.model
    def _prepare_amounts(self, invoice, base_line):
        """:return: values that Odoo writes on the line of ``base_line`` otherwise"""
        details = base_line["tax_details"]
        sign = 1 if invoice.is_refund else -1
        amount_currency = sign * (
            details["total_excluded_currency"]
            + details["delta_total_excluded_currency"]
        )
        balance = sign * (details["total_excluded"] + details["delta_total_excluded"])
        return {
            "currency_id": invoice.currency.id,
            "amount_currency": invoice.currency.round(amount_currency),
            "balance": invoice.company.currency_id.round(balance),
            "tax_tag_ids": [Command.set(base_line["tax_tag_ids"].ids)],
        }

    @api.model
    def _get_rate(self, invoice):
        """:return: units of the invoice's currency for one of the company's"""
        if invoice.currency == invoice.company.currency_id:
            return 1.0
        values = {
            name: value
            for name, value in invoice.vals.items()
            if name not in ("invoice_line_ids", "fiscal_position_id", "invoice_origin")
        }
        return self.env["account.move"].new(values).invoice_currency_rate

    @api.model
    def _prepare_base_line(self, invoice, line, rate):
        """:return: ``line`` as the tax engine wants it"""
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            None,
            **self._get_exact_values(line),
            product_id=line.product,
            product_uom_id=self.env["uom.uom"].browse(
                line.vals.get("product_uom_id") or line.product.uom_id.id
            ),
            tax_ids=line.taxes,
            currency_id=invoice.currency,
            partner_id=invoice.partner,
            account_id=line.account,
            rate=rate,
            sign=1 if invoice.is_refund else -1,
            is_refund=invoice.is_refund,
        )

    @api.model
    def _get_exact_values(self, line):
        """:return: dict: the numbers of ``line``, rounded as the fields will be"""
        Line = self.env["account.move.line"]
        return {
            name: Line._fields[name].convert_to_cache(line.vals.get(name), Line)
            for name in ("price_unit", "quantity", "discount")
        }
