from odoo import api, models
from odoo.tools import SQL


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
            concerned AS (%(concerned)s), billed_order AS (
                SELECT account_move_id AS move_id, count(*) AS orders,
                       min(fsm_order_id) AS order_id
                  FROM account_move_fsm_order_rel
                 WHERE %(is_concerned)s
                 GROUP BY account_move_id
            ), document AS (
                SELECT move.id, move.state, move.move_type,
                       COALESCE(move.invoice_date, move.date) AS date,
                       move.commercial_partner_id AS partner_id,
                       CASE COALESCE(own.orders, credited.orders)
                       WHEN 1 THEN COALESCE(own.order_id, credited.order_id)
                       END AS order_id,
                       %(is_asked)s AS is_asked
                  FROM account_move move
                  LEFT JOIN billed_order own ON own.move_id = move.id
                  LEFT JOIN billed_order credited
                         ON credited.move_id = move.reversed_entry_id
                 WHERE move.state != 'cancel'
                   AND move.move_type IN ('out_invoice', 'out_refund')
                   AND COALESCE(own.move_id, credited.move_id) IS NOT NULL
                   AND %(is_own)s
            )
            """,
            concerned=concerned or SQL("SELECT NULL::int AS move_id WHERE FALSE"),
            is_concerned=self._get_condition_sql(
                concerned,
                """
                account_move_id IN (
                    SELECT move_id FROM concerned
                     UNION
                    SELECT move.reversed_entry_id
                      FROM account_move move
                      JOIN concerned ON concerned.move_id = move.id
                )
                """,
            ),
            is_own=self._get_condition_sql(
                concerned, "move.id IN (SELECT concerned.move_id FROM concerned)"
            ),
            is_asked=SQL("TRUE")
            if asked is None
            else SQL("move.id IN (SELECT unnest(%s::int[]))", asked),
        )

    @api.model
    def _get_condition_sql(self, concerned, condition):
        """:return: SQL ``condition``, where not all documents are concerned"""
        return SQL("TRUE") if concerned is None else SQL(condition)

    @api.model
    def _get_lines_sql(self, concerned=None):
        """Their lines that make the untaxed total, as Odoo adds it up.

        :param concerned: as of the documents
        """
        return SQL(
            """
            billed_line AS (
                SELECT account_move_line_id AS line_id,
                       CASE count(*) WHEN 1 THEN min(fsm_order_id) END AS order_id
                  FROM fsm_order_account_move_line_rel
                 WHERE %(is_concerned)s
                 GROUP BY account_move_line_id
            ), line AS (
                SELECT line.id, line.move_id, line.company_id, line.product_id,
                       split_part(line.name, E'\n', 1) AS name,
                       COALESCE(line.fsm_credited_line_id, line.fsm_replaced_line_id)
                           AS origin_id,
                       -line.balance AS revenue, line.product_uom_id AS uom_id,
                       CASE WHEN line.fsm_credit_work = 'price' THEN 0
                            ELSE COALESCE(line.quantity, 0) END AS quantity,
                       document.state, document.move_type, document.date,
                       document.partner_id, document.is_asked,
                       COALESCE(
                           own.order_id, credited.order_id, document.order_id
                       ) AS order_id,
                       COALESCE(own.line_id, credited.line_id) IS NULL AS is_by_hand,
                       EXISTS (
                           SELECT FROM sale_order_line_invoice_rel sold
                            WHERE sold.invoice_line_id
                               IN (line.id, line.fsm_credited_line_id,
                                   line.fsm_replaced_line_id)
                       ) AS is_quoted
                  FROM document
                  JOIN account_move_line line ON line.move_id = document.id
                  LEFT JOIN billed_line own ON own.line_id = line.id
                  LEFT JOIN billed_line credited
                         ON credited.line_id = COALESCE(
                             line.fsm_credited_line_id, line.fsm_replaced_line_id
                         )
                 WHERE line.display_type = 'product'
                    OR (line.display_type = 'rounding'
                        AND line.tax_repartition_line_id IS NULL)
            )
            """,
            is_concerned=self._get_condition_sql(
                concerned,
                """
                account_move_line_id IN (
                    SELECT item.id
                      FROM account_move_line item
                      JOIN concerned ON concerned.move_id = item.move_id
                     UNION
                    SELECT COALESCE(
                               item.fsm_credited_line_id, item.fsm_replaced_line_id
                           )
                      FROM account_move_line item
                      JOIN concerned ON concerned.move_id = item.move_id
                )
                """,
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
