from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestLedger(InvoicingCommon):
    """What the ledger says, and what not even SQL can make it say."""

    def _update(self, record, column, value):
        """Write a column past Odoo."""
        self.env.flush_all()
        self.env.cr.execute(
            f'UPDATE "{record._table}" SET "{column}" = %s WHERE id = %s',
            [value, record.id],
        )

    def assertRefusedByDatabase(self, record, column, value):
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            self._update(record, column, value)

    # --- what is written ---
    def test_entries_name_source_line_and_quantity(self):
        order = self._create_order(hours=2.5, parts=3)
        invoice = self._invoice(order)
        labor, pump = self._product_lines(invoice)
        self.assertRecordValues(
            order.billing_entry_ids,
            [
                {
                    "kind": "bill",
                    "timesheet_id": order.timesheet_ids.id,
                    "stock_move_id": False,
                    "move_line_id": labor.id,
                    "move_id": invoice.id,
                    "quantity": 2.5,
                    "company_id": self.company.id,
                },
                {
                    "kind": "bill",
                    "timesheet_id": False,
                    "stock_move_id": order.part_ids.id,
                    "move_line_id": pump.id,
                    "move_id": invoice.id,
                    "quantity": 3,
                    "company_id": self.company.id,
                },
            ],
        )

    def test_draft_bills_its_sources_in_full(self):
        order = self._create_order(hours=2.5, parts=3)
        self._invoice(order)
        self.assertRecordValues(
            order.timesheet_ids,
            [{"qty_recorded": 2.5, "qty_billed": 2.5, "qty_to_bill": 0}],
        )
        self.assertRecordValues(
            order.part_ids, [{"qty_recorded": 3, "qty_billed": 3, "qty_to_bill": 0}]
        )

    def test_merged_line_has_one_entry_for_each_timesheet(self):
        order = self._create_order(hours=2, parts=0)
        self._log_hours(order, 1.5)
        line = self._product_lines(self._invoice(order))
        self.assertEqual(line.quantity, 3.5)
        self.assertEqual(line.fsm_billing_entry_ids.mapped("quantity"), [2, 1.5])

    def test_rounded_line_covers_its_hours_in_full(self):
        order = self._create_order(hours=0, parts=0)
        timesheet = self._log_hours(order, 1 / 3)
        order.action_complete()
        line = self._product_lines(self._invoice(order))
        self.assertEqual(line.quantity, 0.33)
        self.assertAlmostEqual(timesheet.qty_billed, 1 / 3, places=9)
        self.assertEqual(timesheet.qty_to_bill, 0)

    def test_quantity_changed_on_draft_leaves_cover_as_it_was(self):
        order = self._create_order(hours=2, parts=0)
        line = self._product_lines(self._invoice(order))
        line.quantity = 1
        self.assertEqual(order.timesheet_ids.qty_billed, 2)
        self.assertEqual(order.timesheet_ids.qty_to_bill, 0)

    def test_hours_logged_later_are_billed_alone(self):
        order = self._create_order(hours=2, parts=1)
        first = self._invoice(order)
        self._log_hours(order, 1.25)
        second = self._invoice(order) - first
        self.assertEqual(self._product_lines(second).mapped("quantity"), [1.25])
        self.assertLedgerHolds(order)

    def test_second_invoice_of_the_same_work_is_refused_naming_the_first(self):
        order = self._create_order()
        invoice = self._post_invoice(order)
        with self.assertRaisesRegex(UserError, invoice.name):
            order.with_user(self.clerk).action_create_invoice()
        self.assertEqual(order.billing_entry_ids.move_id, invoice)

    def test_not_billed_source_stays_off_invoice_and_ledger(self):
        order = self._create_order(hours=2, parts=1)
        order.part_ids.billing_mode = "not_billed"
        invoice = self._invoice(order)
        self.assertEqual(self._product_lines(invoice).product_id, self.labor)
        self.assertFalse(order.part_ids.billing_entry_ids)

    # --- returns ---
    def test_part_used_and_returned_before_billing_nets_on_one_line(self):
        order = self._create_order(hours=0, parts=3)
        delivery = order.part_ids
        back = self._return_part(delivery, 1)
        line = self._product_lines(self._invoice(order))
        self.assertEqual(line.quantity, 2)
        self.assertRecordValues(
            delivery | back,
            [
                {"qty_recorded": 3, "qty_billed": 3},
                {"qty_recorded": -1, "qty_billed": -1},
            ],
        )

    def test_return_after_billing_becomes_credit_note_with_positive_quantity(self):
        order = self._create_order(hours=0, parts=3)
        self._invoice(order).action_post()
        back = self._return_part(order.part_ids, 1)
        credit = self._invoice(order)
        line = self._product_lines(credit)
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual((line.quantity, line.price_unit), (1, 100))
        self.assertEqual(credit.amount_untaxed, 100)
        self.assertEqual(back.qty_billed, -1)

    def test_return_of_a_return_is_billed_as_used(self):
        order = self._create_order(hours=0, parts=3)
        back = self._return_part(order.part_ids, 2)
        again = self._return_part(back, 1)
        self.assertEqual(again.fsm_order_id, order)
        self.assertEqual(again.qty_recorded, 1)
        self.assertEqual(self._product_lines(self._invoice(order)).quantity, 2)

    def test_transfer_between_own_places_is_no_part_used(self):
        order = self._create_order(hours=1, parts=0)
        places = {
            "location_id": self.warehouse.lot_stock_id.id,
            "location_dest_id": self.env["stock.location"]
            .create({"name": "Van", "location_id": self.warehouse.lot_stock_id.id})
            .id,
        }
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.int_type_id.id,
                "fsm_order_id": order.id,
                **places,
            }
        )
        self.env["stock.move"].create(
            {
                "picking_id": picking.id,
                "product_id": self.pump.id,
                "product_uom_qty": 4,
                **places,
            }
        )
        self._validate(picking)
        self.assertEqual(picking.move_ids.fsm_order_id, order)
        self.assertEqual(picking.move_ids.qty_recorded, 0)
        self.assertEqual(
            self._product_lines(self._invoice(order)).product_id, self.labor
        )

    def test_move_added_to_an_orders_transfer_belongs_to_the_order(self):
        order = self._create_order(hours=0, parts=1)
        self.assertEqual(order.part_ids.fsm_order_id, order)
        order.picking_ids.move_ids.invalidate_recordset()
        # the host's count of transfers must not take the part away again
        self.assertEqual(order.delivery_count, 1)
        self.assertEqual(order.part_ids.qty_recorded, 1)

    # --- what the database refuses ---
    def test_database_refuses_more_hours_than_recorded(self):
        order = self._create_order(hours=2, parts=0)
        self.assertRefusedByDatabase(order.timesheet_ids, "qty_billed", 2.5)

    def test_database_refuses_negative_hours_of_positive_work(self):
        order = self._create_order(hours=2, parts=0)
        self.assertRefusedByDatabase(order.timesheet_ids, "qty_billed", -1)

    def test_database_refuses_more_parts_than_used(self):
        order = self._create_order(hours=0, parts=2)
        self.assertRefusedByDatabase(order.part_ids, "qty_billed", 3)

    def test_database_refuses_positive_quantity_of_a_return(self):
        order = self._create_order(hours=0, parts=2)
        back = self._return_part(order.part_ids, 1)
        self.assertRefusedByDatabase(back, "qty_billed", 1)

    def test_database_refuses_record_below_what_is_billed(self):
        order = self._create_order(hours=2, parts=0)
        self._invoice(order)
        self.assertRefusedByDatabase(order.timesheet_ids, "qty_recorded", 1)

    def test_database_accepts_what_was_recorded(self):
        order = self._create_order(hours=2, parts=0)
        self._update(order.timesheet_ids, "qty_billed", 2)
        self.env.invalidate_all()
        self.assertEqual(order.timesheet_ids.qty_billed, 2)

    def test_database_refuses_entry_beyond_record_past_the_engine(self):
        order = self._create_order(hours=2, parts=0)
        self._invoice(order)
        entry = order.billing_entry_ids
        values = {
            **entry._prepare_same_source(),
            "move_line_id": entry.move_line_id.id,
            "quantity": 0.5,
        }
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            # sudo: no role at all may do this
            self.env["fsm.billing.entry"].sudo().create(values)
            self.env.flush_all()

    def test_database_refuses_entry_of_two_sources(self):
        order = self._create_order(hours=2, parts=1)
        self._invoice(order)
        entry = order.billing_entry_ids.filtered("timesheet_id")
        self.assertRefusedByDatabase(entry, "stock_move_id", order.part_ids.id)

    def test_database_refuses_entry_of_no_source(self):
        order = self._create_order(hours=2, parts=0)
        self._invoice(order)
        self.assertRefusedByDatabase(order.billing_entry_ids, "timesheet_id", None)

    # --- who writes it ---
    def test_clerk_cannot_add_entries(self):
        order = self._create_order(hours=2, parts=0)
        self._invoice(order)
        entry = order.billing_entry_ids
        with self.assertRaises(AccessError):
            self.env["fsm.billing.entry"].with_user(self.clerk).create(
                {
                    **entry._prepare_same_source(),
                    "move_line_id": entry.move_line_id.id,
                    "quantity": -1,
                }
            )

    def test_accountant_cannot_change_entries(self):
        order = self._create_order(hours=2, parts=0)
        self._invoice(order)
        with self.assertRaises(AccessError):
            order.billing_entry_ids.with_user(self.accountant).quantity = 1

    def test_clerk_cannot_delete_entries(self):
        order = self._create_order(hours=2, parts=0)
        self._invoice(order)
        with self.assertRaises(AccessError):
            order.billing_entry_ids.with_user(self.clerk).unlink()

    # --- copies ---
    def test_duplicated_order_has_no_work_and_no_invoice(self):
        order = self._create_order()
        self._invoice(order)
        copy = order.with_user(self.dispatcher).copy().sudo()
        self.assertFalse(copy.billing_entry_ids)
        self.assertFalse(copy.timesheet_ids)
        self.assertFalse(copy.part_ids)
        self.assertFalse(copy.invoice_lines)
        self.assertEqual(copy.billing_status, "nothing")

    def test_duplicated_timesheet_is_open(self):
        order = self._create_order(hours=2, parts=0)
        self._invoice(order)
        copy = order.timesheet_ids.copy()
        self.assertFalse(copy.billing_entry_ids)
        self.assertEqual((copy.qty_recorded, copy.qty_to_bill), (2, 2))
