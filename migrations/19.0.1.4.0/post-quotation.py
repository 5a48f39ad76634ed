from odoo.api import SUPERUSER_ID, Environment


def migrate(cr, version):
    """Reckon anew what is left of down payments, and time of cancelled invoices.

    Credit notes that refunded a down payment, or took off its price, did not name it:
    it was deducted all the same.
    """
    cr.execute(
        """
        INSERT INTO sale_order_line_invoice_rel (invoice_line_id, order_line_id)
        SELECT credit.id, advance.id
          FROM account_move_line AS credit
          JOIN account_move AS move ON move.id = credit.move_id
          JOIN sale_order_line_invoice_rel AS rel
               ON rel.invoice_line_id = credit.fsm_credited_line_id
          JOIN sale_order_line AS advance ON advance.id = rel.order_line_id
         WHERE move.move_type = 'out_refund'
           AND advance.is_downpayment
           AND advance.display_type IS NULL
            ON CONFLICT DO NOTHING
        """
    )
    env = Environment(cr, SUPERUSER_ID, {})
    orders = env["fsm.order"].search(
        [
            "|",
            "|",
            ("sale_id.order_line.is_downpayment", "=", True),
            ("sale_line_id.order_id.order_line.is_downpayment", "=", True),
            ("timesheet_ids.timesheet_invoice_id.state", "=", "cancel"),
        ]
    )
    advances = (orders.sale_id | orders.sale_line_id.order_id).order_line.filtered(
        lambda line: line.is_downpayment and not line.display_type
    )
    # what is made of the invoices, and what is made of that
    advances.modified(["invoice_lines"])
    env.flush_all()
    env.add_to_compute(orders._fields["billing_status"], orders)
    env.flush_all()
