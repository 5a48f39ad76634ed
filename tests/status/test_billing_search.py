from ast import literal_eval

from lxml import etree

from odoo.tests import tagged

from ..common import InvoicingCommon

#: filter of the search view -> the statuses it stands for
FILTERS = {
    "billing_to_invoice": {"to_invoice"},
    "billing_draft": {"draft"},
    "billing_unpaid": {"posted", "partial"},
    "billing_overdue": {"partial"},
    "billing_paid": {"paid"},
    "billing_credited": {"credited"},
}


@tagged("post_install", "-at_install")
class TestBillingSearch(InvoicingCommon):
    """Orders are found and grouped by their billing status."""

    def setUp(self):
        super().setUp()
        self.orders = {
            "nothing": self._create_order(hours=0, parts=0),
            **{
                status: self._create_order(hours=1, parts=0)
                for status in (
                    "to_invoice",
                    "draft",
                    "posted",
                    "partial",
                    "paid",
                    "credited",
                )
            },
        }
        self._invoice(self.orders["draft"])
        self._post("posted")
        self._pay(self._post("partial", invoice_date_due="2020-01-31"), 10)
        self._pay(self._post("paid"))
        self._credit(self._post("credited"), fsm_work="refund")
        ids = [order.id for order in self.orders.values()]
        self.domain = [("id", "in", ids)]
        self.Order = self.env["fsm.order"].with_user(self.dispatcher)

    def _post(self, status, **values):
        invoice = self._invoice(self.orders[status])
        invoice.write(values)
        invoice.action_post()
        return invoice

    def _get_search_view(self):
        view = self.env.ref("fieldservice.fsm_order_search_view")
        arch = self.Order.get_view(view.id, "search")["arch"]
        return etree.fromstring(arch)

    def test_each_status_finds_its_order(self):
        for status, order in self.orders.items():
            with self.subTest(status=status):
                found = self.Order.search(
                    [*self.domain, ("billing_status", "=", status)]
                )
                self.assertEqual(found.ids, order.ids)

    def test_every_status_is_looked_at(self):
        statuses = dict(self.Order._fields["billing_status"].selection)
        self.assertEqual(set(self.orders), set(statuses))

    def test_each_filter_finds_the_orders_it_names(self):
        nodes = self._get_search_view().xpath(
            "//filter[starts-with(@name, 'billing_')]"
        )
        self.assertEqual({node.get("name") for node in nodes}, set(FILTERS))
        for node in nodes:
            with self.subTest(filter=node.get("name")):
                domain = literal_eval(node.get("domain"))
                found = self.Order.search([*self.domain, *domain])
                expected = FILTERS[node.get("name")]
                ids = {self.orders[status].id for status in expected}
                self.assertEqual(set(found.ids), ids)

    def test_group_by_status_counts_every_order_once(self):
        [node] = self._get_search_view().xpath(
            "//filter[@name='group_by_billing_status']"
        )
        field = literal_eval(node.get("context"))["group_by"]
        groups = self.Order.formatted_read_group(self.domain, [field], ["__count"])
        self.assertEqual(
            {group[field]: group["__count"] for group in groups},
            dict.fromkeys(self.orders, 1),
        )

    def test_orders_to_invoice_lists_those_and_no_others(self):
        action = self.env.ref("fieldservice_invoicing.fsm_order_action_to_invoice")
        found = self.Order.search([*self.domain, *literal_eval(action.sudo().domain)])
        self.assertEqual(found, self.orders["to_invoice"].with_user(self.dispatcher))
