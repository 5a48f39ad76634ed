from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestCreditClerk(CreditCommon):
    """What a clerk expects who credits invoices every day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(hours=2, parts=3)

    def setUp(self):
        super().setUp()
        self.invoice = self._post_invoice(self.order)

    def _correct(self, choices=None):
        """:return: the new draft"""
        dialog = self._open_dialog(self.invoice)
        if choices is not None:
            self._choose(dialog, choices)
        action = dialog.action_fsm_correct()
        return self.env["account.move"].with_user(self.clerk).browse(action["res_id"])

    # --- the reason ---
    def test_reason_is_asked_for(self):
        dialog = self._open_dialog(self.invoice, reason=" ")
        for button in ("confirm", "save_draft", "correct"):
            with (
                self.assertRaisesRegex(UserError, "Say why"),
                self.cr.savepoint(),
            ):
                getattr(dialog, f"action_fsm_{button}")()

    def test_reason_of_the_list_is_enough(self):
        reason = self.env.ref("fieldservice_invoicing.fsm_credit_reason_goodwill")
        credit = self._confirm(self.invoice, reason=False, fsm_reason_id=reason.id)
        self.assertEqual(credit.fsm_credit_reason, "Goodwill")

    def test_odoo_asks_for_no_reason(self):
        credit = self._reverse(self.invoice)
        credit.action_post()
        self.assertFalse(credit.fsm_credit_reason)

    def test_new_reason_is_the_last_of_the_list(self):
        Reason = self.env["fsm.credit.reason"]
        new = Reason.create({"name": "Other"})
        self.assertEqual(Reason.search([])[-1], new)

    # --- correcting ---
    def test_correction_bills_the_price_that_is_left(self):
        self._confirm(self.invoice, {self.pump: (60, "price")})
        draft = self._correct({self.pump: 3})
        self.assertRecordValues(
            self._line(draft, self.pump),
            [{"quantity": 3, "price_unit": 80, "price_subtotal": 240}],
        )

    def test_correction_bills_what_was_credited_to_the_cent(self):
        self._confirm(self.invoice, {self.pump: (100, "price")})
        draft = self._correct()
        credit = self.invoice.reversal_move_ids.sorted("id")[-1]
        self.assertEqual(draft.amount_total, credit.amount_total)
        self.assertEqual(self._line(draft, self.pump).price_subtotal, 200)

    def test_correction_of_a_part_bills_the_price_that_is_left(self):
        self._confirm(self.invoice, {self.pump: (60, "price")})
        draft = self._correct({self.pump: 1})
        self.assertRecordValues(
            self._line(draft, self.pump), [{"quantity": 1, "price_unit": 80}]
        )

    def test_correction_names_the_invoice_it_replaces(self):
        draft = self._correct()
        self.assertEqual(draft.fsm_replaced_id, self.invoice)
        self.assertIn(self.invoice.name, "".join(draft.message_ids.mapped("body")))
        self.assertFalse(self.invoice.fsm_replaced_id)

    # --- what opens ---
    def test_rest_opens_what_the_first_part_left(self):
        self._confirm(self.invoice, {self.pump: 1})
        rest = self._confirm(self.invoice)
        self.assertEqual(rest.fsm_credit_summary, "2 h of Marc, 2 Pump")
        self.assertLedgerHolds(self.order)

    def test_two_lines_of_one_credit_note_open_one_after_the_other(self):
        order = self._create_order(hours=0, parts=2)
        self._use_part(order, 1)
        credit = self._reverse(self._post_invoice(order))
        line = self._line(credit, self.pump)
        origin = line.fsm_credited_line_id
        line.quantity = 1
        credit.sudo().invoice_line_ids = [
            Command.create(
                {
                    "product_id": self.pump.id,
                    "quantity": 2,
                    "price_unit": origin.price_unit,
                    "tax_ids": [Command.set(origin.tax_ids.ids)],
                    "fsm_credited_line_id": origin.id,
                    "fsm_credit_work": "bill_again",
                    "fsm_order_ids": [Command.set(order.ids)],
                }
            )
        ]
        credit.action_post()
        self.assertEqual(sorted(order.part_ids.mapped("qty_to_bill")), [1, 2])
        self.assertLedgerHolds(order)

    # --- documents ---
    def test_credit_note_has_the_reference_of_the_customer(self):
        self.invoice.ref = "PO 4711"
        self.assertEqual(self._confirm(self.invoice, {self.labor: 1}).ref, "PO 4711")

    def test_button_is_there_as_long_as_something_is_left(self):
        self._confirm(self.invoice, {self.pump: 3})
        self.assertTrue(self.invoice.fsm_is_creditable)
        self._confirm(self.invoice)
        self.assertFalse(self.invoice.fsm_is_creditable)
        arch = etree.fromstring(
            self.env["account.move"]
            .with_user(self.clerk)
            .get_view(self.env.ref("account.view_move_form").id, "form")["arch"]
        )
        [button] = arch.xpath("//button[@name='action_reverse']")
        self.assertIn("not fsm_is_creditable", button.get("invisible"))
        self.assertIn("state != 'posted'", button.get("invisible"))

    def test_button_is_there_as_long_as_money_is_left(self):
        dialog = self._open_dialog(self.invoice)
        self._choose(
            dialog, {self.labor: (2, "refund"), self.pump: (3, "returned")}
        ).action_fsm_save_draft()
        credit = dialog.new_move_ids
        self._line(credit, self.pump).price_unit = 90
        credit.action_post()
        self.assertTrue(self.invoice.fsm_is_creditable)

    def test_order_shows_its_own_lines_of_a_credit_note(self):
        orders = self._create_order(hours=1, parts=0) | self._create_order(
            hours=0, parts=1
        )
        self.policy.grouping = "customer"
        orders.with_user(self.clerk).action_create_invoice()
        invoice = orders.invoice_lines.move_id.with_user(self.clerk)
        invoice.action_post()
        self._confirm(invoice)
        for order, expected in zip(orders, ("Labor", "Pump"), strict=True):
            view = order.with_user(self.clerk).get_view(view_type="form")
            arch = etree.fromstring(view["arch"])
            [notes] = arch.xpath("//field[@name='billing_move_ids']")
            self.assertEqual(notes.get("context"), "{'fsm_credited_order_id': id}")
            credit = order.with_user(self.clerk).billing_move_ids - invoice
            credit = credit.with_context(fsm_credited_order_id=order.id)
            self.assertIn(expected, credit.fsm_summary)
            self.assertNotIn(",", credit.fsm_summary)

    # --- who reads what ---
    def test_technicians_read_of_a_credit_note_and_of_no_amount(self):
        credit = self._confirm(self.invoice, {self.pump: 1}, reason="100 too much")
        message = self.order.with_user(self.technician).message_ids[0].body
        self.assertIn(credit.name, message)
        self.assertNotIn("100", message)
        self.assertNotIn("115", message)

    def test_customers_do_not_read_the_ledger(self):
        credit = self._confirm(self.invoice)
        customer = new_test_user(self.env, "portal_customer", "base.group_portal")
        customer.partner_id.parent_id = self.customer
        credit.message_subscribe(customer.partner_id.ids)
        names = ["fsm_credit_summary", "fsm_credit_contents", "fsm_is_creditable"]
        for name in names:
            with self.assertRaises(AccessError):
                credit.with_user(customer).read([name])
        self.assertEqual(len(credit.with_user(self.clerk).read(names)), 1)

    # --- cost ---
    def _count_queries(self, count):
        """:return: how many queries it takes to confirm a credit note of ``count``"""
        # Odoo looks each line's analytic account up by itself
        order = self._create_order(hours=0, parts=0, project_id=False)
        for index in range(count):
            self._charge(order, f"Charge {index}")
        invoice = self._post_invoice(order)
        dialog = self._open_dialog(invoice)
        dialog.action_fsm_save_draft()
        credit = dialog.new_move_ids.browse(dialog.new_move_ids.id)
        self.env.flush_all()
        self.env.invalidate_all()
        # For the number Odoo reads some credit note of the day, whichever the
        # database finds, and the one before: one query where they are the same.
        numbered = credit.search(
            [("move_type", "=", "out_refund"), ("name", "!=", "/")]
        )
        numbered.mapped("name")
        before = self.cr.sql_log_count
        credit.action_post()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def _charge(self, order, name):
        product = self._create_service(name, 30.0)
        self._add_charge(order, product, quantity=1, date=fields.Date.today())

    def test_lines_cost_no_queries_of_their_own(self):
        self._count_queries(2)  # what is read once only
        self.assertEqual(self._count_queries(20), self._count_queries(2))
