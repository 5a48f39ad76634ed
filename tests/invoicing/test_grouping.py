from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestGrouping(InvoicingCommon):
    """Which orders come on one invoice, and what they bill there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_site = cls._create_site("Roof", cls.customer)

    def _invoices(self, orders):
        """Press Create invoices as the clerk; return the drafts."""
        orders.with_user(self.clerk).action_create_invoice()
        return orders.invoice_ids.with_user(self.clerk)

    def _create_orders(self, grouping, *values):
        self.policy.grouping = grouping
        orders = self.env["fsm.order"]
        for vals in values:
            orders |= self._create_order(**vals)
        return orders

    def _at(self, *sites):
        return [{"location_id": site.id} for site in sites]

    # --- which ---
    def test_an_invoice_for_each_order(self):
        orders = self._create_orders("order", {}, {})
        self.assertEqual(len(self._invoices(orders)), 2)

    def test_orders_without_policy_are_invoiced_alone(self):
        orders = self._create_orders("customer", {"hours": 0}, {"hours": 0})
        orders.billing_policy_id = False
        plan = orders.with_user(self.clerk)._get_billing_plan()
        self.assertEqual(len(plan.documents), 2)
        self.assertEqual(len(self._invoices(orders)), 2)

    def test_orders_without_policy_come_together_where_people_choose_so(self):
        orders = self._create_orders("order", {"hours": 0}, {"hours": 0})
        orders.billing_policy_id = False
        moves = orders.with_user(self.clerk)._create_invoices(grouping="customer")
        self.assertEqual(len(moves), 1)

    def test_an_invoice_for_each_site(self):
        orders = self._create_orders(
            "site", *self._at(self.site, self.other_site, self.site)
        )
        invoices = self._invoices(orders)
        self.assertEqual(len(invoices), 2)
        self.assertEqual(
            invoices.partner_shipping_id,
            self.site.partner_id | self.other_site.partner_id,
        )
        self.assertEqual(orders[0].invoice_ids, orders[2].invoice_ids)

    def test_an_invoice_for_each_customer(self):
        orders = self._create_orders("customer", *self._at(self.site, self.other_site))
        invoice = self._invoices(orders)
        self.assertEqual(len(invoice), 1)
        self.assertEqual(invoice.partner_shipping_id, self.customer)
        self.assertEqual(invoice.amount_untaxed, 440.0)

    def test_an_invoice_for_each_customer_reference(self):
        orders = self._create_orders(
            "reference",
            {"customer_reference": "PO 1"},
            {"customer_reference": "PO 2"},
            {"customer_reference": "PO 1"},
        )
        invoices = self._invoices(orders)
        self.assertEqual(sorted(invoices.mapped("ref")), ["PO 1", "PO 2"])

    def test_orders_without_reference_stay_apart(self):
        orders = self._create_orders("reference", {}, {})
        self.assertEqual(len(self._invoices(orders)), 2)

    def test_customers_stay_apart(self):
        other = self.env["res.partner"].create({"name": "Other"})
        site = self._create_site("Cellar", other)
        orders = self._create_orders("customer", *self._at(self.site, site))
        self.assertEqual(self._invoices(orders).partner_id, self.customer | other)

    def test_currencies_stay_apart(self):
        orders = self._create_orders("customer", {}, {})
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 2.0)])
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": currency.id}
        )
        sale = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "pricelist_id": pricelist.id}
        )
        orders[1].sale_id = sale
        self.assertEqual(len(self._invoices(orders)), 2)

    def test_credit_stays_apart(self):
        orders = self._create_orders("customer", {"hours": 0}, {})
        self._invoices(orders[0]).action_post()
        self._return_part(orders[0].part_ids)
        orders.with_user(self.clerk).action_create_invoice()
        self.assertEqual(
            orders.invoice_ids.filtered(lambda move: move.state == "draft").mapped(
                "move_type"
            ),
            ["out_refund", "out_invoice"],
        )

    # --- what ---
    def test_orders_have_sections_with_their_own_below(self):
        orders = self._create_orders("customer", {}, {})
        lines = self._invoices(orders).invoice_line_ids.sorted("sequence")
        self.assertEqual(
            lines.mapped("display_type"),
            ["line_section", *["line_subsection", "product"] * 2] * 2,
        )
        self.assertIn(orders[0].name, lines[0].name)
        self.assertIn("Boiler room", lines[0].name)

    def test_lines_belong_to_their_orders(self):
        orders = self._create_orders("customer", {"hours": 1}, {"hours": 3})
        self._invoices(orders)
        for order in orders:
            line = order.timesheet_ids.billing_entry_ids.move_line_id
            self.assertEqual(line.fsm_order_ids, order)
            self.assertEqual(line.quantity, order.timesheet_ids.unit_amount)
        self.assertLedgerHolds(orders)

    def test_origin_names_all_orders(self):
        orders = self._create_orders("customer", {}, {})
        self.assertEqual(
            self._invoices(orders).invoice_origin, ", ".join(orders.mapped("name"))
        )

    def test_all_orders_follow_the_invoice(self):
        orders = self._create_orders("customer", {}, {})
        invoice = self._invoices(orders)
        self.assertEqual(orders.mapped("billing_status"), ["draft"] * 2)
        invoice.action_post()
        self.assertEqual(orders.mapped("billing_status"), ["posted"] * 2)
        self._pay(invoice)
        self.assertEqual(orders.mapped("billing_status"), ["paid"] * 2)

    def test_a_line_removed_opens_its_order_alone(self):
        orders = self._create_orders("customer", {}, {})
        invoice = self._invoices(orders)
        line = orders[1].timesheet_ids.billing_entry_ids.move_line_id
        invoice.invoice_line_ids = [Command.delete(line.id)]
        self.assertEqual(orders.mapped("billing_status"), ["draft", "to_invoice"])

    def test_each_order_bills_its_own_amount(self):
        orders = self._create_orders("customer", {"hours": 1}, {"hours": 3})
        self._invoices(orders).action_post()
        self.assertEqual(orders.mapped("amount_billed"), [160.0, 280.0])

    def test_one_order_that_cannot_be_billed_stops_all(self):
        orders = self._create_orders("customer", {}, {"done": False})
        with self.assertRaisesRegex(UserError, "not done yet"):
            self._invoices(orders)
        self.assertFalse(orders.invoice_ids)
