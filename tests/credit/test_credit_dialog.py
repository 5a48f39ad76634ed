from lxml import html

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..credit_common import CreditedCommon


@tagged("post_install", "-at_install")
class TestCreditDialog(CreditedCommon):
    """What people read and are offered where they credit an invoice."""

    def _reason(self, name):
        return self.env.ref(f"fieldservice_invoicing.fsm_credit_reason_{name}")

    # --- the dialog ---
    def test_dialog_names_the_invoice_and_its_customer(self):
        name = self._open_dialog(self.invoice).fsm_invoice_name
        self.assertIn(self.invoice.name, name)
        self.assertIn(self.customer.name, name)

    def test_dialog_says_when_nothing_is_left(self):
        self._confirm(self.invoice)
        arch = self.env["account.move.reversal"].get_view()["arch"]
        for name in ("confirm", "save_draft", "correct"):
            [button] = html.fromstring(arch).xpath(
                f"//button[@name='action_fsm_{name}']"
            )
            self.assertIn("not fsm_credit_line_ids", button.get("invisible"))
        self.assertFalse(self._open_dialog(self.invoice).fsm_credit_line_ids)

    def test_returned_parts_are_proposed_alone(self):
        dialog = self._open_dialog(self.invoice)
        with Form(dialog) as form:
            form.fsm_reason_id = self._reason("return")
        self.assertRecordValues(
            dialog.fsm_credit_line_ids,
            [
                {"qty_to_credit": 0, "work": "bill_again"},
                {"qty_to_credit": 3, "work": "returned"},
            ],
        )

    def test_another_reason_takes_the_return_back(self):
        dialog = self._open_dialog(self.invoice)
        with Form(dialog) as form:
            form.fsm_reason_id = self._reason("return")
            form.fsm_reason_id = self._reason("goodwill")
        self.assertEqual(
            dialog.fsm_credit_line_ids.mapped("work"), ["refund", "refund"]
        )

    def test_reason_of_returned_parts_without_parts_proposes_nothing(self):
        invoice = self._post_invoice(self._create_order(hours=2, parts=0))
        dialog = self._open_dialog(invoice)
        with Form(dialog) as form:
            form.fsm_reason_id = self._reason("return")
        self.assertEqual(dialog.fsm_credit_line_ids.qty_to_credit, 2)

    def test_amount_typed_stays_when_the_rest_is_refunded(self):
        dialog = self._open_dialog(self.invoice)
        with Form(dialog) as form:
            with form.fsm_credit_line_ids.edit(0) as line:
                line.work = "price"
                line.amount_to_credit = 48
            form.fsm_work = "refund"
        self.assertRecordValues(
            dialog.fsm_credit_line_ids,
            [
                {"amount_to_credit": 48, "work": "price"},
                {"amount_to_credit": 300, "work": "refund"},
            ],
        )

    def test_hours_that_can_not_return_keep_their_work(self):
        dialog = self._open_dialog(self.invoice)
        line = self._line(dialog, self.labor)
        line.work = "returned"
        warning = line._onchange_work()["warning"]
        self.assertIn("no parts", warning["message"])
        self.assertEqual(line.work, "bill_again")

    def test_quotation_line_is_named_as_open_again(self):
        _order, invoice = self._post_quotation()
        dialog = self._choose(self._open_dialog(invoice), {self.labor: 1})
        self.assertEqual(dialog.fsm_opened, "1 Labor")
        dialog.action_fsm_confirm()
        self.assertEqual(dialog.new_move_ids.fsm_credit_summary, "1 Labor")

    # --- the credit note ---
    def test_reviewer_reads_and_corrects_the_reason_of_a_draft(self):
        dialog = self._open_dialog(self.invoice, reason="Wrong price")
        dialog.action_fsm_save_draft()
        with Form(dialog.new_move_ids.with_user(self.clerk)) as form:
            self.assertEqual(form.fsm_credit_reason, "Wrong price")
            form.fsm_credit_reason = "Wrong price of the pump"
        self.assertEqual(
            dialog.new_move_ids.fsm_credit_reason, "Wrong price of the pump"
        )

    def test_part_that_came_back_is_not_called_open_again(self):
        credit = self._confirm(
            self.invoice, {self.labor: 1, self.pump: (1, "returned")}
        )
        self.assertEqual(credit.fsm_credit_summary, "1 h of Marc")

    def test_price_reduction_names_the_work_and_prints_no_unit(self):
        self.clerk.group_ids += self.env.ref("uom.group_uom")
        credit = self._confirm(self.invoice, {self.labor: (48, "price")})
        content, _type = (
            self.env["ir.actions.report"]
            .with_user(self.clerk)
            ._render_qweb_html("account.report_invoice", credit.ids)
        )
        page = html.fromstring(content)
        [quantity] = page.xpath("//td[@name='td_quantity']")
        self.assertEqual(quantity.text_content().split(), ["1.00"])
        [name] = page.xpath("//td[@name='account_invoice_line_name']")
        self.assertIn("Marc", name.text_content())

    # --- the service order ---
    def test_order_with_work_open_again_can_be_credited_further(self):
        self._confirm(self.invoice, {self.labor: 1})
        order = self.order.with_user(self.clerk)
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertTrue(order.can_add_credit_note)

    def test_order_of_a_paid_invoice_credited_in_full_can_not(self):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.invoice.ids
        ).create({})._create_payments()
        order = self.order.with_user(self.clerk)
        self.assertTrue(order.can_add_credit_note)
        self._confirm(self.invoice)
        self.assertFalse(order.can_add_credit_note)

    def test_order_whose_quantity_was_credited_cheaper_can_be(self):
        dialog = self._open_dialog(self.invoice, fsm_work="refund")
        dialog.action_fsm_save_draft()
        credit = dialog.new_move_ids
        self._line(credit, self.labor).price_unit = 10
        credit.action_post()
        self.assertTrue(self.order.with_user(self.clerk).can_add_credit_note)

    def test_technician_is_told_nothing_of_invoices(self):
        with self.assertRaises(AccessError):
            self.order.with_user(self.technician).action_add_credit_note()
