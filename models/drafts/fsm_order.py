from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..credit.values import CreditOfLines
from .values import PlannedDocument, PlannedGroup

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

    # --- documents ---
    def _create_documents(self, documents):
        """Write invoices, credit notes and ledger; the only place that does.

        :param list documents: of PlannedDocument
        :return: drafts, invoices first
        """
        invoices = [document for document in documents if not document.credited]
        credits = [document for document in documents if document.credited]
        self.env["fsm.billing.entry"]._check_entries(
            [
                vals
                for document in documents
                for order, line in document.works
                for vals in order._prepare_billing_entries(line)
            ]
        )
        moves = self._create_invoices_planned(invoices)
        moves += self._create_credits_planned(credits)
        groups = [document.orders for document in invoices + credits]
        self._log_documents(groups, moves)
        return moves

    def _create_invoices_planned(self, documents):
        """:return: drafts of these PlannedDocument, one for each"""
        if not documents:
            return self.env["account.move"]
        vals_list = [
            document.orders._prepare_invoice(document) for document in documents
        ]
        vals_list = self.env["fsm.billing.values"]._complete(vals_list)
        moves = self.env["account.move"].create(vals_list)
        # time sold by the hour: Odoo shows it on the invoice of the quotation
        moves.filtered("line_ids.sale_line_ids")._link_timesheets_to_invoice()
        return moves

    def _create_credits_planned(self, documents):
        """:return: draft credit notes of these PlannedDocument, one for each"""
        made = {}
        left = documents
        while left:
            # an invoice is credited once at a time
            firsts = list({each.credited: each for each in reversed(left)}.values())
            credited = self.env["account.move"].concat(
                *(document.credited for document in firsts)
            )
            credits = [self._prepare_credit_of_lines(document) for document in firsts]
            drafts = credited._fsm_create_credits(credits)
            made |= {
                id(each): draft for each, draft in zip(firsts, drafts, strict=True)
            }
            left = [document for document in left if id(document) not in made]
        return self.env["account.move"].concat(*(made[id(each)] for each in documents))

    @api.model
    def _prepare_credit_of_lines(self, document):
        """:return: CreditOfLines of a PlannedDocument"""
        pricing = self.env["fsm.billing.pricing"]
        values = document.orders._prepare_credit_note(document)
        credit = CreditOfLines(values=values)
        for order, line in document.works:
            entries = order._prepare_billing_entries(line)
            values = {"fsm_billing_entry_ids": list(map(Command.create, entries))}
            if line.origin:
                name = pricing._get_credit_name(line, document.terms)
                if name:
                    values["name"] = name
                credit.chosen[line.origin.id] = {**line.vals, **values}
            else:
                values["fsm_credit_work"] = "price"
                line_values = order._prepare_invoice_line(document.terms, line, True)
                credit.others.append({**line_values, **values})
        return credit

    @api.model
    def _plan_documents(self, priced):
        """Say which documents these orders make, as their policies have it.

        :param list priced: of PricedOrder
        :return: list of PlannedGroup, in the same order
        """
        groups = []
        for members in self._group_for_invoices(priced):
            orders = self.browse().union(*(member.order for member in members))
            terms = members[0].terms
            group = PlannedGroup(orders)
            lines = [line for member in members for line in member.invoiced]
            owners = [member.order for member in members for _ in member.invoiced]
            if len(members) > 1:
                # taxes are rounded for the invoice as a whole
                lines = self.env["fsm.billing.pricing"]._reckon(lines, terms)
            if lines:
                works = list(zip(owners, lines, strict=True))
                group.documents.append(PlannedDocument(orders, terms, works))
            group.documents += [
                PlannedDocument(
                    member.order,
                    member.terms,
                    [(member.order, line) for line in lines],
                    invoice,
                )
                for member in members
                for invoice, lines in member.credited.items()
            ]
            groups.append(group)
        return groups

    @api.model
    def _group_for_invoices(self, priced):
        """Say which orders come on one invoice, as their policies have it.

        :return: list of lists of PricedOrder, in the order of ``priced``
        """
        groups = {}
        for each in priced:
            order = each.order
            lines = each.invoiced
            key = order._get_invoice_grouping_key(each.terms, lines) if lines else order
            groups.setdefault(key, []).append(each)
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
            # a quotation has its own terms
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

    def _prepare_invoice(self, document):
        """:return: values of the draft invoice of these orders"""
        terms, lines = document.terms, document.lines
        # a credit note has positive quantities
        is_credit = self._is_credit(lines, terms)
        sites = self.location_id.partner_id
        references = [ref for ref in self.mapped("customer_reference") if ref]
        return {
            "journal_id": document.journal.id,
            **self._prepare_quotation_values(lines),
            **self._prepare_rate_values(lines, terms),
            "partner_id": terms.partner.id,
            "partner_shipping_id": (sites if len(sites) == 1 else terms.partner).id,
            "fiscal_position_id": terms.fiscal_position.id,
            "ref": ", ".join(dict.fromkeys(references)),
            "invoice_origin": self._get_invoice_origin(lines),
            "invoice_line_ids": self._prepare_invoice_lines(document, is_credit),
        }

    def _prepare_credit_note(self, document):
        """:return: values of a credit note beside those of its invoice"""
        values = {
            "invoice_origin": self._get_invoice_origin(document.lines),
            "delivery_date": max(
                [day for line in document.lines for day in line.dates],
                default=self[0]._get_work_date(),
            ),
        }
        if document.terms.invoice_date:
            values["invoice_date"] = max(
                document.terms.invoice_date, document.credited.invoice_date
            )
        return values

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

    def _prepare_invoice_lines(self, document, is_credit):
        """:return: commands that create sections and lines

        Several orders on one invoice have a section each, and theirs are below it.
        """
        commands = []
        heading = "line_section"
        lines_of = document.get_lines_by_order()
        for order in self:
            lines = lines_of[order]
            if len(self) > 1:
                commands.append(
                    {
                        "display_type": heading,
                        "name": order._get_order_heading(document.terms),
                    }
                )
            commands += order._prepare_order_lines(
                document.terms,
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
            entries = self._prepare_billing_entries(line)
            vals_list.append(
                {
                    **self._prepare_invoice_line(terms, line, is_credit),
                    # what it covers is created with it: other modules may add lines
                    "fsm_billing_entry_ids": list(map(Command.create, entries)),
                }
            )
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
        return values

    def _prepare_billing_entries(self, line):
        """:return: list of values: what an invoice line covers, source by source

        What is taken back on a later visit is credited to the order that billed it.
        """
        orders = line.origin.fsm_billing_entry_ids.order_id if line.origin else self
        order = self if self in orders or not orders else orders[0]
        return [
            {
                "kind": "bill",
                "order_id": order.id,
                item.source._billing_entry_field: item.source.id,
                "quantity": item.billed,
                "qty_exact": item.get_in_unit_of_source(item.quantity),
                "qty_printed": item.get_in_unit_of_source(printed),
            }
            for item, printed in zip(line.items, line.printed, strict=True)
        ]

    def _log_documents(self, groups, moves):
        """Say on the orders which documents they are on; these say so themselves.

        :param list groups: the orders of each of ``moves``
        """
        texts = {}
        for orders, move in zip(groups, moves, strict=True):
            for order in orders:
                texts.setdefault(order.id, []).append(self._get_created_text(move))
        self.browse(texts)._message_log_batch(
            bodies={
                order_id: Markup("<br/>").join(lines)
                for order_id, lines in texts.items()
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
