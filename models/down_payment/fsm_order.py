from odoo import api, fields, models

from ...tools.groups import BILLING_GROUP

#: how far the down payments of its quotation are paid
PAID_IN_ADVANCE = (
    "sale_id.order_line.invoice_lines.move_id.payment_state",
    "sale_line_id.order_id.order_line.invoice_lines.move_id.payment_state",
)
#: when they are to be paid, and whether they leave something to pay
DUE_IN_ADVANCE = (
    *PAID_IN_ADVANCE,
    "sale_id.order_line.invoice_lines.move_id.invoice_date_due",
    "sale_line_id.order_id.order_line.invoice_lines.move_id.invoice_date_due",
    "invoice_lines.move_id.amount_total",
)


class FsmOrder(models.Model):
    """What of the down payments of its quotation is to be deducted on an order."""

    _inherit = "fsm.order"

    # --- Invoicing ---
    down_payment_left = fields.Char(
        compute="_compute_down_payment_left",
        compute_sudo=True,  # who bills service orders may not read sales
        groups=BILLING_GROUP,
        help="What of the down payments of the quotation no invoice has deducted yet.",
    )

    # --- compute ---
    @api.depends(
        "sale_id.fsm_down_payment_left", "sale_line_id.order_id.fsm_down_payment_left"
    )
    def _compute_down_payment_left(self):
        for order in self:
            order.down_payment_left = order._get_quotation().fsm_down_payment_left

    @api.model
    def _get_billing_status_depends(self):
        return (*super()._get_billing_status_depends(), *PAID_IN_ADVANCE)

    @api.depends(*DUE_IN_ADVANCE)
    def _compute_billing_due_date(self):
        return super()._compute_billing_due_date()

    def _get_invoices_to_pay(self):
        # nothing is to be paid of an invoice that down payments come up to
        moves = super()._get_invoices_to_pay()
        paid_before = moves.filtered(
            lambda move: move.currency_id.is_zero(move.amount_total)
        )
        return moves | paid_before._get_fsm_deducted()

    # --- write ---
    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._refresh_down_payments()
        return orders

    def write(self, vals):
        is_sold_anew = bool(vals.keys() & {"sale_id", "sale_line_id"})
        left = self._get_sales() if is_sold_anew else None
        res = super().write(vals)
        if is_sold_anew:
            self._refresh_down_payments(left)
        return res

    def unlink(self):
        left = self._get_sales()
        res = super().unlink()
        self.browse()._refresh_down_payments(left)
        return res

    def _get_sales(self):
        """:return: all sales that these orders are linked to, as superuser"""
        # sudo: who makes service orders may not read sales
        orders = self.sudo()
        return orders.sale_id | orders.sale_line_id.order_id

    def _refresh_down_payments(self, left=None):
        """Reckon anew what is left of the down payments of the sales of these orders.

        By our rule, also where they were made before the order.

        :param left: sales that orders have left: by Odoo's rule if there are no others
        """
        sales = self._get_sales()
        if left:
            sales |= left
        advances = sales.order_line.filtered("is_downpayment")
        # what is made of the invoices, and what is made of that
        advances.modified(["invoice_lines"])

    # --- business ---
    def _is_by_rounding(self, amount):
        """:return: True if down payments may come to this ``amount`` too much because
        each was rounded: untaxed amount and taxes by half a cent
        """
        sale = self._get_quotation()
        advances = sale.order_line.filtered(
            lambda line: line.is_downpayment and not line.display_type
        )
        currency = sale.currency_id
        return (
            currency.compare_amounts(amount, 0) > 0
            and currency.compare_amounts(amount, currency.rounding * len(advances)) <= 0
        )

    def _is_quotation_billed(self, lines, terms):
        """:return: True if nothing of the quotation is left to bill after ``lines``"""
        billed = {line.sale_line: line.quantity for line in lines if line.sale_line}
        return all(
            line.product_uom_id.compare(
                line.qty_invoiced + billed.get(line, 0.0), line.product_uom_qty
            )
            >= 0
            for line in self._get_quotation().order_line
            if not (line.display_type or line.is_downpayment or line.id in terms.taken)
        )

    def _get_down_payments_open(self, taken=()):
        """:return: the down payments of the quotation that are not deducted, or billed

        They are deducted from extra work, too, where nothing of the quotation is open.
        """
        self.ensure_one()
        return self._get_lines_quoted_invoiceable(taken).filtered(
            lambda line: line.is_downpayment and not line.display_type
        )
