from odoo import models
from odoo.fields import Command
from odoo.tools import split_every

#: orders on one invoice of a run: 500 of 6 lines take half a minute each to create and
#: to confirm, and Odoo's server ends what takes longer than two
MAX_TOGETHER = 500


class FsmOrder(models.Model):
    """Orders that are invoiced in the background."""

    _inherit = "fsm.order"

    def action_complete(self):
        res = super().action_complete()
        self._wake_schedule()
        return res

    def _wake_schedule(self):
        """Have those of these orders invoiced that are when they are done."""
        # sudo: technicians may not read how work is invoiced
        moments = self.sudo().billing_policy_id.mapped("moment")
        if "done" in moments:
            self.env["fsm.billing.policy"]._trigger()

    def _create_documents(self, documents):
        moves = super()._create_documents(documents)
        orders = self.browse().union(*(document.orders for document in documents))
        self.env["fsm.billing.run.line"]._close_invoiced(orders)
        return moves

    # --- what rooms above have to say ---
    def _get_run_waiting(self):
        """Say which of these orders no run takes up, by what is known of them.

        :return: dict order -> why, and what to do
        """
        return {}

    def _leave_waiting(self):
        """:return: those of these orders that a run takes up"""
        waiting = self._get_run_waiting()
        return self.filtered(lambda order: order not in waiting)

    def _get_run_left_out(self, waiting):
        """:return: in words how many of these orders are ``waiting``, or ``""``"""
        busy = self._get_run_busy()
        if not busy:
            return ""
        return self.env._(
            "%(count)s are being invoiced by %(runs)s already.",
            count=len(busy),
            runs=", ".join(sorted(set(busy.values()))),
        )

    def _get_run_busy(self):
        """:return: dict: those of these orders that a run is about to invoice -> its
        name
        """
        # sudo: whoever asks was let to the orders
        lines = self.env["fsm.billing.run.line"].sudo()._get_busy(self)
        return {
            order: line.run_id.name for line in lines for order in line.order_ids & self
        }

    def _get_run_stops(self):
        """Say of which of these orders no run sends an invoice.

        :return: dict order -> why, and what to do
        """
        return {}

    def _get_run_obstacles(self):
        """Say which of these orders nobody invoices unseen, after a look at them.

        :return: dict order -> why, and what to do
        """
        return {}

    # --- in the dialog and on schedules ---
    def _get_unreachable_payers(self):
        """:return: who pays for these orders by e-mail, and has no address"""
        # sudo: whoever bills an order sees whom it is billed to
        Move = self.env["account.move"].sudo()
        payers = self.sudo().grouped(lambda order: (order.bill_to_id, order.company_id))
        moves = [
            Move.new(
                {
                    "move_type": "out_invoice",
                    "partner_id": payer.id,
                    "company_id": company.id,
                }
            )
            for payer, company in payers
        ]
        return Move.union(*moves)._get_fsm_unreachable().partner_id

    def _get_counts_by_customer(self):
        """:return: dict customer -> number of these orders, the most first"""
        # sudo: whoever bills an order sees whom it is billed to
        counts = {
            partner: len(orders)
            for partner, orders in self.sudo().grouped("bill_to_id").items()
        }
        return dict(sorted(counts.items(), key=lambda item: -item[1]))

    def _has_work_to_invoice(self, choices):
        """:return: whether something that is asked for is on no invoice yet"""
        return any(
            order._has_work_asked(choices)
            if order.billing_status == "to_invoice"
            else choices.interim and order._has_interim_work(choices)
            for order in self
        )

    def _has_work_asked(self, asked):
        """:return: whether something open on this done order is asked for"""
        return (
            asked.is_all
            or bool(self._get_open_sources(asked))
            or (self._is_order_asked(asked) and bool(self._get_lines_quoted_open()))
        )

    # --- lines ---
    def _prepare_run_lines(self, grouping=None):
        """Say which lines a run of these orders has, before anything is priced.

        :param grouping: which orders come on one invoice, in place of the policies
        :return: list of commands; what may come on one invoice is on one line, unless
            it is more than the server makes in the time that it allows
        """
        packets = {}
        for order in self.sorted(lambda order: order.bill_to_id.display_name or ""):
            packets.setdefault(order._get_run_packet(grouping), []).append(order.id)
        orders = self.browse
        return [
            Command.create(
                {
                    "sequence": index,
                    "partner_id": orders(ids[0]).bill_to_id.id,
                    "order_ids": [Command.set(ids)],
                }
            )
            for index, ids in enumerate(
                part
                for ids in packets.values()
                for part in split_every(MAX_TOGETHER, ids)
            )
        ]

    def _get_run_packet(self, grouping):
        """:return: what orders have in common that may come on one invoice"""
        self.ensure_one()
        grouping = grouping or self.billing_policy_id.grouping
        if grouping in (False, "order"):
            return self.id
        if grouping == "reference" and not self.customer_reference:
            return self.id
        return (
            self.bill_to_id.id,
            self.location_id.partner_id.id if grouping == "site" else None,
            self.customer_reference if grouping == "reference" else None,
        )
