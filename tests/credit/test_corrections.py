from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestCorrections(InvoicingCommon):
    """Wrong amounts, wrong documents and other roads around the ledger."""

    def _draft_credit(self, order, **values):
        """Post the invoice of ``order`` and open a draft credit note for it."""
        invoice = self._post_invoice(order)
        return invoice, self._reverse(invoice, **values)

    def _line(self, move, product):
        return self._product_lines(move).filtered(
            lambda line: line.product_id == product
        )

    # --- price ---
    def test_lower_price_on_a_credit_note_opens_no_work(self):
        order = self._create_order(hours=8, parts=0)
        _invoice, credit = self._draft_credit(order)
        self._line(credit, self.labor).price_unit = 5.0
        credit.action_post()
        self.assertEqual(order.timesheet_ids.qty_billed, 8)

    def test_price_corrected_leaves_the_rest_to_credit(self):
        order = self._create_order(hours=8, parts=0)
        invoice, correction = self._draft_credit(order)
        self._line(correction, self.labor).price_unit = 10.0
        correction.action_post()
        rest = self._reverse(invoice, fsm_work="refund")
        self._line(rest, self.labor).price_unit = 50.0
        rest.action_post()
        self.assertEqual(order.billing_status, "credited")

    def test_work_credited_at_the_price_that_is_left_is_open_again(self):
        order = self._create_order(hours=8, parts=0)
        invoice, correction = self._draft_credit(order)
        self._line(correction, self.labor).price_unit = 10.0
        correction.action_post()
        rest = self._reverse(invoice)
        self._line(rest, self.labor).price_unit = 50.0
        rest.action_post()
        self.assertEqual(order.timesheet_ids.qty_to_bill, 8)

    def test_price_above_the_invoice_is_refused(self):
        order = self._create_order(hours=8, parts=0)
        _invoice, credit = self._draft_credit(order)
        self._line(credit, self.labor).write({"quantity": 1, "price_unit": 6000})
        with self.assertRaisesRegex(UserError, "Correct the quantity or the price"):
            credit.action_post()

    def test_line_typed_by_hand_counts_as_credit(self):
        order = self._create_order(hours=8, parts=0)
        invoice, credit = self._draft_credit(order)
        self._retype(credit)
        credit.action_post()
        again = self._reverse(invoice)
        self._retype(again)
        with self.assertRaisesRegex(UserError, "Correct the credit note"):
            again.action_post()

    def test_invoice_credited_by_hand_is_credited_not_paid(self):
        order = self._create_order(hours=8, parts=0)
        _invoice, credit = self._draft_credit(order)
        self._retype(credit)
        credit.action_post()
        self.assertEqual(order.billing_status, "credited")

    def _retype(self, credit):
        """Replace the lines carried over by one typed by hand for the same amount."""
        credit.invoice_line_ids.unlink()
        credit.invoice_line_ids = [
            Command.create({"name": "Labor", "quantity": 8, "price_unit": 60.0})
        ]
        credit.invoice_line_ids.tax_ids = self.tax_sale_a

    # --- documents ---
    def test_line_with_a_draft_credit_note_stays(self):
        order = self._create_order()
        invoice, credit = self._draft_credit(order)
        invoice.button_draft()
        with self.assertRaisesRegex(UserError, "Delete that credit note first"):
            self._line(invoice, self.labor).unlink()
        credit.unlink()
        self._line(invoice, self.labor).unlink()
        self.assertFalse(order.timesheet_ids.qty_billed)

    def test_draft_cannot_be_turned_into_a_credit_note(self):
        invoice = self._invoice(self._create_order())
        with self.assertRaisesRegex(UserError, "another kind of document"):
            invoice.action_switch_move_type()

    def test_line_of_an_order_stays_on_its_document(self):
        invoice = self._invoice(self._create_order())
        other = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.customer.id}
        )
        with self.assertRaisesRegex(UserError, "stays on"):
            self._line(invoice, self.labor).move_id = other

    def test_order_credited_in_full_may_be_cancelled(self):
        order = self._create_order()
        _invoice, credit = self._draft_credit(order)
        credit.action_post()
        order.with_user(self.dispatcher).action_cancel()
        self.assertEqual(
            order.stage_id, self.env.ref("fieldservice.fsm_stage_cancelled")
        )

    # --- parts ---
    def test_parts_of_two_orders_on_one_transfer_stay_apart(self):
        orders = self._create_order(hours=0, parts=0) | self._create_order(
            hours=0, parts=0
        )
        places = {
            "location_id": self.warehouse.lot_stock_id.id,
            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
        }
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                **places,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.pump.id,
                            "product_uom_qty": 1,
                            "product_uom": self.pump.uom_id.id,
                            "fsm_order_id": order.id,
                            **places,
                        }
                    )
                    for order in orders
                ],
            }
        )
        self._validate(picking)
        self.assertEqual(
            [sum(o.part_ids.mapped("qty_to_bill")) for o in orders], [1, 1]
        )

    def test_stock_location_of_the_site_changed_later_changes_nothing(self):
        order = self._create_order(hours=0, parts=1)
        self.env.flush_all()
        self.site.inventory_location_id = self.warehouse.lot_stock_id
        self.assertEqual(order.part_ids.qty_to_bill, 1)

    def test_billed_transfer_stays_on_its_order(self):
        order = self._create_order()
        self._invoice(order)
        other = self._create_order(hours=0, parts=0)
        with self.assertRaisesRegex(UserError, "can't be changed"):
            order.part_ids.picking_id.fsm_order_id = other

    def test_refund_leaves_the_cost_of_parts_that_stay(self):
        self.pump.categ_id.property_valuation = "real_time"
        order = self._create_order(hours=0, parts=1)
        _invoice, credit = self._draft_credit(order, fsm_work="refund")
        credit.action_post()
        self.assertFalse(
            credit.line_ids.filtered(lambda line: line.display_type == "cogs")
        )

    # --- amounts ---
    def test_seconds_of_two_technicians_are_no_negative_line(self):
        order = self._create_order(hours=10 / 3600, parts=0)
        self._log_hours(order, 5 / 3600, employee=self.lea)
        quantities = self._product_lines(self._invoice(order)).mapped("quantity")
        self.assertGreaterEqual(min(quantities), 0)
        # 15 seconds are no hundredth of an hour, and are paid as one
        self.assertAlmostEqual(sum(quantities), 0.01)

    def test_return_is_credited_in_full_beside_work_of_less(self):
        self.labor.taxes_id = False
        order = self._create_order(hours=0, parts=1)
        self._invoice(order).action_post()
        self._return_part(order.part_ids)
        self._log_hours(order, 105 / 60)
        invoice, credit = self._invoice(order).sorted("move_type")
        self.assertEqual((invoice.amount_total, credit.amount_total), (105, 115))

    # --- rights ---
    def test_technician_cannot_say_who_pays(self):
        order = self._create_order()
        with self.assertRaises(AccessError):
            order.with_user(self.technician).bill_to_id = self.partner_a

    def test_credit_note_of_a_return_is_set_off_against_its_invoice(self):
        order = self._create_order(hours=1, parts=1)
        invoice = self._post_invoice(order)
        self._return_part(order.part_ids)
        credit = self._post_invoice(order)
        self.assertEqual(credit.reversed_entry_id, invoice)
        self.assertEqual(invoice.amount_residual, 60 * 1.15)

    def test_part_returned_is_not_credited_twice(self):
        order = self._create_order(hours=1, parts=1)
        invoice = self._post_invoice(order)
        self._return_part(order.part_ids)
        self._invoice(order).action_post()
        with self.assertRaisesRegex(UserError, "would credit 2 of"):
            self._reverse(invoice, fsm_work="refund").action_post()

    def test_replaced_invoice_names_order_and_day_of_work(self):
        order = self._create_order()
        invoice = self._post_invoice(order)
        replacement = self._reverse(invoice, is_modify=True)
        self.assertRecordValues(
            replacement,
            [
                {
                    "invoice_origin": order.name,
                    "delivery_date": invoice.delivery_date,
                }
            ],
        )

    def test_price_of_a_posted_line_is_final(self):
        order = self._create_order()
        invoice = self._post_invoice(order)
        with self.assertRaisesRegex(UserError, "are final"):
            self._line(invoice, self.labor).price_unit = 1.0
