from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestTerms(InvoicingCommon):
    """Who says who pays for work and how it is priced, on the road of RPC as well."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order_type = cls.env["fsm.order.type"].create({"name": "Lifts"})
        cls.order = cls._create_order(hours=2, parts=1)
        cls.other_policy = cls.policy.copy({"name": "Cheap"})
        cls.other = cls.env["res.partner"].create({"name": "Somebody else"})

    def _get_terms(self):
        """:return: tuples of record, field, and a value that would change it"""
        return [
            (self.order, "bill_to_id", self.other.id),
            (self.order, "billing_policy_id", self.other_policy.id),
            (self.site, "bill_to_id", self.other.id),
            (self.order_type, "billing_policy_id", self.other_policy.id),
            (self.order_type, "labor_product_id", self.labor.id),
            (self.order_type, "billing_mode", "not_billed"),
        ]

    def test_technician_changes_no_terms(self):
        for record, name, value in self._get_terms():
            with (
                self.subTest(model=record._name, field=name),
                self.assertRaisesRegex(AccessError, "Only dispatchers"),
            ):
                record.with_user(self.technician).write({name: value})

    def test_dispatcher_changes_terms(self):
        for record, name, value in self._get_terms():
            with self.subTest(model=record._name, field=name):
                record.with_user(self.dispatcher).write({name: value})

    def test_technician_sends_terms_unchanged(self):
        order = self.order.with_user(self.technician)
        order.write({"bill_to_id": self.customer.id, "customer_reference": "PO 4711"})
        self.assertEqual(order.customer_reference, "PO 4711")

    def test_technician_writes_the_rest_of_a_site(self):
        self.site.with_user(self.technician).direction = "Ring twice"
        self.assertIn("Ring twice", self.site.direction)

    def test_technician_reads_no_markup(self):
        policy = self.policy.with_user(self.technician)
        self.assertTrue(policy.read(["name"]))
        with self.assertRaises(AccessError):
            policy.read(["parts_markup"])

    def test_technician_reads_no_amounts_of_charges(self):
        self._add_charge(self.order)
        charges = self.env["fsm.order.charge"].with_user(self.technician)
        for attempt in (
            lambda: charges.search([("price_unit", ">", 1)]),
            lambda: charges.search_read([], ["discount"]),
            lambda: charges.formatted_read_group([], [], ["price_unit:sum"]),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_nobody_reads_the_prices_behind_the_amounts(self):
        for user in (self.technician, self.clerk):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.order.with_user(user).read(["billing_priced"])
        # what integrations ask for: all that the user may see
        self.assertNotIn(
            "billing_priced", self.order.with_user(self.clerk).fields_get()
        )

    def test_figures_of_the_engine_sent_by_rpc_are_ignored(self):
        self.policy.callout_product_id = self._create_service("Call-out", 75.0)
        order = self._create_order()
        order.with_user(self.technician).write(
            {"billing_status": "paid", "callout_charged": 5.0, "travel_charged": 5.0}
        )
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertRecordValues(order, [{"callout_charged": 1, "travel_charged": 0}])
        order = self.env["fsm.order"].create(
            {"location_id": self.site.id, "billing_status": "paid"}
        )
        self.assertEqual(order.billing_status, "nothing")
