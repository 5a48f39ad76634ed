from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ...wizards import fsm_billing_wizard
from ..interim_common import MONDAY, TUESDAY, InterimCommon
from ..runs.runs_common import RunsCommon


@tagged("post_install", "-at_install")
class TestInterimWizard(InterimCommon, RunsCommon):
    """Create invoices on the list: orders that are not done, and visits."""

    def _fill_in(self, orders, user=None):
        return Form(
            self.env["fsm.billing.wizard"]
            .with_user(user or self.clerk)
            .with_context(active_model="fsm.order", active_ids=orders.ids)
        )

    def _get_rows(self, form):
        """:return: list of (day, what was done) of the visits to choose from"""
        rows = []
        for index in range(len(form.visit_ids)):
            with form.visit_ids.edit(index) as row:
                rows.append((row.day, row.work))
        return rows

    # --- orders that are not done ---
    def test_orders_going_on_are_offered_where_policies_allow_it(self):
        done = self._create_order()
        going_on = self._create_order(done=False)
        self.assertFalse(self._open_wizard(done).can_invoice_interim)
        self.assertTrue(self._open_wizard(done | going_on).can_invoice_interim)
        self.policy.interim = "never"
        self.assertFalse(self._open_wizard(done | going_on).can_invoice_interim)

    def test_preview_follows_the_tick(self):
        order = self._create_order(hours=2, parts=0, done=False)
        form = self._fill_in(order)
        self.assertIn("Interim invoice", form.preview)
        self.assertFalse(form.invoice_count)
        form.interim = True
        self.assertIn("120.00", form.preview)
        self.assertEqual(form.invoice_count, 1)
        form.save().action_create_invoices()
        self.assertEqual(order.invoice_ids.amount_untaxed, 120)

    def test_dispatcher_invoices_orders_going_on(self):
        order = self._create_order(hours=2, parts=0, done=False)
        self._open_wizard(
            order, user=self.dispatcher, interim=True
        ).action_create_invoices()
        self.assertEqual(order.invoice_ids.state, "draft")

    def test_technician_opens_nothing(self):
        order = self._create_order(hours=2, parts=0, done=False)
        with self.assertRaises(AccessError):
            self._open_wizard(order, user=self.technician, interim=True)

    # --- visits ---
    def test_visits_are_listed_in_words(self):
        order = self._create_order_of_days({MONDAY: 2.5, TUESDAY: 1}, done=True)
        self._use_part(order, 2).sudo().date = "2026-03-03 10:00:00"
        form = self._fill_in(order, user=self.dispatcher)
        self.assertFalse(len(form.visit_ids))
        form.is_by_visit = True
        self.assertEqual(
            self._get_rows(form),
            [
                (MONDAY, "2.5 h of Marc"),
                (TUESDAY, "1 h of Marc, 2 Pump"),
            ],
        )

    def test_only_visits_that_are_ticked_are_invoiced(self):
        order = self._create_order_of_days({MONDAY: 2, TUESDAY: 1}, done=True)
        form = self._fill_in(order)
        form.is_by_visit = True
        self.assertIn("180.00", form.preview)
        with form.visit_ids.edit(1) as visit:
            visit.is_included = False
        self.assertIn("120.00", form.preview)
        form.save().action_create_invoices()
        self.assertEqual(order.invoice_ids.amount_untaxed, 120)
        self.assertEqual(order.billing_status, "to_invoice")

    def test_visits_follow_what_is_chosen_and_ticks_stay(self):
        orders = self._create_order_of_days({MONDAY: 2, TUESDAY: 1}, done=True)
        orders |= self._create_order_of_days({TUESDAY: 4})
        form = self._fill_in(orders)
        form.is_by_visit = True
        with form.visit_ids.edit(0) as visit:
            visit.is_included = False
        form.interim = True
        self.assertEqual(len(form.visit_ids), 3)
        self.assertIn("300.00", form.preview)
        form.until = MONDAY
        self.assertEqual(self._get_rows(form), [(MONDAY, "2 h of Marc")])
        self.assertFalse(form.invoice_count)

    def test_quotation_is_a_visit_of_the_day_it_was_done(self):
        sale = self._confirm_quotation(self._create_sold())
        order = sale.fsm_order_ids
        order.date_end = "2026-03-02 10:00:00"
        order.action_complete()
        wizard = self._open_wizard(order, is_by_visit=True)
        self.assertRecordValues(wizard.visit_ids, [{"day": MONDAY, "work": sale.name}])

    def _create_sold(self):
        return self._create_service(
            "Repair", 250.0, invoice_policy="order", field_service_tracking="sale"
        )

    def test_nothing_ticked_is_nothing_invoiced(self):
        order = self._create_order_of_days({MONDAY: 2}, done=True)
        wizard = self._open_wizard(order, is_by_visit=True)
        wizard.visit_ids.is_included = False
        self.assertFalse(wizard.invoice_count)

    def test_visits_of_what_is_confirmed_go_with_the_run(self):
        order = self._create_order_of_days({MONDAY: 2, TUESDAY: 1})
        order.resolution = "<p>So far</p>"
        wizard = self._open_wizard(order, interim=True, is_by_visit=True, after="post")
        wizard.visit_ids.filtered(lambda visit: visit.day == TUESDAY).unlink()
        wizard.action_create_invoices()
        self._work()
        self.assertEqual(order.invoice_ids.amount_untaxed, 120)
        self.assertEqual(order.billing_status, "posted")

    def test_visits_of_many_orders_are_not_offered(self):
        orders = self._create_orders(2)
        with patch.object(fsm_billing_wizard, "MAX_ORDERS", 1):
            wizard = self._open_wizard(orders, is_by_visit=True)
            self.assertFalse(wizard.can_choose_visits)
            self.assertFalse(wizard.visit_ids)
            self.assertEqual(wizard.invoice_count, 2)

    def test_orders_of_others_are_not_listed(self):
        order = self._create_order_of_days({date(2026, 3, 2): 2}, done=True)
        self.env["ir.rule"].create(
            {
                "name": "None of these",
                "model_id": self.env["ir.model"]._get_id("fsm.order"),
                "domain_force": f"[('id', '!=', {order.id})]",
                "perm_read": False,
                "perm_create": False,
                "perm_unlink": False,
            }
        )
        wizard = self._open_wizard(order, is_by_visit=True)
        self.assertFalse(wizard.visit_ids)
