from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestRefusals(InvoicingCommon):
    """Each refusal says what is wrong and what to do, and leaves nothing behind."""

    def _assert_refused(self, orders, *sentences):
        """Check that Create invoice is refused, and that nothing was written."""
        moves = self.env["account.move"].search_count([])
        with self.assertRaises(UserError) as refusal:
            orders.with_user(self.clerk).action_create_invoice()
        for sentence in sentences:
            self.assertIn(sentence, str(refusal.exception))
        self.assertEqual(self.env["account.move"].search_count([]), moves)

    def test_order_without_work(self):
        order = self._create_order(hours=0, parts=0)
        self._assert_refused(
            order,
            f"There is nothing to invoice on {order.name}.",
            "Log hours or deliver parts on it first.",
        )

    def test_order_credited_in_full(self):
        order = self._create_order()
        invoice = self._post_invoice(order)
        self._credit(invoice, fsm_work="refund")
        self._assert_refused(order, f"invoiced on {order.name} is credited in full")

    def test_order_not_done(self):
        order = self._create_order(done=False)
        self._assert_refused(
            order,
            f"Service order {order.name} is not done yet.",
            "Press Complete on it, then create the invoice.",
        )

    def test_cancelled_order(self):
        order = self._create_order(done=False)
        order.action_cancel()
        self._assert_refused(
            order,
            f"Service order {order.name} is cancelled",
            "reopen and complete it",
        )

    def test_cancelled_order_where_that_stage_can_be_invoiced(self):
        self.env.ref("fieldservice.fsm_stage_cancelled").is_invoiceable = True
        order = self._create_order(done=False)
        order.action_cancel()
        self.assertFalse(order.is_invoiceable)
        self._assert_refused(order, f"Service order {order.name} is cancelled")

    def test_order_on_a_draft(self):
        order = self._create_order()
        invoice = self._invoice(order)
        self._assert_refused(
            order,
            f"Everything on {order.name} is invoiced already",
            invoice._get_fsm_names(),
        )

    def test_order_on_a_posted_invoice(self):
        order = self._create_order()
        invoice = self._post_invoice(order)
        self._assert_refused(order, "invoiced already", f"see {invoice.name}.")

    def test_policy_without_labor_product(self):
        self.policy.labor_product_id = False
        order = self._create_order()
        self._assert_refused(
            order,
            order.name,
            "Billing policy Test policy has no labor product.",
            "Field Service > Configuration > Billing policies",
        )

    def test_parts_need_no_labor_product(self):
        self.policy.labor_product_id = False
        order = self._create_order(hours=0, parts=2)
        self.assertEqual(self._invoice(order).amount_untaxed, 200)

    def test_order_without_policy(self):
        order = self._create_order()
        order.billing_policy_id = False
        self._assert_refused(
            order,
            order.name,
            "The service order has no billing policy. Choose one on its Billing tab",
        )

    def test_labor_without_price(self):
        self.labor.lst_price = 0
        order = self._create_order()
        self._assert_refused(
            order,
            order.name,
            "Labor has no price. Set its sales price, or a price in the price list "
            "of Heating Cooperative",
        )

    def test_part_without_price(self):
        self.pump.lst_price = 0
        order = self._create_order()
        self._assert_refused(order, order.name, "Pump has no price.")

    def test_archived_labor_product(self):
        order = self._create_order()
        self.labor.active = False
        self._assert_refused(
            order, order.name, "Product Labor is archived. Unarchive it"
        )

    def test_archived_part(self):
        order = self._create_order()
        self.pump.active = False
        self._assert_refused(order, order.name, "Product Pump is archived.")

    def test_nobody_to_bill(self):
        order = self._create_order()
        order.bill_to_id = False
        self._assert_refused(
            order,
            f"Service order {order.name} has nobody to bill",
            "Choose whom to bill on its Billing tab.",
        )

    def test_archived_customer(self):
        order = self._create_order()
        self.customer.active = False
        self._assert_refused(order, f"{order.name} has nobody to bill, or a contact")

    def test_company_without_sales_journal(self):
        order = self._create_order()
        self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", self.company.id)]
        ).active = False
        self._assert_refused(
            order,
            f"Company {self.company.name} has no sales journal.",
            "Invoicing > Configuration > Journals",
        )

    def test_parts_that_all_came_back(self):
        order = self._create_order(hours=0, parts=0)
        self._return_part(self._use_part(order, 2), 2)
        self._assert_refused(order, f"There is nothing to invoice on {order.name}.")

    def test_one_bad_order_keeps_the_others_from_half_a_batch(self):
        good, bad = self._create_order(), self._create_order(done=False)
        self._assert_refused(good | bad, f"{bad.name} is not done yet")
        self.assertEqual(good.billing_status, "to_invoice")

    def test_order_without_work_does_not_stop_the_others(self):
        empty, good = self._create_order(hours=0, parts=0), self._create_order()
        invoice = self._invoice(empty | good)
        self.assertEqual(invoice.fsm_order_ids, good)

    def test_problem_is_seen_on_the_order_before_invoicing(self):
        order = self._create_order()
        self.policy.labor_product_id = False
        self.assertIn(
            "has no labor product", order.with_user(self.clerk).billing_problem
        )

    def test_order_without_problem_shows_none(self):
        order = self._create_order()
        self.assertFalse(order.with_user(self.clerk).billing_problem)
