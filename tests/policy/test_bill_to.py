from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestBillTo(InvoicingCommon):
    """Who pays for an order, by which policy, and when that is fixed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.insurer = cls.env["res.partner"].create({"name": "Insurer"})
        cls.buyer = cls.env["res.partner"].create({"name": "Buyer of the house"})
        cls.other_site = cls._create_site("Pump house", cls.buyer)
        cls.order_type = cls.env["fsm.order.type"].create({"name": "Lifts"})
        cls.vip = cls.policy.copy({"name": "VIP"})
        cls.of_type = cls.policy.copy({"name": "Lifts"})
        cls.order_type.billing_policy_id = cls.of_type

    def _create_quotation(self, order):
        sale = self._create_sale(self.labor)
        order.sale_id = sale
        return sale

    # --- what stands freezes, and nothing else ---
    def test_credited_order_that_is_moved_is_billed_to_the_other_customer(self):
        order = self._create_order()
        self._credit(self._post_invoice(order))
        order.with_user(self.dispatcher).location_id = self.other_site
        self.assertEqual(order.bill_to_id, self.buyer)
        self.assertEqual(self._invoice(order).partner_id, self.buyer)

    def test_order_of_a_cancelled_invoice_is_billed_to_the_other_customer(self):
        order = self._create_order()
        self._post_invoice(order).button_cancel()
        order.location_id = self.other_site
        self.assertEqual(self._invoice(order).partner_id, self.buyer)

    def test_refunded_order_that_is_moved_bills_later_work_there(self):
        order = self._create_order()
        self._credit(self._post_invoice(order), fsm_work="refund")
        order.location_id = self.other_site
        self.assertEqual(order.bill_to_id, self.buyer)

    def test_order_credited_in_part_stays_with_its_customer(self):
        order = self._create_order()
        self._credit(self._post_invoice(order), {self.labor: 1})
        self.site.owner_id = self.buyer
        self.assertEqual(order.bill_to_id, self.customer)

    def test_policy_of_a_credited_order_follows_its_type(self):
        order = self._create_order()
        self._credit(self._post_invoice(order))
        order.type = self.order_type
        self.assertEqual(order.billing_policy_id, self.of_type)

    def test_policy_of_a_standing_invoice_stays(self):
        order = self._create_order()
        self._post_invoice(order)
        order.type = self.order_type
        self.assertEqual(order.billing_policy_id, self.policy)

    def test_typed_invoice_that_stands_keeps_the_payer(self):
        order = self._create_order(done=False, parts=0, hours=0)
        invoice = self._create_foreign_invoice(order)
        self.site.owner_id = self.buyer
        self.assertEqual(order.bill_to_id, self.customer)
        self._reverse(invoice.with_user(self.clerk)).action_post()
        self.site.owner_id = self.insurer
        self.assertEqual(order.bill_to_id, self.insurer)

    def test_empty_values_of_an_invoiced_order_are_computed(self):
        order = self._create_order()
        self._post_invoice(order)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE fsm_order SET bill_to_id = NULL, billing_policy_id = NULL "
            "WHERE id = %s",
            [order.id],
        )
        self.env.invalidate_all()
        for name in ("bill_to_id", "billing_policy_id"):
            self.env.add_to_compute(order._fields[name], order)
        self.assertEqual(order.bill_to_id, self.customer)
        self.assertEqual(order.billing_policy_id, self.policy)

    # --- what a person chose stays ---
    def test_chosen_payer_stays_when_the_site_is_sold(self):
        order = self._create_order(done=False)
        order.with_user(self.clerk).bill_to_id = self.insurer
        self.site.owner_id = self.buyer
        self.assertEqual(order.bill_to_id, self.insurer)
        order.action_complete()
        self.assertEqual(self._invoice(order).partner_id, self.insurer)

    def test_chosen_payer_stays_when_the_site_gets_another(self):
        order = self._create_order(done=False)
        order.with_user(self.clerk).bill_to_id = self.insurer
        self.site.bill_to_id = self.buyer
        self.assertEqual(order.bill_to_id, self.insurer)

    def test_chosen_payer_stays_when_the_order_is_moved(self):
        order = self._create_order()
        order.with_user(self.clerk).bill_to_id = self.insurer
        order.location_id = self.other_site
        self.assertEqual(order.bill_to_id, self.insurer)

    def test_chosen_payer_stays_when_the_quotation_has_another(self):
        order = self._create_order(done=False)
        sale = self._create_quotation(order)
        order.with_user(self.clerk).bill_to_id = self.insurer
        sale.partner_invoice_id = self.buyer
        self.assertEqual(order.bill_to_id, self.insurer)

    def test_payer_chosen_on_creation_stays(self):
        order = self._create_order(done=False, bill_to_id=self.insurer.id)
        self.site.owner_id = self.buyer
        self.assertEqual(order.bill_to_id, self.insurer)

    def test_chosen_policy_stays_when_the_type_changes(self):
        order = self._create_order(done=False)
        order.with_user(self.clerk).billing_policy_id = self.vip
        order.type = self.order_type
        self.assertEqual(order.billing_policy_id, self.vip)

    def test_chosen_policy_stays_when_the_payer_is_chosen_after(self):
        self.insurer.fsm_billing_policy_id = self.of_type
        order = self._create_order().with_user(self.clerk)
        order.billing_policy_id = self.vip
        order.bill_to_id = self.insurer
        self.assertEqual(order.billing_policy_id, self.vip)

    def test_payer_and_policy_chosen_at_once_stay(self):
        self.insurer.fsm_billing_policy_id = self.of_type
        order = self._create_order(done=False).with_user(self.clerk)
        order.write({"billing_policy_id": self.vip.id, "bill_to_id": self.insurer.id})
        self.assertEqual(order.billing_policy_id, self.vip)
        order.sudo().type = self.order_type
        self.site.owner_id = self.buyer
        self.assertEqual(order.billing_policy_id, self.vip)
        self.assertEqual(order.bill_to_id, self.insurer)

    def test_policy_chosen_on_creation_stays(self):
        order = self._create_order(billing_policy_id=self.vip.id)
        order.type = self.order_type
        self.assertEqual(order.billing_policy_id, self.vip)

    def test_policy_chosen_on_a_form_stays_when_the_payer_is_chosen_after(self):
        self.insurer.fsm_billing_policy_id = self.of_type
        order = self._create_order()
        with Form(order.with_user(self.clerk)) as form:
            form.billing_policy_id = self.vip
            form.bill_to_id = self.insurer
            self.assertEqual(form.billing_policy_id, self.vip)
        self.assertEqual(order.billing_policy_id, self.vip)
        self.assertEqual(order.bill_to_id, self.insurer)

    def test_payer_on_a_form_goes_by_the_last_site(self):
        order = self._create_order(done=False)
        with Form(order.with_user(self.dispatcher)) as form:
            form.location_id = self.other_site
            self.assertEqual(form.bill_to_id, self.buyer)
        self.assertEqual(order.bill_to_id, self.buyer)
        self.other_site.owner_id = self.insurer
        self.assertEqual(order.bill_to_id, self.insurer)

    def test_values_a_form_computed_are_no_choice(self):
        order = self._create_order(
            done=False,
            bill_to_id=self.customer.id,
            billing_policy_id=self.policy.id,
        )
        order.type = self.order_type
        self.site.owner_id = self.buyer
        self.assertEqual(order.bill_to_id, self.buyer)
        self.assertEqual(order.billing_policy_id, self.of_type)

    def test_values_sent_unchanged_are_no_choice(self):
        order = self._create_order(done=False)
        order.with_user(self.clerk).write(
            {"bill_to_id": self.customer.id, "billing_policy_id": self.policy.id}
        )
        self.site.owner_id = self.buyer
        self.assertEqual(order.bill_to_id, self.buyer)

    def test_typed_reference_stays_when_the_quotation_has_another(self):
        order = self._create_order(done=False)
        sale = self._create_quotation(order)
        sale.client_order_ref = "PO-1"
        self.assertEqual(order.customer_reference, "PO-1")
        order.with_user(self.clerk).customer_reference = "PO-2"
        sale.client_order_ref = "PO-3"
        self.assertEqual(order.customer_reference, "PO-2")
        order.with_user(self.clerk).customer_reference = False
        sale.client_order_ref = "PO-4"
        self.assertEqual(order.customer_reference, "PO-4")

    def test_fee_of_a_cancelled_invoice_goes_with_its_customer(self):
        self.policy.callout_product_id = self._create_service("Call-out", 75.0)
        without = self.policy.copy({"name": "None", "callout_product_id": False})
        self.buyer.fsm_billing_policy_id = without
        order = self._create_order()
        self.assertEqual(len(order.charge_ids), 1)
        self._post_invoice(order).button_cancel()
        order.location_id = self.other_site
        self.assertFalse(order.charge_ids)
        self.assertEqual(self._invoice(order).amount_untaxed, 220)

    # --- the way back ---
    def test_emptied_payer_goes_by_the_site_again(self):
        order = self._create_order(done=False)
        order.with_user(self.clerk).bill_to_id = self.insurer
        with Form(order.with_user(self.clerk)) as form:
            form.bill_to_id = self.env["res.partner"]
            self.assertEqual(form.bill_to_id, self.customer)
        self.assertEqual(order.bill_to_id, self.customer)
        self.site.owner_id = self.buyer
        self.assertEqual(order.bill_to_id, self.buyer)

    def test_payer_emptied_by_rpc_goes_by_the_site_again(self):
        order = self._create_order(done=False).with_user(self.clerk)
        order.bill_to_id = self.insurer
        order.bill_to_id = False
        self.site.owner_id = self.buyer
        self.assertEqual(order.bill_to_id, self.buyer)

    def test_emptied_policy_goes_by_the_rule_again(self):
        order = self._create_order(done=False)
        order.with_user(self.clerk).billing_policy_id = self.vip
        with Form(order.with_user(self.clerk)) as form:
            form.billing_policy_id = self.env["fsm.billing.policy"]
            self.assertEqual(form.billing_policy_id, self.policy)
        self.assertEqual(order.billing_policy_id, self.policy)
        order.type = self.order_type
        self.assertEqual(order.billing_policy_id, self.of_type)

    def test_policy_emptied_by_rpc_goes_by_the_rule_again(self):
        order = self._create_order().with_user(self.clerk)
        order.billing_policy_id = self.vip
        order.billing_policy_id = False
        order.sudo().type = self.order_type
        self.assertEqual(order.billing_policy_id, self.of_type)

    def test_duplicate_goes_by_the_rules_of_today(self):
        order = self._create_order()
        self.site.owner_id = self.buyer
        self.assertEqual(order.bill_to_id, self.customer)
        self.assertEqual(order.copy().bill_to_id, self.buyer)

    def test_duplicate_keeps_what_was_chosen(self):
        order = self._create_order()
        order.with_user(self.clerk).bill_to_id = self.insurer
        self.assertEqual(order.copy().bill_to_id, self.insurer)

    # --- work that is done ---
    def test_site_sold_after_completion_leaves_the_order_with_the_old_owner(self):
        order = self._create_order()
        self.site.owner_id = self.buyer
        self.assertEqual(order.bill_to_id, self.customer)
        self.assertEqual(self._invoice(order).partner_id, self.customer)

    def test_site_sold_before_completion_sends_the_order_to_the_new_owner(self):
        order = self._create_order(done=False)
        self.site.owner_id = self.buyer
        order.action_complete()
        self.assertEqual(order.bill_to_id, self.buyer)

    def test_done_order_that_is_moved_follows_its_site(self):
        order = self._create_order()
        order.with_user(self.dispatcher).location_id = self.other_site
        self.assertEqual(order.bill_to_id, self.buyer)

    def test_done_order_that_was_moved_on_a_form_stays_when_its_site_is_sold(self):
        order = self._create_order()
        with Form(order.with_user(self.dispatcher)) as form:
            form.location_id = self.other_site
        self.assertEqual(order.bill_to_id, self.buyer)
        self.other_site.owner_id = self.insurer
        self.assertEqual(order.bill_to_id, self.buyer)

    def test_done_order_of_a_quotation_follows_its_invoice_address(self):
        order = self._create_order(done=False)
        sale = self._create_quotation(order)
        order.action_complete()
        sale.partner_invoice_id = self.buyer
        self.assertEqual(order.bill_to_id, self.buyer)

    def test_tab_names_the_owner_of_today_and_lets_a_dispatcher_decide(self):
        order = self._create_order()
        self.assertFalse(order.bill_to_hint)
        self.site.owner_id = self.buyer
        with Form(order.with_user(self.dispatcher)) as form:
            self.assertIn("was done for Heating Cooperative", form.bill_to_hint)
            self.assertIn("Buyer of the house", form.bill_to_hint)
            form.bill_to_id = self.buyer
        self.assertEqual(self._invoice(order).partner_id, self.buyer)
        self.assertFalse(order.bill_to_hint)

    def test_tab_says_what_was_chosen_by_hand(self):
        order = self._create_order()
        order.with_user(self.clerk).bill_to_id = self.insurer
        self.assertIn(
            "Insurer was chosen by hand", order.with_user(self.clerk).bill_to_hint
        )

    # --- invoices for another customer ---
    def assertTold(self, order, invoice):
        """Check that the tab says who is billed by ``invoice``, and who is next."""
        hint = order.with_user(self.dispatcher).bill_to_hint
        for text in ("Insurer is billed by", "next is billed to Heating Cooperative"):
            self.assertIn(text, hint)
        self.assertIn(invoice._get_fsm_names(), hint)
        self.assertEqual(order.bill_to_id, self.customer)

    def test_tab_says_that_a_draft_is_for_another_customer(self):
        order = self._create_order()
        draft = self._invoice(order)
        self.assertFalse(order.bill_to_hint)
        draft.partner_id = self.insurer
        self.assertTold(order, draft)
        draft.action_post()
        self.assertTold(order, draft)

    def test_tab_says_that_a_correction_is_for_another_customer(self):
        order = self._create_order()
        invoice = self._post_invoice(order)
        self._reverse(invoice, is_modify=True)
        draft = order.invoice_ids.filtered(lambda move: move.state == "draft")
        draft.partner_id = self.insurer
        draft.action_post()
        self._log_hours(order, 1)
        self.assertTold(order, draft)
        # and what it says helps
        order.with_user(self.dispatcher).bill_to_id = self.insurer
        self.assertNotIn("is billed by", order.bill_to_hint)
        self.assertEqual(self._invoice(order).partner_id, self.insurer)

    def test_tab_says_nothing_of_an_invoice_that_is_credited(self):
        order = self._create_order()
        draft = self._invoice(order)
        draft.partner_id = self.insurer
        draft.action_post()
        self._credit(draft)
        self.assertFalse(order.bill_to_hint)

    def test_tab_says_nothing_of_another_contact_of_the_customer(self):
        order = self._create_order()
        self._invoice(order).partner_id = self.env["res.partner"].create(
            {"name": "Accounting", "parent_id": self.customer.id}
        )
        self.assertFalse(order.bill_to_hint)

    def test_tab_says_both_whom_invoices_bill_and_who_was_chosen(self):
        order = self._create_order()
        self._post_invoice(order)
        order.with_user(self.clerk).bill_to_id = self.insurer
        hint = order.bill_to_hint
        self.assertIn("Heating Cooperative is billed by", hint)
        self.assertIn("Insurer was chosen by hand", hint)

    # --- moving ---
    def test_order_with_a_standing_invoice_is_not_moved(self):
        order = self._create_order()
        self._post_invoice(order)
        with self.assertRaisesRegex(UserError, "can't be moved to another site"):
            order.with_user(self.dispatcher).location_id = self.other_site
        self.assertEqual(order.location_id, self.site)

    def test_order_with_a_draft_is_not_moved(self):
        order = self._create_order()
        draft = self._invoice(order)
        with self.assertRaisesRegex(UserError, "Delete the draft invoice"):
            order.with_user(self.dispatcher).location_id = self.other_site
        draft.unlink()
        order.with_user(self.dispatcher).location_id = self.other_site
        self.assertEqual(order.bill_to_id, self.buyer)

    def test_site_of_an_invoiced_order_sent_unchanged_is_no_move(self):
        order = self._create_order()
        self._post_invoice(order)
        order.with_user(self.dispatcher).write({"location_id": self.site.id})
        self.assertEqual(order.location_id, self.site)

    # --- what the history says ---
    def _get_tracked(self, record):
        """:return: names of the fields whose changes the history of ``record`` has"""
        self.cr.flush()  # history is written at the end of a transaction
        values = record.message_ids.sudo().tracking_value_ids
        return set(values.field_id.mapped("name"))

    def test_new_owner_is_in_the_history_of_the_site_not_of_its_orders(self):
        site = self._create_site("Boiler house", self.customer).with_context(
            tracking_disable=False, mail_notrack=False
        )
        order = self._create_order(done=False, location_id=site.id).with_context(
            tracking_disable=False, mail_notrack=False
        )
        self.cr.flush()
        site.owner_id = self.buyer
        self.assertEqual(order.bill_to_id, self.buyer)
        self.assertNotIn("bill_to_id", self._get_tracked(order))
        self.assertIn("owner_id", self._get_tracked(site))

    def test_order_that_is_moved_says_who_pays_now(self):
        order = self._create_order(done=False).with_context(
            tracking_disable=False, mail_notrack=False
        )
        self.cr.flush()
        order.location_id = self.other_site
        self.assertIn("bill_to_id", self._get_tracked(order))
