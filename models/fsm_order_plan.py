from odoo import models
from odoo.exceptions import UserError

from .billing_plan import BillingChoices, BillingPlan, PlannedInvoice


class FsmOrder(models.Model):
    """Which invoices several orders would make, and which of them are left out."""

    _inherit = "fsm.order"

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
            plan.invoices += [
                group._plan_invoice(priced)
                for group in batch._group_with_journal(priced, plan.left_out)
            ]
        return plan

    def _plan_invoice(self, priced):
        """:return: PlannedInvoice of these orders, which come on one invoice"""
        terms = priced[self[0]][0]
        lines = [line for order in self for line in priced[order][1]]
        if len(self) > 1:
            # taxes are rounded for the invoice as a whole
            self.env["fsm.billing.pricing"]._set_subtotals(lines, terms)
        return PlannedInvoice(
            orders=self,
            terms=terms,
            lines=lines,
            untaxed=terms.currency.round(sum(line.subtotal for line in lines)),
            total=terms.currency.round(sum(line.total for line in lines)),
        )

    def _group_with_journal(self, priced, left_out):
        """:return: list of the invoices to come for which there is a journal"""
        journals = None
        found = []
        for group in self._group_for_invoices(priced):
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
