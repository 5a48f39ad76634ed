import importlib.util
from pathlib import Path

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .elsewhere_common import StandInCommon


class ElsewhereScenarios:
    """A part is billed by one road, whichever comes first."""

    def _assert_elsewhere(self, move, is_elsewhere):
        """Check that work, order, figures and ledger agree on where it is billed."""
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(move._is_billed_elsewhere(), is_elsewhere)
        self.assertEqual(bool(move.qty_to_bill), not is_elsewhere)
        # as it is stored, which lists and the analysis go by
        self.assertEqual(move.is_billed_elsewhere, is_elsewhere)
        self.assertEqual(
            move.fsm_order_id.billing_status,
            "nothing" if is_elsewhere else "to_invoice",
        )

    # --- they come first ---
    def test_part_that_they_invoiced_is_billed(self):
        order = self._create_order(hours=0, parts=0)
        move = self._deliver(order)
        self._assert_elsewhere(move, False)
        invoice = self._invoice_transfer(move)
        self._assert_elsewhere(move, True)
        invoice.action_post()
        self._assert_elsewhere(move, True)
        with self.assertRaisesRegex(UserError, "nothing to invoice"):
            order.with_user(self.clerk).action_create_invoice()

    def test_hours_beside_it_are_billed_by_us(self):
        order = self._create_order(hours=2, parts=0)
        self._invoice_transfer(self._deliver(order))
        self.assertEqual(self._invoice(order).amount_untaxed, 120)

    def test_invoice_of_theirs_that_was_cancelled_bills_nothing(self):
        move = self._deliver(self._create_order(hours=0, parts=0))
        self._invoice_transfer(move).button_cancel()
        self._assert_elsewhere(move, False)

    def test_invoice_of_theirs_that_was_deleted_bills_nothing(self):
        move = self._deliver(self._create_order(hours=0, parts=0))
        self._invoice_transfer(move).unlink()
        self._assert_elsewhere(move, False)

    def test_part_on_no_invoice_of_theirs_is_billed_by_us(self):
        order = self._create_order(hours=0, parts=0)
        self._invoice_transfer(self._deliver(order))
        other = self._use_part(order, 2)
        self.assertEqual(other.qty_to_bill, 2)
        self.assertEqual(self._invoice(order).amount_untaxed, 200)

    def test_return_of_what_they_billed_is_left_to_them(self):
        move = self._deliver(self._create_order(hours=0, parts=0), 2)
        self._invoice_transfer(move).action_post()
        back = self._return_part(move, 1)
        self.assertEqual(back.qty_recorded, -1)
        self._assert_elsewhere(back, True)

    def test_return_that_they_refunded_is_not_credited_twice(self):
        order = self._create_order(hours=0, parts=0)
        move = self._use_part(order, 2)
        self._invoice(order).action_post()
        back = self._return_part(move, 1)
        self.assertEqual(order.billing_status, "to_invoice")
        self._set_to_be_invoiced(back)
        refund = self._invoice_transfer(back)
        self.assertEqual(refund.move_type, "out_refund")
        self.assertEqual(back.qty_to_bill, 0)
        self.assertEqual(order.billing_status, "posted")

    # --- we come first ---
    def test_part_that_we_invoiced_is_marked_for_them(self):
        order = self._create_order(hours=0, parts=0)
        move = self._deliver(order)
        invoice = self._invoice(order)
        self.assertEqual(self._get_states(move), ("invoiced", "invoiced"))
        invoice.unlink()
        self.assertEqual(self._get_states(move), ("2binvoiced", "2binvoiced"))

    def test_part_on_a_cancelled_invoice_of_ours_is_theirs_again(self):
        order = self._create_order(hours=0, parts=0)
        move = self._deliver(order)
        invoice = self._invoice(order)
        invoice.button_cancel()
        self.assertEqual(self._get_states(move), ("2binvoiced", "2binvoiced"))
        self._invoice_transfer(move)
        self._assert_elsewhere(move, True)
        with self.assertRaisesRegex(UserError, "was not created from its service"):
            invoice.button_draft()

    def test_part_that_we_credited_is_billed_once_again(self):
        order = self._create_order(hours=0, parts=0)
        move = self._deliver(order)
        invoice = self._post_invoice(order)
        credit = self._credit(invoice)
        self.assertEqual(self._get_states(move), ("2binvoiced", "2binvoiced"))
        theirs = self._invoice_transfer(move)
        with self.assertRaisesRegex(UserError, "was not created from its service"):
            credit.button_draft()
        theirs.unlink()
        credit.button_draft()
        self.assertEqual(self._get_states(move), ("invoiced", "invoiced"))

    def test_part_that_is_none_of_theirs_stays_so(self):
        order = self._create_order(hours=0, parts=1)
        self._invoice(order).unlink()
        self.assertEqual(self._get_states(order.part_ids), ("none", "none"))

    def test_part_that_we_invoiced_is_not_opened_to_them(self):
        order = self._create_order(hours=0, parts=0)
        move = self._deliver(order)
        self._invoice(order)
        self._set_to_be_invoiced(move)
        self.assertEqual(move.invoice_state, "invoiced")

    def test_transfer_stays_open_for_its_other_parts(self):
        order = self._create_order(hours=0, parts=0)
        move = self._deliver(order)
        other = move.copy({"fsm_order_id": False, "picking_id": move.picking_id.id})
        other.fsm_order_id = False
        other.invoice_state = "2binvoiced"
        self._invoice(order)
        self.assertEqual(self._get_states(move), ("invoiced", "2binvoiced"))


@tagged("post_install", "-at_install")
class TestBilledElsewhere(ElsewhereScenarios, StandInCommon):
    def test_vendor_bill_of_a_part_bills_nobody(self):
        move = self._deliver(self._create_order(hours=0, parts=0))
        self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.pump.id,
                            "move_line_ids": [Command.link(move.id)],
                        }
                    )
                ],
            }
        )
        self._assert_elsewhere(move, False)

    def test_part_on_a_merged_invoice_of_theirs_stays_billed(self):
        move = self._deliver(self._create_order(hours=0, parts=0))
        drafts = self._invoice_transfer(move)
        drafts |= self.init_invoice(
            "out_invoice", partner=self.customer, products=self.labor
        )
        merged = drafts.with_context(is_merge=True).create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [
                    Command.create({"product_id": product.id})
                    for product in (self.pump, self.labor)
                ],
            }
        )
        drafts.with_context(is_merge=True).button_cancel()
        self._assert_elsewhere(move, True)
        self.assertEqual(move.invoice_line_ids.move_id - drafts, merged)
        self.assertEqual(self._get_states(move), ("invoiced", "invoiced"))

    def test_return_refunded_by_a_return_authorization(self):
        order = self._create_order(hours=0, parts=1)
        self._invoice(order).action_post()
        back = self._return_part(order.part_ids)
        rma = self.env["rma"].sudo().create({"reception_move_id": back.id})
        self.assertEqual(back.qty_to_bill, -1)
        rma.refund_id = self.init_invoice("out_refund", products=self.pump)
        self.env.invalidate_all()
        self.assertEqual(back.qty_to_bill, 0)
        self.assertEqual(order.billing_status, "posted")
        rma.refund_id.button_cancel()
        self.assertEqual(back.qty_to_bill, -1)

    # --- databases of before ---
    def _migrate(self):
        path = Path(__file__).parents[2] / "migrations/19.0.1.4.0/post-roads.py"
        spec = importlib.util.spec_from_file_location("post_roads", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.env.flush_all()
        module.migrate(self.cr, "19.0.1.3.0")
        self.env.invalidate_all()

    def test_database_of_before_knows_both_roads(self):
        order = self._create_order(hours=0, parts=0)
        ours = self._deliver(order)
        self._invoice(order)
        other = self._create_order(hours=0, parts=0)
        self._invoice_transfer(self._deliver(other))
        self.env.flush_all()
        for query, ids in (
            ("UPDATE stock_move SET invoice_state = '2binvoiced' WHERE id = %s", ours),
            (
                "UPDATE fsm_order SET billing_status = 'to_invoice' WHERE id = %s",
                other,
            ),
        ):
            self.cr.execute(query, [ids.id])
        self.env.invalidate_all()
        self._migrate()
        self.assertEqual(ours.invoice_state, "invoiced")
        self.assertEqual(other.billing_status, "nothing")
