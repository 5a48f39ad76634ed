import itertools

from odoo.tests import tagged

from ..time_common import TimeCommon


@tagged("post_install", "-at_install")
class TestTimeAcrossInvoices(TimeCommon):
    """What is paid of a minimum or a rounding is what stands on invoices."""

    # --- credited, to be billed again ---
    def test_minimum_of_a_day_credited_is_billed_again(self):
        order = self._order(labor_minimum=2, labor_level="day")
        invoices = self._bill_each(order, 1, 0.5, 0.5)
        self.assertEqual(self._printed(*invoices), [2, 0, 0])
        self._credit(invoices[0])
        self.assertEqual(self._printed(self._bill(order)), [2])

    def test_minimum_of_an_order_credited_is_billed_again(self):
        order = self._order(labor_minimum=2, labor_level="order")
        first = self._bill(order, 1)
        late = self._bill(order, 0.5, employee=self.lea)
        self.assertEqual(self._printed(first, late), [2, 0])
        self._credit(first)
        self.assertEqual(self._printed(self._bill(order)), [2])

    def test_minimum_of_a_timesheet_credited_in_part_is_billed_again(self):
        order = self._order(labor_minimum=2, labor_level="timesheet")
        invoice = self._bill(order, 1)
        self._credit(invoice, {self.labor: 1})
        self.assertEqual(self._printed(self._bill(order)), [1])

    def test_free_time_credited_stays_free(self):
        order = self._order(labor_minimum=2, labor_level="day")
        _first, late = self._bill_each(order, 1, 0.5)
        self._credit(late)
        self.assertEqual(self._printed(self._bill(order)), [0])

    def test_rounding_credited_is_billed_again(self):
        for level in ("day", "order"):
            order = self._order(labor_rounding=0.5, labor_level=level)
            invoices = self._bill_each(order, 1 / 3, 1 / 3, 1 / 3)
            self.assertEqual(self._printed(*invoices), [0.5, 0.5, 0])
            self._credit(invoices[0])
            self.assertEqual(self._printed(self._bill(order)), [0.5])

    def test_rounding_of_a_timesheet_credited_in_part_is_billed_again(self):
        order = self._order(labor_rounding=1, labor_level="timesheet")
        invoice = self._bill(order, 0.5)
        self._credit(invoice, {self.labor: 0.5})
        self.assertEqual(self._printed(self._bill(order)), [0.5])

    def test_part_of_a_line_of_several_is_billed_again_as_it_was_credited(self):
        order = self._order(labor_minimum=2, labor_level="day", detail="product")
        self._log_hours(order, 1)
        invoice = self._bill(order, 3, employee=self.lea)
        self.assertEqual(self._printed(invoice), [5])
        self._credit(invoice, {self.labor: 2.5})
        self.assertEqual(self._printed(self._bill(order)), [2.5])

    def test_line_credited_in_parts_is_billed_again_in_full(self):
        order = self._order(labor_minimum=2, labor_level="day", detail="product")
        self._log_hours(order, 1)
        invoice = self._bill(order, 3, employee=self.lea)
        for quantity in (4, 1):
            self._credit(invoice, {self.labor: quantity})
            self._bill(order)
        self.assertEqual(self._standing(order), 5)

    def test_credit_note_taken_back_leaves_the_minimum_paid(self):
        order = self._order(labor_minimum=2, labor_level="day")
        invoice = self._bill(order, 1)
        credit = self._credit(invoice)
        credit.button_draft()
        credit.button_cancel()
        self.assertEqual(self._printed(self._bill(order, 0.5)), [0])

    # --- drafts taken back ---
    def _drafts(self, **policy):
        """Put 1 h and 0.5 h of one day on two drafts, and parts on the first."""
        order = self._order(labor_minimum=2, labor_level="day", **policy)
        self._use_part(order)
        first = self._bill(order, 1, post=False)
        self._log_hours(order, 0.5)
        second = self._invoice(order) - first
        self.assertEqual(self._printed(first, second), [2, 0])
        return order, first, second

    def _billed_next(self, order, *known):
        moves = self._invoice(order)
        for move in known:
            moves -= move
        return self._printed(moves)

    def _remove(self, invoice):
        self._line(invoice, self.labor).unlink()

    def _cancel_posted(self, invoice):
        invoice.action_post()
        invoice.button_cancel()

    def _credit_posted(self, invoice):
        invoice.action_post()
        self._credit(invoice)

    def test_hours_are_lost_nowhere_at_any_level(self):
        ways = {
            "line removed": self._remove,
            "draft deleted": lambda draft: draft.unlink(),
            "draft cancelled": lambda draft: draft.button_cancel(),
            "invoice cancelled": self._cancel_posted,
            "invoice credited": self._credit_posted,
        }
        for rule, (first, late) in {
            ("timesheet", 2.0, 0.0): (2, 2),
            ("order", 2.0, 0.0): (2, 0),
            ("timesheet", 0.0, 0.75): (1.5, 0.75),
            ("order", 0.0, 0.75): (1.5, 0),
        }.items():
            level, minimum, rounding = rule
            order = self._order(
                labor_minimum=minimum, labor_rounding=rounding, labor_level=level
            )
            self._use_part(order)
            draft = self._bill(order, 1, post=False)
            other = self._bill(order, 0.5, post=False) - draft
            self.assertEqual(self._printed(draft, other), [first, late])
            for way, lowered in itertools.product(ways, (None, 0.5)):
                with self.subTest(rule=rule, way=way, lowered=lowered):
                    savepoint = self.env.cr.savepoint()
                    if lowered:
                        self._change(draft, lowered)
                    ways[way](draft)
                    self.assertEqual(order.billing_status, "to_invoice")
                    self._invoice(order)
                    self.assertEqual(self._standing(order), first + late)
                    self.assertLedgerHolds(order)
                    savepoint.close(rollback=True)
                    self.env.invalidate_all()

    def test_quantity_lowered_on_a_draft_at_any_level(self):
        # what is left out of 2 hours that a draft prints less of, in the end
        for level, late, total in (("timesheet", 2, 3.5), ("order", 0.5, 2)):
            with self.subTest(level=level):
                order = self._order(labor_minimum=2, labor_level=level)
                draft = self._bill(order, 1, post=False)
                self._change(draft, 1.5)
                draft.action_post()
                invoice = self._bill(order, 0.5)
                self.assertEqual(self._printed(invoice), [late])
                self.assertEqual(self._standing(order), total)
                # billed again it is what the rule says
                self._credit(draft)
                self._bill(order)
                self.assertEqual(
                    self._standing(order), {"timesheet": 4, "order": 2}[level]
                )

    def test_minimum_on_a_draft_is_paid(self):
        order, first, second = self._drafts()
        self._log_hours(order, 0.5)
        self.assertEqual(self._billed_next(order, first, second), [0])

    def test_minimum_of_a_deleted_draft_is_billed_again(self):
        order, first, second = self._drafts()
        first.unlink()
        self.assertEqual(self._billed_next(order, second), [2])

    def test_minimum_of_a_removed_line_is_billed_again(self):
        order, first, second = self._drafts()
        self._line(first, self.labor).unlink()
        self.assertEqual(self._billed_next(order, first, second), [2])

    def test_minimum_of_a_cancelled_draft_is_billed_again(self):
        order, first, second = self._drafts()
        first.button_cancel()
        self.assertEqual(self._billed_next(order, second), [2])

    def test_minimum_of_a_cancelled_invoice_is_billed_again(self):
        order, first, second = self._drafts()
        (first | second).action_post()
        first.button_cancel()
        self.assertEqual(self._printed(self._bill(order)), [2])

    # --- corrected ---
    def test_minimum_on_a_corrected_invoice_is_paid(self):
        order = self._order(labor_minimum=2, labor_level="day")
        invoice = self._bill(order, 1)
        self._open_dialog(invoice).action_fsm_correct()
        draft = order.billing_entry_ids.move_id.filtered(
            lambda move: move.state == "draft"
        )
        self.assertEqual(self._printed(draft), [2])
        self._log_hours(order, 0.5)
        self.assertEqual(self._billed_next(order, draft), [0])

    def test_minimum_on_an_invoice_replaced_by_odoo_is_paid(self):
        order = self._order(labor_minimum=2, labor_level="day")
        draft = self._reverse(self._bill(order, 1), is_modify=True)
        self.assertEqual(self._printed(draft), [2])
        self._log_hours(order, 0.5)
        self.assertEqual(self._billed_next(order, draft), [0])

    def test_minimum_of_a_deleted_correction_is_billed_again(self):
        order = self._order(labor_minimum=2, labor_level="day")
        first, _late = self._bill_each(order, 1, 0.5)
        self._reverse(first, is_modify=True).unlink()
        self.assertEqual(self._printed(self._bill(order)), [2])

    # --- changed by hand ---
    def test_minimum_lowered_by_hand_is_missing_next_time(self):
        for level in ("day", "order"):
            order = self._order(labor_minimum=2, labor_level=level)
            first = self._bill(order, 1, post=False)
            self._change(first, 1.5)
            first.action_post()
            late = self._bill_each(order, 0.5, 0.5)
            self.assertEqual(self._printed(*late), [0.5, 0])

    def test_minimum_lowered_by_hand_on_a_draft_is_missing_next_time(self):
        order, first, second = self._drafts()
        self._change(first, 1)
        self._log_hours(order, 0.25)
        self.assertEqual(self._billed_next(order, first, second), [1])

    def test_rounding_lowered_by_hand_is_missing_next_time(self):
        order = self._order(labor_rounding=0.5, labor_level="day")
        first = self._bill(order, 1 / 3, post=False)
        self._change(first, 0.25)
        first.action_post()
        self.assertEqual(self._printed(self._bill(order, 1 / 3)), [0.75])

    def test_time_raised_by_hand_is_paid(self):
        order = self._order(labor_minimum=2, labor_level="day")
        first = self._bill(order, 1, post=False)
        self._change(first, 3)
        first.action_post()
        late = self._bill_each(order, 1.5, 1)
        self.assertEqual(self._printed(*late), [0, 0.5])

    def test_free_time_that_a_clerk_charges_is_paid(self):
        order = self._order(labor_minimum=2, labor_level="day")
        self._bill(order, 1)
        late = self._bill(order, 0.5, post=False)
        self._change(late, 0.5)
        late.action_post()
        self.assertEqual(self._printed(self._bill(order, 1.5)), [0.5])

    def test_line_changed_by_hand_is_billed_again_at_what_is_missing(self):
        order = self._order(labor_minimum=2, labor_level="day")
        first = self._bill(order, 1, post=False)
        self._change(first, 1.5)
        first.action_post()
        self._credit(first, {self.labor: 0.75})
        self.assertEqual(self._printed(self._bill(order)), [1.25])

    def test_unit_changed_by_hand_is_the_same_time(self):
        order = self._order(labor_minimum=2, labor_level="day")
        first = self._bill(order, 1, post=False)
        line = self._line(first, self.labor)
        line.write(
            {"product_uom_id": self.env.ref("uom.product_uom_day"), "quantity": 0.25}
        )
        first.action_post()
        self.assertEqual(self._printed(self._bill(order, 1.5)), [0.5])

    def test_lump_sum_made_by_hand_pays_for_the_time(self):
        order = self._order(labor_minimum=2, labor_level="day")
        first = self._bill(order, 1, post=False)
        self._line(first, self.labor).write(
            {"product_uom_id": self.env.ref("uom.product_uom_unit"), "quantity": 1}
        )
        first.action_post()
        self.assertEqual(self._printed(self._bill(order, 1.5)), [0.5])

    # --- refunded ---
    def test_time_refunded_is_out_of_the_reckoning(self):
        order = self._order(labor_minimum=2, labor_level="day")
        self._credit(self._bill(order, 3), fsm_work="refund")
        self.assertEqual(self._printed(self._bill(order, 0.5)), [2])

    def test_time_refunded_is_not_charged_with_later_time(self):
        order = self._order(labor_rounding=0.25, labor_level="day")
        self._credit(self._bill(order, 3), fsm_work="refund")
        self.assertEqual(self._printed(self._bill(order, 1)), [1])

    def test_part_refunded_is_not_charged_with_later_time(self):
        order = self._order(labor_minimum=2, labor_level="day")
        self._credit(self._bill(order, 3), {self.labor: 1}, fsm_work="refund")
        self.assertEqual(self._printed(self._bill(order, 1)), [1])

    def test_rest_billed_again_after_a_refund(self):
        order = self._order(labor_minimum=2, labor_level="day")
        invoice = self._bill(order, 4)
        self._credit(invoice, {self.labor: 1}, fsm_work="refund")
        self._credit(invoice, {self.labor: 3})
        self.assertEqual(self._printed(self._bill(order)), [3])

    def _rest_again(self, hours, refunded, again, **policy):
        """Refund a part of ``hours``, credit ``again`` and bill it; return the order.

        In either order.
        """
        for is_refunded_first in (True, False):
            order = self._order(**policy)
            invoice = self._bill(order, hours)
            credits = [
                ({self.labor: refunded}, "refund"),
                ({self.labor: again}, "bill_again"),
            ]
            for quantities, work in credits if is_refunded_first else credits[::-1]:
                self._credit(invoice, quantities, fsm_work=work)
            self.assertEqual(self._printed(self._bill(order)), [again])
        return order

    def test_rest_of_a_minimum_billed_again_after_a_refund(self):
        for level in ("timesheet", "day", "order"):
            self._rest_again(1, 1, 1, labor_minimum=2, labor_level=level)
            self._rest_again(1, 0.5, 1.5, labor_minimum=2, labor_level=level)

    def test_rest_of_rounded_time_billed_again_after_a_refund(self):
        self._rest_again(2.1, 1.5, 1.5, labor_rounding=1, labor_level="day")

    def test_rest_of_a_line_of_several_billed_again_after_a_refund(self):
        order = self._order(labor_minimum=2, labor_level="day", detail="product")
        self._log_hours(order, 0.5)
        invoice = self._bill(order, 0.5)
        self._credit(invoice, {self.labor: 1}, fsm_work="refund")
        self._credit(invoice, {self.labor: 1})
        self.assertEqual(self._printed(self._bill(order)), [1])

    def test_refund_of_a_minimum_is_not_undone_by_later_time(self):
        order = self._order(labor_minimum=2, labor_level="day")
        self._credit(self._bill(order, 1), {self.labor: 1}, fsm_work="refund")
        self.assertEqual(self._printed(self._bill(order, 0.5)), [0])
        self.assertEqual(self._printed(self._bill(order, 1)), [0.5])

    def test_refund_of_a_minimum_goes_on_when_the_rest_is_billed_twice(self):
        order = self._rest_again(1, 0.5, 1.5, labor_minimum=2, labor_level="day")
        again = order.invoice_ids.filtered(
            lambda move: move.amount_untaxed == 90 and move.move_type == "out_invoice"
        )
        self._credit(again)
        self.assertEqual(self._printed(self._bill(order)), [1.5])

    def test_time_taken_back_gives_back_no_more_than_a_refund_left(self):
        order = self._order(labor_minimum=2, labor_level="day")
        invoice = self._bill(order, 1)
        self._credit(invoice, {self.labor: 1}, fsm_work="refund")
        credit = self._bill(order, -1)
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual(self._standing(order), 0)

    def test_free_line_refunded_is_out_of_the_reckoning(self):
        order = self._order(labor_minimum=2, labor_level="day")
        first, late = self._bill_each(order, 1, 0.5)
        self._credit(late, fsm_work="refund")
        self._credit(first)
        self.assertEqual(self._printed(self._bill(order)), [2])

    def test_price_taken_off_leaves_the_time_paid(self):
        order = self._order(labor_minimum=2, labor_level="day")
        self._confirm(self._bill(order, 1), {self.labor: (30, "price")})
        self.assertEqual(self._printed(self._bill(order, 0.5)), [0])

    # --- what the next invoice shows ---
    def test_preview_follows_the_clerk_on_the_draft(self):
        order, first, _second = self._drafts()
        self._log_hours(order, 0.5)
        order = order.with_user(self.clerk)
        self.assertEqual(order.amount_to_bill, 0)
        self._change(first, 1)
        self.assertEqual(order.amount_to_bill, 60)

    def test_product_in_days(self):
        self.labor.uom_id = self.env.ref("uom.product_uom_day")
        order = self._order(labor_minimum=2, labor_level="day")
        invoices = self._bill_each(order, 1, 0.5, 0.5)
        self._credit(invoices[0])
        self.assertEqual(self._printed(self._bill(order)), [0.25])

    def test_ledger_adds_up_to_the_line(self):
        order = self._order(labor_rounding=0.25, detail="product")
        self._log_hours(order, 1.1)
        self._log_hours(order, 0.6, employee=self.lea)
        entries = self._bill(order).sudo().line_ids.fsm_billing_entry_ids
        self.assertEqual(entries.mapped("qty_exact"), [1.25, 0.75])
        self.assertAlmostEqual(sum(entries.mapped("qty_printed")), 2)
