from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import InvoicingCommon, TourCase

#: a Monday
MONDAY = date(2026, 3, 2)


class ApprovalCommon(InvoicingCommon):
    """A policy that bills approved hours only, and a foreman."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreman = cls._create_role(
            "foreman",
            "fieldservice.group_fsm_user,"
            "fieldservice_invoicing.fieldservice_invoicing_group_approval",
        )
        cls.policy.is_approval_needed = True

    def _get_rows(self, orders, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return (
            self.env["fsm.billing.work"]
            .with_user(user or self.foreman)
            .search([("order_id", "in", orders.ids), ("section", "=", "labor")])
        )

    def _approve(self, orders, user=None):
        self._get_rows(orders, user).action_approve()
        self.env.invalidate_all()

    def _get_seen(self, rows):
        """:return: what the screen passes of the rows that it shows"""
        return [[row.id, row.fingerprint] for row in rows]

    def _assert_waits(self, orders):
        for line in orders.timesheet_ids:
            self.assertTrue(line.fsm_is_awaiting)
            self.assertEqual(line.qty_to_bill, 0)

    def _assert_open(self, orders):
        for line in orders.timesheet_ids:
            self.assertFalse(line.fsm_is_awaiting)
            self.assertEqual(line.qty_to_bill, line.qty_recorded)

    def _get_weeks(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["fsm.hours.week"].with_user(user or self.foreman).search([])


@tagged("post_install", "-at_install")
class TestApproval(ApprovalCommon):
    """Hours that nobody has approved are not open; what is approved is."""

    # --- open or not ---
    def test_hours_wait_and_parts_do_not(self):
        order = self._create_order(hours=2, parts=1)
        invoice = self._invoice(order)
        self.assertEqual(invoice.invoice_line_ids.product_id, self.pump)
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertLedgerHolds(order)

    def test_cancelled_invoice_brings_no_unapproved_hours_back(self):
        order = self._create_order(hours=2, parts=0)
        self._approve(order)
        invoice = self._invoice(order)
        invoice.button_cancel()
        order.timesheet_ids.unit_amount = 3
        with self.assertRaisesRegex(UserError, "not approved"):
            invoice.button_draft()

    def test_order_with_nothing_else_is_to_invoice_once_approved(self):
        order = self._create_order(hours=2, parts=0)
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertEqual(order.with_user(self.clerk).amount_to_bill, 0)
        with self.assertRaisesRegex(UserError, "2 h of Marc: not approved yet"):
            order.with_user(self.clerk).action_create_invoice()

    def test_approved_hours_are_to_invoice(self):
        order = self._create_order(hours=2, parts=0)
        self._approve(order)
        self._assert_open(order)
        self.assertRecordValues(
            order.timesheet_ids,
            [{"fsm_is_approved": True, "fsm_approved_by_id": self.foreman.id}],
        )
        self.assertEqual(self._invoice(order).amount_untaxed, 120)

    def test_policy_without_it_bills_all(self):
        self.policy.is_approval_needed = False
        order = self._create_order(hours=2, parts=0)
        self._assert_open(order)
        self.policy.is_approval_needed = True
        self._assert_waits(order)

    def test_policy_reckons_again_what_is_open(self):
        self.policy.is_approval_needed = False
        self._post_invoice(self._create_order(hours=2, parts=0))
        other = self.policy.copy({"is_approval_needed": False})
        away = self._create_order(hours=2, parts=0)
        away.billing_policy_id = other
        order = self._create_order(hours=2, parts=0)
        self.env.flush_all()
        model = type(order.timesheet_ids)
        compute = model._compute_fsm_is_awaiting
        reckoned = set()

        def listen(lines):
            reckoned.update(lines.ids)
            return compute(lines)

        self.patch(model, "_compute_fsm_is_awaiting", listen)
        self.policy.is_approval_needed = True
        self.env.flush_all()
        self.assertEqual(reckoned, set(order.timesheet_ids.ids))
        self._assert_waits(order)
        self._assert_open(away)

    def test_policy_takes_the_same_queries_however_many(self):
        def count(number):
            self.policy.is_approval_needed = False
            for _index in range(number):
                self._create_order(hours=1, parts=0)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.policy.is_approval_needed = True
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1)
        few, many = count(2), count(8)
        self.assertLessEqual(many, few + 4)

    def test_rounding_and_minimum_leave_hours_that_wait_alone(self):
        self.policy.write({"labor_rounding": 0.5, "labor_minimum": 2})
        order = self._create_order(hours=3, parts=0, done=False)
        first = order.timesheet_ids
        self._log_hours(order, 1.75)
        order.action_complete()
        rows = self._get_rows(order)
        rows.filtered(lambda row: row.source_id == first.id).action_approve()
        invoice = self._invoice(order)
        self.assertEqual(invoice.amount_untaxed, 180)
        invoice.action_post()
        self._approve(order)
        # 4.75 h are 5 h, of which 3 h are paid
        self.assertEqual(self._invoice(order).amount_untaxed, 120)
        self.assertLedgerHolds(order)

    def test_billing_tab_says_what_waits(self):
        order = self._create_order(hours=2, parts=0)
        self.assertIn("2 h of Marc", order.with_user(self.dispatcher).approval_hint)
        [row] = self._get_rows(order, self.clerk)
        self.assertEqual(row.billed_on, "Waits for approval")
        self._approve(order)
        self.assertFalse(order.with_user(self.dispatcher).approval_hint)

    def test_hours_not_billed_wait_for_nothing(self):
        order = self._create_order(hours=2, parts=0)
        order.timesheet_ids.billing_mode = "not_billed"
        self.assertFalse(order.approval_hint)

    def test_analysis_has_them_as_not_invoiced(self):
        order = self._create_order(hours=2, parts=0)
        self.env.flush_all()
        rows = self.env["fsm.billing.report"].search([("order_id", "=", order.id)])
        self.assertEqual(sum(rows.mapped("qty_recorded")), 2)

    # --- changes ---
    def test_changed_hour_is_looked_at_again(self):
        order = self._create_order(hours=2, parts=0)
        for vals in (
            {"unit_amount": 3},
            {"date": MONDAY},
            {"employee_id": self.lea.id},
        ):
            with self.subTest(vals):
                self._approve(order)
                self._assert_open(order)
                order.timesheet_ids.write(vals)
                self.assertFalse(order.timesheet_ids.fsm_is_approved)
                self._assert_waits(order)

    def test_description_is_no_other_hour(self):
        order = self._create_order(hours=2, parts=0)
        self._approve(order)
        order.timesheet_ids.write({"name": "Pump replaced", "unit_amount": 2})
        self.assertTrue(order.timesheet_ids.fsm_is_approved)

    def test_billed_hour_keeps_its_approval(self):
        order = self._create_order(hours=2, parts=0)
        self._approve(order)
        self._post_invoice(order)
        with self.assertRaisesRegex(UserError, "can't be changed"):
            order.timesheet_ids.unit_amount = 3
        with self.assertRaisesRegex(UserError, "is on INV"):
            self._get_rows(order).action_take_back_approval()
        self.assertTrue(order.timesheet_ids.fsm_is_approved)

    def test_approval_is_taken_back_by_hand(self):
        order = self._create_order(hours=2, parts=0)
        self._approve(order)
        self._get_rows(order).action_take_back_approval()
        self.env.invalidate_all()
        self._assert_waits(order)

    def test_hour_is_approved_as_it_was_shown(self):
        order = self._create_order(hours=2, parts=0)
        other = self._create_order(hours=1, parts=0)
        rows = self._get_rows(order | other)
        seen = self._get_seen(rows)
        order.timesheet_ids.unit_amount = 8
        action = rows.with_context(fsm_seen=seen).action_approve()
        self.assertIn("changed since you opened", action["params"]["message"])
        self.assertFalse(order.timesheet_ids.fsm_is_approved)
        self.assertTrue(other.timesheet_ids.fsm_is_approved)
        [row] = self._get_rows(order)
        self.assertFalse(
            row.with_context(fsm_seen=self._get_seen(row)).action_approve()
        )
        self.assertTrue(order.timesheet_ids.fsm_is_approved)

    def test_hour_that_was_not_shown_is_not_approved(self):
        shown = self._create_order(hours=2, parts=0)
        hidden = self._create_order(hours=1, parts=0)
        rows = self._get_rows(shown | hidden)
        for seen in (self._get_seen(self._get_rows(shown)), []):
            with self.assertRaisesRegex(UserError, "page by page"):
                rows.with_context(fsm_seen=seen).action_approve()
        self._assert_waits(shown | hidden)
        weeks = self._get_weeks()
        with self.assertRaisesRegex(UserError, "page by page"):
            weeks.with_context(fsm_seen=[]).action_approve()

    # --- weeks ---
    def test_week_is_approved_as_it_was_shown(self):
        order = self._create_order(hours=0, parts=0)
        first = self._log_hours(order, 2, date=MONDAY)
        for change in (
            lambda: self._log_hours(order, 3, date=MONDAY),
            lambda: first.write({"unit_amount": 5}),
            lambda: first.write({"date": MONDAY.replace(day=20)}),
        ):
            weeks = self._get_weeks()
            seen = self._get_seen(weeks)
            change()
            action = weeks.with_context(fsm_seen=seen).action_approve()
            self.assertTrue(action)
            self.assertFalse(any(order.timesheet_ids.mapped("fsm_is_approved")))

    def test_week_is_approved_in_one_press(self):
        orders = self._create_order(hours=0, parts=0) | self._create_order(
            hours=0, parts=0
        )
        for order, day in zip(orders, (2, 8), strict=True):
            self._log_hours(order, 2, date=MONDAY.replace(day=day))
        later = self._create_order(hours=0, parts=0)
        self._log_hours(later, 4, date=MONDAY.replace(day=9))
        others = self._create_order(hours=0, parts=0)
        self._log_hours(others, 3, employee=self.lea, date=MONDAY)
        weeks = self._get_weeks()
        self.assertRecordValues(
            weeks.sorted(lambda row: (row.week, row.employee_id.id)),
            [
                {"employee_id": self.marc.id, "hours": 4, "order_count": 2},
                {"employee_id": self.lea.id, "hours": 3, "order_count": 1},
                {"employee_id": self.marc.id, "hours": 4, "order_count": 1},
            ],
        )
        weeks.filtered(
            lambda row: row.employee_id == self.marc and row.week == MONDAY
        ).action_approve()
        self.env.invalidate_all()
        self._assert_open(orders)
        self._assert_waits(later | others)
        self.assertEqual(len(self._get_weeks()), 2)

    def test_week_has_nothing_that_is_billed_or_never_will_be(self):
        self.policy.is_approval_needed = False
        self._post_invoice(self._create_order(hours=2, parts=0))
        order = self._create_order(hours=2, parts=0)
        order.timesheet_ids.billing_mode = "not_billed"
        self.policy.is_approval_needed = True
        self.assertFalse(self._get_weeks())

    def test_week_opens_its_hours(self):
        order = self._create_order(hours=2, parts=0)
        action = self._get_weeks().action_open_hours()
        found = self.env["fsm.billing.work"].search(action["domain"])
        self.assertEqual(found.order_id, order)

    # --- rights ---
    def test_technician_and_dispatcher_approve_nothing(self):
        order = self._create_order(hours=2, parts=0)
        for user in (self.technician, self.dispatcher):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._approve(order, user)
            with self.assertRaises(AccessError):
                self._get_weeks(user).action_approve()
        self.assertFalse(order.timesheet_ids.fsm_is_approved)

    def test_technician_writes_no_approval(self):
        order = self._create_order(hours=2, parts=0)
        time = order.timesheet_ids.with_user(self.technician)
        for vals in (
            {"fsm_approved_on": "2026-01-01 00:00:00"},
            {"fsm_is_approved": 1},
        ):
            with self.subTest(vals):
                try:
                    time.write(vals)
                    self.env.flush_all()
                except AccessError:
                    self.env.invalidate_all()
                self.assertFalse(order.timesheet_ids.fsm_is_approved)

    def test_roles_that_may_approve(self):
        group = self.env.ref(
            "fieldservice_invoicing.fieldservice_invoicing_group_approval"
        )
        for role in (
            "fieldservice.group_fsm_manager",
            "account.group_account_invoice",
            "hr_timesheet.group_hr_timesheet_approver",
        ):
            self.assertIn(group, self.env.ref(role).all_implied_ids)

    def test_queries_are_the_same_however_many(self):
        def count(number):
            orders = self.env["fsm.order"]
            for _index in range(number):
                orders |= self._create_order(hours=1, parts=0)
            rows = self._get_rows(orders)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows.action_approve()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1)
        few, many = count(2), count(6)
        self.assertLessEqual(many, few + 4)


@tagged("post_install", "-at_install")
class TestApprovalTour(ApprovalCommon, TourCase):
    def test_foreman_approves_a_week(self):
        order = self._create_order(hours=2, parts=0)
        self.start_tour("/odoo", "fsm_invoicing_approval", login="foreman")
        self.env.invalidate_all()
        self._assert_open(order)

    def test_foreman_sees_that_a_week_changed(self):
        order = self._create_order(hours=2, parts=0)
        approve = type(self.env["fsm.hours.week"]).action_approve

        def change_first(rows):
            hours = order.with_env(rows.env).sudo().timesheet_ids
            if hours.unit_amount == 2:
                hours.unit_amount = 3
            return approve(rows)

        self.patch(type(self.env["fsm.hours.week"]), "action_approve", change_first)
        self.start_tour("/odoo", "fsm_invoicing_approval_changed", login="foreman")
        self.env.invalidate_all()
        self.assertTrue(order.timesheet_ids.fsm_is_approved)
