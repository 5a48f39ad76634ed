from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import split_every

from ...tools.groups import BILLING_GROUP
from ..pricing.values import BillingChoices
from .values import BillingPlan

#: invoices created at once: more are not faster, and take more memory
BATCH_SIZE = 250


class FsmOrder(models.Model):
    """Create invoice: from open work to drafts, and which orders are left out."""

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

    # --- engine ---
    def _create_invoices(
        self, grouping=None, detail=None, invoice_date=None, left_out=None
    ):
        """Create the drafts of these orders, and enter them in the billing ledger.

        :param grouping: which orders come on one invoice, in place of what their
            billing policies say; detail: the same for how hours are printed
        :param dict left_out: receives the orders that can't be invoiced, and why;
            without it the first of them stops all
        :return: draft ``account.move`` recordset: invoices, and a credit note of each
            invoice of which something was taken back
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

    def _get_billing_plan(self, **choices):
        """Say what :meth:`_create_invoices` would create now; nothing is written.

        :param choices: see :meth:`_create_invoices`
        :return: BillingPlan
        """
        choices = BillingChoices(**choices)
        plan = BillingPlan()
        orders = self._get_allowed_to_bill(plan.left_out).sudo()
        # sudo: reaches timesheets, parts and prices of orders that the user may bill
        orders = orders._leave_out_unready(plan.left_out)
        for batch in orders._get_billing_batches(choices):
            priced = batch.env["fsm.billing.pricing"]._price(batch, choices)
            batch = batch._leave_out_unbillable(priced, plan.left_out)
            for group in batch._group_with_journal(priced, plan.left_out):
                plan.documents += group._plan_documents(priced)
        return plan

    def _group_with_journal(self, priced, left_out):
        """:return: list of the invoices to come for which there is a journal"""
        journals = None
        found = []
        for group in self._group_for_invoices(priced):
            if all(line.credited for order in group for line in priced[order][1]):
                found.append(group)
                continue
            try:
                journals = journals or self._get_billing_journals()
                self._choose_journal(journals, priced[group[0]][0].currency)
            except UserError as error:
                left_out.update(dict.fromkeys(group, str(error)))
            else:
                found.append(group)
        return found

    # --- left out ---
    def _get_allowed_to_bill(self, left_out):
        """:return: those of these orders that the user may change; others are left out

        :raise AccessError: if he may bill none at all
        """
        allowed = self._filtered_access("write")
        allowed._check_billing_access()
        for order in self - allowed:
            left_out[order] = self.env._("You may not change this service order.")
        return allowed

    def _leave_out_unready(self, left_out):
        """:return: these orders less those that are not done, cancelled and the like"""
        for order in self:
            obstacle = order._get_billing_obstacle()
            if obstacle:
                left_out[order] = obstacle
        return self.filtered(lambda order: order not in left_out)

    def _leave_out_unbillable(self, priced, left_out):
        """:return: these orders without those whose ``priced`` lines make no invoice"""
        for order in self:
            lines = priced[order][1]
            reason = (
                order._get_lines_problem(lines)
                if lines
                else order._get_nothing_to_invoice_message()
            )
            if reason:
                left_out[order] = reason
        return self.filtered(lambda order: order not in left_out)

    def _create_moves_apart(self, priced, left_out):
        """Create the invoices of these orders; leave out those that Odoo refuses.

        All at once, as that is fast; one by one where one of them is refused.

        :return: drafts
        """
        if not self:
            return self.env["account.move"]
        try:
            with self.env.cr.savepoint():
                return self._create_moves(priced)
        except UserError as error:
            groups = self._group_for_invoices(priced)
            if len(groups) == 1:
                left_out.update(dict.fromkeys(self, str(error)))
                return self.env["account.move"]
        moves = self.env["account.move"]
        for group in groups:
            moves |= group._create_moves_apart(priced, left_out)
        return moves

    # --- what keeps a service order from being invoiced, in words ---
    def _get_billing_obstacle(self):
        """:return: why this order can't be invoiced, and what to do; or ``""``"""
        self.ensure_one()
        if self._is_cancelled():
            return self.env._(
                "Service order %(order)s is cancelled, and a cancelled order "
                "is not invoiced. If work was done, reopen and complete it.",
                order=self.name,
            )
        if not self.is_invoiceable:
            return self.env._(
                "Service order %(order)s is not done yet. "
                "Press Complete on it, then create the invoice.",
                order=self.name,
            )
        if not self.bill_to_id.active:
            return self.env._(
                "Service order %(order)s has nobody to bill, or a contact that "
                "is archived. Choose whom to bill on its Billing tab.",
                order=self.name,
            )
        return ""

    def _get_lines_problem(self, lines):
        """:return: what is missing on priced ``lines``, and what to do; or ``""``"""
        return next((line.problem for line in lines if line.problem), "")
