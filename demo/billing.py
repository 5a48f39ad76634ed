"""Invoices, payments and credit notes, by the clerk."""

from odoo.fields import Command

from .job import TUE


def pay(move, day, share=1.0):
    """Register a payment of a share of what is due."""
    due = move.line_ids.filtered(
        lambda line: line.account_type in ("asset_receivable", "liability_payable")
    )
    # lines as values: a context of its own for each payment would take much longer
    values = {"line_ids": [Command.set(due.ids)], "payment_date": day}
    if share < 1.0:
        values["amount"] = move.currency_id.round(move.amount_residual * share)
    move.env["account.payment.register"].create(values).action_create_payments()


class Billing:
    """Takes the steps of the invoicing procedures."""

    def __init__(self, work):
        clerk = work.ref("res_users_demo_clerk")
        self.env = work.env(user=clerk.id)
        self.work = work
        self.calendar = work.calendar

    def do(self, orders):
        """Invoice the orders as their jobs say; then let time pass.

        :param dict orders: job -> service order
        """
        jobs = {job: order for job, order in orders.items() if job.invoice is not None}
        invoices = self._invoice(jobs)
        posted = [job for job in jobs if job.posted]
        for job in posted:
            invoices[job].invoice_date = self._invoice_day(job)
        contract = self._write_contract()
        self.env["account.move"].union(
            contract, *(invoices[job] for job in posted)
        ).action_post()
        later = [
            (self.calendar.office_day(contract.invoice_date, 29), pay, contract, 1)
        ]
        for job in posted:
            later += self._get_later(job, invoices[job])
        for day, step, move, detail in sorted(later, key=lambda event: event[0]):
            step(move, day, detail)

    def _invoice_day(self, job):
        return self.calendar.office_day(self.calendar.day(job.when), job.invoice)

    def _get_later(self, job, move):
        """:return: list of (day, step, invoice, detail): what follows the invoice"""
        day = move.invoice_date
        events = [
            (self.calendar.office_day(day, days), pay, move, share)
            for days, share in job.paid
        ]
        if job.credit:
            credited = self.calendar.office_day(day, job.credit.days)
            events.append((credited, self._credit, move, job.credit))
        return events

    # --- invoices ---
    def _invoice(self, orders):
        """Create the drafts: from the hours and parts, or from the quotation.

        :return: dict job -> draft invoice
        """
        quoted = {job: order for job, order in orders.items() if order.sale_line_id}
        for order in quoted.values():
            wizard = order.env["sale.advance.payment.inv"].create(
                {
                    "sale_order_ids": order.sale_line_id.order_id.ids,
                    "advance_payment_method": "delivered",
                }
            )
            wizard.create_invoices()
        others = [order.id for job, order in orders.items() if job not in quoted]
        self.env["fsm.order"].browse(others).action_create_invoice()
        return {
            job: order.with_env(self.env).invoice_ids for job, order in orders.items()
        }

    def _write_contract(self):
        """Write an invoice by hand, with no service order behind it."""
        customer = self.work.ref("res_partner_demo_meridian")
        product = self.work.product("contract")
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": customer.id,
                "invoice_date": self.calendar.day((-9, TUE)),
                "invoice_line_ids": [
                    Command.create({"product_id": product.id, "quantity": 2})
                ],
            }
        )

    # --- credit notes ---
    def _credit(self, move, day, credit):
        """Add a credit note to an invoice and confirm it."""
        wizard = self.env["account.move.reversal"].create(
            {
                "move_ids": [Command.set(move.ids)],
                "journal_id": move.journal_id.id,
                "date": day,
                "reason": credit.reason,
                "fsm_work": credit.work,
            }
        )
        if credit.only:
            self._choose(
                wizard, {self.work.product(k): q for k, q in credit.only.items()}
            )
        wizard.action_fsm_confirm()

    def _choose(self, wizard, quantities):
        """Credit only these quantities."""
        for line in wizard.fsm_credit_line_ids:
            line.qty_to_credit = quantities.get(line.move_line_id.product_id, 0.0)
