from odoo.tools import SQL

from .credit_common import CreditCommon

FIGURES = ("qty_recorded", "qty_billed", "qty_credited", "revenue", "cost")


class AnalysisCommon(CreditCommon):
    """The analysis beside the books, and what its rows say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls.env["fsm.billing.report"].with_user(cls.accountant)

    def _rows(self, orders, *domain):
        """:return: the rows of these orders, as an accountant sees them"""
        self.env.flush_all()
        self.env.invalidate_all()
        return self.report.search([("order_id", "in", orders.ids), *domain], order="id")

    def _sums(self, orders, groupby, *domain):
        """:return: dict group -> tuple of the figures of these orders"""
        self.env.flush_all()
        groups = self.report._read_group(
            [("order_id", "in", orders.ids), *domain],
            [groupby],
            [f"{name}:sum" for name in FIGURES],
        )
        return {
            group: tuple(round(figure, 6) for figure in figures)
            for group, *figures in groups
        }

    def _get_untaxed_totals(self):
        """:return: dict id of a document that bills orders -> untaxed total

        Of the company, in its currency, from nothing but the journal items.
        """
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    WITH billing AS (
                        SELECT DISTINCT line.move_id
                          FROM account_move_line line
                          JOIN fsm_order_account_move_line_rel rel
                            ON rel.account_move_line_id = line.id
                    )
                    SELECT move.id, -COALESCE(SUM(line.balance), 0)
                      FROM account_move move
                      LEFT JOIN account_move_line line
                        ON line.move_id = move.id
                       AND line.display_type IN ('product', 'rounding')
                     WHERE move.company_id = %s AND move.state != 'cancel'
                       AND (move.id IN (SELECT move_id FROM billing)
                            OR move.reversed_entry_id IN (SELECT move_id FROM billing))
                     GROUP BY move.id
                    """,
                    self.company.id,
                )
            )
        )

    def assertEqualsBooks(self):
        """Check the revenue of each document against its journal items."""
        self.env.flush_all()
        groups = self.report._read_group(
            [("company_id", "=", self.company.id), ("move_id", "!=", False)],
            ["move_id", "state"],
            ["revenue:sum"],
        )
        analysed = {}
        for move, state, revenue in groups:
            self.assertEqual(state, move.sudo().state)
            analysed[move.id] = round(revenue, 2)
        totals = self._get_untaxed_totals()
        # one of no lines has no row
        booked = {
            move_id: round(float(total), 2)
            for move_id, total in totals.items()
            if total or move_id in analysed
        }
        self.assertEqual(analysed, booked)
        for move in self.env["account.move"].browse(booked):
            self.assertAlmostEqual(booked[move.id], move.amount_untaxed_signed)

    def assertWorkIsThere(self, orders):
        """Check that each hour and part is there once, with its cost, billed or not."""
        self.env.flush_all()
        groups = self.report._read_group(
            [("order_id", "in", orders.ids)],
            ["kind"],
            ["qty_recorded:sum", "cost:sum"],
        )
        found = {kind: (recorded, cost) for kind, recorded, cost in groups}
        times, parts = orders.timesheet_ids, orders.part_ids
        for kind, recorded, cost in (
            ("labor", times.mapped("unit_amount"), [-time.amount for time in times]),
            ("parts", parts.mapped("qty_recorded"), self._get_costs(parts)),
        ):
            figures = found.get(kind, (0, 0))
            self.assertAlmostEqual(figures[0], sum(recorded), 5)
            self.assertAlmostEqual(figures[1], sum(cost), 5)

    def _get_costs(self, parts):
        return [
            part.value if part.qty_recorded > 0 else -part.value
            for part in parts
            if part.qty_recorded
        ]

    # --- what is stored of it ---
    def _refresh(self):
        """Store all rows, as the scheduled action does."""
        while self.env["fsm.billing.fact"]._refresh():
            pass

    def _get_stale(self):
        """:return: the units whose rows are not as stored; None if it is all of them"""
        self.env.flush_all()
        return self.env["fsm.billing.fact"]._get_stale()

    def assertEqualsLive(self):
        """Check stored rows, and those of what is stale, against all that
        the books say now.
        """
        self.assertIsNotNone(self._get_stale(), "nothing is read of what is stored")
        report = self.env["fsm.billing.report"]
        live = report._get_rows_sql(report._get_work_sql())
        read, expected = (
            self.env.execute_query_dict(
                SQL("SELECT * FROM (%s) AS r ORDER BY id", rows)
            )
            for rows in (report._table_query, live)
        )
        self.assertEqual(read, expected)
