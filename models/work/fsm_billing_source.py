from collections import defaultdict

from odoo import models
from odoo.fields import Domain

from ...tools.tolerance import NOISE


class FsmBillingSource(models.AbstractModel):
    """Work that was taken back before it was billed, and comes to nothing.

    5 hours and -5 hours are nothing to invoice, and no invoice of zero. They stay open,
    and are billed with what is recorded later of the same.
    """

    _inherit = "fsm.billing.source"

    def _get_netting_key(self):
        """:return: tuple: what work has in common that takes each other back, beside
        how it is billed; empty if it takes nothing back
        """
        return ()

    def _get_netting_group(self):
        """:return: the same, and how it is billed: what takes back work under warranty
        makes nothing else free, nor the other way round
        """
        key = self._get_netting_key()
        # sudo: who logs time may not read the ledger
        source = self.sudo()
        if not key or source.taken_back_entry_id:
            return self
        if self.qty_to_bill < 0 and any(
            self._is_likely_of(entry._get_source()) and entry._get_source().qty_billed
            for entry in self._get_entries_invoiced(
                source.fsm_order_id.billing_entry_ids
            )
        ):
            # it may be credited where it was invoiced, or have been refunded there, and
            # others be billed
            return self
        return key, self.billing_mode

    def _filter_open(self):
        return super()._filter_open()._leave_out_netted()

    def _leave_out_netted(self):
        """:return: those of these open sources, of one order, that come to something"""
        if not any(source.qty_to_bill < 0 for source in self):
            return self
        groups = {source: source._get_netting_group() for source in self}
        firsts = {}
        sums = defaultdict(float)
        for source, key in groups.items():
            first = firsts.setdefault(key, source)
            sums[key] += source._convert_billing_quantity(
                source.qty_to_bill, first._get_billing_unit()
            )
        return self.filtered(lambda source: abs(sums[groups[source]]) > NOISE)

    # --- what was invoiced, and is taken back by what names no origin ---
    def _get_entries_to_credit(self):
        """Add the invoices of the same work, of its order, then of others of the site.

        Those of other visits only for what its own order never had: -1 hour on an order
        with one hour corrects that one, be it on a draft, refunded or not billed.
        """
        found = super()._get_entries_to_credit()
        loose = self.filtered(lambda source: not source._get_source_taken_back())
        # sudo: who logs time may not read the ledger
        orders = loose.fsm_order_id.sudo()
        orders.mapped(f"{self._billing_order_field}.billing_entry_ids.move_id.state")
        elsewhere = loose._read_entries_of_sites()
        # all of them are read together, not order by order
        known = orders._origin.billing_entry_ids.union(*elsewhere.values())
        known.mapped("move_line_id.move_id.state")
        known.mapped(f"{self._billing_entry_field}.billing_mode")
        for source in loose:
            order = source.fsm_order_id
            entries = order._origin.sudo().billing_entry_ids | elsewhere.get(
                (order.location_id._origin, order.company_id),
                source.env["fsm.billing.entry"],
            )
            found[source] |= (
                source._get_entries_invoiced(entries)
                .filtered(source._is_entry_alike)
                .sorted(source._get_entry_rank, reverse=True)
            )
        return found

    def _read_entries_of_sites(self):
        """:return: dict (site, company) -> entries of work like these, on any visit

        All of them are read together.
        """
        backs = self.filtered(lambda source: source._get_quantity_elsewhere() > NOISE)
        if not backs:
            return {}
        path = self._get_entry_product_path()
        # sudo: who logs time may not read the ledger
        entries = self.env["fsm.billing.entry"].sudo()
        return entries.search(
            Domain("order_id.location_id", "in", backs.fsm_order_id.location_id.ids)
            & Domain("company_id", "in", backs.fsm_order_id.company_id.ids)
            & Domain("kind", "=", "bill")
            & Domain("quantity", ">", 0)
            & Domain(self._billing_entry_field, "!=", False)
            & Domain(path, "in", [back._get_product_alike().id for back in backs])
        ).grouped(lambda entry: (entry.order_id.location_id, entry.company_id))

    def _get_quantity_elsewhere(self):
        """Say how much this work and its like take back of other visits.

        :return: what their own order never had, less what is credited there already; in
            the unit of this work
        """
        self.ensure_one()
        unit = self._get_billing_unit()
        recorded = credited = 0.0
        for source in self._get_sources_alike():
            recorded += source._convert_billing_quantity(source.qty_recorded, unit)
            for entry in source.sudo().billing_entry_ids:  # sudo: as above
                if entry.is_live and entry.order_id != source.fsm_order_id._origin:
                    credited += source._convert_billing_quantity(entry.quantity, unit)
        return max(-recorded, 0.0) + credited

    def _get_sources_alike(self):
        """:return: work of the same order that is taken back by work like this

        Without what says itself that it takes back that of another order.
        """
        self.ensure_one()
        order = self.fsm_order_id
        return order[self._billing_order_field].filtered(
            lambda source: (
                source._is_alike(self)
                # sudo: who logs time may not read the ledger
                and source.sudo().taken_back_entry_id.order_id <= order._origin
                and source._get_source_taken_back().fsm_order_id <= order
            )
        )

    def _is_alike(self, other):
        """:return: True if this is work like the ``other`` of the same order"""
        return self._get_product_alike() == other._get_product_alike()

    def _get_product_alike(self):
        """:return: the product that work of other visits has in common with this"""
        return self._get_billing_product(self.fsm_order_id.billing_policy_id)

    def _get_entry_product_path(self):
        """:return: where the ledger has that product"""
        return "move_line_id.product_id"

    def _is_entry_alike(self, entry):
        """:return: True if this may take back what ``entry`` billed

        Of another order that alone which the same customer paid for.
        """
        product = self._get_product_alike()
        return (
            bool(product)
            and entry.mapped(self._get_entry_product_path()) == product
            and (
                entry.order_id == self.fsm_order_id._origin
                or self._is_of_same_customer(entry)
            )
        )

    def _get_entry_rank(self, entry):
        """:return: how ``entry`` comes among those that this may take back"""
        return (
            entry.order_id == self.fsm_order_id._origin,
            entry._get_source().billing_mode == self.billing_mode,
            entry.id,
        )

    def _is_of_same_customer(self, entry):
        """:return: True if whoever pays for this paid for ``entry``"""
        payer = self.fsm_order_id.bill_to_id.commercial_partner_id
        return entry.move_id.commercial_partner_id == payer
