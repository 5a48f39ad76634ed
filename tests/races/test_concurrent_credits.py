"""Two credit notes on one invoice at once: real transactions."""

from odoo.tests import tagged

from .race_common import RaceCommon


@tagged("post_install", "-at_install")
class TestConcurrentCredits(RaceCommon):
    """An invoice of two hours at 60.00 is credited by two clerks."""

    def setUp(self):
        super().setUp()
        self.invoice = self._create_posted()

    # --- all of it, twice ---
    def test_full_credit_notes_the_earlier_first(self):
        first, second = (self._create_credit(self.invoice) for _clerk in range(2))
        self._assert_one_stands(first, second, self._post_both(first, second))
        self._assert_hours(0, 2, "to_invoice")

    def test_full_credit_notes_the_later_first(self):
        second, first = (self._create_credit(self.invoice) for _clerk in range(2))
        self._assert_one_stands(first, second, self._post_both(first, second))
        self._assert_hours(0, 2, "to_invoice")

    def test_refund_before_credit_leaves_the_hours_billed(self):
        first = self._create_credit(self.invoice, fsm_work="refund")
        second = self._create_credit(self.invoice)
        self._assert_one_stands(first, second, self._post_both(first, second))
        self.assertEqual(self.order.timesheet_ids.qty_billed, 2)
        # the second credit note is still a draft
        self.assertEqual(self.order.billing_status, "draft")

    def test_credit_before_refund_opens_the_hours(self):
        first = self._create_credit(self.invoice)
        second = self._create_credit(self.invoice, fsm_work="refund")
        self._assert_one_stands(first, second, self._post_both(first, second))
        self._assert_hours(0, 2, "to_invoice")

    # --- parts of it ---
    def test_parts_beyond_the_invoice_the_larger_first(self):
        first = self._create_credit(self.invoice, 1.5)
        second = self._create_credit(self.invoice, 1)
        self._assert_one_stands(first, second, self._post_both(first, second))
        self._assert_hours(0.5, 1.5, "to_invoice")

    def test_parts_beyond_the_invoice_the_smaller_first(self):
        second = self._create_credit(self.invoice, 1.5)
        first = self._create_credit(self.invoice, 1)
        self._assert_one_stands(first, second, self._post_both(first, second))
        self._assert_hours(1, 1, "to_invoice")

    def test_parts_within_the_invoice_are_both_opened(self):
        first = self._create_credit(self.invoice, 0.5)
        second = self._create_credit(self.invoice, 1)
        self._assert_done(*self._post_both(first, second))
        self._assert_hours(0.5, 1.5, "to_invoice")
        self.assertEqual(self.invoice.amount_residual, 30)

    def test_parts_that_make_the_whole_are_both_opened(self):
        second = self._create_credit(self.invoice, 0.5)
        first = self._create_credit(self.invoice, 1.5)
        self._assert_done(*self._post_both(first, second))
        self._assert_hours(0, 2, "to_invoice")
        self.assertEqual(self.invoice.payment_state, "reversed")

    # --- the wizard itself ---
    def test_wizards_at_once_make_two_drafts_of_which_one_is_posted(self):
        results = self._race_clerks(
            self._reverse(self.invoice), self._reverse(self.invoice)
        )
        self._assert_done(*results)
        self._assert_hours(2, 0, "draft")
        credits = self.committed["account.move"].browse(results)
        credits[1].action_post()
        self.committed.cr.commit()
        self._assert_refused(
            self._race_clerks(self._call(credits[0], "action_post"), lambda env: None)[
                0
            ],
            "would credit",
        )
        self._assert_hours(0, 2, "to_invoice")

    def test_reverse_and_create_twice_makes_one_new_draft(self):
        first, second = self._race_clerks(
            self._reverse(self.invoice, is_modify=True),
            self._reverse(self.invoice, is_modify=True),
        )
        self._assert_done(first)
        self._assert_refused(second, "would credit")
        draft = self.order.invoice_lines.move_id.filtered(lambda m: m.state == "draft")
        self.assertEqual(draft.ids, [first])
        self._assert_hours(2, 0, "draft")

    def test_reverse_and_create_before_a_credit_note(self):
        credit = self._create_credit(self.invoice, 0.5)
        first, second = self._race_clerks(
            self._reverse(self.invoice, is_modify=True),
            self._call(credit, "action_post"),
        )
        self._assert_done(first)
        self._assert_refused(second, "would credit")
        self._assert_hours(2, 0, "draft")

    def test_credit_note_before_reverse_and_create(self):
        credit = self._create_credit(self.invoice, 0.5)
        first, second = self._race_clerks(
            self._call(credit, "action_post"),
            self._reverse(self.invoice, is_modify=True),
        )
        self._assert_done(first)
        self._assert_refused(second, "would credit")
        self._assert_hours(1.5, 0.5, "to_invoice")

    # --- typed by hand ---
    def test_typed_credit_notes_beyond_the_invoice_the_larger_first(self):
        first, second = self._type_credits(self.invoice, 90, 60)
        self._assert_one_stands(first, second, self._post_both(first, second))
        self.assertEqual(self.invoice.amount_residual, 30)
        self.assertEqual(self.order.timesheet_ids.qty_billed, 2)

    def test_typed_credit_notes_beyond_the_invoice_the_smaller_first(self):
        second, first = self._type_credits(self.invoice, 90, 60)
        self._assert_one_stands(first, second, self._post_both(first, second))
        self.assertEqual(self.invoice.amount_residual, 60)

    def test_typed_credit_notes_within_the_invoice_are_both_posted(self):
        first, second = self._type_credits(self.invoice, 90, 30)
        self._assert_done(*self._post_both(first, second))
        self.assertEqual(self.invoice.payment_state, "reversed")
        self.assertEqual(self.order.billing_status, "credited")
        self.assertEqual(self.order.timesheet_ids.qty_billed, 2)

    def test_typed_credit_note_before_one_of_the_wizard(self):
        first = self._type_credits(self.invoice, 1)
        second = self._create_credit(self.invoice)
        self._assert_one_stands(first, second, self._post_both(first, second))
        self.assertEqual(self.order.timesheet_ids.qty_billed, 2)

    def test_credit_note_of_the_wizard_before_a_typed_one(self):
        first = self._create_credit(self.invoice)
        second = self._type_credits(self.invoice, 1)
        self._assert_one_stands(first, second, self._post_both(first, second))
        self._assert_hours(0, 2, "to_invoice")
