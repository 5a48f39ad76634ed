from odoo.api import SUPERUSER_ID, Environment
from odoo.tools import SQL, split_every

BATCH = 500


def migrate(cr, version):
    env = Environment(cr, SUPERUSER_ID, {})
    _remember_choices(env)
    _remember_modes(env)
    _keep_printed(env)


def _remember_choices(env):
    """Take for chosen what is another than the rule says, on orders not invoiced."""
    orders = env["fsm.order"].search(
        [("billing_status", "in", ("nothing", "to_invoice"))]
    )
    for ids in split_every(BATCH, orders.ids):
        batch = orders.browse(ids)
        for name, flag in batch._get_choice_flags().items():
            chosen = batch._filter_otherwise(name)
            env.cr.execute(
                SQL(
                    "UPDATE fsm_order SET %s = TRUE WHERE id = ANY(%s)",
                    SQL.identifier(flag),
                    chosen.ids,
                )
            )
        env.invalidate_all()


def _remember_modes(env):
    """Work that is not simply billable stays so when it goes to another order.

    What came back, or replaces something, goes by its delivery.
    """
    for source in env["fsm.billing.entry"]._get_source_models():
        env.cr.execute(
            SQL(
                """
                UPDATE %s
                   SET is_billing_mode_chosen = TRUE
                 WHERE fsm_order_id IS NOT NULL AND billing_mode != 'billable'
                """,
                SQL.identifier(source._table),
            )
        )
    env.cr.execute(
        """
        UPDATE stock_move AS move
           SET is_billing_mode_chosen = FALSE
          FROM stock_move AS delivery
         WHERE move.is_billing_mode_chosen
           AND delivery.id
               = COALESCE(move.origin_returned_move_id, move.fsm_exchanged_move_id)
           AND delivery.billing_mode = move.billing_mode
        """
    )


def _keep_printed(env):
    """Keep what posted documents say of their orders by now."""
    env.cr.execute(
        """
        SELECT DISTINCT move.id
          FROM account_move AS move
          JOIN account_move_line AS line ON line.move_id = move.id
          JOIN fsm_order_account_move_line_rel AS rel
            ON rel.account_move_line_id = line.id
         WHERE move.state = 'posted'
      ORDER BY move.id
        """
    )
    moves = env["account.move"].browse(move_id for (move_id,) in env.cr.fetchall())
    for ids in split_every(BATCH, moves.ids):
        moves.browse(ids)._fsm_keep_printed()
        env.flush_all()
        env.invalidate_all()
