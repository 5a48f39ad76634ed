from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import split_every

from ...tools.groups import BILLING_GROUP
from ..drafts.values import BillingPlan
from ..pricing.values import BilledTogether, BillingChoices

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
            return self.env._("The office has the draft, and confirms it.")
        return self.env._(
            "The office has the %(count)s drafts, and confirms them.", count=count
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
        for plan in orders._get_billing_plans(choices):
            if left_out is None:
                moves |= plan.orders._create_plan(plan)
            else:
                moves |= plan.orders._create_plan_apart(plan, left_out)
            if len(moves) >= BATCH_SIZE:
                # what was written is not needed any more, and there may be much
                self.env.invalidate_all()
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

    def _get_billing_plans(self, choices):
        """Say what these orders, which are ready, would be invoiced as.

        :return: iterator of BillingPlan, one for what is created at once
        """
        together = BilledTogether()
        for batch in self._get_billing_batches(choices):
            yield batch._plan_billing(choices, together)

    def _plan_billing(self, choices, together):
        """:return: BillingPlan of these orders of one company"""
        plan = BillingPlan(self)
        priced = self.env["fsm.billing.pricing"]._price(self, choices, together)
        billable = []
        for order, each in priced.items():
            if each.problem:
                plan.left_out[order] = each.problem
            elif each.lines:
                billable.append(each)
            else:
                plan.empty.append(order)
        journals = None
        for group in self._plan_documents(billable):
            try:
                for document in group.documents:
                    if not document.credited:
                        journals = journals or self._get_billing_journals()
                        document.journal = self._choose_journal(
                            journals, document.currency
                        )
            except UserError as error:
                plan.left_out.update(dict.fromkeys(group.orders, str(error)))
            else:
                plan.groups.append(group)
        return plan

    def _create_plan(self, plan):
        """Create all of a BillingPlan.

        :return: drafts
        :raise UserError: naming the first order that was left out, and why
        """
        for order, problem in plan.left_out.items():
            order._raise_problem(problem)
        return self._create_documents(plan.documents)

    def _raise_problem(self, problem):
        """:raise UserError: that says which order has the ``problem``"""
        self.ensure_one()
        raise UserError(
            self.env._("%(order)s: %(problem)s", order=self.name, problem=problem)
        )

    def _create_plan_apart(self, plan, left_out):
        """Create what of a BillingPlan can be created.

        :param dict left_out: receives the other orders, and why
        :return: drafts
        """
        left_out.update(self._get_left_out(plan))
        return self._create_groups_apart(plan.groups, left_out)

    @api.model
    def _get_left_out(self, plan):
        """:return: dict order -> why a BillingPlan has no documents of it"""
        empty = {order: order._get_nothing_to_invoice_message() for order in plan.empty}
        return {**plan.left_out, **empty}

    def _create_groups_apart(self, groups, left_out):
        """Create the documents of these PlannedGroup; leave out what Odoo refuses.

        All at once, as that is fast; one by one where one of them is refused.

        :return: drafts
        """
        moves = self.env["account.move"]
        if not groups:
            return moves
        documents = [document for group in groups for document in group.documents]
        try:
            with self.env.cr.savepoint():
                return self._create_documents(documents)
        except UserError as error:
            if len(groups) == 1:
                left_out.update(dict.fromkeys(groups[0].orders, str(error)))
                return moves
        for group in groups:
            moves |= self._create_groups_apart([group], left_out)
        return moves

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
        :return: BillingPlan of all of these orders
        """
        plan = BillingPlan(self)
        # sudo: reaches timesheets, parts and prices of orders that the user may bill
        orders = self._get_allowed_to_bill(plan.left_out).sudo()
        orders = orders._leave_out_unready(plan.left_out)
        for part in orders._get_billing_plans(BillingChoices(**choices)):
            plan.groups += part.groups
            plan.left_out.update(self._get_left_out(part))
        return plan

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
