import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestBillingDocuments(InvoicingCommon, HttpCase):
    """The method for other programs: once for each key, by the rights of the caller."""

    def _ask(self, orders, user=None, **values):
        Order = self.env["fsm.order"].with_user(user or self.clerk)
        answer = Order.create_billing_documents(orders.ids, **values)
        json.dumps(answer)  # or no program can read it
        return answer

    def test_creates_drafts_and_says_which(self):
        order = self._create_order()
        answer = self._ask(order)
        move = order.invoice_ids
        self.assertEqual(move.state, "draft")
        self.assertEqual(
            answer,
            {
                "documents": [
                    {
                        "id": move.id,
                        "move_type": "out_invoice",
                        "order_ids": order.ids,
                    }
                ],
                "left_out": [],
                "is_repeated": False,
            },
        )

    def test_choices_are_those_of_the_wizard(self):
        orders = self._create_order() | self._create_order()
        day = fields.Date.today() - timedelta(days=3)
        answer = self._ask(orders, grouping="customer", date=fields.Date.to_string(day))
        self.assertEqual(len(answer["documents"]), 1)
        self.assertEqual(orders.invoice_ids.invoice_date, day)

    def test_says_what_is_left_out_and_why(self):
        done, open_order = self._create_order(), self._create_order(done=False)
        answer = self._ask(done | open_order)
        self.assertEqual(len(answer["documents"]), 1)
        [left] = answer["left_out"]
        self.assertEqual(
            (left["order_id"], left["name"]), (open_order.id, open_order.name)
        )
        self.assertIn("not done yet", left["reason"])

    def test_nothing_to_invoice_is_an_answer(self):
        order = self._create_order(done=False)
        answer = self._ask(order, key="k")
        self.assertFalse(answer["documents"])
        order.action_complete()
        self.assertEqual(len(self._ask(order, key="k")["documents"]), 1)

    def test_orders_going_on_are_billed_where_they_are_asked_for(self):
        self.policy.interim = "hand"
        order = self._create_order(hours=2, parts=0, done=False)
        answer = self._ask(order)
        self.assertFalse(answer["documents"])
        self.assertEqual(len(self._ask(order, interim=True)["documents"]), 1)
        self.assertEqual(order.invoice_ids.amount_untaxed, 120)

    def test_key_is_of_a_request_with_its_interim(self):
        order = self._create_order()
        self._ask(order, key="night")
        with self.assertRaisesRegex(UserError, "Use another key"):
            self._ask(order, key="night", interim=True)

    # --- the key ---
    def test_same_key_gets_the_same_answer(self):
        order = self._create_order()
        first = self._ask(order, key="night 1")
        self._log_hours(order, 1)
        second = self._ask(order, key="night 1")
        self.assertEqual(second, {**first, "is_repeated": True})
        self.assertEqual(len(order.invoice_ids), 1)
        self.assertEqual(len(self._ask(order, key="night 2")["documents"]), 1)

    def test_key_of_another_request_is_refused(self):
        order, other = self._create_order(), self._create_order()
        self._ask(order, key="night")
        with self.assertRaisesRegex(UserError, "Use another key"):
            self._ask(other, key="night")
        with self.assertRaisesRegex(UserError, "Use another key"):
            self._ask(order, key="night", grouping="site")
        self.assertFalse(other.invoice_ids)

    def test_key_that_failed_is_free(self):
        order = self._create_order()
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self._ask(order, user=self.technician, key="night")
        self.assertEqual(len(self._ask(order, key="night")["documents"]), 1)

    # --- rights ---
    def test_dispatcher_creates_drafts(self):
        self.assertEqual(
            len(self._ask(self._create_order(), user=self.dispatcher)["documents"]), 1
        )

    def test_technician_gets_no_answer_of_another(self):
        order = self._create_order()
        self._ask(order, key="night")
        for values in ({}, {"key": "night"}):
            with self.assertRaises(AccessError):
                self._ask(order, user=self.technician, **values)

    # --- values that are none ---
    def test_wrong_values_are_named(self):
        order = self._create_order()
        Order = self.env["fsm.order"].with_user(self.clerk)
        for values, words in (
            ({"order_ids": []}, "list of ids"),
            ({"order_ids": order.id}, "list of ids"),
            ({"order_ids": [True]}, "list of ids"),
            ({"order_ids": ["7"]}, "list of ids"),
            ({"order_ids": [order.id, 999999999]}, "999999999"),
            ({"grouping": "moon"}, "moon is no grouping"),
            ({"detail": "moon"}, "moon is no detail"),
            ({"date": "tomorrow"}, "no day for date"),
            ({"date": 7}, "no day for date"),
            ({"interim": "yes"}, "no value of interim"),
            ({"key": 7}, "key is a text"),
            ({"key": " "}, "key is a text"),
        ):
            with self.subTest(values), self.assertRaisesRegex(UserError, words):
                Order.create_billing_documents(**{"order_ids": order.ids, **values})
        self.assertFalse(order.invoice_ids)

    # --- over the wire ---
    def test_json_2(self):
        order = self._create_order()
        key = (
            self.env["res.users.apikeys"]
            .with_user(self.clerk)
            .sudo()
            ._generate("rpc", "test", fields.Datetime.now() + timedelta(days=1))
        )
        self.env.flush_all()
        response = self.url_open(
            "/json/2/fsm.order/create_billing_documents",
            data=json.dumps({"order_ids": order.ids, "key": "wire"}),
            headers={
                "Authorization": f"bearer {key}",
                "Content-Type": "application/json",
            },
        )
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(len(response.json()["documents"]), 1)
