from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import split_every

from .fsm_order import BILLING_GROUP

#: invoices created at once: more are not faster, and take more memory
BATCH_SIZE = 250


class FsmOrder(models.Model):
    _inherit = "fsm.order"

    # --- buttons ---
    def action_create_invoice(self):
        """Create the draft invoices of these orders and show them.

        :return: window action on the drafts, or a notification for a biller who has
            no right to open invoices
        """
        moves = self._create_invoices()
        if self.env["account.move"].has_access("read"):
            return self._get_invoice_action(moves)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(count)s draft invoice(s) created. "
                    "An invoicing clerk can review and confirm them.",
                    count=len(moves),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_view_invoices(self):
        return self._get_invoice_action(self.invoice_ids)

    def _get_invoice_action(self, moves):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        action["context"] = {"default_move_type": "out_invoice"}
        if len(moves) == 1:
            action.update(
                views=[(self.env.ref("account.view_move_form").id, "form")],
                res_id=moves.id,
            )
        else:
            action.update(name=self.env._("Invoices"), domain=[("id", "in", moves.ids)])
        return action

    # --- engine ---
    def _create_invoices(self):
        """Create one draft invoice per order, and enter it in the billing ledger.

        :return: draft ``account.move`` recordset; credit notes where more parts came
            back than were used
        :raise UserError: if an order can't be invoiced, saying what to do about it
        :raise AccessError: if the user has no right to invoice
        """
        self._check_billing_access()
        # sudo: reaches timesheets, parts and invoices of orders on which the right to
        # bill was checked above
        orders = self.sudo()._lock_for_billing()
        orders._check_can_be_billed()
        moves = self.env["account.move"]
        for batch in orders._get_billing_batches():
            if len(moves) >= BATCH_SIZE:
                # what was written is not needed any more, and there may be much
                self.env.invalidate_all()
            moves |= batch._bill_batch()
        if not moves:
            raise UserError(self._get_nothing_to_invoice_message())
        return moves.with_env(self.env)

    def _get_billing_batches(self):
        """:return: iterator of what is invoiced at once: orders of one company"""
        for company, orders in self.grouped("company_id").items():
            for ids in split_every(BATCH_SIZE, orders.ids):
                yield self.browse(ids).with_company(company)

    def _bill_batch(self):
        """:return: drafts of those of these orders that have something to invoice"""
        priced = self.env["fsm.billing.pricing"]._price(self)
        orders = self.filtered(lambda order: order._is_billable(priced[order][1]))
        return orders._create_moves(priced) if orders else self.env["account.move"]

    def _check_billing_access(self):
        """:raise AccessError: if the user may not invoice these orders"""
        self.check_access("write")
        if not (self.env.su or self.env.user.has_group(BILLING_GROUP)):
            raise AccessError(
                self.env._(
                    "You are not allowed to create invoices from service orders. "
                    "Ask an administrator for the right to create them."
                )
            )

    def _lock_for_billing(self):
        """Make everybody else who bills or changes these orders wait for us.

        A plain FOR UPDATE, in the order of ids: who comes second gets a serialization
        error, is repeated by Odoo, and then finds the work billed.
        """
        self.env.flush_all()
        for table, column in (
            ("fsm_order", "id"),
            ("account_analytic_line", "fsm_order_id"),
            ("stock_move", "fsm_order_id"),
        ):
            self.env.cr.execute(
                f"SELECT id FROM {table} WHERE {column} = ANY(%s) "
                "ORDER BY id FOR UPDATE",
                [sorted(self.ids)],
            )
        return self

    def _touch_for_billing(self):
        """Make whoever works on these orders with older figures start again."""
        if self:
            self.env.cr.execute(
                "UPDATE fsm_order SET billing_status = billing_status "
                "WHERE id = ANY(%s)",
                [self.ids],
            )

    def _check_can_be_billed(self):
        """:raise UserError: naming the first order that can't be invoiced, and why"""
        cancelled = self.env.ref("fieldservice.fsm_stage_cancelled")
        for order in self:
            if order.stage_id == cancelled:
                raise UserError(
                    self.env._(
                        "Service order %(order)s is cancelled, and a cancelled order "
                        "is not invoiced. If work was done, reopen and complete it.",
                        order=order.name,
                    )
                )
            if not order.is_invoiceable:
                raise UserError(
                    self.env._(
                        "Service order %(order)s is not done yet. "
                        "Press Complete on it, then create the invoice.",
                        order=order.name,
                    )
                )
            if not order.bill_to_id.active:
                raise UserError(
                    self.env._(
                        "Service order %(order)s has nobody to bill, or a contact that "
                        "is archived. Choose whom to bill on its Billing tab.",
                        order=order.name,
                    )
                )

    def _is_billable(self, lines):
        """Tell whether ``lines`` make an invoice.

        :raise UserError: if one of them can't be billed
        """
        self.ensure_one()
        for line in lines:
            if line.problem:
                raise UserError(
                    self.env._(
                        "%(order)s: %(problem)s", order=self.name, problem=line.problem
                    )
                )
        return bool(lines)

    def _get_nothing_to_invoice_message(self):
        """:return: why there is nothing to invoice, and what to do"""
        orders = self.sudo()  # sudo: names invoices and quotations, no amounts
        names = ", ".join(orders.mapped("name"))
        standing = orders.billing_entry_ids.filtered(lambda entry: entry._is_standing())
        if standing:
            return self.env._(
                "Everything on %(orders)s is invoiced already: see %(invoices)s.",
                orders=names,
                invoices=standing.move_id._get_fsm_names(),
            )
        sales = orders.sale_id | orders.sale_line_id.order_id
        if sales:
            return self.env._(
                "The work on %(orders)s is part of quotation %(quotations)s, "
                "and is invoiced from there.",
                orders=names,
                quotations=", ".join(sales.mapped("name")),
            )
        return self.env._(
            "There is nothing to invoice on %(orders)s. "
            "Log hours or deliver parts on it first.",
            orders=names,
        )

    def _get_open_sources(self):
        """:return: list of the sources of this order that stand on no invoice yet"""
        self.ensure_one()
        return [
            *self.timesheet_ids.filtered("qty_to_bill").sorted(
                lambda line: (line.date, line.id)
            ),
            *self.part_ids.filtered("qty_to_bill"),
        ]

    # --- invoices ---
    def _create_moves(self, priced):
        """Write invoices and ledger; the only place that does.

        :param dict priced: order -> (terms, lines), see ``fsm.billing.pricing``
        """
        journal = self._get_billing_journal()
        vals_list = [order._prepare_invoice(journal, *priced[order]) for order in self]
        self.env["fsm.billing.values"]._complete(
            vals_list,
            [[line.base_line for line in priced[order][1]] for order in self],
        )
        moves = self.env["account.move"].create(vals_list)
        entries = []
        for order, move in zip(self, moves, strict=True):
            terms, lines = priced[order]
            move_lines = move.invoice_line_ids.filtered(
                lambda line: line.display_type == "product"
            ).sorted(lambda line: (line.sequence, line.id))
            for line, move_line in zip(lines, move_lines, strict=True):
                entries += order._prepare_billing_entries(line, move_line)
        self.env["fsm.billing.entry"]._record(entries)
        self._log_invoices(moves)
        return moves

    def _get_billing_journal(self):
        """:return: the sales journal of the company in force"""
        company = self.env.company
        journal = self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(company),
                ("type", "=", "sale"),
            ],
            limit=1,
        )
        if not journal:
            raise UserError(
                self.env._(
                    "Company %(company)s has no sales journal. Create one under "
                    "Invoicing > Configuration > Journals, then press Create invoice "
                    "again.",
                    company=company.display_name,
                )
            )
        return journal

    def _prepare_invoice(self, journal, terms, lines):
        """:return: values of the draft invoice of this order"""
        self.ensure_one()
        # more came back than was used: a credit note, with positive quantities
        is_credit = sum(line.total for line in lines) < 0
        invoice = self._get_invoice_to_credit(lines) if is_credit else None
        return {
            # set off against it when it is posted
            "reversed_entry_id": invoice and invoice.id,
            "move_type": "out_refund" if is_credit else "out_invoice",
            "journal_id": journal.id,
            "company_id": terms.company.id,
            "partner_id": terms.partner.id,
            "partner_shipping_id": terms.site.id,
            "fiscal_position_id": terms.fiscal_position.id,
            "currency_id": terms.currency.id,
            "invoice_origin": self.name,
            "delivery_date": max(day for line in lines for day in line.dates),
            "invoice_line_ids": self._prepare_invoice_lines(terms, lines, is_credit),
        }

    def _get_invoice_to_credit(self, lines):
        """:return: the posted invoice of the parts that came back, if it is one"""
        sources = [item.source for line in lines for item in line.items]
        invoices = self.env["account.move"].union(
            *(source._get_billing_moves_returned() for source in sources)
        )
        invoices = invoices.filtered(lambda move: move.state == "posted")
        return invoices if len(invoices) == 1 else invoices.browse()

    def _prepare_invoice_lines(self, terms, lines, is_credit):
        """:return: commands that create sections and lines"""
        pricing = self.env["fsm.billing.pricing"]
        lang = terms.partner.lang or self.env.lang
        headings = pricing.with_context(lang=lang)._get_sections()
        commands = []
        section = None
        for line in lines:
            if line.section != section:
                section = line.section
                commands.append(
                    {"display_type": "line_section", "name": headings[section]}
                )
            commands.append(self._prepare_invoice_line(terms, line, is_credit))
        return [
            Command.create({"sequence": 10 + index, **vals})
            for index, vals in enumerate(commands)
        ]

    def _prepare_invoice_line(self, terms, line, is_credit):
        """:return: values of one invoice line"""
        return {
            "display_type": "product",
            "product_id": line.product.id,
            "name": self.env["fsm.billing.pricing"]._get_line_name(line, terms),
            "product_uom_id": line.product.uom_id.id,
            "quantity": -line.quantity if is_credit else line.quantity,
            "price_unit": line.price_unit,
            "discount": line.discount,
            "tax_ids": [Command.set(line.taxes.ids)],
            "fsm_order_ids": [Command.set(self.ids)],
        }

    def _prepare_billing_entries(self, line, move_line):
        """:return: list of values: what ``move_line`` covers, source by source"""
        return [
            {
                "kind": "bill",
                "order_id": self.id,
                "move_line_id": move_line.id,
                item.source._billing_entry_field: item.source.id,
                "quantity": item.source.qty_to_bill,
            }
            for item in line.items
        ]

    def _log_invoices(self, moves):
        """Say on both documents where the invoice came from."""
        self._message_log_batch(
            bodies={
                # a draft has no number yet, and will have one
                order.id: self.env._(
                    "%s created from this order",
                    move._get_html_link(title=self.env._("Invoice")),
                )
                for order, move in zip(self, moves, strict=True)
            }
        )
        moves._message_log_batch(
            bodies={
                move.id: self.env._(
                    "Created from service order %s", order._get_html_link()
                )
                for order, move in zip(self, moves, strict=True)
            }
        )
