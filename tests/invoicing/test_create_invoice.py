from datetime import date, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestCreateInvoice(InvoicingCommon):
    def _sections(self, invoice):
        return invoice.invoice_line_ids.filtered(
            lambda line: line.display_type == "line_section"
        )

    def test_done_order_becomes_draft_of_hours_and_parts(self):
        order = self._create_order(hours=2.5, parts=3)
        invoice = self._invoice(order)
        self.assertRecordValues(
            invoice.invoice_line_ids,
            [
                {"display_type": "line_section", "product_id": False, "quantity": 0},
                {
                    "display_type": "product",
                    "product_id": self.labor.id,
                    "quantity": 2.5,
                },
                {"display_type": "line_section", "product_id": False, "quantity": 0},
                {"display_type": "product", "product_id": self.pump.id, "quantity": 3},
            ],
        )
        self.assertEqual(self._sections(invoice).mapped("name"), ["Labor", "Parts"])
        self.assertEqual(invoice.amount_untaxed, 2.5 * 60 + 3 * 100)
        self.assertEqual(invoice.state, "draft")

    def test_button_opens_the_draft(self):
        order = self._create_order()
        action = order.with_user(self.clerk).action_create_invoice()
        self.assertEqual(action["res_model"], "account.move")
        self.assertEqual(action["res_id"], order.billing_entry_ids.move_id.id)
        self.assertEqual(
            action["views"], [(self.env.ref("account.view_move_form").id, "form")]
        )

    def test_button_on_many_orders_opens_their_drafts(self):
        orders = self._create_order() | self._create_order()
        action = orders.with_user(self.clerk).action_create_invoice()
        moves = self.env["account.move"].search(action["domain"])
        self.assertEqual(moves, orders.billing_entry_ids.move_id)
        self.assertEqual(len(moves), 2)

    def test_invoice_names_customer_site_and_order(self):
        order = self._create_order()
        self.assertRecordValues(
            self._invoice(order),
            [
                {
                    "partner_id": self.customer.id,
                    "partner_shipping_id": self.site.partner_id.id,
                    "invoice_origin": order.name,
                    "company_id": self.company.id,
                    "currency_id": self.company.currency_id.id,
                    "journal_id": self.company_data["default_journal_sale"].id,
                    "move_type": "out_invoice",
                    "fsm_order_ids": order.ids,
                }
            ],
        )

    def test_invoice_has_the_taxes_of_its_products(self):
        invoice = self._invoice(self._create_order(hours=2, parts=1))
        self.assertEqual(self._product_lines(invoice).tax_ids, self.tax_sale_a)
        self.assertInvoiceValues(
            invoice,
            [
                {"display_type": "line_section", "balance": 0.0},
                {"display_type": "product", "balance": -120.0},
                {"display_type": "line_section", "balance": 0.0},
                {"display_type": "product", "balance": -100.0},
                {"display_type": "tax", "balance": -33.0},
                {"display_type": "payment_term", "balance": 253.0},
            ],
            {"amount_untaxed": 220.0, "amount_tax": 33.0, "amount_total": 253.0},
        )

    def test_invoice_is_dated_at_the_last_day_of_work(self):
        last = fields.Date.today() - timedelta(days=5)
        order = self._create_order(hours=0, parts=0, done=False)
        self._log_hours(order, 1, date=last)
        self._log_hours(order, 1, date=last - timedelta(days=4))
        order.action_complete()
        self.assertEqual(self._invoice(order).delivery_date, last)

    def test_editing_the_draft_keeps_the_day_of_work(self):
        day = fields.Date.today() - timedelta(days=5)
        order = self._create_order(hours=0, parts=0, done=False)
        self._log_hours(order, 1, date=day)
        order.action_complete()
        invoice = self._invoice(order)
        with Form(invoice) as form, form.invoice_line_ids.edit(1) as line:
            line.quantity = 3
        self.assertEqual(invoice.delivery_date, day)
        self.assertEqual(invoice.amount_untaxed, 180)

    def test_labor_line_names_technician_and_days(self):
        order = self._create_order(hours=0, parts=0, done=False)
        self._log_hours(order, 1, date=date(2026, 1, 12))
        self._log_hours(order, 1, date=date(2026, 1, 14))
        self._log_hours(order, 1, date=date(2026, 1, 13))
        order.action_complete()
        name = self._product_lines(self._invoice(order)).name
        self.assertEqual(name, "Labor\nMarc, 01/12/2026 – 01/14/2026")

    def test_lines_are_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.labor.with_context(lang="fr_FR").name = "Main-d'œuvre"
        self.pump.with_context(lang="fr_FR").name = "Pompe"
        self.customer.lang = "fr_FR"
        order = self._create_order(hours=0, parts=1, done=False)
        self._log_hours(order, 1, date=date(2026, 1, 12))
        order.action_complete()
        labor, part = self._product_lines(self._invoice(order))
        self.assertEqual(labor.name, "Main-d'œuvre\nMarc, 12/01/2026")
        self.assertEqual(part.name, "Pompe")

    def test_invoice_uses_the_accounts_of_its_products(self):
        account = self.copy_account(self.company_data["default_account_revenue"])
        self.labor.property_account_income_id = account
        labor, part = self._product_lines(self._invoice(self._create_order()))
        self.assertEqual(labor.account_id, account)
        self.assertEqual(part.account_id, self.company_data["default_account_revenue"])

    def test_invoice_follows_the_payment_terms_of_the_customer(self):
        self.customer.property_payment_term_id = self.pay_terms_b
        invoice = self._invoice(self._create_order())
        self.assertEqual(invoice.invoice_payment_term_id, self.pay_terms_b)

    def test_each_order_gets_its_own_invoice(self):
        orders = self._create_order(hours=1, parts=0)
        orders |= self._create_order(hours=2, parts=0)
        moves = orders.with_user(self.clerk)._create_invoices()
        self.assertEqual(moves.mapped("invoice_origin"), orders.mapped("name"))
        self.assertEqual(moves.mapped("amount_untaxed"), [60.0, 120.0])

    def test_ledger_says_which_work_each_line_covers(self):
        order = self._create_order(hours=2, parts=3)
        self._log_hours(order, 1.5, employee=self.lea)
        marc, lea, part = self._product_lines(self._invoice(order))
        self.assertRecordValues(
            order.billing_entry_ids.sorted("quantity"),
            [
                {"quantity": 1.5, "move_line_id": lea.id, "kind": "bill"},
                {"quantity": 2.0, "move_line_id": marc.id, "kind": "bill"},
                {"quantity": 3.0, "move_line_id": part.id, "kind": "bill"},
            ],
        )

    def test_documents_point_at_each_other(self):
        # as people press it: tests leave out what Odoo logs of new records
        order = self._create_order().with_context(
            mail_create_nolog=False, tracking_disable=False
        )
        invoice = self._invoice(order)
        self.assertEqual(order.with_user(self.clerk).invoice_ids, invoice)
        self.assertRegex(
            order.message_ids[0].body,
            f'"account.move" data-oe-id="{invoice.id}">.* created from this order',
        )
        self.assertRegex(
            "".join(invoice.message_ids.mapped("body")),
            f'created from .*model="fsm.order" data-oe-id="{order.id}"',
        )

    def test_work_logged_later_is_billed_on_its_own(self):
        order = self._create_order(hours=2, parts=1)
        self._invoice(order).action_post()
        self._log_hours(order, 1)
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertEqual(self._invoice(order).amount_untaxed, 60)

    def test_hours_logged_and_taken_back_are_nothing_to_invoice(self):
        order = self._create_order(hours=1, parts=0)
        self._log_hours(order, -1)
        self.assertEqual(order.billing_status, "nothing")
        with self.assertRaisesRegex(UserError, "nothing to invoice"):
            self._invoice(order)

    def test_warranty_work_is_printed_with_full_discount(self):
        order = self._create_order(hours=2, parts=0)
        order.timesheet_ids.billing_mode = "warranty"
        line = self._product_lines(self._invoice(order))
        self.assertRecordValues(
            line, [{"price_unit": 60, "discount": 100, "price_subtotal": 0}]
        )

    def test_work_not_billed_stays_off_the_invoice(self):
        order = self._create_order(hours=2, parts=1)
        order.timesheet_ids.billing_mode = "not_billed"
        lines = self._product_lines(self._invoice(order))
        self.assertEqual(lines.product_id, self.pump)

    # --- the road to Completed ---
    def test_complete_makes_the_order_ready_to_invoice(self):
        order = self._create_order(done=False)
        self.assertFalse(order.is_invoiceable)
        self.assertEqual(order.billing_status, "nothing")
        order.with_user(self.technician).action_complete()
        self.assertTrue(order.is_invoiceable)
        self.assertEqual(order.billing_status, "to_invoice")

    def test_writing_the_stage_does_not_complete_an_order(self):
        order = self._create_order(done=False)
        completed = self.env.ref("fieldservice.fsm_stage_completed")
        with self.assertRaisesRegex(UserError, "Cannot move to completed"):
            order.with_user(self.dispatcher).stage_id = completed
        self.assertEqual(order.billing_status, "nothing")

    def test_only_invoiceable_stages_are_found(self):
        stages = self.env["fsm.stage"]._get_invoiceable_stage()
        self.assertIn(self.env.ref("fieldservice.fsm_stage_completed"), stages)
        self.assertNotIn(self.env.ref("fieldservice.fsm_stage_new"), stages)
        self.assertTrue(all(stages.mapped("is_invoiceable")))

    # --- batches ---
    def test_a_batch_is_one_create(self):
        orders = self._create_order() | self._create_order()
        Move = self.env.registry["account.move"]
        with patch.object(
            Move, "create", autospec=True, side_effect=Move.create
        ) as spy:
            orders.with_user(self.clerk)._create_invoices()
        self.assertEqual(spy.call_count, 1)
        self.assertEqual(len(spy.call_args.args[1]), 2)

    def test_a_large_batch_goes_in_parts(self):
        orders = self.env["fsm.order"].union(
            *(self._create_order(hours=hours + 1) for hours in range(5))
        )
        with (
            patch(
                "odoo.addons.fieldservice_invoicing.models.invoicing.fsm_order.BATCH_SIZE",
                2,
            ),
            patch.object(
                Move := self.env.registry["account.move"],
                "create",
                autospec=True,
                side_effect=Move.create,
            ) as spy,
        ):
            moves = orders.with_user(self.clerk)._create_invoices()
        self.assertEqual([len(call.args[1]) for call in spy.call_args_list], [2, 2, 1])
        self.assertEqual(moves.mapped("invoice_origin"), orders.mapped("name"))
        self.assertEqual(moves.mapped("amount_untaxed"), [160, 220, 280, 340, 400])
        self.assertEqual(set(orders.mapped("billing_status")), {"draft"})
        self.assertLedgerHolds(orders)
