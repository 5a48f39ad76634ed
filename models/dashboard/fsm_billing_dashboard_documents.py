from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: customers' documents that ask for money, and all of them
INVOICE_TYPES = ("out_invoice", "out_receipt")


DOCUMENT_TYPES = (*INVOICE_TYPES, "out_refund")


#: a blocked invoice is disputed, and due all the same
OPEN_STATES = ("not_paid", "partial", "blocked")


INVOICES = "account.action_move_out_invoice"


ITEMS = "account.action_account_moves_all"


MONEY_JOURNALS = ("bank", "cash", "credit")


#: card -> the list that it opens, the amount that it sums, and its sign on the card
DOCUMENT_CARDS = {
    "draft": (INVOICES, "amount_total_signed", 1),
    "not_sent": (INVOICES, "amount_total_signed", 1),
    "unpaid": (INVOICES, "amount_residual_signed", 1),
    "overdue": (INVOICES, "amount_residual_signed", 1),
    "credited": (
        "account.action_move_out_refund_type_non_legacy",
        "amount_total_signed",
        -1,
    ),
    "invoiced": (INVOICES, "amount_untaxed_signed", 1),
}


LAST_INVOICES = 8


TOP_CUSTOMERS = 8


class FsmBillingDashboard(models.AbstractModel):
    """Invoices, credit notes and payments: what is due and what came in."""

    _inherit = "fsm.billing.dashboard"

    # --- domains ---
    @api.model
    def _get_period_domain(self, scope):
        """Take the accounting date: a month then comes to what its books say."""
        return Domain("date", ">=", fields.Date.to_string(scope.date_from)) & Domain(
            "date", "<=", fields.Date.to_string(scope.date_to)
        )

    @api.model
    def _get_posted_domain(self, scope):
        """:return: domain of customers' documents in the books of the period"""
        return (
            Domain("move_type", "in", DOCUMENT_TYPES)
            & Domain("state", "=", "posted")
            & self._get_period_domain(scope)
            & self._get_company_domain(scope)
        )

    @api.model
    def _get_document_domains(self, scope):
        """:return: dict card -> domain of its documents"""
        posted = Domain("state", "=", "posted") & self._get_company_domain(scope)
        unpaid = (
            Domain("move_type", "in", INVOICE_TYPES)
            & posted
            & Domain("payment_state", "in", OPEN_STATES)
        )
        return {
            "draft": Domain("move_type", "in", DOCUMENT_TYPES)
            & Domain("state", "=", "draft")
            & self._get_company_domain(scope),
            "not_sent": Domain("move_type", "in", DOCUMENT_TYPES)
            & posted
            & Domain("is_move_sent", "=", False),
            "unpaid": unpaid,
            "overdue": unpaid
            & Domain("invoice_date_due", "<", fields.Date.to_string(scope.today)),
            "credited": Domain("move_type", "=", "out_refund")
            & posted
            & self._get_period_domain(scope),
            "invoiced": self._get_posted_domain(scope),
        }

    @api.model
    def _get_payment_domain(self, scope):
        """Find what settled, or is to settle, what customers owe.

        That is each item on their accounts that is no document of theirs: of a payment,
        a bank statement, or an entry that settles documents. What banks and entries
        say of a payment's money is on other accounts, so it is found once. An item
        counts with all that it puts on the account, however much of it is matched.

        :return: domain of journal items in the period
        """
        differences = scope.companies.currency_exchange_journal_id
        return (
            Domain("account_id.account_type", "=", "asset_receivable")
            & Domain("account_id.non_trade", "=", False)
            & Domain("parent_state", "=", "posted")
            & Domain("journal_id", "not in", differences.ids)
            & Domain("move_id.move_type", "=", "entry")
            & (
                Domain("journal_id.type", "in", MONEY_JOURNALS)
                | Domain("fsm_is_settling", "=", True)
            )
            & self._get_period_domain(scope)
            & self._get_company_domain(scope)
        )

    # --- cards ---
    @api.model
    def _get_document_cards(self, scope):
        """:return: dict card -> count, amount in the dashboard's currency, list"""
        Move = self.env["account.move"]
        domains = self._get_document_domains(scope)
        query = Move._search(Domain.OR(domains.values()))
        terms = []
        for card, domain in domains.items():
            _xmlid, name, sign = DOCUMENT_CARDS[card]
            condition = self._get_condition(query, Move, domain)
            amount = self._get_amount_sql(scope, query, Move, name)
            terms += [
                SQL("COUNT(*) FILTER (WHERE %s)", condition),
                SQL("SUM(%s) FILTER (WHERE %s) * %s", amount, condition, sign),
            ]
        paid = self._get_payment_domain(scope)
        [(*row, count, amount)] = self.env.execute_query(
            SQL(
                "SELECT * FROM (%s) AS documents CROSS JOIN (%s) AS payments",
                query.select(*terms),
                self._get_payment_sql(scope, paid),
            )
        )
        cards = {
            card: {
                "count": row[2 * index],
                "amount": self._round(scope, row[2 * index + 1]),
                "list": self._get_list(DOCUMENT_CARDS[card][0], domain),
            }
            for index, (card, domain) in enumerate(domains.items())
        }
        cards["paid"] = {
            "count": count,
            "amount": self._round(scope, amount),
            "list": self._get_list(ITEMS, paid),
        }
        return cards

    @api.model
    def _get_payment_sql(self, scope, domain):
        """:return: SQL of one row: count and amount of the items in ``domain``"""
        Line = self.env["account.move.line"]
        query = Line._search(domain)
        amount = self._get_amount_sql(scope, query, Line, "balance")
        return query.select(SQL("COUNT(*)"), SQL("-SUM(%s)", amount))

    @api.model
    def _get_amount_sql(self, scope, query, model, name):
        """:return: SQL of the field ``name`` in the dashboard's currency"""
        return scope.convert(
            model._field_to_sql(query.table, name, query),
            model._field_to_sql(query.table, "company_id", query),
        )

    # --- lists ---
    @api.model
    def _get_last_invoices(self, scope):
        """:return: list of dicts: the newest documents in the books"""
        moves = self.env["account.move"].search_fetch(
            Domain("move_type", "in", DOCUMENT_TYPES)
            & Domain("state", "=", "posted")
            & self._get_company_domain(scope),
            [
                "name",
                "invoice_partner_display_name",
                "invoice_date",
                "invoice_date_due",
                "amount_total_in_currency_signed",
                "currency_id",
                "payment_state",
            ],
            order="invoice_date desc, name desc, id desc",
            limit=LAST_INVOICES,
        )
        states = dict(moves._fields["payment_state"]._description_selection(self.env))
        return [
            {
                "id": move.id,
                "name": move.name,
                "customer": move.invoice_partner_display_name or "",
                "date": fields.Date.to_string(move.invoice_date),
                "amount": move.amount_total_in_currency_signed,
                "currency_id": move.currency_id.id,
                "state": move.payment_state,
                "state_label": states[move.payment_state],
                "is_overdue": move.payment_state in OPEN_STATES
                and bool(move.invoice_date_due)
                and move.invoice_date_due < scope.today,
            }
            for move in moves
        ]

    @api.model
    def _get_top_customers(self, scope):
        """:return: list of dicts: who was invoiced most in the period, net of credits

        Contacts count for their company.
        """
        Move = self.env["account.move"]
        domain = self._get_posted_domain(scope)
        query = Move._search(domain)
        partner = query.left_join(
            query.table, "commercial_partner_id", "res_partner", "id", "customer"
        )
        amount = SQL(
            "SUM(%s)", self._get_amount_sql(scope, query, Move, "amount_untaxed_signed")
        )
        query.groupby = SQL.identifier(partner, "id")
        query.having = SQL("%s > 0", amount)
        query.order = SQL("%s DESC, %s", amount, SQL.identifier(partner, "id"))
        query.limit = TOP_CUSTOMERS
        rows = self.env.execute_query(
            query.select(
                SQL.identifier(partner, "id"),
                SQL.identifier(partner, "name"),
                SQL("COUNT(*)"),
                amount,
            )
        )
        return [
            {
                "id": partner_id,
                "name": name or "",
                "count": count,
                "amount": self._round(scope, amount),
                "list": self._get_list(
                    INVOICES, domain & Domain("commercial_partner_id", "=", partner_id)
                ),
            }
            for partner_id, name, count, amount in rows
        ]
