from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..credit_common import CreditCommon

ADDON = "fieldservice_invoicing"
#: prices that occur nowhere else, so that they are found wherever they leak
LABOR_PRICE = 61.37
PART_PRICE = 103.91
PART_COST = 41.83


@tagged("post_install", "-at_install")
class TestBillingTab(CreditCommon):
    """The Billing tab says how far the order is, to each his own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.form = cls.env.ref("fieldservice.fsm_order_form")

    def _get_hint(self, order):
        self.env.flush_all()
        self.env.invalidate_all()
        return order.with_user(self.clerk).billing_hint

    def _get_arch(self, user, view_type="form"):
        arch = self.env["fsm.order"].with_user(user).get_view(self.form.id)["arch"]
        return etree.fromstring(arch)

    # --- hint ---
    def test_hint_follows_the_order(self):
        order = self._create_order(done=False)
        self.assertIn("not done yet", self._get_hint(order))
        order.action_complete()
        self.assertFalse(self._get_hint(order))
        invoice = self._invoice(order)
        self.assertIn("Review and confirm the draft invoice", self._get_hint(order))
        told = order.with_user(self.dispatcher).billing_hint
        self.assertIn("An invoicing clerk reviews", told)
        invoice.action_post()
        hint = self._get_hint(order)
        self.assertIn(invoice.name, hint)
        self.assertIn("253.00", hint)
        self._pay(invoice, 100)
        self.assertIn("153.00", self._get_hint(order))
        self._pay(invoice)
        self.assertIn("invoiced and paid", self._get_hint(order))

    def test_hint_says_what_is_left_for_the_customer(self):
        order = self._create_order(hours=2, parts=0)
        invoice = self._invoice(order)
        invoice.action_post()
        self._pay(invoice)
        self._log_hours(order, -1)
        order.with_user(self.clerk)._create_invoices().action_post()
        hint = self._get_hint(order)
        self.assertIn("invoiced and paid", hint)
        self.assertIn("69.00", hint)
        self.assertIn("left for the customer", hint)

    def test_hint_of_a_credited_order(self):
        order = self._create_order()
        self._confirm(self._post_invoice(order), fsm_work="refund")
        self.assertIn("credited in full", self._get_hint(order))

    def test_hint_of_an_overdue_invoice(self):
        order = self._create_order()
        invoice = self._invoice(order)
        invoice.invoice_date_due = "2020-01-31"
        invoice.action_post()
        self.assertIn("has been due since 01/31/2020", self._get_hint(order))

    def test_nobody_to_bill_is_a_problem_of_the_order(self):
        order = self._create_order()
        order.bill_to_id = False
        self.env.invalidate_all()
        self.assertIn("nobody to bill", order.with_user(self.clerk).billing_problem)

    def test_amount_on_drafts(self):
        order = self._create_order()
        self._invoice(order)
        order = order.with_user(self.clerk)
        self.assertEqual((order.amount_draft, order.amount_billed), (220, 0))
        order.invoice_ids.action_post()
        self.env.invalidate_all()
        self.assertEqual((order.amount_draft, order.amount_billed), (0, 220))

    # --- documents ---
    def test_invoice_of_several_orders_names_them(self):
        self.policy.grouping = "customer"
        orders = self._create_order() | self._create_order()
        orders.with_user(self.clerk).action_create_invoice()
        invoice = orders[0].with_user(self.clerk).billing_move_ids
        self.assertEqual(invoice.fsm_summary, ", ".join(orders.mapped("name")))

    def test_credit_note_says_what_it_credits_and_why(self):
        order = self._create_order()
        invoice = self._post_invoice(order)
        credit = self._confirm(invoice, {self.labor: 1}, reason="Too long")
        for text in (invoice.name, "1 Labor", "Too long", "Open again: 1 h of Marc"):
            self.assertIn(text, credit.fsm_summary)

    # --- technicians ---
    def _create_odd(self):
        """:return: an order whose amounts are found wherever they stand"""
        self.labor.lst_price = LABOR_PRICE
        self.pump.write({"lst_price": PART_PRICE, "standard_price": PART_COST})
        order = self._create_order(hours=3, parts=7)
        self._add_charge(order, price_unit=88.29, discount=7.13)
        order.with_user(self.clerk).billing_preview  # noqa: B018  (fills caches)
        return order

    def _get_amounts(self, order):
        """:return: figures of ``order`` that no technician may see"""
        lines = self._product_lines(order.invoice_ids)
        return {
            LABOR_PRICE,
            PART_PRICE,
            PART_COST,
            88.29,
            7.13,
            *lines.mapped("price_subtotal"),
            *lines.mapped("price_total"),
            *order.invoice_ids.mapped("amount_untaxed"),
            *order.invoice_ids.mapped("amount_total"),
        }

    def _list_values(self, value):
        """:return: the numbers and texts in ``value``, as it comes by RPC"""
        if isinstance(value, list | tuple):
            return [found for part in value for found in self._list_values(part)]
        return [value]

    def _read_each(self, Model, names):
        """:return: list of dicts: what can be read, field by field"""
        found = []
        for name in names:
            try:
                found += Model.search_read([], [name])
            except AccessError:
                continue
        return found

    def _get_our_fields(self, Model):
        """:return: names of the fields that this addon lets the user read"""
        return [
            name for name in Model.fields_get() if ADDON in Model._fields[name]._modules
        ]

    def test_technician_finds_no_amount_in_any_field_of_ours(self):
        order = self._create_odd()
        self._post_invoice(order)
        late = self._log_hours(order, 0.5)
        self.assertTrue(late)
        amounts = self._get_amounts(order)
        self.assertGreater(len(amounts), 8)
        looked_at = set()
        env = self.env(user=self.technician)
        self.env.flush_all()
        self.env.invalidate_all()
        for name in env.registry:
            Model = env[name]
            if Model._abstract or not Model.has_access("read"):
                continue
            names = self._get_our_fields(Model)
            if not names:
                continue
            looked_at.add(name)
            for values in self._read_each(Model, names):
                for value in self._list_values(list(values.values())):
                    if isinstance(value, float):
                        self.assertFalse(
                            [a for a in amounts if abs(abs(value) - a) < 0.005],
                            f"{name}: {values}",
                        )
                    elif isinstance(value, str):
                        self.assertFalse(
                            [a for a in amounts if f"{a:,.2f}" in value],
                            f"{name}: {values}",
                        )
        self.assertLessEqual(
            {"fsm.order", "fsm.billing.work", "fsm.order.charge"}, looked_at
        )

    def test_technician_finds_no_amount_in_views(self):
        order = self._create_odd()
        self._post_invoice(order)
        Order = order.with_user(self.technician)
        for view_type in ("form", "list", "kanban", "search"):
            with self.subTest(view_type):
                text = Order.get_view(view_type=view_type)["arch"]
                for name in (
                    "amount_to_bill",
                    "amount_billed",
                    "amount_draft",
                    "amount_residual",
                    'name="amount"',
                    "price_unit",
                    "billed_on",
                    "billing_hint",
                    "billing_problem",
                    "billing_move_ids",
                    "action_register_payment",
                    "action_create_invoice",
                    "quoted_work_ids",
                ):
                    self.assertNotIn(name, text)

    def test_technician_sees_hours_and_parts(self):
        order = self._create_odd().with_user(self.technician)
        self.env.invalidate_all()
        self.assertEqual(order.labor_work_ids.qty_to_bill, 3)
        self.assertEqual(order.part_work_ids.qty_to_bill, 7)
        arch = self._get_arch(self.technician)
        for name in ("labor_work_ids", "part_work_ids", "qty_to_bill"):
            self.assertTrue(arch.xpath(f"//field[@name='{name}']"))

    def test_technician_reads_no_quotation(self):
        with self.assertRaises(AccessError):
            self.env["fsm.billing.quoted"].with_user(self.technician).search([])

    # --- buttons ---
    def test_buttons_of_each_role(self):
        for user, expected in (
            (self.clerk, {"action_create_invoice", "action_register_payment"}),
            (self.dispatcher, {"action_create_invoice"}),
            (self.technician, set()),
        ):
            arch = self._get_arch(user)
            found = {node.get("name") for node in arch.xpath("//header/button")}
            names = {"action_create_invoice", "action_register_payment"}
            with self.subTest(user.login):
                self.assertEqual(found & names, expected)
