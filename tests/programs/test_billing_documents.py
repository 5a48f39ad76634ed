import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ..ready_common import ReadyCommon


@tagged("post_install", "-at_install")
class TestBillingDocuments(ReadyCommon, HttpCase):
    """The method for other programs: once for each key, by the rights of the caller."""

    def _ask(self, orders, user=None, **values):
        Order = self.env["fsm.order"].with_user(user or self.clerk)
        answer = Order.create_billing_documents(orders.ids, **values)
        json.dumps(answer)  # or no program can read it
        return answer

    def test_creates_drafts_and_says_which(self):
        order = self._create_complete_order()
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
        orders = self._create_complete_order() | self._create_complete_order()
        day = fields.Date.today() - timedelta(days=3)
        answer = self._ask(orders, grouping="customer", date=fields.Date.to_string(day))
        self.assertEqual(len(answer["documents"]), 1)
        self.assertEqual(orders.invoice_ids.invoice_date, day)

    def test_says_what_is_left_out_and_why(self):
        done = self._create_complete_order()
        open_order = self._create_complete_order(done=False)
        answer = self._ask(done | open_order)
        self.assertEqual(len(answer["documents"]), 1)
        [left] = answer["left_out"]
        self.assertEqual(
            (left["order_id"], left["name"]), (open_order.id, open_order.name)
        )
        self.assertIn("not done yet", left["reason"])

    def test_order_to_check_is_left_out_with_what_is_missing(self):
        self.policy.is_signature_required = True
        order = self._create_complete_order()
        for user in (self.clerk, self.dispatcher):
            answer = self._ask(order, user=user, key="night")
            self.assertFalse(answer["documents"])
            [left] = answer["left_out"]
            self.assertEqual((left["order_id"], left["name"]), (order.id, order.name))
            self.assertIn("The customer did not sign", left["reason"])
        self.assertFalse(order.invoice_ids)

    def test_order_that_changed_is_looked_at_before_it_is_billed(self):
        order = self._create_complete_order()
        self._examine(order)
        order.resolution = False
        answer = self._ask(order)
        self.assertIn("report is empty", answer["left_out"][0]["reason"])

    def test_order_on_hold_is_left_out_until_its_hold_is_over(self):
        order = self._create_complete_order()
        self._hold(order, until=fields.Date.today() + timedelta(days=1))
        self.assertIn("is on hold by", self._ask(order)["left_out"][0]["reason"])
        order.sudo().hold_until = fields.Date.today()
        self.assertEqual(len(self._ask(order)["documents"]), 1)

    def test_order_left_out_to_check_is_billed_under_another_key(self):
        ready = self._create_complete_order()
        order = self._create_complete_order(resolution=False)
        first = self._ask(ready | order, key="night 1")
        self.assertEqual(first["documents"][0]["order_ids"], ready.ids)
        self._answer(self._get_findings(order)["report_missing"])
        again = self._ask(ready | order, key="night 1")
        self.assertEqual(again, {**first, "is_repeated": True})
        second = self._ask(ready | order, key="night 2")
        self.assertEqual(second["documents"][0]["order_ids"], order.ids)

    def test_order_to_check_leaves_its_key_free(self):
        order = self._create_complete_order(resolution=False)
        self.assertTrue(self._ask(order, key="night")["left_out"])
        self._answer(self._get_findings(order)["report_missing"])
        self.assertEqual(len(self._ask(order, key="night")["documents"]), 1)

    def test_nothing_to_invoice_is_an_answer(self):
        order = self._create_complete_order(done=False)
        answer = self._ask(order, key="k")
        self.assertFalse(answer["documents"])
        order.action_complete()
        self.assertEqual(len(self._ask(order, key="k")["documents"]), 1)

    def test_orders_going_on_are_billed_where_they_are_asked_for(self):
        self.policy.interim = "hand"
        order = self._create_complete_order(hours=2, parts=0, done=False)
        answer = self._ask(order)
        self.assertFalse(answer["documents"])
        self.assertEqual(len(self._ask(order, interim=True)["documents"]), 1)
        self.assertEqual(order.invoice_ids.amount_untaxed, 120)

    def test_key_is_of_a_request_with_its_interim(self):
        order = self._create_complete_order()
        self._ask(order, key="night")
        with self.assertRaisesRegex(UserError, "Use another key"):
            self._ask(order, key="night", interim=True)

    # --- the key ---
    def test_same_key_gets_the_same_answer(self):
        order = self._create_complete_order()
        first = self._ask(order, key="night 1")
        self._log_hours(order, 1)
        second = self._ask(order, key="night 1")
        self.assertEqual(second, {**first, "is_repeated": True})
        self.assertEqual(len(order.invoice_ids), 1)
        self.assertEqual(len(self._ask(order, key="night 2")["documents"]), 1)

    def test_key_of_another_request_is_refused(self):
        order = self._create_complete_order()
        other = self._create_complete_order()
        self._ask(order, key="night")
        with self.assertRaisesRegex(UserError, "Use another key"):
            self._ask(other, key="night")
        with self.assertRaisesRegex(UserError, "Use another key"):
            self._ask(order, key="night", grouping="site")
        self.assertFalse(other.invoice_ids)

    def test_key_that_failed_is_free(self):
        order = self._create_complete_order()
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self._ask(order, user=self.technician, key="night")
        self.assertEqual(len(self._ask(order, key="night")["documents"]), 1)

    # --- rights ---
    def test_dispatcher_creates_drafts(self):
        answer = self._ask(self._create_complete_order(), user=self.dispatcher)
        self.assertEqual(len(answer["documents"]), 1)

    def test_technician_gets_no_answer_of_another(self):
        order = self._create_complete_order()
        self._ask(order, key="night")
        for values in ({}, {"key": "night"}):
            with self.assertRaises(AccessError):
                self._ask(order, user=self.technician, **values)

    # --- values that are none ---
    def test_wrong_values_are_named(self):
        order = self._create_complete_order()
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
        order = self._create_complete_order()
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
