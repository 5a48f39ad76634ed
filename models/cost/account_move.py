from contextlib import nullcontext

from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    # --- cost of goods ---
    def _stock_account_prepare_realtime_out_lines_vals(self):
        """Book what parts cost by the ledger, beside what Odoo books by the product.

        Odoo reckons with quantity times the cost of one: nothing where a clerk gives
        parts away by a quantity of zero, where one costs less than a cent, or where a
        part is printed as a service.
        """
        self.sudo()._fsm_settle_rates()  # sudo: who posts may not read service orders
        vals_list = super()._stock_account_prepare_realtime_out_lines_vals()
        for move in self.filtered(lambda move: move.is_sale_document()):
            for line in move.with_company(move.company_id).invoice_line_ids:
                vals_list += line._prepare_fsm_cost_lines()
        return vals_list

    def _fsm_settle_rates(self):
        """Date these documents, as posting will, before their cost is booked.

        What left stock has its value in the company's currency. Odoo would convert
        lines of cost like the others when it sets the date, and the rate with it.
        """
        for move in self:
            if (
                move.invoice_date
                or move.currency_id == move.company_currency_id
                or not move.is_sale_document()
                or not move.fsm_order_ids
            ):
                continue
            # a rate that somebody typed stays, as in Odoo
            created_on = move.create_date.date()
            is_typed = (
                move.invoice_currency_rate
                != move._get_expected_currency_rate_at(created_on)
            )
            rate = self._fields["invoice_currency_rate"]
            with self.env.protecting([rate], move) if is_typed else nullcontext():
                move.invoice_date = fields.Date.context_today(move)
