from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..taken_back_common import TakenBackCommon


@tagged("post_install", "-at_install")
class TestTakenBackOfOtherVisits(TakenBackCommon):
    """What is taken back on another visit of the site waits for the invoice of it."""

    def _choose_entry(self, source, invoice):
        entries = invoice.sudo().line_ids.fsm_billing_entry_ids
        source.taken_back_entry_id = entries.filtered(source._billing_entry_field)[:1]

    # --- orders that wait ---
    def test_chosen_work_of_another_visit_is_waited_for(self):
        for name, record, values in (
            ("hours", self._log_hours, {"quantities": (2, -1)}),
            ("charges", self._charge_quantity, {"quantities": (2, -1)}),
            ("parts", self._move_quantity, {"quantities": (2, -1)}),
        ):
            with self.subTest(name):
                more, less = values["quantities"]
                first = self._create_order(hours=0, parts=0)
                record(first, more)
                invoice = self._invoice(first)
                later = self._create_order(hours=0, parts=0)
                back = record(later, less)
                self._choose_entry(back, invoice)
                self.assertEqual(later.billing_status, "nothing")
                invoice.action_post()
                self.assertEqual(later.billing_status, "to_invoice")
                invoice.button_draft()
                self.assertEqual(later.billing_status, "nothing")
                invoice.action_post()
                credit = self._confirm(invoice)
                self.assertEqual(later.billing_status, "nothing")
                credit.button_draft()
                self.assertEqual(later.billing_status, "to_invoice")

    def _charge_quantity(self, order, quantity):
        return self._charge(order, 20, quantity)

    def _move_quantity(self, order, quantity):
        move = self._use_part if quantity > 0 else self._receive_part
        return move(order, abs(quantity))

    def test_hour_waits_while_another_visit_credits_it_on_a_draft(self):
        order = self._create_order(hours=1, parts=0)
        invoice = self._post_invoice(order)
        first, second = (self._create_order(hours=0, parts=0) for _number in range(2))
        for later in (first, second):
            self._choose_entry(self._log_hours(later, -1), invoice)
        _drafts, credit = self._bill(first)
        self.assertEqual(second.billing_status, "nothing")
        credit.unlink()
        self.assertEqual(second.billing_status, "to_invoice")

    def test_charge_waits_for_a_draft_of_another_visit_and_no_longer(self):
        later = self._create_order(hours=0, parts=0)
        self._charge_quantity(later, -1)
        self.assertEqual(later.billing_status, "to_invoice")
        first = self._create_order(hours=0, parts=0)
        self._charge_quantity(first, 2)
        invoice = self._invoice(first)
        self.assertEqual(later.billing_status, "nothing")
        invoice.unlink()
        self.assertEqual(later.billing_status, "to_invoice")

    def test_work_chosen_on_a_draft_that_is_deleted_is_waited_for_no_longer(self):
        self._post_invoice(self._create_order(hours=2, parts=0))
        draft = self._invoice(self._create_order(hours=2, parts=0))
        later = self._create_order(hours=0, parts=0)
        back = self._log_hours(later, -1)
        self._choose_entry(back, draft)
        self.assertEqual(later.billing_status, "nothing")
        draft.unlink()
        self.assertFalse(back.taken_back_entry_id)
        self.assertEqual(later.billing_status, "to_invoice")

    # --- what it takes back ---
    def test_hour_too_much_on_an_earlier_visit_is_credited_there(self):
        order = self._create_order(hours=2, parts=0)
        invoice = self._post_invoice(order)
        later = self._create_order(hours=0, parts=0)
        back = self._log_hours(later, -1)
        self.assertEqual(later.billing_status, "to_invoice")
        _drafts, credit = self._bill(later)
        self.assertRecordValues(
            credit, [{"reversed_entry_id": invoice.id, "amount_untaxed": 60}]
        )
        credit.action_post()
        self.assertEqual(self._get_left(invoice, self.labor), (1, 60))
        self.assertEqual(back.qty_to_bill, 0)
        self.assertLedgerHolds(order | later)

    def test_hour_of_another_visit_waits_for_its_invoice(self):
        order = self._create_order(hours=2, parts=0)
        later = self._create_order(hours=0, parts=0)
        self._log_hours(later, -1)
        self.assertEqual(later.billing_status, "nothing")
        self._post_invoice(order)
        self.assertEqual(later.billing_status, "to_invoice")

    def test_row_says_which_visit_an_hour_takes_back(self):
        invoice = self._post_invoice(self._create_order(hours=2, parts=0))
        later = self._create_order(hours=0, parts=0)
        self._log_hours(later, -1)
        self.env.invalidate_all()
        [row] = later.with_user(self.clerk).labor_work_ids
        self.assertEqual(row.billed_on, f"Credit note of {invoice.name}")
        self.assertEqual(
            row.taken_back_entry_id.display_name, f"{invoice.name}: 2 h of Marc"
        )

    def test_hour_comes_off_its_own_order_first(self):
        self._post_invoice(self._create_order(hours=2, parts=0))
        order = self._create_order(hours=1, parts=0)
        own = self._post_invoice(order)
        last = self._post_invoice(self._create_order(hours=2, parts=0))
        self._log_hours(order, -2)
        _drafts, credits = self._bill(order)
        self.assertEqual(
            {move.reversed_entry_id: move.amount_untaxed for move in credits},
            {own: 60, last: 60},
        )

    def test_hour_corrects_its_own_order_however_that_was_settled(self):
        self._post_invoice(self._create_order(hours=2, parts=0))
        for name, settle in (
            ("on a draft", self._invoice),
            (
                "refunded",
                lambda order: self._confirm(
                    self._post_invoice(order), fsm_work="refund"
                ),
            ),
            (
                "not billed",
                lambda order: order.timesheet_ids.write({"billing_mode": "not_billed"}),
            ),
        ):
            with self.subTest(name):
                order = self._create_order(hours=1, parts=0)
                settle(order)
                self._log_hours(order, -1)
                self.assertNotEqual(order.billing_status, "to_invoice")

    def test_part_corrects_its_own_order_however_that_was_settled(self):
        self._post_invoice(self._create_order(hours=0, parts=2))
        order = self._create_order(hours=0, parts=1)
        self._confirm(self._post_invoice(order), fsm_work="refund")
        self._receive_part(order)
        self.assertEqual(order.billing_status, "credited")

    def test_more_than_the_order_has_comes_off_the_earlier_visit(self):
        first = self._post_invoice(self._create_order(hours=2, parts=0))
        order = self._create_order(hours=1, parts=0)
        own = self._post_invoice(order)
        self._log_hours(order, -0.5)
        self._log_hours(order, -1.5)
        _drafts, credits = self._bill(order)
        self.assertEqual(
            {move.reversed_entry_id: move.amount_untaxed for move in credits},
            {first: 60, own: 60},
        )
        credits.action_post()
        self._log_hours(order, -0.5)
        _drafts, credit = self._bill(order)
        self.assertEqual(credit.reversed_entry_id, first)

    def test_hour_of_another_product_or_customer_is_left_alone(self):
        order = self._create_order(hours=0, parts=0)
        self._log_hours(order, 1, fsm_labor_product_id=self.overtime.id)
        self._post_invoice(order)
        later = self._create_order(hours=0, parts=0)
        self._log_hours(later, -1)
        self.assertEqual(later.billing_status, "nothing")
        self._post_invoice(self._create_order(hours=1, parts=0))
        self.assertEqual(later.billing_status, "to_invoice")
        self.site.owner_id = self.env["res.partner"].create({"name": "Next owner"})
        sold = self._create_order(hours=0, parts=0)
        self._log_hours(sold, -1)
        self.assertEqual(sold.billing_status, "nothing")

    def test_charge_of_an_earlier_visit_is_credited_there(self):
        order = self._create_order(hours=1, parts=0)
        self._charge(order, 20)
        invoice = self._post_invoice(order)
        later = self._create_order(hours=1, parts=0)
        self._charge(later, 25, -1)
        _drafts, credit = self._bill(later)
        self.assertRecordValues(
            credit, [{"reversed_entry_id": invoice.id, "amount_untaxed": 20}]
        )

    def test_reduction_of_a_charge_stays_on_its_own_order(self):
        order = self._create_order(hours=1, parts=0)
        self._charge(order, 30)
        self._post_invoice(order)
        later = self._create_order(hours=1, parts=0)
        self._charge(later, 30)
        self._charge(later, 10, -1)
        invoice, credit = self._bill(later)
        self.assertFalse(credit)
        self.assertEqual(invoice.amount_untaxed, 80)

    def test_charge_of_another_invoice_is_chosen_on_the_billing_tab(self):
        order = self._create_order(hours=0, parts=0)
        self._charge(order, 20)
        first = self._post_invoice(order)
        self._charge(order, 25)
        last = self._post_invoice(order)
        back = self._charge(order, 25, -1)
        self.env.invalidate_all()
        charge = back.with_user(self.clerk)
        self.assertEqual(charge.credited_entry_id.move_id.id, last.id)
        entry = first.sudo().line_ids.fsm_billing_entry_ids
        with (
            Form(order.with_user(self.clerk)) as form,
            form.charge_ids.edit(2) as row,
        ):
            row.credited_entry_id = entry
        self.assertEqual(back.taken_back_entry_id, entry)
        _drafts, credit = self._bill(order)
        self.assertEqual(credit.reversed_entry_id, first)

    def test_who_does_not_bill_chooses_no_charge_to_take_back(self):
        order = self._create_order(hours=0, parts=0)
        self._charge(order, 20)
        invoice = self._post_invoice(order)
        back = self._charge(order, 20, -1)
        entry = invoice.sudo().line_ids.fsm_billing_entry_ids
        planner = self._create_role("planner", "fieldservice.group_fsm_dispatcher")
        for user in (planner, self.technician):
            with self.subTest(user.login), self.assertRaises(AccessError):
                back.with_user(user).credited_entry_id = entry
