from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from ...wizards import fsm_billing_wizard
from .runs_common import RunsCommon


@tagged("post_install", "-at_install")
class TestRunsOfDialog(RunsCommon):
    """When the dialog invoices at once, and when it starts a run."""

    def _open(self, orders, user=None, **values):
        wizard = self.env["fsm.billing.wizard"].with_user(user or self.clerk)
        return wizard.create({"order_ids": [Command.set(orders.ids)], **values})

    def test_few_orders_are_invoiced_at_once(self):
        orders = self._create_orders(2)
        action = self._open(orders).action_create_invoices()
        self.assertEqual(action["res_model"], "account.move")
        self.assertEqual(len(orders.invoice_ids), 2)

    def test_many_orders_are_invoiced_by_a_run(self):
        orders = self._create_orders(3)
        with patch.object(fsm_billing_wizard, "MAX_ORDERS", 2):
            action = self._open(orders, user=self.dispatcher).action_create_invoices()
        self.assertEqual(action["res_model"], "fsm.billing.run")
        self.assertFalse(orders.invoice_ids)
        self._work()
        self.assertEqual(len(orders.invoice_ids), 3)

    def test_what_is_confirmed_as_well_is_done_by_a_run(self):
        order = self._create_orders(1)
        action = self._open(order, after="post").action_create_invoices()
        self.assertEqual(order.billing_status, "posted")
        run = self.env["fsm.billing.run"].browse(action["res_id"])
        self.assertEqual(run.state, "done")
        self.assertFalse(run.activity_ids)

    def test_many_orders_are_confirmed_in_the_background(self):
        orders = self._create_orders(2)
        with patch.object(fsm_billing_wizard, "MAX_ORDERS", 1):
            self._open(orders, after="post").action_create_invoices()
        self.assertEqual(orders.mapped("billing_status"), ["to_invoice"] * 2)
        self._work()
        self.assertEqual(orders.mapped("billing_status"), ["posted"] * 2)

    def test_what_another_run_invoices_is_counted_and_left_out(self):
        orders = self._create_orders(3)
        first = self._start(orders[0])
        with patch.object(fsm_billing_wizard, "MAX_ORDERS", 2):
            wizard = self._open(orders)
            self.assertEqual(wizard.invoice_count, 2)
            self.assertIn(f"invoiced by {first.name} already", wizard.preview)
            action = wizard.action_create_invoices()
        run = self.env["fsm.billing.run"].browse(action["res_id"])
        self.assertEqual(run.line_ids.order_ids, orders[1:])
        self.assertEqual(run.left_out, f"1 are being invoiced by {first.name} already.")

    def test_who_has_no_address_is_named_before_anything_is_sent(self):
        orders = self._create_orders(1)
        self.customer.email = False
        self.assertFalse(self._open(orders, after="post").unreachable)
        wizard = self._open(orders, after="send")
        self.assertIn(self.customer.name, wizard.unreachable)
        self.assertIn(f"/odoo/res.partner/{self.customer.id}", wizard.unreachable)
        self.customer.email = "office@customer.example"
        # not an empty recordset, which reads "res.partner()" on the screen
        self.assertIs(self._open(orders, after="send").unreachable, False)

    def test_run_goes_by_what_was_chosen(self):
        orders = self._create_orders(2)
        wizard = self._open(orders, after="post", grouping="customer")
        wizard.invoice_date = "2026-03-31"
        wizard.action_create_invoices()
        self.assertEqual(len(orders.invoice_ids), 1)
        self.assertEqual(str(orders.invoice_ids.invoice_date), "2026-03-31")

    def test_thousands_are_counted_and_not_priced(self):
        orders = self._create_orders(3)
        with patch.object(fsm_billing_wizard, "MAX_PRICED", 2):
            wizard = self._open(orders)
            self.assertIn(self.customer.name, wizard.preview)
            self.assertNotIn("60.00", wizard.preview)
        self.assertIn("60.00", self._open(orders).preview)

    def test_thousands_are_counted_without_those_left_out(self):
        orders = self._create_orders(2)
        held, bad = self._create_orders(1), self._create_orders(1, resolution=False)
        self._hold(held)
        undone = self._create_complete_order(done=False)
        self._examine(orders | held | bad)
        with patch.multiple(fsm_billing_wizard, MAX_ORDERS=1, MAX_PRICED=2):
            wizard = self._open(orders | held | bad | undone, user=self.dispatcher)
            self.assertEqual(wizard.invoice_count, 2)
            self.assertIn(">2</td>", wizard.preview)
            for text in ("1 to check first", "1 on hold", "1 with nothing to invoice"):
                self.assertIn(text, wizard.preview)
            self.policy.interim = "hand"
            wizard = self._open(orders | held | undone, interim=True)
            self.assertEqual(wizard.invoice_count, 3)

    def test_thousands_that_all_wait_are_no_invoices(self):
        orders = self._create_orders(3, resolution=False)
        self._examine(orders)
        with patch.multiple(fsm_billing_wizard, MAX_ORDERS=1, MAX_PRICED=2):
            wizard = self._open(orders)
            self.assertFalse(wizard.invoice_count)
            self.assertIn("3 to check first", wizard.preview)
