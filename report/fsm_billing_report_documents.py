from odoo import api, models
from odoo.tools import SQL

#: the tables that say which orders documents and lines bill, and their columns
DOCUMENTS = SQL("account_move_fsm_order_rel"), SQL("account_move_id")
LINES = SQL("fsm_order_account_move_line_rel"), SQL("account_move_line_id")


class FsmBillingReport(models.Model):
    """The documents that the analysis reads: invoices, their lines, their cost."""

    _inherit = "fsm.billing.report"

    # --- which documents ---
    @api.model
    def _get_documents_of_orders_sql(self, order_ids):
        """:return: SQL, ids of all documents that may have lines of these orders"""
        return SQL(
            """
            SELECT rel.account_move_id AS move_id
              FROM account_move_fsm_order_rel rel
             WHERE rel.fsm_order_id = ANY(%(orders)s)
             UNION
            SELECT credit.id
              FROM account_move_fsm_order_rel rel
              JOIN account_move credit
                ON credit.reversed_entry_id = rel.account_move_id
             WHERE rel.fsm_order_id = ANY(%(orders)s)
             UNION
            SELECT line.move_id
              FROM fsm_order_account_move_line_rel rel
              JOIN account_move_line line
                ON line.fsm_replaced_line_id = rel.account_move_line_id
                OR line.fsm_credited_line_id = rel.account_move_line_id
             WHERE rel.fsm_order_id = ANY(%(orders)s)
            """,
            orders=order_ids,
        )

    @api.model
    def _get_concerned_sql(self, units):
        """:return: SQL, ids of the documents that rows of ``units`` are made of"""
        return SQL(
            "SELECT unnest(%(moves)s::int[]) AS move_id UNION %(documents)s",
            moves=list(units.move_ids),
            documents=self._get_documents_of_orders_sql(list(units.order_ids)),
        )

    # --- documents ---
    @api.model
    def _get_documents_sql(self, concerned=None, asked=None):
        """Invoices of service orders, and what credits them; the order if it is one.

        :param concerned: SQL, ids of documents that are enough
        :param asked: list of ids of the documents that rows are asked for; else all
        """
        return SQL(
            """
            document AS (
                SELECT move.id, move.state, move.move_type,
                       COALESCE(move.invoice_date, move.date) AS date,
                       move.commercial_partner_id AS partner_id,
                       CASE WHEN own.orders > 0 THEN own.order_id
                            ELSE credited.order_id END AS order_id,
                       %(is_asked)s AS is_asked
                  FROM account_move move
                  %(own)s
                  %(credited)s
                 WHERE move.state != 'cancel'
                   AND move.move_type IN ('out_invoice', 'out_refund')
                   AND own.orders + credited.orders > 0
                   AND %(is_concerned)s
            )
            """,
            own=self._get_billed_orders_sql(DOCUMENTS, SQL("move.id"), SQL("own")),
            credited=self._get_billed_orders_sql(
                DOCUMENTS, SQL("move.reversed_entry_id"), SQL("credited")
            ),
            is_concerned=SQL("TRUE")
            if concerned is None
            else SQL("move.id IN (%s)", concerned),
            is_asked=SQL("TRUE")
            if asked is None
            else SQL("move.id IN (SELECT unnest(%s::int[]))", asked),
        )

    @api.model
    def _get_billed_orders_sql(self, relation, link, name):
        """Join how many orders a document, or a line, bills, and which, if it is one.

        :param relation: SQL of its table and the column there, of :param link: SQL
        :param name: SQL, of what is joined
        """
        table, column = relation
        return SQL(
            """
                 CROSS JOIN LATERAL (
                     SELECT count(*) AS orders,
                            CASE count(*) WHEN 1 THEN min(fsm_order_id) END AS order_id
                       FROM %(table)s
                      WHERE %(column)s = %(link)s
                 ) %(name)s
            """,
            table=table,
            column=column,
            link=link,
            name=name,
        )

    @api.model
    def _get_lines_sql(self):
        """Their lines that make the untaxed total, as Odoo adds it up."""
        return SQL(
            """
            line AS (
                SELECT line.id, line.move_id, line.company_id, line.product_id,
                       split_part(line.name, E'\n', 1) AS name, origin.id AS origin_id,
                       -line.balance AS revenue, line.product_uom_id AS uom_id,
                       CASE WHEN line.fsm_credit_work = 'price' THEN 0
                            ELSE COALESCE(line.quantity, 0) END AS quantity,
                       document.state, document.move_type, document.date,
                       document.partner_id, document.is_asked,
                       COALESCE(
                           own.order_id, credited.order_id, document.order_id
                       ) AS order_id,
                       own.orders + credited.orders = 0 AS is_by_hand,
                       EXISTS (
                           SELECT FROM sale_order_line_invoice_rel sold
                            WHERE sold.invoice_line_id
                               IN (line.id, line.fsm_credited_line_id,
                                   line.fsm_replaced_line_id)
                       ) AS is_quoted
                  FROM document
                  JOIN account_move_line line ON line.move_id = document.id
                 CROSS JOIN LATERAL (
                     SELECT COALESCE(
                         line.fsm_credited_line_id, line.fsm_replaced_line_id
                     ) AS id
                 ) origin
                  %(own)s
                  %(credited)s
                 WHERE line.display_type = 'product'
                    OR (line.display_type = 'rounding'
                        AND line.tax_repartition_line_id IS NULL)
            )
            """,
            own=self._get_billed_orders_sql(LINES, SQL("line.id"), SQL("own")),
            credited=self._get_billed_orders_sql(
                LINES, SQL("origin.id"), SQL("credited")
            ),
        )

    @api.model
    def _get_quoted_sql(self):
        """The invoice of the quotation of each order, to say where its work is billed,
        and what lines without entries book as the cost of goods.
        """
        return SQL(
            """
            quoted AS (
                SELECT DISTINCT ON (order_id) order_id, move_id, state, date,
                       partner_id
                  FROM line
                 WHERE is_quoted AND move_type = 'out_invoice'
                   AND order_id IS NOT NULL
                 ORDER BY order_id, (state = 'posted') DESC, date, move_id
            ), goods AS (
                -- Odoo makes the line of the stock before that of the expense
                SELECT DISTINCT ON (booked.cogs_origin_id)
                       booked.cogs_origin_id AS line_id, -booked.balance AS cost
                  FROM line
                  JOIN account_move_line booked ON booked.cogs_origin_id = line.id
                 WHERE line.is_asked AND NOT line.is_quoted
                 ORDER BY booked.cogs_origin_id, booked.id
            )
            """
        )
