from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class AccountMoveLine(models.Model):
    """Entries that settle what customers owe, without a payment."""

    _inherit = "account.move.line"

    # --- Field service ---
    fsm_is_settling = fields.Boolean(
        string="Settled by entry",
        compute="_compute_fsm_is_settling",
        search="_search_fsm_is_settling",
        groups="base.group_user",  # customers read the lines of their invoices
        help="An entry that is no payment settles documents of customers by this item.",
    )

    def _compute_fsm_is_settling(self):
        settling = self.filtered_domain(self._search_fsm_is_settling("in", [True]))
        for line in self:
            line.fsm_is_settling = line in settling

    def _search_fsm_is_settling(self, operator, value):
        """Find the items that were matched with documents of customers.

        An entry settles no more than it takes off the accounts of customers in all:
        where it moves an amount from one customer to another, nobody paid.
        """
        if operator != "in":
            return NotImplemented
        for model in ("account.move.line", "account.partial.reconcile"):
            self.env[model].flush_model()
        settling = Domain("id", "in", SQL("(%s)", self._get_fsm_settling_sql()))
        return Domain.OR(settling if wanted else ~settling for wanted in value)

    def _get_fsm_settling_sql(self):
        return SQL(
            """
            SELECT item.id
              FROM (
                  SELECT line.id, matched.yes AS is_matched,
                         SUM(line.balance) OVER entry AS net,
                         SUM(line.balance) FILTER (WHERE matched.yes) OVER entry
                         AS settled
                    FROM account_move_line line
                    JOIN account_move move ON move.id = line.move_id
                    JOIN account_account account ON account.id = line.account_id
                    JOIN account_journal journal ON journal.id = line.journal_id
                   CROSS JOIN LATERAL (%(matched)s) matched
                   WHERE account.account_type = 'asset_receivable'
                     AND account.non_trade IS NOT TRUE
                     AND line.parent_state = 'posted'
                     AND move.move_type = 'entry'
                     AND journal.type NOT IN ('bank', 'cash', 'credit')
                  WINDOW entry AS (PARTITION BY line.move_id)
              ) item
             WHERE item.net * item.settled > 0
               AND (item.is_matched OR abs(item.settled) > abs(item.net))
            """,
            matched=SQL(
                """
                SELECT EXISTS (
                    SELECT
                      FROM account_partial_reconcile partial
                      JOIN account_move_line other
                        ON other.id IN (partial.debit_move_id, partial.credit_move_id)
                      JOIN account_move document ON document.id = other.move_id
                     WHERE (partial.debit_move_id = line.id
                            OR partial.credit_move_id = line.id)
                       AND document.move_type IN
                           ('out_invoice', 'out_receipt', 'out_refund')
                ) AS yes
                """
            ),
        )
