from unittest.mock import patch

from odoo.fields import Command

from ..common import InvoicingCommon

#: columns that differ between any two documents
PASSING = {
    "id",
    "move_id",
    "create_date",
    "write_date",
    "access_token",
    "sequence_number",
}


class Undo(Exception):
    """Takes back what was done inside a savepoint."""


class CompleteValuesCommon(InvoicingCommon):
    """Bills the same orders with and without complete values, and compares."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.labor.lst_price = 61.37
        cls.valve = cls._create_part("Valve", 17.77, 9.0)
        cls._stock_up(cls.valve)
        cls.tags = cls.env["account.account.tag"].create(
            [
                {"name": name, "applicability": "taxes", "country_id": country.id}
                for country in cls.company.account_fiscal_country_id
                for name in ("base", "tax", "refund")
            ]
        )
        base, tax, refund = cls.tags
        for lines, base_tag in (
            (cls.tax_sale_a.invoice_repartition_line_ids, base),
            (cls.tax_sale_a.refund_repartition_line_ids, refund),
        ):
            lines.filtered(
                lambda line: line.repartition_type == "base"
            ).tag_ids = base_tag
            lines.filtered(lambda line: line.repartition_type == "tax").tag_ids = tax

    # --- one road and the other ---
    def _create_work(self):
        """:return: two orders of two customers with lines that need rounding"""
        orders = self._create_order(hours=1.37, parts=3, done=False)
        other = self.env["res.partner"].create({"name": "Lift owners"})
        orders |= self._create_order(
            hours=0.33,
            parts=0,
            done=False,
            location_id=self._create_site("Lift", other).id,
        )
        for order in orders:
            self._log_hours(order, 0.71, employee=self.lea)
            self._use_part(order, 7, product=self.valve)
        orders.action_complete()
        return orders

    def _assert_same(self, orders):
        """Bill ``orders`` without and with complete values, and compare.

        :return: the invoices made with them
        """
        Values = self.env.registry["fsm.billing.values"]
        try:
            with (
                self.env.cr.savepoint(),
                patch.object(Values, "_complete", lambda _self, vals, *_args: vals),
            ):
                without = self._get_stored(orders._create_invoices())
                raise Undo
        except Undo:
            self.env.invalidate_all(flush=False)
        given = []
        create = self.env.registry["account.move"].create

        def spy(records, vals_list):
            for vals in vals_list:
                given.append(
                    [dict(line) for _command, _id, line in vals["invoice_line_ids"]]
                )
            return create(records, vals_list)

        with patch.object(self.env.registry["account.move"], "create", spy):
            moves = orders._create_invoices()
        self.assertEqual(self._get_stored(moves), without)
        for move, line_vals in zip(moves, given, strict=True):
            self._assert_given(move, line_vals)
        return moves

    def _get_stored(self, moves):
        """:return: all stored values of ``moves`` and their lines, in their order"""
        self.env.flush_all()
        self.env.invalidate_all()
        lines = self.env["account.move.line"].search(
            [("move_id", "in", moves.ids)], order="id"
        )
        return [self._get_rows(moves.sorted("id")), self._get_rows(lines)]

    def _get_rows(self, records):
        self.env.cr.execute(
            f'SELECT * FROM "{records._table}" WHERE id = ANY(%s) ORDER BY id',
            [records.ids],
        )
        links = [
            name
            for name, field in records._fields.items()
            if field.store and field.type == "many2many" and name != "attachment_ids"
        ]
        return [
            {
                **{name: value for name, value in row.items() if name not in PASSING},
                **{name: sorted(record[name].ids) for name in links},
            }
            for row, record in zip(self.env.cr.dictfetchall(), records, strict=True)
        ]

    def _assert_given(self, move, line_vals):
        """Check that the values given were right: Odoo would have corrected them."""
        lines = move.invoice_line_ids.sorted("id")
        for line, vals in zip(lines, line_vals, strict=True):
            self.assertEqual(vals["amount_currency"], line.amount_currency)
            self.assertEqual(vals["balance"], line.balance)
            if line.display_type == "product":
                self.assertEqual(vals["account_id"], line.account_id.id)
                self.assertEqual(vals["currency_id"], line.currency_id.id)
                self.assertEqual(
                    vals["tax_tag_ids"], [Command.set(line.tax_tag_ids.ids)]
                )
                if not line._is_fsm_distribution_known():
                    self.assertNotIn("analytic_distribution", vals)
                    continue
                self.assertEqual(
                    vals["analytic_distribution"] or {},
                    line.analytic_distribution or {},
                )
