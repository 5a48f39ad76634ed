from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..cost_common import CostCommon


@tagged("post_install", "-at_install")
class TestCostMixed(CostCommon):
    """What a line bills decides its cost: each part at the value it left stock with."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supplier = cls.env["res.partner"].create({"name": "Valve maker"})
        cls.customers = cls.env.ref("stock.stock_location_customers")

    # --- factories ---
    def _move(self, order, quantity, source=None, target=None, owners=(), part=None):
        """Deliver ``quantity`` of a valve from one place to another; return the move.

        :param owners: (quantity, owner) of the pieces, where they are not all ours
        """
        part = part or self.standard
        places = {
            "location_id": (source or self.warehouse.lot_stock_id).id,
            "location_dest_id": (target or self.customers).id,
        }
        move = self.env["stock.move"].create(
            {
                "product_id": part.id,
                "product_uom_qty": quantity,
                "product_uom": part.uom_id.id,
                "picking_type_id": self.warehouse.out_type_id.id,
                "fsm_order_id": order.id,
                **places,
            }
        )
        move._action_confirm()
        move.move_line_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "product_id": part.id,
                        "quantity": pieces,
                        "owner_id": owner and owner.id,
                        **places,
                    }
                )
                for pieces, owner in owners or [(quantity, None)]
            ),
        ]
        move.picked = True
        move._action_done()
        return move

    def _dropship(self, order, quantity, **values):
        return self._move(order, quantity, source=self.supplier_location, **values)

    def _get_cost_lines(self, moves):
        return (
            moves.sudo()
            .line_ids.filtered(lambda line: line.display_type == "cogs")
            .sorted("id")
        )

    # --- dropshipped parts ---
    def test_dropshipped_piece_leaves_the_cost_of_the_others(self):
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 9, product=self.standard)
        self._dropship(order, 1)
        invoice = self._post_invoice(order)
        self.assertEqual(self._product_lines(invoice).quantity, 10)
        self.assertEqual(self._cost(invoice), 360)
        self.assertEqual(self._cost(self._credit(invoice)), -360)

    def test_dropshipped_pieces_alone_cost_no_stock(self):
        order = self._create_order(hours=0, parts=0)
        self._dropship(order, 2)
        invoice = self._post_invoice(order)
        self.assertEqual(self._cost(invoice), 0)
        self.assertEqual(self._cost(self._credit(invoice)), 0)

    def test_dropshipped_piece_under_warranty(self):
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 2, product=self.standard).billing_mode = "warranty"
        self._dropship(order, 1).billing_mode = "warranty"
        self.assertEqual(self._cost(self._post_invoice(order)), 80)

    def test_dropshipped_piece_on_a_line_given_away(self):
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 2, product=self.standard)
        self._dropship(order, 1)
        invoice = self._invoice(order)
        self._product_lines(invoice).quantity = 0
        invoice.action_post()
        self.assertEqual(self._cost(invoice), 80)

    def test_part_that_came_back_beside_a_dropshipped_one(self):
        order = self._create_order(hours=0, parts=0)
        move = self._use_part(order, 3, product=self.standard)
        self._post_invoice(order)
        self._return_part(move, 2)
        self._dropship(order, 1)
        self._post_invoice(order)
        self.assertEqual(self._cost(order.invoice_ids), 40)

    # --- consigned parts ---
    def test_consigned_piece_costs_no_stock(self):
        order = self._create_order(hours=0, parts=0)
        self._move(order, 2, owners=[(1, None), (1, self.supplier)])
        self.assertEqual(self._cost(self._post_invoice(order)), 40)

    def _get_price_at_cost(self, *deliveries):
        """:return: the price of the part, at cost plus 50 %

        :param deliveries: for each delivery, the (quantity, owner) of its pieces
        """
        self.policy.write({"parts_pricing": "cost", "parts_markup": 50})
        order = self._create_order(hours=0, parts=0)
        for owners in deliveries:
            quantity = sum(pieces for pieces, _owner in owners)
            self._move(order, quantity, owners=owners)
        return set(self._product_lines(self._invoice(order)).mapped("price_unit"))

    def test_consigned_piece_is_priced_at_the_cost_of_one(self):
        own_and_consigned = [(1, None), (1, self.supplier)]
        self.assertEqual(self._get_price_at_cost(own_and_consigned), {60})

    def test_consigned_pieces_alone_are_priced_at_the_cost_of_one(self):
        self.assertEqual(self._get_price_at_cost([(2, self.supplier)]), {60})

    def test_dozens_are_priced_at_the_cost_of_one(self):
        self.policy.write({"parts_pricing": "cost", "parts_markup": 50})
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 1, product=self.standard, unit=self.uom_dozen)
        invoice = self._invoice(order)
        self.assertEqual(invoice.amount_untaxed, 12 * 60)

    # --- a product changed on the draft ---
    def test_part_billed_as_a_service_books_its_cost(self):
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 1, product=self.standard)
        invoice = self._invoice(order)
        self._product_lines(invoice).product_id = self.labor
        invoice.action_post()
        self.assertEqual(self._cost(invoice), 40)
        self.assertEqual(
            self._get_cost_lines(invoice).product_id,
            self.standard,
        )
        self.assertEqual(self._cost(self._credit(invoice)), -40)

    def test_part_billed_as_another_books_what_left_stock(self):
        other = self._create_part("Other", 200, 70, categ_id=self.standard.categ_id.id)
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 2, product=self.standard)
        invoice = self._invoice(order)
        self._product_lines(invoice).product_id = other
        invoice.action_post()
        self.assertEqual(self._cost(invoice), 80)
        self.assertEqual(self._get_cost_lines(invoice).product_id, self.standard)
        self.assertEqual(self._cost(self._credit(invoice, {other: 1})), -40)

    def test_part_billed_without_a_product_books_its_cost(self):
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 1, product=self.standard)
        invoice = self._invoice(order)
        self._product_lines(invoice).write({"product_id": False, "name": "Repair"})
        invoice.action_post()
        self.assertEqual(self._cost(invoice), 40)

    def test_hours_billed_as_a_part_cost_no_stock(self):
        order = self._create_order(hours=2, parts=0)
        invoice = self._invoice(order)
        self._product_lines(invoice).product_id = self.standard
        invoice.action_post()
        self.assertEqual(self._cost(invoice), 0)
        self.assertEqual(self._cost(self._credit(invoice)), 0)

    def test_changed_product_on_a_credit_note_takes_back_what_was_booked(self):
        invoice = self._post(self.standard, 2)
        credit = self._reverse(invoice)
        self._product_lines(credit)[1].write(
            {"product_id": self.labor.id, "price_unit": 100}
        )
        credit.action_post()
        self.assertEqual(self._cost(credit), -80)
        self.assertEqual(self._get_cost_lines(credit).product_id, self.standard)

    def test_cost_is_booked_on_the_accounts_of_the_part(self):
        expense = self.copy_account(self.company_data["default_account_expense"])
        self.standard.property_account_expense_id = expense
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 1, product=self.standard)
        invoice = self._invoice(order)
        self._product_lines(invoice).product_id = self.labor
        invoice.action_post()
        self.assertEqual(self._get_cost_lines(invoice)[1].account_id, expense)

    # --- rates ---
    def _set_rates(self, today, later):
        """Let the customer pay in a currency whose rate changes in four days."""
        self.day = fields.Date.today() + timedelta(days=4)
        currency = self.setup_other_currency(
            "EUR",
            rates=[("2016-01-01", today), (self.day, later)],
        )
        self.customer.property_product_pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": currency.id}
        )

    def _post_later(self, invoice):
        with freeze_time(self.day):
            invoice.action_post()
        return invoice

    def test_cost_does_not_follow_the_rate(self):
        self._set_rates(0.5, 0.8)
        order = self._create_order(hours=1, parts=0)
        self._use_part(order, 2, product=self.standard)
        invoice = self._post_later(self._invoice(order))
        self.assertEqual(invoice.invoice_currency_rate, 0.8)
        self.assertEqual(self._cost(invoice), 80)
        credit = self._reverse(invoice, date=self.day)
        self.assertEqual(self._cost(self._post_later(credit)), -80)

    def test_cost_of_work_given_away_does_not_follow_the_rate(self):
        self._set_rates(0.5, 0.8)
        order = self._create_order(hours=1, parts=0)
        self._use_part(order, 2, product=self.standard)
        invoice = self._invoice(order)
        self._product_lines(invoice)[1].quantity = 0
        self.assertEqual(self._cost(self._post_later(invoice)), 80)

    def test_cost_of_a_part_credit_does_not_follow_the_rate(self):
        self._set_rates(0.5, 0.8)
        invoice = self._post(self.standard, 4)
        credit = self._reverse(invoice)
        self._product_lines(credit)[1].quantity = 1
        credit.write({"invoice_date": False})
        self.assertEqual(self._cost(self._post_later(credit)), -40)

    def test_cost_of_a_return_does_not_follow_the_rate(self):
        self._set_rates(0.5, 0.8)
        order = self._create_order(hours=0, parts=0)
        move = self._use_part(order, 3, product=self.standard)
        self._post_invoice(order)
        self._return_part(move, 1)
        credit = self._post_later(self._invoice(order))
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual(self._cost(credit), -40)

    def test_cost_of_a_corrected_invoice_does_not_follow_the_rate(self):
        self._set_rates(0.5, 0.8)
        invoice = self._post(self.standard, 2)
        again = self._reverse(invoice, is_modify=True)
        again.write({"invoice_date": False})
        self._post_later(again)
        self.assertEqual(self._cost(again), 80)
        self.assertEqual(self._cost(again.sudo().fsm_order_ids.invoice_ids), 80)

    def test_cost_of_a_line_by_hand_does_not_follow_the_rate(self):
        self._set_rates(0.5, 0.8)
        order = self._create_order(hours=1, parts=0)
        invoice = self._invoice(order)
        invoice.invoice_line_ids = [
            Command.create({"product_id": self.standard.id, "quantity": 2})
        ]
        self.assertEqual(self._cost(self._post_later(invoice)), 80)

    def test_rate_that_somebody_set_stays(self):
        self._set_rates(0.5, 0.8)
        order = self._create_order(hours=1, parts=0)
        self._use_part(order, 2, product=self.standard)
        invoice = self._invoice(order)
        invoice.invoice_currency_rate = 0.6
        self._post_later(invoice)
        self.assertEqual(invoice.invoice_currency_rate, 0.6)
        self.assertEqual(self._cost(invoice), 80)
