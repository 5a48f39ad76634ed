from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import split_every

from .billing_plan import BillingChoices
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
        return self._get_created_action(self._create_invoices())

    def _get_created_action(self, moves):
        """:return: what shows new drafts to whoever created them"""
        if self.env["account.move"].has_access("read"):
            return self._get_invoice_action(moves)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self._get_drafts_text(len(moves)),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _get_drafts_text(self, count):
        """:return: sentence: drafts were created, and who goes on with them"""
        if count == 1:
            return self.env._(
                "One draft invoice was created. An invoicing clerk can review and "
                "confirm it."
            )
        return self.env._(
            "%(count)s draft invoices were created. An invoicing clerk can review and "
            "confirm them.",
            count=count,
        )

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
    def _create_invoices(
        self, grouping=None, detail=None, invoice_date=None, left_out=None
    ):
        """Create one draft invoice per order, and enter it in the billing ledger.

        :param grouping: which orders come on one invoice, in place of what their
            billing policies say; detail: the same for how hours are printed
        :param dict left_out: receives the orders that can't be invoiced, and why;
            without it the first of them stops all
        :return: draft ``account.move`` recordset; credit notes where more parts came
            back than were used
        :raise UserError: if an order can't be invoiced, saying what to do about it
        :raise AccessError: if the user has no right to invoice
        """
        choices = BillingChoices(grouping, detail, invoice_date)
        if left_out is None:
            self._check_billing_access()
            allowed = self
        else:
            allowed = self._get_allowed_to_bill(left_out)
        # sudo: reaches timesheets, parts and invoices of orders on which the right to
        # bill was checked above
        orders = allowed.sudo()._lock_for_billing()
        if left_out is None:
            orders._check_can_be_billed()
        else:
            orders = orders._leave_out_unready(left_out)
        moves = self.env["account.move"]
        for batch in orders._get_billing_batches(choices):
            if len(moves) >= BATCH_SIZE:
                # what was written is not needed any more, and there may be much
                self.env.invalidate_all()
            moves |= batch._bill_batch(choices, left_out)
        if not moves:
            raise UserError(
                next(iter((left_out or {}).values()), None)
                or self._get_nothing_to_invoice_message()
            )
        return moves.with_env(self.env)

    def _get_billing_batches(self, choices):
        """:return: iterator of what is invoiced at once: orders of one company

        Orders that may come on one invoice are never apart.
        """
        for company, orders in self.grouped("company_id").items():
            orders = orders.with_company(company)
            alone = orders.filtered(
                lambda order: (
                    choices.get_grouping(order.billing_policy_id) in (False, "order")
                )
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

    def _bill_batch(self, choices, left_out):
        """:return: drafts of those of these orders that have something to invoice"""
        priced = self.env["fsm.billing.pricing"]._price(self, choices)
        if left_out is not None:
            orders = self._leave_out_unbillable(priced, left_out)
            return orders._create_moves_apart(priced, left_out)
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
        ids = sorted(order.id for order in self if order.id)  # forms have others
        if ids:
            self.env.cr.execute(
                """
                WITH touched AS (
                    SELECT id FROM fsm_order WHERE id = ANY(%s) ORDER BY id FOR UPDATE
                )
                UPDATE fsm_order SET billing_status = billing_status
                  FROM touched WHERE fsm_order.id = touched.id
                """,
                [ids],
            )

    def _check_can_be_billed(self):
        """:raise UserError: naming the first order that can't be invoiced, and why"""
        for order in self:
            obstacle = order._get_billing_obstacle()
            if obstacle:
                raise UserError(obstacle)

    def _is_billable(self, lines):
        """Tell whether ``lines`` make an invoice.

        :raise UserError: if one of them can't be billed
        """
        self.ensure_one()
        problem = self._get_lines_problem(lines)
        if problem:
            raise UserError(
                self.env._("%(order)s: %(problem)s", order=self.name, problem=problem)
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
        if set(orders.mapped("billing_status")) == {"credited"}:
            return self.env._(
                "What was invoiced on %(orders)s is credited in full, and nothing has "
                "been recorded since.",
                orders=names,
            )
        sales = orders.sale_id | orders.sale_line_id.order_id
        services = orders._get_services_undelivered()
        if services:
            return self.env._(
                "The work on %(orders)s is included in quotation %(quotations)s, of "
                "which nothing is to be invoiced now: nothing of %(services)s is "
                "delivered. Enter the delivered quantity there. Mark hours beyond it "
                "as extra work on the Billing tab.",
                orders=names,
                quotations=", ".join(sales.mapped("name")),
                services=", ".join(services.product_id.mapped("name")),
            )
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
            source
            for sources in self._get_billing_sources()
            for source in sources.filtered("qty_to_bill")
            ._leave_out_netted()
            ._sort_for_billing()
        ]

    def _get_billing_sources(self):
        """:return: list of recordsets: the work on these orders, kind by kind"""
        return [
            self[source._billing_order_field]
            for source in self.env["fsm.billing.entry"]._get_source_models()
        ]
