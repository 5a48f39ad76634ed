from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..credit_common import CreditedCommon


@tagged("post_install", "-at_install")
class TestCreditByHand(CreditedCommon):
    """Credit notes whose lines were typed, and do not say which line they credit."""

    # 120 of labor and 100 of parts, 253 with taxes
    work = {"hours": 2, "parts": 1}

    def _type_credit(self, invoice, price, product=None, taxes=None):
        """Credit ``price`` of ``invoice`` by a line typed by hand, and confirm it."""
        credit = self._reverse(invoice)
        credit.invoice_line_ids = [
            Command.clear(),
            Command.create(
                {
                    "name": "Complaint",
                    "product_id": product and product.id,
                    "price_unit": price,
                    "tax_ids": [
                        Command.set((self.tax_sale_a if taxes is None else taxes).ids)
                    ],
                }
            ),
        ]
        credit.action_post()
        return credit

    def _get_left(self, invoice=None):
        dialog = self._open_dialog(invoice or self.invoice)
        return [
            (line.qty_left, line.amount_left) for line in dialog.fsm_credit_line_ids
        ]

    def test_what_is_proposed_is_accepted(self):
        first = self._type_credit(self.invoice, 22)
        rest = self._confirm(self.invoice)
        self.assertEqual(
            first.amount_total + rest.amount_total, self.invoice.amount_total
        )
        self.assertEqual(self.invoice.payment_state, "reversed")

    def test_all_work_of_a_reduced_price_opens(self):
        self._type_credit(self.invoice, 22)
        rest = self._confirm(self.invoice)
        self.assertEqual(rest.fsm_credit_summary, "2 h of Marc, 1 Pump")
        self.assertEqual(self.order.billing_status, "to_invoice")
        self.assertLedgerHolds(self.order)

    def test_amount_is_shared_by_lines_of_the_same_taxes(self):
        self._type_credit(self.invoice, 22)
        self.assertEqual(self._get_left(), [(2, 108), (1, 90)])

    def test_amount_of_a_product_is_taken_off_its_line(self):
        self._type_credit(self.invoice, 30, self.pump)
        self.assertEqual(self._get_left(), [(2, 120), (1, 70)])

    def test_more_than_the_line_of_the_product_goes_to_the_others(self):
        self._type_credit(self.invoice, 130, self.pump)
        self.assertEqual(self._get_left(), [(2, 90), (1, 0)])

    def test_total_typed_without_taxes_leaves_nothing(self):
        self._type_credit(self.invoice, 253, taxes=self.tax_sale_a.browse())
        dialog = self._open_dialog(self.invoice)
        self.assertEqual(dialog.fsm_amount_total, 0)
        dialog.action_fsm_confirm()
        # the hours and parts can still be billed anew
        self.assertEqual(self.order.billing_status, "to_invoice")

    def test_amount_with_another_tax_leaves_the_rest_of_the_total(self):
        first = self._type_credit(self.invoice, 40, taxes=self.tax_sale_b)
        dialog = self._open_dialog(self.invoice)
        self.assertEqual(
            dialog.fsm_amount_total, self.invoice.amount_total - first.amount_total
        )
        dialog.action_fsm_confirm()
        self.assertEqual(self.invoice.payment_state, "reversed")

    def test_no_more_than_was_invoiced(self):
        self._confirm(self.invoice, {self.labor: 1})
        with self.assertRaisesRegex(UserError, "would credit"):
            self._type_credit(self.invoice, 200)

    def test_invoice_stays_as_long_as_its_credit_note_does(self):
        credit = self._type_credit(self.invoice, 22)
        with self.assertRaisesRegex(UserError, "is credited by"), self.cr.savepoint():
            self.invoice.button_draft()
        credit.button_cancel()
        self.invoice.button_draft()

    def test_price_that_is_left_counts_as_invoiced(self):
        self._type_credit(self.invoice, 110)
        credit = self._confirm(self.invoice, {self.labor: 1})
        self.assertEqual(credit.fsm_credit_summary, "1 h of Marc")
        self.assertEqual(credit.amount_untaxed, 30)

    # --- what is credited of lines after that ---
    def _edit_reversal(self, **values):
        """Credit the invoice by Odoo's own credit note, with lines of our hand."""
        credit = self._reverse(self.invoice)
        for product, line_values in values.items():
            self._line(credit, self[product]).write(line_values)
        credit.action_post()
        return credit

    def __getitem__(self, name):
        return getattr(self, name)

    def _type_alone(self, price):
        """Press New on the list of credit notes, and name the invoice there."""
        credit = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.invoice.partner_id.id,
                "reversed_entry_id": self.invoice.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Complaint",
                            "price_unit": price,
                            "tax_ids": [Command.set(self.tax_sale_a.ids)],
                        }
                    )
                ],
            }
        )
        credit.action_post()
        return credit

    def test_rest_does_what_was_chosen(self):
        for name, credit_by_hand in (
            ("a line", lambda: self._type_credit(self.invoice, 22)),
            ("a third", lambda: self._type_credit(self.invoice, 73.33)),
            ("a product", lambda: self._type_credit(self.invoice, 30, self.pump)),
            ("nearly all", lambda: self._type_credit(self.invoice, 219.99)),
            ("typed alone", lambda: self._type_alone(22)),
            ("another price", lambda: self._edit_reversal(labor={"price_unit": 7.77})),
            (
                "another price of a part",
                lambda: self._edit_reversal(
                    labor={"price_unit": 7.77, "quantity": 1},
                    pump={"price_unit": 33.33},
                ),
            ),
            (
                "other quantities",
                lambda: self._edit_reversal(
                    labor={"quantity": 0.3}, pump={"price_unit": 0}
                ),
            ),
        ):
            for work in ("bill_again", "refund"):
                with self.subTest(name, work=work), self.cr.savepoint() as savepoint:
                    credit_by_hand()
                    before = {
                        source: source.qty_billed
                        for sources in self.order._get_billing_sources()
                        for source in sources
                    }
                    dialog = self._open_dialog(self.invoice, fsm_work=work)
                    dialog.action_fsm_confirm()
                    rest = dialog.new_move_ids
                    lines = self._product_lines(rest)
                    self.assertEqual(set(lines.mapped("fsm_credit_work")), {work})
                    for source, billed in before.items():
                        stays = billed if work == "refund" else 0
                        self.assertAlmostEqual(source.qty_billed, stays)
                    self.assertEqual(self.invoice.payment_state, "reversed")
                    savepoint.rollback()
                    self.env.invalidate_all()

    def test_part_of_the_rest_does_what_was_chosen(self):
        self._type_credit(self.invoice, 73.33)
        for _number in range(4):
            credit = self._confirm(self.invoice, {self.labor: (0.5, "bill_again")})
            lines = self._product_lines(credit)
            self.assertEqual(lines.mapped("fsm_credit_work"), ["bill_again"])
        self.assertEqual(self.order.timesheet_ids.qty_to_bill, 2)

    def test_draft_of_the_rest_does_what_was_chosen(self):
        dialog = self._open_dialog(self.invoice)
        dialog.action_fsm_save_draft()
        draft = dialog.new_move_ids
        self._choose(dialog, {self.labor: 1})
        self._product_lines(draft)[1].unlink()
        self._type_credit(self.invoice, 73.33)
        draft.action_post()
        self.assertEqual(draft.fsm_credit_summary, "2 h of Marc")

    def test_draft_of_the_rest_is_no_price_whatever_is_credited_after(self):
        first = self._type_credit(self.invoice, 22)
        dialog = self._open_dialog(self.invoice)
        dialog.action_fsm_save_draft()
        draft = dialog.new_move_ids
        first.button_draft()
        first.button_cancel()
        self.assertIn("2 h of Marc", draft.fsm_credit_notice)
        draft.action_post()
        self.assertEqual(draft.fsm_credit_summary, "2 h of Marc, 1 Pump")

    # --- invoices without service orders ---
    def _create_plain(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [
                    Command.create({"product_id": product.id, "quantity": 2})
                    for product in (self.labor, self.pump)
                ],
            }
        )
        invoice.action_post()
        return invoice.with_user(self.clerk)

    def test_plain_invoice_is_credited_by_hand_as_odoo_does(self):
        invoice = self._create_plain()
        credit = self._type_credit(invoice, 321)
        self.assertEqual(credit.state, "posted")

    def test_dialog_of_a_plain_invoice_offers_what_other_lines_left(self):
        invoice = self._create_plain()
        credit = self._reverse(invoice)
        [labor, pump] = self._product_lines(credit)
        labor.quantity = 3  # one more than was invoiced
        pump.unlink()
        credit.action_post()
        self.assertEqual(self._get_left(invoice), [(2, 140)])
        self._confirm(invoice)
        self.assertEqual(invoice.payment_state, "reversed")
