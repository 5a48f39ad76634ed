from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..credit_common import CreditedCommon


@tagged("post_install", "-at_install")
class TestCreditByLine(CreditedCommon):
    """Add credit note: lines, quantities and what happens with the work."""

    def assertBilled(self, hours, parts):
        self.assertLedgerHolds(self.order)
        billed = [
            sum(sources.mapped("qty_billed"))
            for sources in (self.order.timesheet_ids, self.order.part_ids)
        ]
        self.assertEqual(billed, [hours, parts])

    # --- what the dialog shows ---
    def test_dialog_proposes_all_that_is_left(self):
        self._confirm(self.invoice, {self.labor: 3})
        lines = self._open_dialog(self.invoice).fsm_credit_line_ids
        self.assertRecordValues(
            lines,
            [
                {
                    "quantity": 8,
                    "qty_credited": 3,
                    "qty_to_credit": 5,
                    "amount_to_credit": 300,
                    "work": "bill_again",
                },
                {
                    "quantity": 3,
                    "qty_credited": 0,
                    "qty_to_credit": 3,
                    "amount_to_credit": 300,
                    "work": "bill_again",
                },
            ],
        )

    def test_totals_follow_what_is_typed(self):
        dialog = self._open_dialog(self.invoice)
        with Form(dialog) as form:
            with form.fsm_credit_line_ids.edit(0) as line:
                line.qty_to_credit = 2.5
            with form.fsm_credit_line_ids.edit(1) as line:
                line.qty_to_credit = 1
            self.assertEqual(form.fsm_amount_untaxed, 250)
            self.assertEqual(form.fsm_amount_tax, 37.5)
            self.assertEqual(form.fsm_amount_total, 287.5)
            self.assertEqual(form.fsm_amount_due_after, 897 - 287.5)
            self.assertEqual(form.fsm_opened, "2.5 h of Marc, 1 Pump")

    def test_refund_opens_nothing_in_words_either(self):
        dialog = self._open_dialog(self.invoice)
        with Form(dialog) as form:
            form.fsm_work = "refund"
        self.assertEqual(
            dialog.fsm_credit_line_ids.mapped("work"), ["refund", "refund"]
        )
        self.assertFalse(dialog.fsm_opened)

    def test_reason_fills_in_text_and_work(self):
        reason = self.env.ref("fieldservice_invoicing.fsm_credit_reason_cancelled")
        dialog = self._open_dialog(self.invoice)
        with Form(dialog) as form:
            form.fsm_reason_id = reason
            self.assertEqual(form.reason, "Service cancelled")
            self.assertEqual(form.fsm_work, "refund")
            form.reason = "Service cancelled by phone"
        dialog.action_fsm_confirm()
        self.assertRecordValues(
            dialog.new_move_ids,
            [
                {
                    "fsm_credit_reason_id": reason.id,
                    "fsm_credit_reason": "Service cancelled by phone",
                }
            ],
        )

    def test_price_only_asks_for_an_amount(self):
        dialog = self._open_dialog(self.invoice)
        with Form(dialog) as form, form.fsm_credit_line_ids.edit(0) as line:
            line.work = "price"
            self.assertEqual(line.qty_to_credit, 0)
            self.assertEqual(line.amount_to_credit, 0)
            line.amount_to_credit = 48
        self.assertEqual(self._line(dialog, self.labor).amount_to_credit, 48)

    def test_more_than_is_left_is_said_at_once(self):
        dialog = self._open_dialog(self.invoice)
        with Form(dialog) as form:
            self.assertFalse(form.fsm_problem)
            with form.fsm_credit_line_ids.edit(0) as line:
                line.qty_to_credit = 9
                self.assertTrue(line.is_beyond)
            self.assertIn("8 Hours ($\xa0480.00 before tax)", form.fsm_problem)
            with form.fsm_credit_line_ids.edit(0) as line:
                line.work = "price"
                line.amount_to_credit = 480.01
            self.assertIn("is left to credit", form.fsm_problem)
            with form.fsm_credit_line_ids.edit(0) as line:
                line.amount_to_credit = 480
            self.assertFalse(form.fsm_problem)

    def test_all_and_none(self):
        dialog = self._open_dialog(self.invoice)
        dialog.action_fsm_choose_none()
        self.assertEqual(dialog.fsm_amount_total, 0)
        action = dialog.action_fsm_choose_all()
        self.assertEqual(dialog.fsm_amount_total, 897)
        self.assertEqual((action["res_id"], action["target"]), (dialog.id, "new"))
        self.assertEqual(action["name"], "Add credit note")

    def test_draft_credit_notes_are_named(self):
        self._open_dialog(self.invoice).action_fsm_save_draft()
        names = self._open_dialog(self.invoice).fsm_draft_names
        self.assertIn("897.00", names)

    # --- quantities ---
    def test_confirm_posts_and_sets_off(self):
        credit = self._confirm(self.invoice, {self.labor: 2.5})
        self.assertRecordValues(
            credit,
            [{"state": "posted", "amount_total": 172.5, "amount_residual": 0.0}],
        )
        self.assertEqual(self.invoice.amount_residual, 897 - 172.5)
        self.assertBilled(5.5, 3)

    def test_save_as_draft_opens_nothing_until_it_is_confirmed(self):
        dialog = self._choose(self._open_dialog(self.invoice), {self.labor: 2})
        dialog.action_fsm_save_draft()
        self.assertEqual(dialog.new_move_ids.state, "draft")
        self.assertBilled(8, 3)
        dialog.new_move_ids.action_post()
        self.assertBilled(6, 3)

    def test_each_line_says_what_happens_with_its_work(self):
        self._confirm(
            self.invoice, {self.labor: (2, "bill_again"), self.pump: (1, "refund")}
        )
        self.assertBilled(6, 3)

    def test_price_only_leaves_the_work_billed(self):
        labor = self._line(self.invoice, self.labor)
        labor.account_id = self.company_data["default_account_assets"]
        credit = self._confirm(self.invoice, {self.labor: (48, "price")})
        self.assertRecordValues(
            self._product_lines(credit),
            [
                {
                    "quantity": 1,
                    "price_unit": 48,
                    "product_id": False,
                    "product_uom_id": False,
                    "account_id": labor.account_id.id,
                    "tax_ids": labor.tax_ids.ids,
                    "fsm_credit_work": "price",
                }
            ],
        )
        self.assertIn("Price reduction: Labor", self._product_lines(credit).name)
        self.assertBilled(8, 3)

    def test_invoice_with_a_price_correction_stays_posted(self):
        credit = self._confirm(self.invoice, {self.labor: (48, "price")})
        with self.assertRaisesRegex(UserError, credit.name):
            self.invoice.button_draft()

    def test_price_of_exactly_one_hour_is_no_hour(self):
        self._confirm(self.invoice, {self.labor: (60, "price")})
        self.assertBilled(8, 3)
        self.assertEqual(self._line(self.invoice, self.labor).fsm_qty_credited, 0)

    def test_rest_after_a_price_correction_is_credited_with_its_work(self):
        self._confirm(self.invoice, {self.labor: (48, "price")})
        credit = self._confirm(self.invoice)
        self.assertEqual(self._line(credit, self.labor).price_subtotal, 432)
        self.assertEqual(self._line(credit, self.labor).quantity, 8)
        self.assertBilled(0, 0)
        self.assertEqual(self.invoice.amount_residual, 0)

    def test_late_date_is_credited_on_its_day(self):
        day = fields.Date.add(fields.Date.today(), days=3)
        credit = self._confirm(self.invoice, date=day)
        self.assertRecordValues(credit, [{"state": "draft", "auto_post": "at_date"}])
        self.assertBilled(8, 3)

    # --- refused ---
    def test_more_than_is_left_is_refused(self):
        self._confirm(self.invoice, {self.labor: 3})
        with self.assertRaisesRegex(UserError, "5 Hours .*left to credit"):
            self._confirm(self.invoice, {self.labor: 6})
        with self.assertRaisesRegex(UserError, "left to credit"):
            self._confirm(self.invoice, {self.labor: (300.01, "price")})
        with self.assertRaisesRegex(UserError, "left to credit"):
            self._confirm(self.invoice, {self.labor: -1})
        self.assertBilled(5, 3)

    def test_no_line_is_refused(self):
        with self.assertRaisesRegex(UserError, "No line is chosen"):
            self._confirm(self.invoice, {})

    def test_nothing_left_is_refused(self):
        self._confirm(self.invoice)
        with self.assertRaisesRegex(UserError, "No line is chosen"):
            self._confirm(self.invoice)

    def test_deduction_alone_is_refused(self):
        invoice = self._invoice(self._create_order(hours=1, parts=0))
        invoice.invoice_line_ids = [
            Command.create(
                {"name": "Deposit", "quantity": -1, "price_unit": 50, "tax_ids": False}
            )
        ]
        invoice.action_post()
        dialog = self._choose(self._open_dialog(invoice), {})
        dialog.fsm_credit_line_ids[1].qty_to_credit = -1
        with self.assertRaisesRegex(UserError, "choose more lines"):
            dialog.action_fsm_save_draft()

    def test_line_of_another_invoice_is_refused(self):
        other = self._post_invoice(self._create_order())
        dialog = self._open_dialog(self.invoice)
        dialog.fsm_credit_line_ids[0].move_line_id = self._product_lines(other)[0]
        with self.assertRaisesRegex(UserError, "not on one posted invoice"):
            dialog.action_fsm_confirm()

    def test_choice_of_a_line_goes_before_that_of_the_dialog(self):
        """Refund above, and otherwise on the lines."""
        self._confirm(
            self.invoice,
            {self.labor: (2, "bill_again"), self.pump: (1, "returned")},
            fsm_work="refund",
        )
        self.assertBilled(6, 2)
        self.assertEqual(self.order.timesheet_ids.qty_to_bill, 2)
        self.assertEqual(sum(self.order.part_ids.mapped("qty_recorded")), 2)

    def test_hours_do_not_return_to_stock(self):
        with self.assertRaisesRegex(UserError, "no parts"):
            self._confirm(self.invoice, {self.labor: (1, "returned")})

    def test_dispatcher_credits_nothing(self):
        with self.assertRaises(AccessError):
            self.env["fsm.credit.line"].with_user(self.dispatcher).search([])
        with self.assertRaises(AccessError):
            self.env["account.move.reversal"].with_user(self.dispatcher).create({})

    # --- other lines ---
    def test_section_without_lines_is_not_printed(self):
        credit = self._confirm(self.invoice, {self.pump: 1})
        self.assertEqual(credit.invoice_line_ids.mapped("name")[0], "Parts")
        self.assertNotIn("Labor", credit.invoice_line_ids.mapped("name"))

    def test_line_without_source_is_credited(self):
        invoice = self._invoice(self._create_order(hours=1, parts=0))
        invoice.invoice_line_ids = [
            Command.create({"name": "Parking", "quantity": 2, "price_unit": 7.5}),
            Command.create({"name": "Paid at once", "display_type": "line_note"}),
        ]
        invoice.action_post()
        dialog = self._open_dialog(invoice)
        parking = dialog.fsm_credit_line_ids[1]
        self.assertRecordValues(parking, [{"work": "refund", "has_work": False}])
        self._choose(dialog, {})
        parking.qty_to_credit = 1
        dialog.action_fsm_confirm()
        credit = dialog.new_move_ids
        self.assertEqual(credit.amount_untaxed, 7.5)
        self.assertEqual(
            credit.invoice_line_ids.mapped("display_type"),
            ["line_section", "product", "line_note"],
        )

    def test_invoice_without_order_is_credited_by_line_too(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [
                    Command.create({"name": "Training", "price_unit": 500}),
                    Command.create({"name": "Lunch", "price_unit": 20}),
                ],
            }
        )
        invoice.action_post()
        dialog = self._open_dialog(invoice.with_user(self.clerk))
        dialog.fsm_credit_line_ids[0].qty_to_credit = 0
        dialog.action_fsm_confirm()
        self.assertEqual(dialog.new_move_ids.amount_untaxed, 20)
        self.assertEqual(
            self._open_dialog(invoice).fsm_credit_line_ids.mapped("qty_to_credit"), [1]
        )

    # --- paid already ---
    def test_credit_of_a_paid_invoice_is_left_open(self):
        self._pay(self.invoice)
        dialog = self._choose(self._open_dialog(self.invoice), {self.pump: 1})
        self.assertEqual(dialog.fsm_amount_open, 115)
        dialog.action_fsm_confirm()
        credit = dialog.new_move_ids
        self.assertEqual(credit.amount_residual, 115)
        self._pay(credit)
        self.assertEqual(credit.payment_state, "paid")

    def test_open_credit_is_used_for_the_next_invoice(self):
        self._pay(self.invoice)
        credit = self._confirm(self.invoice, {self.pump: (1, "refund")})
        following = self._post_invoice(self._create_order(hours=8, parts=0))
        line = credit.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        following.js_assign_outstanding_line(line.id)
        self.assertEqual(following.amount_residual, 480 * 1.15 - 115)
        self.assertEqual(credit.amount_residual, 0)

    def test_credit_beyond_what_is_due_is_open_for_the_rest(self):
        self._pay(self.invoice, 800)
        dialog = self._choose(self._open_dialog(self.invoice), {self.pump: 1})
        self.assertEqual(dialog.fsm_amount_due_after, 0)
        self.assertEqual(dialog.fsm_amount_open, 18)
        dialog.action_fsm_confirm()
        self.assertEqual(self.invoice.payment_state, "paid")
        self.assertEqual(dialog.new_move_ids.amount_residual, 18)

    # --- from the service order ---
    def test_order_opens_the_dialog_of_its_invoice(self):
        action = self.order.with_user(self.clerk).action_add_credit_note()
        self.assertEqual(action["res_model"], "account.move.reversal")
        self.assertEqual(action["context"]["active_ids"], self.invoice.ids)

    def test_order_with_two_invoices_lets_people_choose(self):
        self._log_hours(self.order, 1)
        second = self._post_invoice(self.order)
        action = self.order.with_user(self.clerk).action_add_credit_note()
        self.assertEqual(set(action["domain"][0][2]), set((self.invoice | second).ids))

    def test_order_credited_in_full_has_nothing_left(self):
        self._confirm(self.invoice, fsm_work="refund")
        self.assertEqual(self.order.billing_status, "credited")
        with self.assertRaisesRegex(UserError, "left to credit"):
            self.order.with_user(self.clerk).action_add_credit_note()

    def test_order_shows_what_was_credited_and_why(self):
        self._confirm(self.invoice, {self.labor: 2.5}, reason="Wrong price")
        self._confirm(
            self.invoice, {self.pump: (1, "refund"), self.labor: (9, "price")}
        )
        order = self.order.with_user(self.clerk)
        self.assertRecordValues(
            order.billing_move_ids - self.invoice,
            [
                {
                    "fsm_credit_contents": "2.5 Labor",
                    "fsm_credit_reason": "Wrong price",
                    "fsm_credit_summary": "2.5 h of Marc",
                    "reversed_entry_id": self.invoice.id,
                },
                {
                    "fsm_credit_contents": "Price reduction: Labor, 1 Pump",
                    "fsm_credit_reason": "Complaint",
                    "fsm_credit_summary": "",
                    "reversed_entry_id": self.invoice.id,
                },
            ],
        )

    def test_technician_sees_no_documents(self):
        self._confirm(self.invoice)
        with self.assertRaises(AccessError):
            self.order.with_user(self.technician).read(["billing_move_ids"])
