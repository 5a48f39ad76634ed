from odoo.fields import Command
from odoo.tests import tagged

from ..cost_common import CostCommon
from ..credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestCostQuotation(CostCommon, CreditCommon):
    """Parts cost what they were worth when they left stock, quoted or beside it."""

    def _create_sold_order(self, part, quantity):
        """:return: a done order of an approved quotation of ``part``"""
        part.invoice_policy = "delivery"
        sale = self._create_sale(
            part, quantity=quantity, warehouse_id=self.warehouse.id
        )
        sale.action_confirm()
        return self._create_order(hours=0, parts=0, sale_id=sale.id)

    def _deliver(self, sale, quantity):
        """Deliver ``quantity`` of what the sale still waits for."""
        picking = sale.picking_ids.filtered(lambda picking: picking.state != "done")
        picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        picking.with_context(cancel_backorder=False)._action_done()

    def _bill(self, order):
        invoice = self._invoice_of(order)
        invoice.action_post()
        return invoice

    def _receive_layers(self, part):
        self._receive(part, 1, 30)
        self._receive(part, 9, 70)

    def _credit_again(self, invoice, quantity=None):
        """Credit ``quantity``, or all, of ``invoice`` to be billed again."""
        return self._credit(
            invoice,
            quantity and {self._product_lines(invoice).product_id: quantity},
        )

    def test_parts_cost_what_odoo_says_while_costs_stay(self):
        for method in ("standard", "average", "fifo"):
            costs = []
            for is_ours in (True, False):
                part = self._create_valued_part(method)
                if method != "standard":
                    self._receive_layers(part)
                order = self._create_sold_order(part, 3)
                for quantity in (1, 2):
                    self._deliver(order.sale_id, quantity)
                    if is_ours:
                        invoice = self._bill(order)
                    else:
                        invoice = order.sale_id._create_invoices()
                        invoice.action_post()
                    costs.append(self._cost(invoice))
            self.assertEqual(costs[:2], costs[2:], method)
            self.assertTrue(all(costs))

    def test_sales_without_service_orders_cost_what_odoo_says(self):
        self.standard.invoice_policy = "delivery"
        sale = self._create_sale(
            self.standard, quantity=2, warehouse_id=self.warehouse.id
        )
        sale.action_confirm()
        self._deliver(sale, 2)
        self.standard.standard_price = 70
        invoice = sale._create_invoices()
        invoice.action_post()
        self.assertEqual(self._cost(invoice), 140)

    def test_cost_changed_after_delivery_is_not_that_of_the_parts(self):
        for method, change in (
            ("standard", lambda part: setattr(part, "standard_price", 70)),
            ("average", lambda part: setattr(part, "standard_price", 70)),
            ("average", lambda part: self._receive(part, 50, 100)),
            ("fifo", lambda part: self._receive(part, 50, 100)),
        ):
            part = self._create_valued_part(method)
            if method != "standard":
                self._receive(part, 5, 40)
            order = self._create_sold_order(part, 4)
            self._deliver(order.sale_id, 2)
            change(part)
            first = self._bill(order)
            credit = self._credit_again(first)
            again = self._bill(order)
            documents = first, credit, again
            self.assertEqual(
                [self._cost(document) for document in documents], [80, -80, 80], method
            )

    def test_part_billed_again_alone_costs_its_share(self):
        self._receive(self.average, 5, 10)
        order = self._create_sold_order(self.average, 2)
        self._deliver(order.sale_id, 2)
        first = self._bill(order)
        self.average.standard_price = 33
        self.assertEqual(self._cost(self._credit_again(first, 1)), -10)
        self.assertEqual(self._cost(self._bill(order)), 10)

    def test_part_refunded_stays_booked(self):
        self._receive(self.average, 5, 10)
        order = self._create_sold_order(self.average, 3)
        self._deliver(order.sale_id, 2)
        first = self._bill(order)
        credit = self._confirm(first, {self.average: (1, "refund")})
        self.assertEqual(self._cost(credit), 0)
        self._receive(self.average, 7, 50)
        self._deliver(order.sale_id, 1)
        self.assertEqual(self._cost(self._bill(order)), 38)

    def test_part_sent_again_costs_what_it_is_worth_then(self):
        self._receive(self.average, 5, 10)
        order = self._create_sold_order(self.average, 1)
        self._deliver(order.sale_id, 1)
        costs = [self._cost(self._bill(order))]
        back = self._return_part(order.sale_id.picking_ids.move_ids)
        costs.append(self._cost(self._bill(order)))
        self._receive(self.average, 5, 60)
        again = self._return_part(back)
        costs.append(self._cost(self._bill(order)))
        self.assertEqual(costs, [10, -10, 35])
        self.assertEqual(again.value, 35)

    def test_part_invoiced_before_it_is_delivered_costs_what_it_is_worth_today(self):
        for method in ("standard", "average", "fifo"):
            part = self._create_valued_part(method)
            if method != "standard":
                self._receive(part, 5, 40)
            order = self._create_sold_order(part, 2)
            part.invoice_policy = "order"
            first = self._bill(order)
            self.assertEqual(self._cost(self._credit_again(first)), -80)
            if method == "fifo":
                self._deliver(order.sale_id, 2)
                self._receive(part, 50, 70)
            elif method == "average":
                self._receive(part, 5, 100)  # ten, worth 70 each on average
            again = self._bill(order)
            self.assertEqual(
                self._cost(again), 140 if method == "average" else 80, method
            )

    def test_part_of_a_quotation_that_is_printed_as_a_service(self):
        order = self._create_sold_order(self.standard, 2)
        self._deliver(order.sale_id, 2)
        order.with_user(self.clerk).action_create_invoice()
        service = self.env["product.product"].create(
            {"name": "Lump sum", "type": "service"}
        )
        order.invoice_ids.invoice_line_ids.product_id = service
        order.invoice_ids.action_post()
        self.assertEqual(self._cost(order.invoice_ids), 80)

    def test_parts_sold_by_the_dozen(self):
        part = self.average
        self._receive(part, 60, 10)
        order = self._create_sold_order(part, 1)
        line = order.sale_id.order_line
        order.sale_id.order_line = [
            Command.create(
                {
                    "product_id": part.id,
                    "product_uom_qty": 2,
                    "product_uom_id": self.env.ref("uom.product_uom_dozen").id,
                }
            )
        ]
        for picking in order.sale_id.picking_ids:
            for move in picking.move_ids:
                move.quantity = move.product_uom_qty
            picking.move_ids.picked = True
            picking._action_done()
        self.assertEqual(line.qty_delivered, 1)
        first = self._bill(order)
        self.assertEqual(self._cost(first), 250)
        part.standard_price = 20
        self.assertEqual(self._cost(self._credit_again(first)), -250)
        self.assertEqual(self._cost(self._bill(order)), 250)

    def test_extra_parts_of_the_same_product_stay_apart(self):
        self._receive_layers(self.fifo)
        order = self._create_sold_order(self.fifo, 3)
        sale = order.sale_id
        self._deliver(sale, 1)
        self._use_part(order, 1, product=self.fifo)
        first = self._bill(order)
        self.assertEqual(self._product_lines(first).mapped("quantity"), [1, 1])
        self.assertEqual(self._cost(first), 30 + 70)
        self._deliver(sale, 2)
        second = self._bill(order)
        self.assertEqual(self._product_lines(second).quantity, 2)
        self.assertEqual(self._cost(second), 140)

    def test_credit_takes_back_the_cost_of_each_line(self):
        self._receive_layers(self.fifo)
        order = self._create_sold_order(self.fifo, 1)
        self._deliver(order.sale_id, 1)
        self._use_part(order, 2, product=self.fifo)
        invoice = self._bill(order)
        self.assertEqual(self._cost(invoice), 30 + 140)
        quoted, extra = self._product_lines(invoice)
        credit = self._reverse(invoice)
        self._product_lines(credit).filtered(
            lambda line: line.fsm_credited_line_id == quoted
        ).unlink()
        self._product_lines(credit).quantity = 1
        credit.action_post()
        self.assertEqual(credit.invoice_line_ids.fsm_credited_line_id & extra, extra)
        self.assertEqual(self._cost(credit), -70)

    def test_credit_in_full_takes_back_all_of_it(self):
        self._receive_layers(self.fifo)
        order = self._create_sold_order(self.fifo, 1)
        self._deliver(order.sale_id, 1)
        self._use_part(order, 2, product=self.fifo)
        credit = self._credit(self._bill(order))
        self.assertEqual(self._cost(credit), -170)

    def test_quoted_part_of_quantity_zero_can_be_posted(self):
        self._receive_layers(self.fifo)
        order = self._create_sold_order(self.fifo, 2)
        self._deliver(order.sale_id, 2)
        self._log_hours(order, 1, fsm_is_extra=True)
        order.with_user(self.clerk).action_create_invoice()
        invoice = order.invoice_ids
        invoice.invoice_line_ids.filtered("sale_line_ids").quantity = 0
        invoice.action_post()
        self.assertEqual(invoice.amount_untaxed, 60)
        self.assertEqual(self._cost(invoice), 0)

    # --- pieces that cost no stock ---
    def _deliver_from_elsewhere(self, order, quantity):
        """Deliver what the sale waits for from the supplier to the customer."""
        line = order.sale_id.order_line
        move = self.env["stock.move"].create(
            {
                "product_id": line.product_id.id,
                "product_uom_qty": quantity,
                "location_id": self.supplier_location.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "picking_type_id": self.warehouse.out_type_id.id,
                "sale_line_id": line.id,
                "fsm_order_id": order.id,
            }
        )
        move._action_confirm()
        move.quantity = quantity
        move.picked = True
        move._action_done()
        self.assertTrue(move.is_dropship)

    def test_dropshipped_piece_leaves_the_cost_of_the_others(self):
        for method in ("standard", "average", "fifo"):
            part = self._create_valued_part(method)
            if method != "standard":
                self._receive(part, 20, 40)
            order = self._create_sold_order(part, 12)
            self._deliver(order.sale_id, 9)
            self._deliver_from_elsewhere(order, 1)
            invoice = self._bill(order)
            self.assertEqual(invoice.amount_untaxed, 1000)
            self.assertEqual(self._cost(invoice), 360, method)
            self._deliver(order.sale_id, 2)
            self.assertEqual(self._cost(self._bill(order)), 80, method)
