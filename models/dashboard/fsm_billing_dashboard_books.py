from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .fsm_billing_dashboard_documents import INVOICES, ITEMS

#: what the untaxed amount of an invoice is the sum of
UNTAXED = (
    "product",
    "rounding",
    "non_deductible_product",
    "non_deductible_product_total",
)


#: age -> how many days after its due date an amount is, from and to
AGES = {
    "not_due": (None, 0),
    "1_30": (1, 30),
    "31_60": (31, 60),
    "61_90": (61, 90),
    "over_90": (91, None),
}


class FsmBillingDashboard(models.AbstractModel):
    """What journal items say: revenue by kind of work, and what is due since when."""

    _inherit = "fsm.billing.dashboard"

    # --- invoiced by labor, parts, charges ---
    @api.model
    def _get_invoiced(self, scope):
        """Sum what was invoiced before tax, net of credit notes.

        :return: dict: ``series``, one for each kind of work, with an amount for each
            step of the period; ``lists``, the documents of each step
        """
        kinds = self._get_kind_labels()
        sums = {kind: [0.0] * len(scope.starts) for kind in kinds}
        names = list(kinds)
        for kind, day, amount in self.env.execute_query(self._get_invoiced_sql(scope)):
            sums[names[kind]][scope.get_step(day)] += float(amount)
        for amounts in sums.values():
            amounts[:] = [self._round(scope, amount) for amount in amounts]
        posted = self._get_posted_domain(scope)
        return {
            "series": [
                {"key": kind, "label": label, "amounts": sums[kind]}
                for kind, label in kinds.items()
                if any(sums[kind])
            ],
            "lists": [
                self._get_list(INVOICES, posted & self._get_days_domain(*days))
                for days in map(scope.get_days, scope.starts)
            ],
        }

    @api.model
    def _get_days_domain(self, first, last):
        return Domain("date", ">=", fields.Date.to_string(first)) & Domain(
            "date", "<=", fields.Date.to_string(last)
        )

    @api.model
    def _get_kind_labels(self):
        """:return: dict kind -> label: the sources of the ledger, and what has none"""
        sources = self.env["fsm.billing.entry"]._get_source_models()
        return {
            **{
                source._billing_section: source._get_billing_heading()
                for source in sources
            },
            "quotation": self.env._("From quotations"),
            "other": self.env._("Other"),
        }

    @api.model
    def _get_invoiced_sql(self, scope):
        """:return: SQL of rows: place of the kind among its labels, day, amount

        A credit note, and what corrects an invoice, is of the kind of the line that
        it goes back to.
        """
        labels = self._get_kind_labels()
        places = {kind: place for place, kind in enumerate(labels)}
        return SQL(
            """
            WITH kinds AS MATERIALIZED (
                SELECT move_line_id, MIN(%(kind)s) AS kind
                  FROM fsm_billing_entry GROUP BY move_line_id
            )
            SELECT COALESCE(own.kind, origin.kind, first.kind,
                            CASE WHEN quoted.id IS NULL THEN %(other)s::int
                                 ELSE %(quotation)s::int END) AS place,
                   line.date, SUM(line.amount)
              FROM (%(lines)s) AS line
              LEFT JOIN kinds AS own ON own.move_line_id = line.id
              LEFT JOIN kinds AS origin
                     ON origin.move_line_id
                        = COALESCE(line.fsm_credited_line_id, line.fsm_replaced_line_id)
              LEFT JOIN (
                    SELECT id, fsm_replaced_line_id FROM account_move_line
                     WHERE fsm_replaced_line_id IS NOT NULL
                   ) AS origin_line ON origin_line.id = line.fsm_credited_line_id
              LEFT JOIN kinds AS first
                     ON first.move_line_id = origin_line.fsm_replaced_line_id
              LEFT JOIN (
                    SELECT DISTINCT sold.invoice_line_id AS id
                      FROM sale_order_line_invoice_rel AS sold
                      JOIN fsm_order_account_move_line_rel AS done
                           ON done.account_move_line_id = sold.invoice_line_id
                   ) AS quoted ON quoted.id = line.id
             GROUP BY place, line.date
            """,
            kind=self._get_kind_sql(places),
            quotation=places["quotation"],
            other=places["other"],
            lines=self._get_invoiced_lines_sql(scope),
        )

    @api.model
    def _get_invoiced_lines_sql(self, scope):
        """:return: SQL of the lines that make the untaxed amount of documents"""
        Line = self.env["account.move.line"]
        moves = self.env["account.move"]._search(self._get_posted_domain(scope))
        query = Line._search(
            Domain("move_id", "in", moves) & Domain("display_type", "in", UNTAXED)
        )
        columns = ("id", "date", "fsm_credited_line_id", "fsm_replaced_line_id")
        return query.select(
            *(Line._field_to_sql(query.table, name, query) for name in columns),
            SQL("-(%s) AS amount", self._get_amount_sql(scope, query, Line, "balance")),
        )

    @api.model
    def _get_kind_sql(self, places):
        """:return: SQL of the place of the kind of work that a billing entry bills"""
        Entry = self.env["fsm.billing.entry"]
        return SQL(
            "CASE %s END",
            SQL(" ").join(
                SQL(
                    "WHEN %s IS NOT NULL THEN %s",
                    SQL.identifier(name),
                    places[self.env[Entry._fields[name].comodel_name]._billing_section],
                )
                for name in Entry._get_source_fields()
            ),
        )

    # --- receivables by age ---
    @api.model
    def _get_receivables(self, scope):
        """Sum the open items of customers: all of them are the balance in the books.

        :return: list of dicts, one for each age, the last one what customers have to
            their credit
        """
        Line = self.env["account.move.line"]
        domain = self._get_receivable_domain(scope)
        query = Line._search(domain)
        domains = {
            **{
                age: Domain("amount_residual", ">", 0)
                & self._get_age_domain(scope, *days)
                for age, days in AGES.items()
            },
            "credit": Domain("amount_residual", "<", 0),
        }
        amount = self._get_amount_sql(scope, query, Line, "amount_residual")
        terms = []
        for own in domains.values():
            condition = self._get_condition(query, Line, own)
            terms += [
                SQL("COUNT(*) FILTER (WHERE %s)", condition),
                SQL("SUM(%s) FILTER (WHERE %s)", amount, condition),
            ]
        [row] = self.env.execute_query(query.select(*terms))
        return [
            {
                "key": age,
                "count": row[2 * index],
                "amount": self._round(scope, row[2 * index + 1]),
                "list": self._get_list(ITEMS, domain & own),
            }
            for index, (age, own) in enumerate(domains.items())
        ]

    @api.model
    def _get_receivable_domain(self, scope):
        return (
            Domain("account_id.account_type", "=", "asset_receivable")
            & Domain("account_id.non_trade", "=", False)
            & Domain("parent_state", "=", "posted")
            & Domain("reconciled", "=", False)
            & self._get_company_domain(scope)
        )

    @api.model
    def _get_age_domain(self, scope, first, last):
        """:return: domain of what was due ``first`` to ``last`` days ago

        Each instalment has its own due date; without one, an item is not due.
        """
        domain = Domain.TRUE
        if first is not None:
            latest = fields.Date.to_string(scope.today - timedelta(days=first))
            domain &= Domain("date_maturity", "<=", latest)
        if last is not None:
            earliest = fields.Date.to_string(scope.today - timedelta(days=last))
            domain &= Domain("date_maturity", ">=", earliest)
        if first is None:
            domain |= Domain("date_maturity", "=", False)
        return domain
