from odoo import api, fields, models


class SaleOrder(models.Model):
    """What is left of the down payments of a sale, in words."""

    _inherit = "sale.order"

    # --- Field service ---
    fsm_down_payment_left = fields.Char(
        string="Down payment left",
        compute="_compute_fsm_down_payment_left",
        compute_sudo=True,  # salespeople may not read all of its documents
        groups="base.group_user",
        help="What of the down payments no invoice has deducted yet.",
    )

    # --- compute ---
    @api.depends(
        "state",
        "order_line.is_downpayment",
        "order_line.qty_invoiced",
        "order_line.invoice_lines.amount_currency",
        "order_line.invoice_lines.parent_state",
    )
    def _compute_fsm_down_payment_left(self):
        for sale in self:
            sale.fsm_down_payment_left = sale._origin._get_down_payment_text()

    def _get_down_payment_text(self):
        """:return: sentences: what is left of the down payments, or False"""
        if self.state != "sale":
            return self._get_down_payment_kept_text()
        advances = self.order_line.filtered(
            lambda line: line.is_downpayment and line.qty_to_invoice
        )
        if not advances:
            return False
        pricing = self.env["fsm.billing.pricing"]
        amounts = [
            pricing._get_figures_total(figures)
            for figures in advances._get_fsm_down_payments()
            ._get_down_payment_figures()
            .values()
        ]
        left = sum(amount for amount in amounts if amount > 0)
        to_bill = -sum(amount for amount in amounts if amount < 0)
        texts = []
        if self.currency_id.compare_amounts(left, 0) > 0:
            texts.append(
                self.env._(
                    "%(amount)s of the down payment is still to be deducted.",
                    amount=self.currency_id.format(left),
                )
            )
        if self.currency_id.compare_amounts(to_bill, 0) > 0:
            texts.append(
                self.env._(
                    "%(amount)s of the down payment was credited after it had been "
                    "deducted, and is to be invoiced.",
                    amount=self.currency_id.format(to_bill),
                )
            )
        return " ".join(texts) or False

    def _get_down_payment_kept_text(self):
        """:return: sentence: which down payments no order deducts, or False

        Odoo deducts those of confirmed quotations alone.
        """
        figures = self.order_line._get_fsm_down_payments()._get_down_payment_figures()
        pricing = self.env["fsm.billing.pricing"]
        left = {
            line: pricing._get_figures_total(amounts)
            for line, amounts in figures.items()
        }
        kept = [
            line
            for line, amount in left.items()
            if self.currency_id.compare_amounts(amount, 0) > 0
        ]
        if not kept:
            return False
        invoices = self.env["account.move"].union(
            *(line._get_standing_invoice_lines().move_id for line in kept)
        )
        return self.env._(
            "%(amount)s of the down payment on %(invoices)s is deducted from no "
            "invoice, as quotation %(sale)s is not confirmed. Credit %(invoices)s, or "
            "confirm the quotation again.",
            amount=self.currency_id.format(sum(left[line] for line in kept)),
            invoices=invoices.filtered(
                lambda move: move._is_fsm_down_payment()
            )._get_fsm_names(),
            sale=self.name,
        )
