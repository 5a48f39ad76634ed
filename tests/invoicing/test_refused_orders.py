from odoo.exceptions import UserError
from odoo.tests import tagged

from ..quotation_common import QuotationCommon


@tagged("post_install", "-at_install")
class TestRefusedOrders(QuotationCommon):
    """An order that can't be invoiced leaves what it shares to those after it."""

    def _refuse(self, *orders):
        """Let Odoo refuse the documents of each of ``orders``, as a module may do."""
        Order = type(self.env["fsm.order"])
        create = Order._create_documents

        def _create_documents(self, documents):
            for document in documents:
                if document.orders & self.browse().union(*orders):
                    raise UserError("The customer is blocked.")
            return create(self, documents)

        self.patch(Order, "_create_documents", _create_documents)

    def _press(self, orders, **choices):
        """:return: drafts of ``orders``, and dict order -> why it was left out"""
        result = orders.with_user(self.clerk)._create_invoices_apart(**choices)
        self.assertLedgerHolds(orders)
        return result.moves, result.left_out

    def _sell_visits(self, count=3, *others):
        """:return: a quotation of visits at 300.00, and its orders, completed"""
        sale = self._confirm_quotation(*[self.service_per_line] * count, *others)
        orders = sale.order_line.fsm_order_id.sorted("id")
        orders.action_complete()
        return sale, orders

    def _without_journal(self, order):
        """Let no journal fit the currency in which ``order`` is invoiced."""
        own = self.company.currency_id
        other = self.setup_other_currency("CAD", rates=[("2016-01-01", 2.0)])
        journals = self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", self.company.id)]
        )
        journals.currency_id = own
        pricelist = self.env["product.pricelist"].create(
            {"name": "CAD", "currency_id": other.id}
        )
        order.sale_id = self._create_sale(self.labor, pricelist_id=pricelist.id)

    def test_down_payment_is_deducted_by_the_next(self):
        sale, orders = self._sell_visits()
        self._pay_in_advance(sale, 460)
        self._refuse(orders[0])
        moves, left_out = self._press(orders)
        self.assertEqual(list(left_out), [orders[0]])
        self.assertEqual(moves.mapped("amount_untaxed"), [0, 200])

    def test_shared_line_is_billed_by_the_next(self):
        _sale, orders = self._sell_visits(3, self.sold_at_once)
        self._refuse(orders[0])
        moves, _left_out = self._press(orders)
        self.assertEqual(moves.mapped("amount_untaxed"), [800, 300])

    def test_several_that_are_refused(self):
        sale, orders = self._sell_visits(4, self.sold_at_once)
        self._pay_in_advance(sale, 460)
        self._refuse(orders[0], orders[2])
        moves, left_out = self._press(orders)
        self.assertEqual(list(left_out), [orders[0], orders[2]])
        self.assertEqual(moves.mapped("amount_untaxed"), [400, 300])

    def test_part_is_credited_by_the_next(self):
        invoice = self._post_invoice(self._create_order(hours=0, parts=1))
        orders = self._create_order(hours=1, parts=0) | self._create_order(1, 0)
        for order in orders:
            self._receive_part(order)
        self._refuse(orders[0])
        moves, left_out = self._press(orders)
        self.assertEqual(list(left_out), [orders[0]])
        credit = moves.filtered("reversed_entry_id")
        self.assertEqual(credit.reversed_entry_id, invoice)
        self.assertEqual(credit.fsm_order_ids, invoice.fsm_order_ids)
        entries = credit.sudo().line_ids.fsm_billing_entry_ids
        self.assertEqual(entries.stock_move_id.fsm_order_id, orders[1])

    def test_order_that_had_nothing_left_is_invoiced(self):
        sale, orders = self._sell_visits(1, self.sold_at_once)
        other = self._create_order(hours=0, parts=0, sale_id=sale.id)
        self._refuse(orders[0])
        moves, left_out = self._press(orders | other)
        self.assertEqual(moves.fsm_order_ids, other)
        self.assertEqual(moves.amount_untaxed, 500)
        self.assertEqual(list(left_out), [orders[0]])

    def test_orders_on_one_invoice_with_the_next_stay_there(self):
        invoice = self._post_invoice(self._create_order(hours=0, parts=1))
        refused, second, third = (self._create_order(1, 0) for _visit in range(3))
        for order in (refused, second):
            self._receive_part(order)
        self.policy.grouping = "customer"
        refused.bill_to_id = self.env["res.partner"].create(
            {"name": "Office", "parent_id": self.customer.id, "type": "invoice"}
        )
        self._refuse(refused)
        moves, _left_out = self._press(refused | second | third)
        self.assertEqual(
            [move.fsm_order_ids for move in moves],
            [second | third, invoice.fsm_order_ids],
        )

    def test_order_without_a_journal_leaves_it_in_the_preview_too(self):
        invoice = self._post_invoice(self._create_order(hours=0, parts=1))
        orders = self._create_order(hours=1, parts=0) | self._create_order(1, 0)
        for order in orders:
            self._receive_part(order)
        self._without_journal(orders[0])
        plan = orders.with_user(self.clerk)._get_billing_plan()
        self.assertEqual(list(plan.left_out), [orders[0]])
        self.assertEqual(
            [(document.orders, document.credited) for document in plan.documents],
            [(orders[1], None), (orders[1], invoice)],
        )
