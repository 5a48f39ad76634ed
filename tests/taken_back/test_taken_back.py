from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..taken_back_common import TakenBackCommon


@tagged("post_install", "-at_install")
class TestTakenBack(TakenBackCommon):
    """What is taken back after it was invoiced is credited on its invoice."""

    # --- hours ---
    def test_hour_is_credited_on_the_invoice_that_billed_it(self):
        order = self._create_order(hours=2, parts=0)
        invoice = self._post_invoice(order)
        self.assertEqual(invoice.amount_total, 138)
        self.labor.list_price = 70
        self._log_hours(order, -1)
        self.assertEqual(order.billing_status, "to_invoice")
        drafts, credit = self._bill(order)
        self.assertFalse(drafts)
        self.assertRecordValues(
            credit,
            [
                {
                    "amount_total": 69,
                    "reversed_entry_id": invoice.id,
                    "partner_id": invoice.partner_id.id,
                }
            ],
        )
        self.assertEqual(
            self._line(credit, self.labor).fsm_credited_line_id,
            self._line(invoice, self.labor),
        )
        credit.action_post()
        self.assertEqual(invoice.amount_residual, 69)
        self.assertEqual(self._get_left(invoice, self.labor), (1, 60))
        self.assertEqual(sum(order.timesheet_ids.mapped("qty_to_bill")), 0)
        self.assertLedgerHolds(order)

    def test_overtime_is_credited_as_overtime(self):
        order = self._create_order(hours=0, parts=0)
        self._log_hours(order, 1, fsm_labor_product_id=self.overtime.id)
        self._post_invoice(order)
        self._log_hours(order, -1)
        _drafts, credit = self._bill(order)
        self.assertEqual(credit.amount_untaxed, 90)

    def test_hour_comes_off_those_that_are_like_it(self):
        order = self._create_order(hours=1, parts=0)
        self._log_hours(order, 1, fsm_labor_product_id=self.overtime.id)
        self._post_invoice(order)
        self._log_hours(order, -1)
        _drafts, credit = self._bill(order)
        self.assertEqual(self._product_lines(credit).product_id, self.labor)

    def test_hour_under_warranty_gives_back_nothing(self):
        order = self._create_order(hours=0, parts=0)
        self._log_hours(order, 1, billing_mode="warranty")
        self._post_invoice(order)
        self._log_hours(order, -1)
        _drafts, credit = self._bill(order)
        self.assertEqual(credit.amount_total, 0)
        credit.action_post()
        self.assertEqual(sum(order.timesheet_ids.mapped("qty_to_bill")), 0)

    def test_hours_come_off_the_last_invoice_first(self):
        order = self._create_order(hours=1, parts=0)
        first = self._post_invoice(order)
        self._log_hours(order, 2)
        second = self._post_invoice(order)
        self._log_hours(order, -2.5)
        _drafts, credits = self._bill(order)
        self.assertEqual(
            {move.reversed_entry_id: move.amount_untaxed for move in credits},
            {first: 30, second: 120},
        )

    def test_hour_taken_back_nets_with_open_work(self):
        order = self._create_order(hours=2, parts=0)
        self._post_invoice(order)
        self._log_hours(order, -1, employee=self.lea)
        self._log_hours(order, 3)
        invoice, credit = self._bill(order)
        self.assertFalse(credit)
        self.assertEqual(self._line(invoice, self.labor).quantity, 2)
        self.assertNotIn(self.lea.name, self._line(invoice, self.labor).name)

    def test_hour_after_a_refund_of_all_is_given_back_once(self):
        order = self._create_order(hours=2, parts=0)
        invoice = self._post_invoice(order)
        self._confirm(invoice, fsm_work="refund")
        self._log_hours(order, -1)
        self.assertEqual(order.billing_status, "credited")
        with self.assertRaisesRegex(UserError, "credited in full"):
            self._bill(order)

    def test_hour_waits_for_its_draft(self):
        order = self._create_order(hours=2, parts=0)
        invoice = self._invoice(order)
        self._log_hours(order, -1)
        self.assertEqual(order.billing_status, "draft")
        invoice.action_post()
        self.assertEqual(order.billing_status, "to_invoice")
        _drafts, credit = self._bill(order)
        self.assertEqual(credit.reversed_entry_id, invoice)

    def test_price_corrected_since_is_given_back_corrected(self):
        order = self._create_order(hours=2, parts=0)
        invoice = self._post_invoice(order)
        self._confirm(invoice, {self.labor: (20, "price")})
        self._log_hours(order, -1)
        _drafts, credit = self._bill(order)
        self.assertEqual(credit.amount_untaxed, 50)

    def test_tax_of_the_invoice_is_given_back(self):
        order = self._create_order(hours=2, parts=0)
        invoice = self._post_invoice(order)
        self.tax_sale_a.amount = 10
        self._log_hours(order, -1)
        _drafts, credit = self._bill(order)
        self.assertEqual((credit.amount_tax, invoice.amount_tax), (9, 18))

    def test_rate_of_the_invoice_is_given_back(self):
        currency = self.setup_other_currency(
            "EUR", rates=[("2016-01-01", 1.8877), ("2026-03-01", 1.3)]
        )
        self.customer.property_product_pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": currency.id}
        )
        order = self._create_order(hours=2, parts=0)
        invoice = self._invoice(order)
        invoice.invoice_date = "2026-02-10"
        invoice.action_post()
        # the customer pays in the company's currency since
        self.customer.property_product_pricelist = False
        self._log_hours(order, -1)
        half = self._product_lines(invoice).balance / 2
        self.assertAlmostEqual(order.with_user(self.clerk).amount_to_bill, half, 2)
        _drafts, credit = self._bill(order)
        self.assertEqual(credit.currency_id, currency)
        self.assertAlmostEqual(credit.invoice_currency_rate, 1.8877)
        self.assertAlmostEqual(self._product_lines(credit).balance, -half, 2)

    # --- parts ---
    def test_other_work_makes_both_documents(self):
        order = self._create_order(hours=1, parts=3)
        first = self._post_invoice(order)
        self._return_part(order.part_ids[0])
        self._log_hours(order, 4)
        self.assertEqual(order.with_user(self.clerk).amount_to_bill, 140)
        preview = order.with_user(self.clerk).billing_preview
        self.assertIn(f"Credit note of {first.name}", " ".join(preview.split()))
        action = order.with_user(self.clerk).action_create_invoice()
        moves = self.env["account.move"].search(action["domain"]) - first
        self.assertEqual(
            sorted(moves.mapped(lambda move: (move.move_type, move.amount_untaxed))),
            [("out_invoice", 240), ("out_refund", 100)],
        )
        moves.action_post()
        self.assertEqual(self._get_left(first, self.pump), (2, 200))

    def test_wizard_shows_both_documents(self):
        order = self._create_order(hours=1, parts=3)
        first = self._post_invoice(order)
        self._return_part(order.part_ids[0])
        self._log_hours(order, 4)
        wizard = (
            self.env["fsm.billing.wizard"]
            .with_user(self.clerk)
            .create({"order_ids": [Command.set(order.ids)]})
        )
        self.assertEqual(wizard.invoice_count, 2)
        words = " ".join(wizard.preview.split())
        self.assertIn(f"Credit note of {first.name}", words)

    def test_part_back_without_the_button_is_credited_on_its_invoice(self):
        order = self._create_order(hours=1, parts=3)
        invoice = self._post_invoice(order)
        self._receive_part(order, 1)
        _drafts, credit = self._bill(order)
        self.assertRecordValues(
            credit, [{"reversed_entry_id": invoice.id, "amount_untaxed": 100}]
        )
        credit.action_post()
        self.assertEqual(self._get_left(invoice, self.pump), (2, 200))

    def test_part_returned_on_a_later_visit_is_credited_on_the_first(self):
        order = self._create_order(hours=1, parts=3)
        invoice = self._post_invoice(order)
        later = self._create_order(hours=0, parts=0)
        back = self._return_part(order.part_ids[0])
        back.picking_id.fsm_order_id = later
        self.assertEqual(back.fsm_order_id, later)
        _drafts, credit = self._bill(later)
        self.assertEqual(credit.reversed_entry_id, invoice)
        credit.action_post()
        self.assertEqual(order.with_user(self.clerk).amount_billed, 260)
        self.assertEqual(self._get_left(invoice, self.pump), (2, 200))
        self.assertEqual(back.qty_to_bill, 0)
        self.assertLedgerHolds(order | later)

    def test_part_received_on_a_later_visit_is_credited_on_the_first(self):
        order = self._create_order(hours=1, parts=3)
        invoice = self._post_invoice(order)
        later = self._create_order(hours=0, parts=0)
        self._receive_part(later, 1)
        _drafts, credit = self._bill(later)
        self.assertEqual(credit.reversed_entry_id, invoice)

    def test_visit_that_is_left_out_leaves_its_part_to_the_next_one(self):
        invoice = self._post_invoice(self._create_order(hours=0, parts=1))
        left_out, order = (self._create_order(hours=1, parts=0) for _visit in range(2))
        self.labor.lst_price = 0
        order.timesheet_ids.billing_mode = "not_billed"
        for visit in (left_out, order):
            self._receive_part(visit)
        orders = (left_out | order).with_user(self.clerk)
        result = orders._create_invoices_apart()
        self.assertEqual(result.moves.reversed_entry_id, invoice)
        entries = result.moves.sudo().line_ids.fsm_billing_entry_ids
        self.assertEqual(entries.stock_move_id.fsm_order_id, order)
        self.assertEqual(list(result.left_out), [left_out])

    def test_part_returned_before_its_first_visit_is_invoiced_waits_for_it(self):
        order = self._create_order(hours=0, parts=3)
        later = self._create_order(hours=0, parts=0)
        self._receive_part(later, 1)
        self.assertEqual(later.billing_status, "nothing")
        invoice = self._post_invoice(order)
        self.assertEqual(later.billing_status, "to_invoice")
        _drafts, credit = self._bill(later)
        self.assertEqual(credit.reversed_entry_id, invoice)

    def test_cancelled_credit_of_another_visit_can_be_taken_up_again(self):
        order = self._create_order(hours=0, parts=2)
        self._post_invoice(order)
        later = self._create_order(hours=0, parts=0)
        part = self._receive_part(later)
        _drafts, credit = self._bill(later)
        credit.button_cancel()
        self.assertEqual(part.qty_to_bill, -1)
        credit.button_draft()
        self.assertEqual(part.qty_to_bill, 0)

    def test_part_waits_again_when_its_invoice_is_reset(self):
        order = self._create_order(hours=0, parts=1)
        later = self._create_order(hours=0, parts=0)
        self._receive_part(later)
        invoice = self._post_invoice(order)
        invoice.button_draft()
        self.assertEqual(later.billing_status, "nothing")
        invoice.action_post()
        self.assertEqual(later.billing_status, "to_invoice")

    def test_part_waits_while_another_visit_credits_it_on_a_draft(self):
        order = self._create_order(hours=0, parts=1)
        self._post_invoice(order)
        first, second = (self._create_order(hours=0, parts=0) for _number in range(2))
        self._receive_part(first)
        self._receive_part(second)
        _drafts, credit = self._bill(first)
        self.assertEqual(second.billing_status, "nothing")
        credit.unlink()
        self.assertEqual(second.billing_status, "to_invoice")

    def test_second_part_waits_for_a_second_invoice(self):
        order = self._create_order(hours=0, parts=1)
        self._post_invoice(order)
        later = self._create_order(hours=0, parts=0)
        self._receive_part(later, 2)
        _drafts, credit = self._bill(later)
        credit.action_post()
        self.assertNotEqual(later.billing_status, "to_invoice")
        self._use_part(order)
        self._post_invoice(order)
        self.assertEqual(later.billing_status, "to_invoice")

    # --- what is left of the invoice ---
    def test_reduction_is_given_back_with_its_hour(self):
        order = self._create_order(hours=1, parts=0)
        self._charge(order, 10, -1)
        invoice = self._post_invoice(order)
        self._log_hours(order, -1)
        self.assertEqual(order.with_user(self.clerk).amount_to_bill, -50)
        _drafts, credit = self._bill(order)
        self.assertEqual(credit.amount_total, 57.5)
        credit.action_post()
        self.assertEqual(invoice.amount_residual, 0)

    def test_two_drafts_come_to_the_invoice(self):
        self.labor.list_price = 60.1
        order = self._create_order(hours=2, parts=0)
        invoice = self._post_invoice(order)
        credits = self.env["account.move"]
        for _number in range(2):
            self._log_hours(order, -1)
            _drafts, credit = self._bill(order)
            credits |= credit
        credits.action_post()
        self.assertEqual(sum(credits.mapped("amount_untaxed")), invoice.amount_untaxed)

    def test_reduction_leaves_room_for_what_comes_back(self):
        order = self._create_order(hours=0, parts=1)
        self._post_invoice(order)
        self._return_part(order.part_ids)
        self._charge(order, 50, -1)
        with self.assertRaisesRegex(UserError, "takes off more than there is"):
            self._bill(order)

    def test_fresh_part_in_place_of_another_is_given_back_too(self):
        order = self._create_order(hours=0, parts=3)
        invoice = self._post_invoice(order)
        self._return_part(order.part_ids, 2)
        fresh = self._use_part(order)
        self._post_invoice(order)
        self._return_part(fresh)
        _drafts, credit = self._bill(order)
        self.assertRecordValues(
            credit, [{"reversed_entry_id": invoice.id, "amount_untaxed": 100}]
        )

    def test_credit_note_is_dated_no_earlier_than_its_invoice(self):
        order = self._create_order(hours=2, parts=0)
        invoice = self._post_invoice(order)
        self._log_hours(order, -1)
        day = invoice.invoice_date - timedelta(days=5)
        credit = order.with_user(self.clerk)._create_invoices(invoice_date=day)
        self.assertEqual(credit.invoice_date, invoice.invoice_date)

    def test_archived_part_is_given_back(self):
        order = self._create_order(hours=0, parts=2)
        self._post_invoice(order)
        self._return_part(order.part_ids, 1)
        self.pump.active = False
        _drafts, credit = self._bill(order)
        self.assertEqual(credit.amount_untaxed, 100)

    def test_unsaved_rows_of_a_form_are_netted(self):
        order = self._create_order(hours=0, parts=0)
        self._charge(order, 20)
        with Form(order) as form:
            for quantity in (1, -1):
                with form.charge_ids.new() as charge:
                    charge.product_id = self.service
                    charge.quantity = quantity
        self.assertEqual(order.with_user(self.clerk).amount_to_bill, 20)

    # --- the row ---
    def test_row_says_what_is_credited(self):
        order = self._create_order(hours=2, parts=0)
        invoice = self._post_invoice(order)
        self._log_hours(order, -1)
        self.env.invalidate_all()
        row = order.with_user(self.clerk).labor_work_ids.filtered(
            lambda row: row.qty_recorded < 0
        )
        self.assertEqual(row.billed_on, f"Credit note of {invoice.name}")
        self.assertEqual(
            row.taken_back_entry_id.display_name, f"{invoice.name}: 2 h of Marc"
        )

    def test_rows_of_both_visits_add_up(self):
        order = self._create_order(hours=1, parts=3)
        self._post_invoice(order)
        later = self._create_order(hours=0, parts=0)
        self._receive_part(later)
        _drafts, credit = self._bill(later)
        credit.action_post()
        self.env.invalidate_all()
        clerk = order.with_user(self.clerk)
        rows = [*clerk.labor_work_ids, *clerk.part_work_ids]
        self.assertEqual(sum(row.amount for row in rows), clerk.amount_billed)
        row = later.with_user(self.clerk).part_work_ids
        self.assertEqual((row.amount, row.billed_on), (0, credit.name))

    def test_person_chooses_what_is_taken_back(self):
        order = self._create_order(hours=1, parts=0)
        first = self._post_invoice(order)
        self._log_hours(order, 1)
        self._post_invoice(order)
        self._log_hours(order, -1)
        self.env.invalidate_all()
        rows = order.with_user(self.clerk).labor_work_ids
        rows.filtered(
            lambda row: row.qty_recorded < 0
        ).taken_back_entry_id = first.sudo().line_ids.fsm_billing_entry_ids
        _drafts, credit = self._bill(order)
        self.assertEqual(credit.reversed_entry_id, first)

    def test_person_chooses_work_of_the_same_kind(self):
        order = self._create_order(hours=1, parts=1)
        invoice = self._post_invoice(order)
        back = self._log_hours(order, -1)
        entries = invoice.sudo().line_ids.fsm_billing_entry_ids
        with self.assertRaisesRegex(ValidationError, "same kind and product"):
            back.taken_back_entry_id = entries.filtered("stock_move_id")

    # --- charges ---
    def test_charge_is_credited_where_it_was_billed(self):
        order = self._create_order(hours=1, parts=0)
        self._charge(order, 20)
        invoice = self._post_invoice(order)
        self._charge(order, 25, -1)
        _drafts, credit = self._bill(order)
        self.assertRecordValues(
            credit, [{"reversed_entry_id": invoice.id, "amount_untaxed": 20}]
        )

    def test_discount_goes_with_open_work(self):
        order = self._create_order(hours=1, parts=0)
        self._charge(order, 10, -1)
        invoice, credit = self._bill(order)
        self.assertFalse(credit)
        self.assertEqual(invoice.amount_untaxed, 50)

    def test_discount_alone_reduces_the_last_invoice(self):
        order = self._create_order(hours=1, parts=0)
        invoice = self._post_invoice(order)
        self._charge(order, 10, -1)
        preview = order.with_user(self.clerk).billing_preview
        self.assertIn(f"Credit note of {invoice.name}", " ".join(preview.split()))
        _drafts, credit = self._bill(order)
        self.assertRecordValues(
            credit, [{"reversed_entry_id": invoice.id, "amount_untaxed": 10}]
        )
        credit.action_post()
        self.assertEqual(self._get_left(invoice, self.labor), (1, 50))
        self.assertEqual(order.charge_ids.mapped("qty_to_bill"), [0])
        self.assertLedgerHolds(order)

    def test_discount_beyond_what_was_invoiced_says_what_to_do(self):
        order = self._create_order(hours=1, parts=0)
        self._post_invoice(order)
        self._charge(order, 100, -1)
        with self.assertRaisesRegex(UserError, "takes off more than there is"):
            self._bill(order)

    def test_discount_beyond_all_work_says_what_to_do(self):
        order = self._create_order(hours=1, parts=0)
        self._charge(order, 100, -1)
        with self.assertRaisesRegex(UserError, "takes off more than there is"):
            self._bill(order)

    def test_invoice_stays_as_long_as_a_draft_reduces_it(self):
        order = self._create_order(hours=1, parts=0)
        invoice = self._post_invoice(order)
        self._charge(order, 10, -1)
        _drafts, credit = self._bill(order)
        invoice.button_draft()
        with self.assertRaisesRegex(UserError, "is not posted"), self.cr.savepoint():
            credit.action_post()
        with self.assertRaisesRegex(UserError, "Delete that credit"):
            invoice.unlink()
        (invoice | credit).unlink()
        self.assertEqual(order.billing_status, "to_invoice")
