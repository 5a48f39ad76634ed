"""A quotation is invoiced from its service order and by Odoo's own button at once.

Real transactions. Nothing of it may be invoiced twice, nor be left out.
"""

from odoo.fields import Command
from odoo.tests import tagged

from .race import Queue, Race
from .race_common import DEADLOCK
from .race_sale_common import RaceSaleCommon


@tagged("post_install", "-at_install")
class TestConcurrentQuotation(RaceSaleCommon):
    # --- our button and Odoo's ---
    def test_quotation_invoiced_here_first(self):
        first, second = self._race_clerk(
            self._press_create_invoice(), self._press_in_sale()
        )
        self._assert_done(first)
        self._assert_refused(second, "(?i)no items are available to invoice|nothing")
        self._assert_sold("draft", 1)
        self.assertEqual(self._get_amounts(), [250])

    def test_quotation_invoiced_by_odoo_first(self):
        first, second = self._race_salesman(
            self._press_in_sale(), self._press_create_invoice()
        )
        self._assert_done(first)
        self._assert_refused(second, "of which nothing is to be invoiced now")
        self._assert_sold("draft", 1)
        self.assertEqual(self._get_amounts(), [250])

    def test_extra_work_is_billed_once_odoo_invoiced_the_quotation(self):
        self.order.timesheet_ids.fsm_is_extra = True
        self.committed.cr.commit()
        self._assert_done(
            *self._race_salesman(self._press_in_sale(), self._press_create_invoice())
        )
        self._assert_sold("draft", 1)
        self.assertEqual(self._get_invoiced(), 250 + 120)
        self.assertEqual(self.order.timesheet_ids.qty_billed, 2)

    def test_extra_work_and_quotation_are_billed_here_first(self):
        self.order.timesheet_ids.fsm_is_extra = True
        self.committed.cr.commit()
        first, second = self._race_clerk(
            self._press_create_invoice(), self._press_in_sale()
        )
        self._assert_done(first)
        self._assert_refused(second, "(?i)no items are available to invoice|nothing")
        self._assert_sold("draft", 1)
        self.assertEqual(self._get_amounts(), [250 + 120])

    def test_odoo_waits_before_it_looks_at_the_quotation(self):
        race = Race(
            self.dbname,
            (self.clerk.id, self._press_create_invoice()),
            (self.salesman.id, self._press_in_sale()),
        )
        self._run(race)
        self.assertRegex(
            race.waiting_query or "did not wait",
            r'(?s)^\s*SELECT\b.* FROM "?fsm_order"? .*FOR UPDATE',
        )

    def test_buttons_pressed_at_once_make_no_deadlock(self):
        lock = (
            "SELECT id FROM sale_order_line "
            f"WHERE id = {self.sale.order_line.id} FOR UPDATE"
        )
        queue = Queue(
            self.dbname,
            (self.clerk.id, self._press_create_invoice()),
            (self.salesman.id, self._press_in_sale()),
            lock,
        )
        first, second = self._run(queue)
        self.assertNotIn(DEADLOCK, [code for _name, code in queue.interruptions])
        self._assert_done(first)
        self._assert_refused(second, "(?i)no items are available to invoice|nothing")
        self._assert_sold("draft", 1)

    def test_buttons_pressed_at_once_make_no_deadlock_the_other_way_round(self):
        lock = (
            "SELECT id FROM sale_order_line "
            f"WHERE id = {self.sale.order_line.id} FOR UPDATE"
        )
        queue = Queue(
            self.dbname,
            (self.salesman.id, self._press_in_sale()),
            (self.clerk.id, self._press_create_invoice()),
            lock,
        )
        first, second = self._run(queue)
        self.assertNotIn(DEADLOCK, [code for _name, code in queue.interruptions])
        self._assert_done(first)
        self._assert_refused(second, "of which nothing is to be invoiced now")
        self._assert_sold("draft", 1)

    # --- quantities ordered ---
    def test_quantity_raised_before_billing_is_billed(self):
        self._assert_done(
            *self._race_salesman(
                self._write_line(self.repair, product_uom_qty=3),
                self._press_create_invoice(),
            )
        )
        self._assert_sold("draft", 3)

    def test_quantity_raised_while_billing_is_left_to_invoice(self):
        self._assert_done(
            *self._race_clerk(
                self._press_create_invoice(),
                self._write_line(self.repair, product_uom_qty=3),
            )
        )
        self._assert_sold("to_invoice", 1)

    def _add_line(self):
        return self._call(
            self.sale,
            "write",
            {"order_line": [Command.create({"product_id": self.fee.id})]},
        )

    def test_line_added_before_billing_is_billed(self):
        add = self._add_line()
        self._assert_done(*self._race_salesman(add, self._press_create_invoice()))
        self._assert_sold("draft", 1, 1)

    def test_line_added_while_billing_is_left_to_invoice(self):
        add = self._add_line()
        self._assert_done(*self._race_clerk(self._press_create_invoice(), add))
        self._assert_sold("to_invoice", 1, 0)

    # --- down payments ---
    def _commit_down_payment(self, amount=100):
        self._pay_in_advance(amount)(self.committed)
        self.sale.invoice_ids.action_post()
        self.committed.cr.commit()

    def _get_advance(self):
        return self.sale.order_line.filtered(
            lambda line: line.is_downpayment and not line.display_type
        )

    def _assert_deducted_once(self):
        self._assert_sold("draft", 1)
        self.assertEqual(self._get_amounts(), [100, 150])
        advance = self._get_advance()
        self.assertEqual((advance.qty_invoiced, advance.qty_to_invoice), (0, 0))

    def test_down_payment_is_deducted_once_here_first(self):
        self._commit_down_payment()
        first, second = self._race_clerk(
            self._press_create_invoice(), self._press_in_sale()
        )
        self._assert_done(first)
        self._assert_refused(second, "(?i)no items are available to invoice|nothing")
        self._assert_deducted_once()

    def test_down_payment_is_deducted_once_by_odoo_first(self):
        self._commit_down_payment()
        first, second = self._race_salesman(
            self._press_in_sale(), self._press_create_invoice()
        )
        self._assert_done(first)
        self._assert_refused(second, "of which nothing is to be invoiced now")
        self._assert_deducted_once()

    def test_down_payment_made_first_is_deducted(self):
        self._assert_done(
            *self._race_salesman(
                self._pay_in_advance(100), self._press_create_invoice()
            )
        )
        self._assert_deducted_once()

    def test_down_payment_made_while_billing_is_left_to_deduct(self):
        self._assert_done(
            *self._race_clerk(self._press_create_invoice(), self._pay_in_advance(100))
        )
        self._assert_sold("draft", 1)
        self.assertEqual(self._get_amounts(), [100, 250])
        self.assertEqual(self._get_advance().qty_to_invoice, -1)
