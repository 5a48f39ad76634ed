from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date, split_every

from ...tools.groups import BILLING_GROUP
from ...tools.notification import notify
from ..drafts.values import BillingPlan, BillingResult
from ..ledger.values import WorkAsked
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
        return notify(self._get_drafts_text(len(moves)), "success", is_sticky=False)

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
    def _create_invoices(self, **choices):
        """Create the drafts of these orders, and enter them in the billing ledger.

        The first order that can't be invoiced stops all.

        :param choices: fields of BillingChoices
        :return: draft ``account.move`` recordset: invoices, and a credit note of each
            invoice of which something was taken back
        :raise UserError: if an order can't be invoiced, saying what to do about it
        :raise AccessError: if the user has no right to invoice
        """
        choices = BillingChoices(**choices)
        self._check_billing_access()
        # sudo: reaches timesheets, parts and invoices of orders on which the right to
        # bill was checked above
        orders = self.sudo()._lock_for_billing()
        for obstacle in orders._get_billing_obstacles(choices.interim).values():
            raise UserError(obstacle)
        moves = self.env["account.move"]
        for plan in orders._get_billing_plans(choices):
            moves |= plan.orders._create_plan(plan)
            self._forget_created(moves)
        if not moves:
            raise UserError(self._get_nothing_to_invoice_message())
        return moves.with_env(self.env)

    def _create_invoices_apart(self, **choices):
        """Create the drafts of those of these orders that can be invoiced.

        :param choices: fields of BillingChoices
        :return: BillingResult: drafts, and which orders were left out and why
        :raise AccessError: if the user may bill none of them
        """
        choices = BillingChoices(**choices)
        forbidden = self._get_forbidden_to_bill()
        # sudo: reaches timesheets, parts and invoices of orders on which the right to
        # bill was checked above
        allowed = self.filtered(lambda order: order not in forbidden).sudo()
        orders = allowed._lock_for_billing()
        obstacles = orders._get_billing_obstacles(choices.interim)
        orders = orders.filtered(lambda order: order not in obstacles)
        result = BillingResult(self.env["account.move"], {**forbidden, **obstacles})
        for plan in orders._get_billing_plans(choices):
            result.add(plan.orders._create_plan_apart(plan))
            self._forget_created(result.moves)
        result.moves = result.moves.with_env(self.env)
        return result

    @api.model
    def _forget_created(self, moves):
        """Empty the cache after many drafts: it is not needed, and may be much."""
        if len(moves) >= BATCH_SIZE:
            self.env.invalidate_all()

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
        plan = BillingPlan(self, choices=choices, together=together)
        self._add_to_plan(plan)
        return plan

    def _add_to_plan(self, plan):
        """Say what these orders of a BillingPlan would be invoiced as."""
        pricing = self.env["fsm.billing.pricing"]
        priced = pricing._price(self, plan.choices, plan.together)
        billable = []
        for order, each in priced.items():
            if each.problem:
                plan.left_out[order] = each.problem
            elif each.lines:
                billable.append(each)
            elif unasked := order._get_unasked_message(plan.choices):
                plan.left_out[order] = unasked
            else:
                plan.empty.append(order)
        journals = None
        refused = self.browse()
        for group in self._plan_documents(billable):
            try:
                for document in group.documents:
                    if not document.credited:
                        journals = journals or self._get_billing_journals()
                        document.journal = self._choose_journal(
                            journals, document.currency
                        )
            except UserError as error:
                plan.refused.update(dict.fromkeys(group.orders, str(error)))
                refused |= group.orders
            else:
                plan.groups.append(group)
        refused._leave_to_others(plan)

    def _leave_to_others(self, plan):
        """Plan anew the orders of a BillingPlan that these, refused, leave more to.

        Lines of a quotation, down payments, and what is to be credited of invoices.
        """
        if not plan.together.give_back(self):
            return
        planned = [group.orders for group in plan.groups]
        waiting = self.browse().union(*plan.left_out, *plan.empty, *planned)
        again = self.browse()
        sharing = self
        while sharing:
            shared = set().union(*(order._get_shared() for order in sharing))
            found = (waiting - again).filtered(
                lambda order, shared=shared: order._get_shared() & shared
            )
            # what is on one invoice with them is planned anew as well
            sharing = found.union(*(orders for orders in planned if orders & found))
            again |= sharing
        plan.together.give_back(again)
        plan.take_out(again)
        (plan.orders & again)._add_to_plan(plan)

    def _get_shared(self):
        """:return: set of the records by which orders share what is billed or credited:
        their quotation, the site, and the customer
        """
        self.ensure_one()
        payer = self.bill_to_id.commercial_partner_id
        return {self._get_quotation(), self.location_id, payer} - {
            self.env["sale.order"]
        }

    def _create_plan(self, plan):
        """Create all of a BillingPlan.

        :return: drafts
        :raise UserError: naming the first order that was left out, and why
        """
        for order, problem in {**plan.left_out, **plan.refused}.items():
            order._raise_problem(problem)
        return self._create_documents(plan.documents)

    def _raise_problem(self, problem):
        """:raise UserError: that says which order has the ``problem``"""
        self.ensure_one()
        raise UserError(
            self.env._("%(order)s: %(problem)s", order=self.name, problem=problem)
        )

    def _create_plan_apart(self, plan):
        """Create what of a BillingPlan can be created.

        :return: BillingResult
        """
        moves = self._create_groups_apart(plan)
        return BillingResult(moves, self._get_left_out(plan))

    @api.model
    def _get_left_out(self, plan):
        """:return: dict order -> why a BillingPlan has no documents of it"""
        empty = {order: order._get_nothing_to_invoice_message() for order in plan.empty}
        return {**plan.left_out, **plan.refused, **empty}

    def _create_groups_apart(self, plan):
        """Create the documents of a BillingPlan; what Odoo refuses is entered there.

        All at once, as that is fast; one by one where one of them is refused, so that
        those after it are planned without it.

        :return: drafts
        """
        moves = self.env["account.move"]
        if len(plan.groups) > 1:
            try:
                with self.env.cr.savepoint():
                    return self._create_documents(plan.documents)
            except UserError:
                moves = moves.browse()  # which of them it is comes out below
        while plan.groups:
            group = plan.groups.pop(0)
            try:
                with self.env.cr.savepoint():
                    moves |= self._create_documents(group.documents)
            except UserError as error:
                plan.refused.update(dict.fromkeys(group.orders, str(error)))
                group.orders._leave_to_others(plan)
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

    def _get_unasked_message(self, asked):
        """:return: why nothing of what is open on this order is among what a WorkAsked
        asks for, and what to do; or ``""``
        """
        self.ensure_one()
        if asked.is_all or not (
            self._get_open_sources() or self._get_lines_quoted_open()
        ):
            return ""
        if not (self.is_invoiceable or self._get_open_sources(WorkAsked(interim=True))):
            return self.env._(
                "What is open on %(order)s is invoiced once it is done: its quotation, "
                "and the fees of the billing policy.",
                order=self.name,
            )
        if asked.visits is not None:
            return self.env._(
                "Nothing of the visits that are ticked is to be invoiced now. Tick "
                "others as well: what takes back open work goes with that work."
            )
        if asked.until:
            return self.env._(
                "What is to be invoiced was done after %(day)s. Choose a later day, or "
                "leave it for the next time.",
                day=format_date(self.env, asked.until),
            )
        return ""

    def _get_billing_plan(self, **choices):
        """Say what :meth:`_create_invoices` would create now; nothing is written.

        :param choices: fields of BillingChoices
        :return: BillingPlan of all of these orders
        """
        choices = BillingChoices(**choices)
        forbidden = self._get_forbidden_to_bill()
        # sudo: reaches timesheets, parts and prices of orders that the user may bill
        orders = self.filtered(lambda order: order not in forbidden).sudo()
        obstacles = orders._get_billing_obstacles(choices.interim)
        orders = orders.filtered(lambda order: order not in obstacles)
        plan = BillingPlan(self, left_out={**forbidden, **obstacles})
        for part in orders._get_billing_plans(choices):
            plan.groups += part.groups
            plan.left_out.update(self._get_left_out(part))
        return plan

    # --- left out ---
    def _get_forbidden_to_bill(self):
        """:return: dict: those of these orders that the user may not change -> why

        :raise AccessError: if the user may bill none at all
        """
        allowed = self._filtered_access("write")
        allowed._check_billing_access()
        reason = self.env._("You may not change this service order.")
        return dict.fromkeys(self - allowed, reason)

    def _get_billing_obstacles(self, interim=False):
        """:return: dict order -> why it can't be invoiced; none of those that can be"""
        obstacles = {order: order._get_billing_obstacle(interim) for order in self}
        return {order: obstacle for order, obstacle in obstacles.items() if obstacle}

    # --- what keeps a service order from being invoiced, in words ---
    def _get_billing_obstacle(self, interim=False):
        """Say what keeps this order from being invoiced.

        :param interim: what is recorded so far is asked for, if it is not done yet
        :return: why it can't be invoiced, and what to do; or ``""``
        """
        self.ensure_one()
        if self._is_cancelled():
            return self.env._(
                "Service order %(order)s is cancelled, and a cancelled order "
                "is not invoiced. If work was done, reopen and complete it.",
                order=self.name,
            )
        if not self.is_invoiceable:
            obstacle = self._get_undone_obstacle(interim)
            if obstacle:
                return obstacle
        if not self.bill_to_id.active:
            return self.env._(
                "Service order %(order)s has nobody to bill, or a contact that "
                "is archived. Choose whom to bill on its Billing tab.",
                order=self.name,
            )
        return ""

    def _get_undone_obstacle(self, interim):
        """:return: why this order, which is not done, can't be invoiced; or ``""``"""
        return self.env._(
            "Service order %(order)s is not done yet. "
            "Press Complete on it, then create the invoice.",
            order=self.name,
        )
