from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    # --- cost of goods ---
    def _stock_account_prepare_realtime_out_lines_vals(self):
        """Book what parts cost on lines that Odoo leaves out as well.

        It reckons with quantity times the cost of one: nothing where a clerk gives
        parts away by a quantity of zero, or where one costs less than a cent.
        """
        vals_list = super()._stock_account_prepare_realtime_out_lines_vals()
        booked = {vals["cogs_origin_id"] for vals in vals_list}
        for move in self.filtered(lambda move: move.is_sale_document()):
            for line in move.with_company(move.company_id).invoice_line_ids:
                if line.id not in booked:
                    vals_list += line._prepare_fsm_cost_lines()
        return vals_list
