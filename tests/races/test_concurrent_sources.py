"""The work itself changes, at two hands at once: real transactions."""

from odoo.fields import Command
from odoo.tests import tagged

from .race_common import RaceCommon


@tagged("post_install", "-at_install")
class TestConcurrentSources(RaceCommon):
    """Charges, billing modes and hours of an order of two hours and a fee."""

    def setUp(self):
        super().setUp()
        self.charge = self._add_charge()(self.committed)
        self.hours = self.order.timesheet_ids
        self.committed.cr.commit()

    # --- requests ---
    def _add_charge(self, **values):
        def add(env):
            return env["fsm.order.charge"].create(
                {
                    "fsm_order_id": self.order.id,
                    "product_id": self.fee.id,
                    **values,
                }
            )

        return add

    def _while_billing(self, change):
        """Let a clerk bill the order, and a dispatcher come second with a change."""
        return self._race(
            (self.clerk.id, self._press_create_invoice()),
            (self.dispatcher.id, change),
        )

    def _before_billing(self, change):
        """Let a dispatcher change something, and a clerk bill second."""
        return self._race(
            (self.dispatcher.id, change),
            (self.clerk.id, self._press_create_invoice()),
        )

    def _assert_invoiced(self, amount, status="draft"):
        self.assertEqual(self._get_invoiced(), amount)
        self.assertEqual(self.order.billing_status, status)

    def _assert_being_billed_stays(self, results):
        self._assert_done(results[0])
        self._assert_refused(results[1], "can't be changed or deleted")
        self.assertEqual((self.charge.quantity, self.charge.price_unit), (1, 75))
        self.assertEqual((self.charge.qty_billed, self.hours.qty_billed), (1, 2))
        self._assert_invoiced(195)

    # --- charges ---
    def test_quantity_of_a_charge_changed_first_is_billed(self):
        change = self._call(self.charge, "write", {"quantity": 3})
        self._assert_done(*self._before_billing(change))
        self.assertEqual(self.charge.qty_billed, 3)
        self._assert_invoiced(345)

    def test_quantity_of_a_charge_being_billed_stays(self):
        change = self._call(self.charge, "write", {"quantity": 3})
        self._assert_being_billed_stays(self._while_billing(change))

    def test_price_of_a_charge_changed_first_is_billed(self):
        change = self._call(self.charge, "write", {"price_unit": 80})
        self._assert_done(*self._before_billing(change))
        self._assert_invoiced(200)

    def test_price_of_a_charge_being_billed_stays(self):
        change = self._call(self.charge, "write", {"price_unit": 80})
        self._assert_being_billed_stays(self._while_billing(change))

    def test_charge_deleted_first_is_not_billed(self):
        self._assert_done(*self._before_billing(self._call(self.charge, "unlink")))
        self._assert_invoiced(120)

    def test_charge_being_billed_is_not_deleted(self):
        delete = self._call(self.charge, "unlink")
        self._assert_being_billed_stays(self._while_billing(delete))

    def test_charge_deleted_in_the_form_while_billing(self):
        delete = self._call(
            self.order, "write", {"charge_ids": [Command.delete(self.charge.id)]}
        )
        self._assert_being_billed_stays(self._while_billing(delete))

    def test_charge_added_first_is_billed(self):
        self._assert_done(*self._before_billing(self._add_charge()))
        self.assertEqual(self.order.charge_ids.mapped("qty_billed"), [1, 1])
        self._assert_invoiced(270)

    def test_charge_added_while_billing_is_left_to_invoice(self):
        self._assert_done(*self._while_billing(self._add_charge()))
        self.assertEqual(sorted(self.order.charge_ids.mapped("qty_billed")), [0, 1])
        self._assert_invoiced(195, "to_invoice")

    # --- billing modes ---
    def _set_mode(self, source, mode):
        return self._call(source, "write", {"billing_mode": mode})

    def test_hours_not_to_be_billed_are_left_out(self):
        self._assert_done(
            *self._before_billing(self._set_mode(self.hours, "not_billed"))
        )
        self.assertEqual((self.hours.qty_billed, self.hours.qty_to_bill), (0, 0))
        self._assert_invoiced(75)

    def test_hours_under_warranty_are_billed_at_nothing(self):
        self._assert_done(*self._before_billing(self._set_mode(self.hours, "warranty")))
        self.assertEqual(self.hours.qty_billed, 2)
        self._assert_invoiced(75)

    def test_mode_of_hours_being_billed_stays(self):
        results = self._while_billing(self._set_mode(self.hours, "not_billed"))
        self._assert_being_billed_stays(results)
        self.assertEqual(self.hours.billing_mode, "billable")

    def _deliver_part(self):
        move = self._reserve_part()
        move._action_done()
        self.committed.cr.commit()
        return move

    def test_part_not_to_be_billed_is_left_out(self):
        part = self._deliver_part()
        self._assert_done(
            *self._race_clerks(
                self._set_mode(part, "not_billed"), self._press_create_invoice()
            )
        )
        self.assertEqual((part.qty_billed, part.qty_to_bill), (0, 0))
        self._assert_invoiced(195)

    def test_mode_of_a_part_being_billed_stays(self):
        part = self._deliver_part()
        first, second = self._race_clerks(
            self._press_create_invoice(), self._set_mode(part, "warranty")
        )
        self._assert_done(first)
        self._assert_refused(second, "can't be changed or deleted")
        self.assertEqual((part.qty_billed, part.billing_mode), (1, "billable"))
        self._assert_invoiced(205)

    # --- a transfer goes to another order ---
    def _deliver_transfer(self):
        transfer = self.committed["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "fsm_order_id": self.order.id,
                "move_ids": [
                    Command.create(
                        {"product_id": self.part.id, "product_uom_qty": 1},
                    )
                ],
            }
        )
        transfer.action_confirm()
        transfer.move_ids.write({"quantity": 1, "picked": True})
        transfer.button_validate()
        self.committed.cr.commit()
        return transfer

    def _move_transfer(self, transfer, order):
        return (
            self.storekeeper.id,
            self._call(transfer, "write", {"fsm_order_id": order.id}),
        )

    def test_transfer_moved_before_billing_is_billed_there(self):
        transfer, other = self._deliver_transfer(), self._create_order(hours=0)
        self._assert_done(
            *self._race(
                self._move_transfer(transfer, other),
                (self.clerk.id, self._press_create_invoice()),
            )
        )
        self.assertEqual(transfer.move_ids.fsm_order_id, other)
        self._assert_invoiced(195)
        self.assertEqual(other.billing_status, "to_invoice")

    def test_transfer_being_billed_is_not_moved(self):
        transfer, other = self._deliver_transfer(), self._create_order(hours=0)
        first, second = self._race(
            (self.clerk.id, self._press_create_invoice()),
            self._move_transfer(transfer, other),
        )
        self._assert_done(first)
        self._assert_refused(second, "can't be changed or deleted")
        self._assert_invoiced(205)
        self.assertEqual(other.billing_status, "nothing")

    def test_transfer_moved_to_an_order_being_billed_is_left_to_invoice(self):
        transfer, source = self._deliver_transfer(), self.order
        self.order = self._create_order(hours=2)
        self._assert_done(
            *self._race(
                (self.clerk.id, self._press_create_invoice()),
                self._move_transfer(transfer, self.order),
            )
        )
        self.assertEqual(transfer.move_ids.fsm_order_id, self.order)
        self._assert_invoiced(120, "to_invoice")
        self._assert_source_open(source)

    def _assert_source_open(self, order):
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertFalse(order.part_ids)

    # --- two changes, neither of which leaves anything open ---
    def test_last_two_sources_are_deleted_at_once(self):
        self._assert_done(
            *self._race(
                (self.dispatcher.id, self._call(self.hours, "unlink")),
                (self.clerk.id, self._call(self.charge, "unlink")),
            )
        )
        self.assertEqual(self.order.billing_status, "nothing")

    def test_last_two_sources_are_deleted_at_once_the_other_way_round(self):
        self._assert_done(
            *self._race(
                (self.clerk.id, self._call(self.charge, "unlink")),
                (self.dispatcher.id, self._call(self.hours, "unlink")),
            )
        )
        self.assertEqual(self.order.billing_status, "nothing")

    def test_last_two_sources_go_to_another_order_and_away_at_once(self):
        other = self._create_order(hours=0)
        self._assert_done(
            *self._race(
                (
                    self.dispatcher.id,
                    self._call(self.hours, "write", {"fsm_order_id": other.id}),
                ),
                (self.clerk.id, self._call(self.charge, "unlink")),
            )
        )
        self.assertEqual(self.order.billing_status, "nothing")
        self._assert_hours(0, 2, "to_invoice", other)

    # --- hours go to another order ---
    def test_hours_moved_before_billing_are_billed_there(self):
        other = self._create_order(hours=0)
        move = self._call(self.hours, "write", {"fsm_order_id": other.id})
        self._assert_done(*self._before_billing(move))
        self._assert_invoiced(75)
        self._assert_hours(0, 2, "to_invoice", other)

    def test_hours_being_billed_are_not_moved(self):
        other = self._create_order(hours=0)
        move = self._call(self.hours, "write", {"fsm_order_id": other.id})
        self._assert_being_billed_stays(self._while_billing(move))
        self._assert_hours(0, 0, "nothing", other)
