from odoo.tests import tagged

from ..taken_back_common import TakenBackCommon


@tagged("post_install", "-at_install")
class TestCreditQueries(TakenBackCommon):
    """What is credited together is read together."""

    def _count(self, function):
        """:return: queries that ``function`` takes from cold caches of records"""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function()
        return self.env.cr.sql_log_count - before

    def _assert_constant(self, function, records):
        """Check that ``function`` costs the same for two of ``records`` and for all."""
        records = records.browse(records.ids)  # read together
        self._count(lambda: function(records))
        few = self._count(lambda: function(records[:2]))
        self.assertEqual(self._count(lambda: function(records)), few)

    def _take_back_hours(self):
        """:return: entries of draft credit notes, each of the hour of another order"""
        orders = self.env["fsm.order"]
        for _number in range(6):
            orders |= self._create_order(hours=2, parts=0)
        orders.with_user(self.clerk)._create_invoices().action_post()
        for order in orders:
            self._log_hours(order, -1)
        credits = orders.with_user(self.clerk)._create_invoices()
        return credits.sudo().line_ids.fsm_billing_entry_ids

    def test_parts_that_come_back_are_counted_together(self):
        credits = self.env["account.move"]
        for _number in range(6):
            order = self._create_order(hours=0, parts=1)
            credits |= self._confirm(
                self._post_invoice(order), {self.pump: (1, "returned")}
            )
        lines = self._product_lines(credits.sudo())
        self.assertEqual(len(lines), 6)
        moves = self.env["stock.move"].sudo()
        self._assert_constant(moves._get_fsm_quantities_to_return, lines)

    def test_credits_taken_up_again_are_checked_together(self):
        entries = self._take_back_hours()
        self.assertEqual(len(entries), 6)
        entries.move_id.button_cancel()
        self._assert_constant(lambda some: some._check_revive(), entries)
        self.assertFalse(any(entries.timesheet_id.mapped("qty_billed")))
        entries.move_id.button_draft()
        self.assertEqual(set(entries.timesheet_id.mapped("qty_billed")), {-1})

    def test_two_credit_notes_take_the_same_parts_back_once(self):
        order = self._create_order(hours=0, parts=2)
        invoice = self._post_invoice(order)
        drafts = self.env["account.move"]
        for _number in range(2):
            dialog = self._open_dialog(invoice)
            self._choose(dialog, {self.pump: (1, "returned")})
            dialog.action_fsm_save_draft()
            drafts |= dialog.new_move_ids
        drafts.action_post()
        returns = order.part_ids.filtered("fsm_credit_line_id")
        self.assertEqual(
            {move.fsm_credit_line_id.move_id: move.quantity for move in returns},
            {credit: 1 for credit in drafts},
        )
        self.assertEqual(sum(order.part_ids.mapped("qty_recorded")), 0)
