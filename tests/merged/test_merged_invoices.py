from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import InvoicingCommon

#: what OCA's ``account_invoice_merge`` copies of a line; those alike become one
COPIED = (
    "name",
    "discount",
    "tax_ids",
    "price_unit",
    "product_id",
    "account_id",
    "analytic_distribution",
    "product_uom_id",
    "sale_line_ids",
)


class MergeScenarios:
    """What holds when drafts of service orders are merged, by whatever module."""

    def _merge(self, invoices):
        """:return: the draft that was made of ``invoices``"""
        raise NotImplementedError

    def _draft(self, **values):
        order = self._create_order(**values)
        return order, self._invoice(order)

    def test_work_of_merged_drafts_is_billed_once(self):
        first, invoice = self._draft()
        second, other = self._draft(hours=1, parts=2)
        merged = self._merge(invoice | other)
        self.assertEqual(set((invoice | other).mapped("state")), {"cancel"})
        orders = first | second
        self.assertEqual(merged.sudo().fsm_order_ids, orders)
        self.assertEqual(set(orders.mapped("billing_status")), {"draft"})
        self.assertEqual(merged.amount_untaxed, 220 + 260)
        self.assertLedgerHolds(orders)
        with self.assertRaisesRegex(UserError, "invoiced already"):
            orders.with_user(self.clerk).action_create_invoice()
        self.assertEqual(first.amount_draft, 220)
        self.assertEqual(second.amount_draft, 260)
        merged.action_post()
        self.assertEqual(set(orders.mapped("billing_status")), {"posted"})

    def test_lines_of_each_order_stay_its_own(self):
        first, invoice = self._draft(hours=0)
        second, other = self._draft(hours=0)
        merged = self._merge(invoice | other)
        self.assertEqual(
            [line.sudo().fsm_order_ids for line in self._product_lines(merged)],
            [first, second],
        )
        headings = merged.invoice_line_ids.filtered(
            lambda line: line.display_type == "line_section"
        )
        self.assertEqual(
            [name.split(",")[0] for name in headings.mapped("name")],
            [f"Service order {order.name}" for order in first | second],
        )

    def test_one_order_of_a_merged_invoice_is_credited(self):
        first, invoice = self._draft(hours=0)
        second, other = self._draft(hours=0)
        merged = self._merge(invoice | other)
        merged.action_post()
        credit = self._reverse(merged)
        self._product_lines(credit)[0].unlink()
        credit.action_post()
        self.assertNotEqual(first.billing_status, "to_invoice")
        self.assertEqual(second.billing_status, "to_invoice")
        self.assertEqual(self._invoice(second).amount_untaxed, 100)

    def test_two_drafts_of_one_order(self):
        order, invoice = self._draft()
        self._use_part(order, 3)
        other = self._invoice(order) - invoice
        merged = self._merge(invoice | other)
        self.assertEqual(merged.amount_untaxed, 220 + 300)
        self.assertEqual(order.billing_status, "draft")
        self.assertLedgerHolds(order)

    def test_what_a_clerk_changed_stays(self):
        _first, invoice = self._draft(hours=0)
        second, other = self._draft(hours=0)
        self._product_lines(other).price_unit = 80
        given_away = self._product_lines(invoice)
        given_away.quantity = 0
        merged = self._merge(invoice | other)
        self.assertEqual(merged.amount_untaxed, 80)
        self.assertEqual(self._product_lines(merged).mapped("quantity"), [0, 1])
        self.assertEqual(second.amount_draft, 80)

    def _log_alone(self, order, *hours):
        """Log and invoice each of ``hours`` by itself; return the drafts."""
        invoices = self.env["account.move"]
        for number in hours:
            self._log_hours(order, number)
            invoices |= self._invoice(order) - invoices
        return invoices

    def test_minutes_of_merged_drafts_add_up(self):
        order = self._create_order(hours=0, parts=0)
        self._merge(self._log_alone(order, 15 / 60, 50 / 60)).action_post()
        for minutes in (225, 75, 35):
            self._log_hours(order, minutes / 60)
            self._invoice(order).action_post()
        lines = order.invoice_lines.filtered(
            lambda line: line.product_id == self.labor and line.parent_state == "posted"
        )
        self.assertAlmostEqual(sum(lines.mapped("quantity")), 6.67)

    def test_lump_sum_on_a_merged_draft_pays_for_the_time(self):
        self.policy.write({"labor_rounding": 0.25, "labor_level": "order"})
        order = self._create_order(hours=5, parts=0)
        invoice = self._invoice(order)
        self._product_lines(invoice).write(
            {"product_uom_id": self.env.ref("uom.product_uom_unit").id, "quantity": 1}
        )
        _other, draft = self._draft(hours=0)
        self._merge(invoice | draft).action_post()
        self._log_hours(order, 1)
        self.assertEqual(self._product_lines(self._invoice(order)).quantity, 1)

    def test_draft_deleted_after_the_merge_opens_all(self):
        first, invoice = self._draft()
        second, other = self._draft()
        self._merge(invoice | other).unlink()
        self.assertEqual(set((first | second).mapped("billing_status")), {"to_invoice"})

    def test_old_draft_is_not_revived_beside_the_merged_one(self):
        _first, invoice = self._draft()
        _second, other = self._draft()
        self._merge(invoice | other)
        with self.assertRaisesRegex(UserError, "billed in the meantime"):
            invoice.button_draft()

    def test_invoice_of_no_order_is_merged_with_one_of_an_order(self):
        order, invoice = self._draft()
        by_hand = invoice.create(
            {
                "move_type": "out_invoice",
                "partner_id": invoice.partner_id.id,
                "journal_id": invoice.journal_id.id,
                "invoice_line_ids": [
                    Command.create({"name": "By hand", "price_unit": 10})
                ],
            }
        )
        merged = self._merge(invoice | by_hand)
        self.assertEqual(merged.invoice_line_ids[0].name, "By hand")
        self.assertEqual(merged.invoice_line_ids[0].price_unit, 10)
        self.assertEqual(merged.sudo().fsm_order_ids, order)
        self.assertLedgerHolds(order)

    def test_credit_notes_are_not_merged(self):
        orders = [self._draft() for _index in range(2)]
        credits = self.env["account.move"]
        for order, invoice in orders:
            invoice.action_post()
            self._return_part(order.part_ids)
            credits |= self._invoice(order)
        self.assertEqual(set(credits.mapped("move_type")), {"out_refund"})
        with self.assertRaisesRegex(UserError, "can't be merged"):
            self._merge(credits.with_user(self.clerk))

    def test_references_of_both_are_on_it(self):
        first, invoice = self._draft(customer_reference="PO 1")
        second, other = self._draft(customer_reference="PO 2")
        merged = self._merge(invoice | other)
        self.assertEqual(merged.ref, "PO 1, PO 2")
        self.assertEqual(merged.invoice_origin, f"{first.name}, {second.name}")
        self.assertEqual(merged.partner_shipping_id, self.site.partner_id)

    def test_drafts_of_no_order_are_merged_as_ever(self):
        drafts = self.init_invoice("out_invoice", amounts=[10])
        drafts |= self.init_invoice("out_invoice", amounts=[10])
        merged = self._merge(drafts.with_user(self.clerk))
        self.assertEqual(merged.invoice_line_ids.mapped("price_unit"), [10])


@tagged("post_install", "-at_install")
class TestMergedInvoices(MergeScenarios, InvoicingCommon):
    """Another module takes the steps of OCA's ``account_invoice_merge``."""

    def _merge(self, invoices):
        first = invoices[0]
        lines = {}
        for line in invoices.invoice_line_ids:
            key = repr([line[name] for name in COPIED])
            if key in lines:
                lines[key]["quantity"] += line.quantity
            else:
                vals = {
                    name: line._fields[name].convert_to_write(line[name], line)
                    for name in COPIED
                }
                lines[key] = {**vals, "quantity": line.quantity}
        merged = invoices.with_context(is_merge=True).create(
            {
                "move_type": first.move_type,
                "partner_id": first.partner_id.id,
                "journal_id": first.journal_id.id,
                "currency_id": first.currency_id.id,
                "invoice_origin": " ".join(filter(None, invoices.mapped("name"))),
                "invoice_line_ids": [
                    Command.create(vals) for vals in lines.values() if vals["quantity"]
                ],
            }
        )
        invoices.with_context(is_merge=True).button_cancel()
        return merged.with_context(is_merge=False)

    def test_merge_that_makes_nothing_is_refused(self):
        _order, invoice = self._draft()
        with self.assertRaisesRegex(UserError, "can't be merged in this way"):
            invoice.with_context(is_merge=True).button_cancel()

    def test_time_on_an_invoice_of_a_sale_stays_billed(self):
        order = self._create_order(hours=2, parts=0)
        drafts = self.init_invoice("out_invoice", amounts=[10])
        drafts |= self.init_invoice("out_invoice", amounts=[20])
        order.timesheet_ids.timesheet_invoice_id = drafts[0]
        merged = self._merge(drafts.with_user(self.clerk))
        self.assertEqual(order.timesheet_ids.timesheet_invoice_id, merged)
        self.assertEqual(order.timesheet_ids.qty_to_bill, 0)
