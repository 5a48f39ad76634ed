from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.groups import BILLING_GROUP


class FsmOrder(models.Model):
    """What the documents of a service order come to, by the lines of the analysis."""

    _inherit = "fsm.order"

    amount_billed = fields.Monetary(
        string="Amount billed",
        compute="_compute_amount_billed",
        groups=BILLING_GROUP,
        help="Untaxed amount of posted invoices less credit notes, "
        "in the company's currency.",
    )
    amount_draft = fields.Monetary(
        string="On drafts",
        compute="_compute_amount_billed",
        groups=BILLING_GROUP,
        help="Untaxed amount of draft invoices less draft credit notes, "
        "in the company's currency.",
    )
    amount_by_hand = fields.Monetary(
        string="Of it by hand",
        compute="_compute_amount_billed",
        groups=BILLING_GROUP,
        help="Untaxed amount of the lines that were typed on its invoices and credit "
        "notes and bill none of its work, in the company's currency.",
    )

    @api.depends(
        "invoice_lines.balance",
        "invoice_lines.parent_state",
        "invoice_lines.move_id.amount_untaxed_signed",
        "invoice_lines.move_id.reversal_move_ids.amount_untaxed_signed",
        "invoice_lines.move_id.reversal_move_ids.state",
    )
    def _compute_amount_billed(self):
        amounts = self._get_document_amounts()
        for order in self:
            billed, billed_by_hand = amounts.get((order.id, "posted"), (0.0, 0.0))
            draft, draft_by_hand = amounts.get((order.id, "draft"), (0.0, 0.0))
            order.amount_billed = billed
            order.amount_draft = draft
            order.amount_by_hand = billed_by_hand + draft_by_hand

    def _get_document_amounts(self):
        """Add up the lines of the analysis: those typed by hand are in it.

        A line without service order counts for that of its document, if it is one
        alone. Read by SQL, as a biller without accounting rights sees what his orders
        brought in.

        :return: dict (id of an order, state of its documents) -> untaxed amount, and
            how much of that was typed by hand
        """
        if not self.ids:
            return {}
        for model in ("account.move", "account.move.line"):
            self.env[model].flush_model()
        report = self.env["fsm.billing.report"]
        concerned = report._get_documents_of_orders_sql(self.ids)
        rows = self.env.execute_query(
            SQL(
                """
                WITH %(documents)s, %(lines)s
                SELECT line.order_id, line.state, SUM(line.revenue),
                       COALESCE(SUM(line.revenue) FILTER (WHERE line.is_by_hand), 0)
                  FROM line
                 WHERE line.order_id = ANY(%(orders)s)
                 GROUP BY line.order_id, line.state
                """,
                documents=report._get_documents_sql(concerned),
                lines=report._get_lines_sql(),
                orders=self.ids,
            )
        )
        return {
            (order_id, state): (float(amount), float(by_hand))
            for order_id, state, amount, by_hand in rows
        }
