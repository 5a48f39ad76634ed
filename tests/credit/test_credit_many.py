from odoo.tests import tagged

from ..credit_common import CreditCommon

#: of a document and of its lines, what differs between two copies of it
OWN = {
    "access_token",
    "id",
    "display_name",
    "line_ids",
    "invoice_line_ids",
    "message_ids",
    "move_id",
    "parent_id",
    "website_message_ids",
}


@tagged("post_install", "-at_install")
class TestCreditMany(CreditCommon):
    """Many invoices are credited in one go: the same notes, for fewer queries."""

    def _post(self, count):
        """:return: posted invoices, each of an order with hours and a part"""
        orders = self.env["fsm.order"].union(
            *(self._create_order(hours=2, parts=1) for _number in range(count))
        )
        invoices = orders.with_user(self.clerk)._create_invoices()
        invoices.action_post()
        return invoices

    def _credit(self, invoices):
        """:return: draft credit notes, made by Odoo's dialog for several invoices"""
        dialog = (
            self.env["account.move.reversal"]
            .with_user(self.clerk)
            .with_context(active_model="account.move", active_ids=invoices.ids)
            .create({"journal_id": invoices.journal_id.id, "reason": "Wrong rate"})
        )
        dialog.reverse_moves()
        return dialog.new_move_ids

    def _count(self, function, records):
        """:return: queries of ``function`` from cold caches of records"""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function(records)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _get_stored(self, records):
        """:return: list of what is stored of each record"""
        names = [
            name
            for name, field in records._fields.items()
            if field.store and name not in OWN and field.type != "one2many"
        ]
        return records.sudo().read(names, load=None)

    def test_each_credits_its_own_invoice(self):
        invoices = self._post(3)
        credits = self._credit(invoices)
        self.assertEqual(credits.reversed_entry_id, invoices)
        for credit in credits:
            self.assertEqual(
                self._product_lines(credit).fsm_credited_line_id,
                self._product_lines(credit.reversed_entry_id),
            )

    def test_notes_made_together_are_those_made_one_by_one(self):
        invoice = self._post(1)
        other = self._post(1)
        together = self._credit(invoice | other)
        alone = self._credit(invoice)
        same = together.filtered(lambda move: move.reversed_entry_id == invoice)
        for one, two in ((same, alone), (same.line_ids, alone.line_ids)):
            for left, right in zip(
                self._get_stored(one), self._get_stored(two), strict=True
            ):
                differing = {key for key in left if left[key] != right[key]}
                self.assertLessEqual(differing, {"id", "payment_reference", "name"})
        bodies = [move.message_ids.mapped("body") for move in (same, alone)]
        self.assertEqual(*bodies)

    def test_a_note_more_costs_few_queries(self):
        invoices = self._post(8)
        self._count(self._credit, invoices[:1])
        few = self._count(self._credit, invoices[:2])
        many = self._count(self._credit, invoices)
        # 123 queries each, where they are copied one after the other
        self.assertLess((many - few) / 6, 20)

    def test_notes_of_work_taken_back_cost_few_queries(self):
        invoices = self._post(8)
        orders = invoices.sudo().fsm_order_ids
        for order in orders:
            self._log_hours(order, -1)

        def create(some):
            some.with_user(self.clerk)._create_invoices()

        self._count(create, orders[:1])
        few = self._count(create, orders[1:3])
        many = self._count(create, orders[3:])
        self.assertLess((many - few) / 3, 40)
