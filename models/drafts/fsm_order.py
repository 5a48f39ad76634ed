from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

#: what an invoice takes over from the quotation, beside its lines
QUOTATION_VALUES = (
    "campaign_id",
    "invoice_incoterm_id",
    "invoice_payment_term_id",
    "invoice_user_id",
    "journal_id",
    "medium_id",
    "narration",
    "payment_reference",
    "preferred_payment_method_line_id",
    "source_id",
    "team_id",
    "transaction_ids",
)


class FsmOrder(models.Model):
    """From priced orders to invoices and the ledger."""

    _inherit = "fsm.order"

    # --- invoices ---
    def _create_moves(self, priced):
        """Write invoices and ledger; the only place that does.

        :param dict priced: order -> (terms, lines), see ``fsm.billing.pricing``
        """
        groups = self._group_for_invoices(priced)
        journals = self._get_billing_journals()
        vals_list = [
            orders._prepare_invoice(
                self._choose_journal(journals, priced[orders[0]][0].currency), priced
            )
            for orders in groups
        ]
        # taxes of one order alone were reckoned with its prices
        reckoned = [
            [line.base_line for line in priced[orders][1]]
            if len(orders) == 1
            and not any(line.sale_line for line in priced[orders][1])
            else ()
            for orders in groups
        ]
        self.env["fsm.billing.values"]._complete(vals_list, reckoned)
        self._add_billing_entries(vals_list, groups, priced)
        moves = self.env["account.move"].create(vals_list)
        # time sold by the hour: Odoo shows it on the invoice of the quotation
        moves.filtered("line_ids.sale_line_ids")._link_timesheets_to_invoice()
        self._log_invoices(groups, moves)
        return moves

    def _group_for_invoices(self, priced):
        """Say which orders come on one invoice, as their policies have it.

        :return: list of ``fsm.order`` recordsets, in the order of ``self``
        """
        groups = {}
        for order in self:
            key = order._get_invoice_grouping_key(*priced[order])
            groups[key] = groups.get(key, self.browse()) | order
        return list(groups.values())

    def _get_invoice_grouping_key(self, terms, lines):
        """Extend this where invoices must be kept apart for other reasons.

        :return: what orders on one invoice have in common
        """
        self.ensure_one()
        grouping = terms.grouping
        is_alone = (
            # without a policy nobody has said that they belong together
            grouping in (False, "order")
            or (grouping == "reference" and not self.customer_reference)
            # a credit note belongs to one invoice, and a quotation has its own terms
            or self._is_credit(lines, terms)
            or any(line.sale_line for line in lines)
        )
        if is_alone:
            return self
        return (
            terms.partner,
            terms.currency,
            terms.fiscal_position,
            terms.site if grouping == "site" else None,
            self.customer_reference if grouping == "reference" else None,
        )

    def _prepare_invoice(self, journal, priced):
        """:return: values of the draft invoice of these orders"""
        terms = priced[self[0]][0]
        lines = [line for order in self for line in priced[order][1]]
        # a credit note has positive quantities
        is_credit = self._is_credit(lines, terms)
        sites = {priced[order][0].site for order in self}
        references = [ref for ref in self.mapped("customer_reference") if ref]
        return {
            "journal_id": journal.id,
            **self._prepare_quotation_values(lines),
            **self._prepare_rate_values(lines, terms),
            "partner_id": terms.partner.id,
            "partner_shipping_id": (
                sites.pop() if len(sites) == 1 else terms.partner
            ).id,
            "fiscal_position_id": terms.fiscal_position.id,
            "ref": ", ".join(dict.fromkeys(references)),
            "invoice_origin": self._get_invoice_origin(lines),
            "invoice_line_ids": self._prepare_invoice_lines(priced, is_credit),
        }

    def _get_invoice_origin(self, lines):
        """:return: names of the documents that the invoice comes from"""
        sales = {line.sale_line.order_id: None for line in lines if line.sale_line}
        return ", ".join([*(sale.name for sale in sales), *self.mapped("name")])

    def _prepare_quotation_values(self, lines):
        """:return: values that the invoice of a quotation takes over from it"""
        sales = {line.sale_line.order_id for line in lines if line.sale_line}
        if len(sales) != 1:
            return {}
        values = sales.pop()._prepare_invoice()
        return {name: values[name] for name in QUOTATION_VALUES if name in values}

    def _prepare_invoice_lines(self, priced, is_credit):
        """:return: commands that create sections and lines

        Several orders on one invoice have a section each, and theirs are below it.
        """
        commands = []
        heading = "line_section"
        for order in self:
            terms, lines = priced[order]
            if len(self) > 1:
                commands.append(
                    {"display_type": heading, "name": order._get_order_heading(terms)}
                )
            commands += order._prepare_order_lines(
                terms,
                lines,
                is_credit,
                "line_subsection" if len(self) > 1 else "line_section",
            )
        return [
            Command.create({**vals, "sequence": 10 + index})
            for index, vals in enumerate(commands)
        ]

    def _get_order_heading(self, terms):
        """:return: heading of this order on an invoice of several, for the customer"""
        return self._get_heading_for(terms.partner)

    def _get_heading_for(self, partner):
        """:return: heading of this order on an invoice of several, for ``partner``"""
        lang = partner.lang or self.env.lang
        return self.with_context(lang=lang).env._(
            "Service order %(order)s, %(site)s",
            order=self.name,
            site=self.location_id.display_name,
        )

    def _prepare_order_lines(self, terms, lines, is_credit, heading):
        """:return: list of values: the sections of this order and their lines"""
        pricing = self.env["fsm.billing.pricing"]
        vals_list = []
        section = None
        for line in lines:
            if line.section != section:
                section = line.section
                name = pricing._get_heading(line, terms)
                vals_list.append({"display_type": heading, "name": name})
            for vals in line.headings:
                is_section = vals["display_type"] == "line_section"
                level = "line_subsection" if is_section else vals["display_type"]
                vals_list.append({**vals, "display_type": level})
            vals_list.append(self._prepare_invoice_line(terms, line, is_credit))
            vals_list += line.notes
        return vals_list

    def _prepare_invoice_line(self, terms, line, is_credit):
        """:return: values of one invoice line"""
        values = {
            "display_type": "product",
            "product_id": line.product.id,
            "product_uom_id": line.unit.id,
            "price_unit": line.price_unit,
            "discount": line.discount,
            "tax_ids": [Command.set(line.taxes.ids)],
            **(line.vals or {}),
            "quantity": -line.quantity if is_credit else line.quantity,
            "fsm_order_ids": [Command.set(self.ids)],
        }
        if not line.sale_line:
            values["name"] = self.env["fsm.billing.pricing"]._get_line_name(line, terms)
        elif not values.get("extra_tax_data"):
            values.pop("extra_tax_data", None)
        elif is_credit:
            values["extra_tax_data"] = self.env[
                "account.tax"
            ]._reverse_quantity_base_line_extra_tax_data(values["extra_tax_data"])
        if line.origin:
            name = "fsm_origin_line_id" if is_credit else "fsm_deducted_line_id"
            values[name] = line.origin.id
        return values

    def _add_billing_entries(self, vals_list, groups, priced):
        """Let each invoice line be created together with what it covers, in place.

        Other modules may add lines of their own to what is created.

        :raise UserError: if work was billed in the meantime
        """
        every = []
        for orders, vals in zip(groups, vals_list, strict=True):
            lines = [
                line_vals
                for _command, _id, line_vals in vals["invoice_line_ids"]
                if line_vals["display_type"] == "product"
            ]
            works = [(order, line) for order in orders for line in priced[order][1]]
            for (order, line), line_vals in zip(works, lines, strict=True):
                entries = order._prepare_billing_entries(line)
                line_vals["fsm_billing_entry_ids"] = list(map(Command.create, entries))
                every += entries
        self.env["fsm.billing.entry"]._check_entries(every)

    def _prepare_billing_entries(self, line):
        """:return: list of values: what an invoice line covers, source by source"""
        return [
            {
                "kind": "bill",
                "order_id": self.id,
                item.source._billing_entry_field: item.source.id,
                "quantity": item.billed,
                "qty_exact": item.get_in_unit_of_source(item.quantity),
                "qty_printed": item.get_in_unit_of_source(printed),
            }
            for item, printed in zip(line.items, line.printed, strict=True)
        ]

    def _log_invoices(self, groups, moves):
        """Say on the orders which invoice they are on; it says so itself."""
        self._message_log_batch(
            bodies={
                order.id: self._get_created_text(move)
                for orders, move in zip(groups, moves, strict=True)
                for order in orders
            }
        )

    def _get_created_text(self, move):
        """:return: Markup: which document was created, with a link to it"""
        # a draft has no number yet, and will have one
        if move.move_type == "out_refund":
            link = move._get_html_link(title=self.env._("Credit note"))
            return self.env._(
                "%(credit_note)s created from this order", credit_note=link
            )
        link = move._get_html_link(title=self.env._("Invoice"))
        return self.env._("%(invoice)s created from this order", invoice=link)

    # --- the journal in which a service order is invoiced ---
    def _get_billing_journals(self):
        """:return: the sales journals of the company in force, that to use first"""
        company = self.env.company
        journals = self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(company),
                ("type", "=", "sale"),
            ]
        )
        if not journals:
            raise UserError(
                self.env._(
                    "Company %(company)s has no sales journal. Create one under "
                    "Invoicing > Configuration > Journals, then press Create invoice "
                    "again.",
                    company=company.display_name,
                )
            )
        return journals

    def _choose_journal(self, journals, currency):
        """Choose a journal that leaves an invoice in ``currency``, its own one first.

        Odoo turns an invoice into the currency of its journal, and leaves the prices.

        :raise UserError: if all journals are in other currencies
        """
        company = self.env.company
        own = journals.filtered(lambda journal: journal.currency_id == currency)
        if own and currency != company.currency_id:
            return own[0]
        open_to_all = journals.filtered(lambda journal: not journal.currency_id)
        fitting = journals & (own | open_to_all)
        if not fitting:
            raise UserError(
                self.env._(
                    "Company %(company)s has no sales journal for invoices in "
                    "%(currency)s. Create one under Invoicing > Configuration > "
                    "Journals, then press Create invoice again.",
                    company=company.display_name,
                    currency=currency.name,
                )
            )
        return fitting[0]
