from odoo import api
from odoo.fields import Command
from odoo.tests import tagged

from ..credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestAddedLines(CreditCommon):
    """Another module adds lines of its own to each document that is created."""

    def setUp(self):
        super().setUp()
        AccountMove = self.registry["account.move"]
        original = AccountMove.create

        @api.model_create_multi
        def create(moves, vals_list):
            stamp = {"name": "Stamp", "price_unit": 2, "tax_ids": False}
            first = {**stamp, "display_type": "product", "sequence": 0}
            for vals in vals_list:
                name = "line_ids" if "line_ids" in vals else "invoice_line_ids"
                vals[name] = [Command.create(first), *vals.get(name, [])]
            created = original(moves, vals_list)
            for move in created:
                # where one of ours is
                move.invoice_line_ids = [Command.create({**stamp, "sequence": 11})]
            return created

        self.patch(AccountMove, "create", create)

    def _get_billed(self, moves):
        """:return: list of (product, hours or parts that its line covers)"""
        entries = moves.sudo().line_ids.fsm_billing_entry_ids
        return [(entry.move_line_id.product_id, entry.quantity) for entry in entries]

    def test_invoice_lines_keep_what_they_cover(self):
        order = self._create_order(hours=2, parts=3)
        invoice = self._invoice(order)
        stamps = invoice.invoice_line_ids.filtered(lambda line: line.name == "Stamp")
        self.assertEqual(len(stamps), 2)
        self.assertEqual(
            self._get_billed(invoice), [(self.labor, 2.0), (self.pump, 3.0)]
        )
        self.assertLedgerHolds(order)

    def test_invoice_of_several_orders(self):
        self.policy.grouping = "customer"
        orders = self._create_order(hours=1) | self._create_order(hours=2, parts=0)
        orders.with_user(self.clerk).action_create_invoice()
        invoice = orders.billing_entry_ids.move_id
        self.assertEqual(len(invoice), 1)
        for entry in invoice.line_ids.fsm_billing_entry_ids:
            self.assertEqual(entry.order_id, entry.move_line_id.fsm_order_ids)
        self.assertLedgerHolds(orders)

    def test_credit_note_of_parts_that_came_back(self):
        order = self._create_order(hours=0, parts=3)
        self._post_invoice(order)
        self._return_part(order.part_ids, 1)
        credit = self._invoice(order)
        self.assertEqual(self._get_billed(credit), [(self.pump, -1.0)])

    def test_credit_note_is_what_the_dialog_says(self):
        order = self._create_order(hours=2, parts=1)
        invoice = self._post_invoice(order)
        dialog = self._choose(self._open_dialog(invoice), {self.labor: 1})
        dialog.action_fsm_confirm()
        credit = dialog.new_move_ids
        self.assertEqual(credit.amount_total, dialog.fsm_amount_total)
        self.assertEqual(order.timesheet_ids.qty_billed, 1)

    def test_all_of_an_invoice_is_credited(self):
        order = self._create_order(hours=2, parts=1)
        invoice = self._post_invoice(order)
        credit = self._confirm(invoice)
        self.assertEqual(credit.amount_total, invoice.amount_total)
        self.assertEqual(order.timesheet_ids.qty_billed, 0)

    def test_correction_takes_over_what_it_covers(self):
        order = self._create_order(hours=2, parts=1)
        invoice = self._post_invoice(order)
        action = self._open_dialog(invoice).action_fsm_correct()
        draft = self.env["account.move"].browse(action["res_id"])
        self.assertCountEqual(
            self._get_billed(draft), [(self.labor, 2.0), (self.pump, 1.0)]
        )
        self.assertLedgerHolds(order)
