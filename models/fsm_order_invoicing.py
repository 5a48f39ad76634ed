from odoo import models
from odoo.exceptions import AccessError, UserError
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
        """:return: iterator of what is invoiced at once: orders of one company

        Orders that may come on one invoice are never apart.
        """
        for company, orders in self.grouped("company_id").items():
            orders = orders.with_company(company)
            alone = orders.filtered(
                lambda order: order.billing_policy_id.grouping in (False, "order")
            )
            for ids in split_every(BATCH_SIZE, alone.ids):
                yield orders.browse(ids)
            batch = orders.browse()
            for together in (orders - alone).grouped("bill_to_id").values():
                batch |= together
                if len(batch) >= BATCH_SIZE:
                    yield batch
                    batch = orders.browse()
            if batch:
                yield batch

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
        sources = self.env["fsm.billing.entry"]._get_source_models()
        for table, column in (
            ("fsm_order", "id"),
            *((model._table, "fsm_order_id") for model in sources),
        ):
            self.env.cr.execute(
                f"SELECT id FROM {table} WHERE {column} = ANY(%s) "
                "ORDER BY id FOR UPDATE",
                [sorted(self.ids)],
            )
        lines = (self.sale_id | self.sale_line_id.order_id).order_line
        if lines:
            lines._lock_for_billing()
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
        invoices = orders._get_standing_invoices()
        if invoices:
            return self.env._(
                "Everything on %(orders)s is invoiced already: see %(invoices)s.",
                orders=names,
                invoices=invoices._get_fsm_names(),
            )
        sales = orders.sale_id | orders.sale_line_id.order_id
        if sales:
            return self.env._(
                "The work on %(orders)s is included in quotation %(quotations)s, of "
                "which nothing is to be invoiced now. Mark hours beyond it as extra "
                "work on the Billing tab.",
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
            *self.charge_ids.filtered("qty_to_bill"),
        ]

    def _has_open_work(self):
        """:return: True if something recorded stands on no invoice"""
        self.ensure_one()
        if any(
            source.qty_to_bill for source in (*self.timesheet_ids, *self.charge_ids)
        ):
            return True
        return bool(self._get_lines_quoted_open()) or self._has_open_parts()

    def _has_open_parts(self):
        """:return: True if parts used and returned leave something to bill"""
        self.ensure_one()
        has_other_prices = False
        parts = self.part_ids.filtered("qty_to_bill")
        for product, moves in parts.grouped("product_id").items():
            rest = sum(
                move._convert_billing_quantity(move.qty_to_bill, product.uom_id)
                for move in moves
            )
            if abs(rest) > 1e-6:
                return True
            # One came back after it was billed, and another took its place: it may be
            # under warranty, or have another price.
            deliveries = {move._get_first_delivery() for move in moves}
            has_other_prices = has_other_prices or len(deliveries) > 1
        if not has_other_prices:
            return False
        order = self.sudo()  # sudo: whoever records work may not read what prices it
        _terms, lines = order.env["fsm.billing.pricing"]._price(order)[order]
        return any(line.section == "parts" for line in lines)
