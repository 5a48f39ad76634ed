from collections import defaultdict

from odoo import models

from ...tools.splitting import share_out


class AccountMoveLine(models.Model):
    """The quantity that a line prints, and what falls to the work on it.

    It is often another than the work itself: rounded, raised to a minimum, or changed
    by a clerk on the draft.
    """

    _inherit = "account.move.line"

    # --- quantities ---
    def _get_fsm_signed_quantity(self):
        """:return: quantity of this line as invoices count: less is a credit"""
        self.ensure_one()
        is_credit = self.move_id.move_type == "out_refund"
        return -self.quantity if is_credit else self.quantity

    def _get_fsm_quantity_made(self):
        """:return: quantity that this line was made with, before anybody changed it

        In its unit of today, and signed as the work on it.
        """
        self.ensure_one()
        return sum(
            entry._get_source()._convert_billing_quantity(
                entry.qty_printed, self.product_uom_id
            )
            for entry in self.fsm_billing_entry_ids
            if entry.kind == "bill"
        )

    def _get_fsm_opened_quantity(self):
        """:return: quantity of this invoice line whose work credit notes opened"""
        self.ensure_one()
        if not self.fsm_qty_credited:
            return 0.0
        return sum(
            credit._get_fsm_credited_quantity()
            for credit in self._get_fsm_posted_credits()
            if any(entry.kind == "reopen" for entry in credit.fsm_billing_entry_ids)
        )

    def _get_fsm_share_refunded(self):
        """:return: share of what is not opened that was refunded, from 0 to 1

        Where the price alone was credited, or parts that came back by themselves, it
        is none.
        """
        self.ensure_one()
        refunds = self._get_fsm_refunds()
        if not refunds:
            return 0.0
        left = self.quantity - self._get_fsm_opened_quantity()
        if self._compare_fsm_quantities(left, 0) == 0:
            return 1.0
        refunded = self._get_fsm_quantity_refunded()
        return max(0.0, min(refunded / left, 1.0))

    def _get_fsm_refunds(self):
        """:return: the posted lines by which this one was refunded, its work as well"""
        self.ensure_one()
        if not self.fsm_qty_credited and self.quantity:
            return self.browse()
        return self._get_fsm_posted_credits().filtered(
            lambda credit: (
                credit.fsm_credit_work != "price" and not credit.fsm_billing_entry_ids
            )
        )

    def _get_fsm_quantity_refunded(self):
        """:return: how much of this line was refunded, in its unit"""
        refunds = self._get_fsm_refunds()
        return sum(credit._get_fsm_credited_quantity() for credit in refunds)

    # --- what is opened ---
    def _prepare_fsm_printed_opened(self, quantity, opened):
        """Say what of this line goes with the work that a credit of it opens.

        All that is credited falls to the work that is opened, which is billed again
        at what its line lacks then: 5 h printed for 1 h (minimum 2) and 3 h; 2.5
        credited open 2 of the 3 hours, which are billed again as 2.5.

        :param float quantity: credited, in the unit of this line
        :param list opened: (billing entry, quantity), see :meth:`_get_fsm_opened`
        :return: list of dicts of values of the entries that open it
        """
        self.ensure_one()
        left = self.quantity - self._get_fsm_opened_quantity()
        # nothing stays on the line: all there is goes with it
        is_all = self._compare_fsm_quantities(left, quantity) == 0
        parts = {
            "qty_exact": self._get_fsm_share(quantity),
            "qty_printed": quantity / (self.quantity or 1.0),
        }
        values = [{} for _entry, _quantity in opened]
        for name, part in parts.items():
            made, standing = self._get_fsm_made_and_standing(name)
            total = sum(standing.values()) if is_all else sum(made.values()) * part
            rooms = [standing[entry._get_source()] for entry, _quantity in opened]
            for (entry, _quantity), shares, share in zip(
                opened, values, share_out(total, rooms), strict=True
            ):
                shares[name] = -self.product_uom_id._compute_quantity(
                    share, entry._get_source()._get_billing_unit(), round=False
                )
        return values

    def _get_fsm_made_and_standing(self, name):
        """Sum up a column of the ledger, in the unit of this line.

        :return: two dicts by source: what this line was made with, and what stands of
            it, net of what credit notes opened
        """
        self.ensure_one()
        made, standing = defaultdict(float), defaultdict(float)
        for entry in (self | self.fsm_credit_line_ids).fsm_billing_entry_ids:
            is_own = entry.move_line_id == self
            if entry.is_live and (is_own or entry.kind == "reopen"):
                source = entry._get_source()
                quantity = source._convert_billing_quantity(
                    entry[name], self.product_uom_id
                )
                standing[source] += quantity
                if is_own:
                    made[source] += quantity
        return made, standing
