from datetime import date

from odoo.fields import Command

from .common import InvoicingCommon

MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)


class InterimCommon(InvoicingCommon):
    """Orders that go on for days, under a policy that allows interim invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.interim = "hand"
        cls.callout = cls._create_service("Call-out", 75.0)

    def _create_order_of_days(self, hours, done=False, **values):
        """:return: an order that is not done, with Marc's ``hours``: day -> hours"""
        order = self._create_order(hours=0, parts=0, done=False, **values)
        for day, number in hours.items():
            self._log_hours(order, number, date=day)
        if done:
            order.action_complete()
        return order

    def _bill_interim(self, order, user=None, **choices):
        """:return: the drafts of what is recorded so far"""
        orders = order.with_user(user or self.clerk)
        return orders._create_invoices(interim=True, **choices).with_user(self.clerk)

    def _choose(self, *visits):
        """:return: choice of visits: pairs of an order and a day"""
        return frozenset((order.id, day) for order, day in visits)

    def _open_wizard(self, orders, user=None, **values):
        wizard = self.env["fsm.billing.wizard"].with_user(user or self.clerk)
        return wizard.create({"order_ids": [Command.set(orders.ids)], **values})

    def _get_untaxed(self, order):
        """:return: what all documents of ``order`` come to, before tax"""
        moves = order.invoice_ids.filtered(lambda move: move.state != "cancel")
        return round(sum(moves.mapped("amount_untaxed_signed")), 2)
