from collections import defaultdict
from dataclasses import replace

from odoo import api, fields, models
from odoo.tools import float_compare

from ...tools.tolerance import NOISE


class FsmBillingPricing(models.AbstractModel):
    """Work that takes back other work: a part that came back, an hour too much.

    While the other is open, both go on one line: 3 h and -1 h are 2 h. What was
    invoiced is credited on a credit note of its invoice, as it was booked there,
    whatever the price list says today. What is left of neither waits for more work.
    """

    _inherit = "fsm.billing.pricing"

    # --- what was refunded before it was taken back ---
    @api.model
    def _leave_out_given_back(self, items, terms):
        items = super()._leave_out_given_back(items, terms)
        items = {
            order: self._leave_with_open_work(order, items[order], terms[order])
            for order in items
        }
        self._read_origins(items)
        return {order: self._leave_out_refunded(items[order]) for order in items}

    @api.model
    def _leave_with_open_work(self, order, items, terms):
        """Leave what takes back other open work open with that.

        3 h of Monday and -1 h of Tuesday: who asks for Tuesday alone gets no credit
        note of an older invoice. What is asked for as well is corrected first, and
        nothing that was recorded later.

        :param list items: BillingItem of the work that is asked for
        :return: list of BillingItem
        """
        if terms.asked.is_all or all(item.billed > 0 for item in items):
            return items
        asked = {item.source for item in items}
        opened = [item for item in items if item.billed > 0]
        others = [
            self._get_item(source, terms)
            for source in order._get_open_sources()
            if source not in asked and source.qty_to_bill > 0
        ]
        rooms = {id(item): item.quantity for item in [*opened, *others]}
        kept = []
        for item in items:
            back = -item.quantity
            if item.billed > 0 or back <= NOISE:
                kept.append(item)
                continue
            own = [other for other in opened if self._takes_back(item, other)]
            _parts, left = self._net_with(item, own, back, rooms)
            waiting = 0.0
            if left > NOISE:
                rest = self._get_share_of(item, left / back)
                waiting = self._take_opened_before(rest, others, rooms)
            if waiting <= NOISE:
                kept.append(item)
            elif back - waiting > NOISE:
                kept.append(self._get_share_of(item, 1 - waiting / back))
        return kept

    @api.model
    def _leave_out_refunded(self, items):
        """Give nothing back once more.

        Of 2 h invoiced 1 h was refunded, and -1 h was logged: that was the same hour,
        unless a person says what it takes back. It stays open, and counts again where
        the refund is cancelled. What was open before it is corrected first, and not
        what was recorded later.

        A part that comes back is credited all the same, or its cost would stay in the
        books; so is time of an invoice that printed a minimum, where nobody can tell
        which hours a refund was for.

        :param list items: BillingItem of one order
        :return: list of BillingItem
        """
        opened = {id(item): item.quantity for item in items if item.billed > 0}
        rooms = {}
        kept = []
        for item in items:
            refunded = 0.0
            if (
                item.billed < 0
                and item.section != "parts"
                and item.quantity < -NOISE
                and not item.source.sudo().taken_back_entry_id
            ):
                lines = self._get_lines_refunded(item, rooms)
                left = -item.quantity
                if any(rooms[line] > NOISE for line in lines):
                    left -= self._take_opened_before(item, items, opened)
                    refunded = self._take_refunded(lines, rooms, left)
            if refunded <= NOISE:
                kept.append(item)
            elif -item.quantity - refunded > NOISE:
                kept.append(self._get_share_of(item, 1 + refunded / item.quantity))
        return kept

    @api.model
    def _get_lines_refunded(self, item, rooms):
        """List the invoice lines of which ``item`` may have been refunded.

        :param dict rooms: receives how much, in the unit of the product
        """
        unit = item.product.uom_id
        likely = item.entries.filtered(
            lambda entry: item.source._is_likely_of(entry._get_source())
        )
        lines = (likely or item.entries).move_line_id.filtered(
            lambda line: (
                line.product_id == item.product
                and line._is_fsm_in_unit_like(unit)
                and self._is_printed_as_recorded(line)
            )
        )
        for line in lines:
            if line not in rooms:
                rooms[line] = line.product_uom_id._compute_quantity(
                    line._get_fsm_quantity_refunded(), unit, round=False
                )
        return lines

    @api.model
    def _is_printed_as_recorded(self, line):
        """:return: True if an invoice line prints what it bills, no minimum on top"""
        recorded = sum(
            entry._get_source()._convert_billing_quantity(
                entry.quantity, line.product_uom_id
            )
            for entry in line.fsm_billing_entry_ids
            if entry.kind != "reopen"
        )
        return abs(recorded - line.quantity) <= NOISE

    @api.model
    def _take_opened_before(self, item, items, opened):
        """:return: how much ``item`` takes off open work that was recorded before it

        :param dict opened: id of an open item -> what is left of it, changed in place
        """
        source, taken = item.source, 0.0
        for other in items:
            work = other.source
            if (
                id(other) in opened
                and work._get_age_key() < source._get_age_key()
                and source._is_likely_of(work)
                and self._takes_back(item, other)
            ):
                part = min(opened[id(other)], -item.quantity - taken)
                opened[id(other)] -= part
                taken += part
        return taken

    @api.model
    def _take_refunded(self, lines, rooms, quantity):
        """:return: how much of ``quantity`` was refunded of these lines"""
        taken = 0.0
        for line in lines:
            part = max(min(rooms[line], quantity - taken), 0.0)
            rooms[line] -= part
            taken += part
        return taken

    # --- while it is open ---
    @api.model
    def _net(self, items):
        """Put what takes back open work with it.

        :return: list of BillingItem; those with ``of`` go on the line of that item
        """
        opened = [item for item in items if item.billed > 0]
        rooms = {id(item): item.quantity for item in opened}
        return [
            part
            for item in items
            for part in (
                self._net_item(item, opened, rooms) if item.billed < 0 else [item]
            )
        ]

    @api.model
    def _net_item(self, item, opened, rooms):
        """Put ``item`` with the open work that it takes back.

        With what is likely its own first, as the hours of the same technician. What was
        invoiced of that is credited there; open work of others comes last.

        :param dict rooms: id of an open item, or invoice line -> what may still be
            taken off it, in the unit of the product; changed in place
        :return: list of BillingItem: the parts of ``item``, each with what it is of
        """
        others = sorted(
            (other for other in opened if self._takes_back(item, other)),
            key=lambda other: self._get_likeness(item, other),
            reverse=True,
        )
        back = left = -item.quantity
        if back <= NOISE:  # a minimum or a rounding leaves nothing to give back
            return [replace(item, of=others[0])] if others else [item]
        own, rest = [], []
        for other in others:
            is_own = item.source._is_likely_of(other.source)
            (own if is_own else rest).append(other)
        parts, left = self._net_with(item, own, left, rooms)
        if left > NOISE and rest:
            invoiced = self._take_likely_invoiced(item, left, rooms)
            more, still = self._net_with(item, rest, left - invoiced, rooms)
            parts += more
            left = invoiced + still
        if left > NOISE:
            parts.append(self._get_share_of(item, left / back) if parts else item)
        return parts

    @api.model
    def _net_with(self, item, others, quantity, rooms):
        """:return: list of BillingItem: parts of ``item`` with the open work that they
        are of, and what is left of the ``quantity``
        """
        parts = []
        for other in others:
            taken = min(rooms[id(other)], quantity)
            if taken > NOISE:
                rooms[id(other)] -= taken
                quantity -= taken
                share = self._get_share_of(item, taken / -item.quantity)
                parts.append(replace(share, of=other))
        return parts, quantity

    @api.model
    def _take_likely_invoiced(self, item, quantity, rooms):
        """:return: how much of the ``quantity`` is credited where it was invoiced"""
        source, unit = item.source, item.product.uom_id
        invoiced = 0.0
        for entry in item.entries:
            line, work = entry.move_line_id, entry._get_source()
            if (
                line.product_id != item.product
                or work.billing_mode != source.billing_mode
                or not source._is_likely_of(work)
                or not line._is_fsm_in_unit_like(unit)
            ):
                continue
            if line not in rooms:
                rooms[line] = line.product_uom_id._compute_quantity(
                    line._get_fsm_quantity_left(), unit, round=False
                )
            taken = max(min(rooms[line], quantity - invoiced), 0.0)
            rooms[line] -= taken
            invoiced += taken
        return invoiced

    @api.model
    def _takes_back(self, item, other):
        """:return: True if ``item`` may come off the open work ``other``

        Its origin, where it has one; else work of the same kind and product that is
        billed alike: what is under warranty makes nothing else free. What a person
        chose is credited where it was invoiced.
        """
        source, work = item.source, other.source
        if source._name != work._name or item.product != other.product:
            return False
        if source.sudo().taken_back_entry_id:
            return False
        origin = source._get_source_taken_back()
        if origin:
            return origin == (work._get_source_taken_back() or work)
        return (
            source.billing_mode == work.billing_mode
            and source._get_netting_key() == work._get_netting_key()
        )

    @api.model
    def _get_likeness(self, item, other):
        """:return: how much ``other`` is like ``item``, to sort by"""
        return (
            other.employee == item.employee,
            other.credit == item.credit,
            other.date or fields.Date.today(),
            other.source._get_age_key(),
        )

    # --- after it was invoiced ---
    @api.model
    def _get_line_key(self, item, terms):
        """Keep what comes back at another price apart from new work.

        A pump billed at 100.00 came back, another at 120.00 took its place: both are
        said, 100.00 credited and 120.00 billed. At the same price, nothing is.
        """
        key = super()._get_line_key(item, terms)
        return (*key, self._is_at_other_price(item, terms))

    @api.model
    def _is_at_other_price(self, item, terms):
        """:return: True if ``item`` is credited at another price than its own, or where
        a person chose
        """
        unit = item.product.uom_id
        if item.billed >= 0 or not unit:
            return False
        if item.source.sudo().taken_back_entry_id:
            return True
        origin = item.entries.move_line_id.filtered(
            lambda line: line._is_fsm_in_unit_like(unit)
        )[:1]
        if not origin:
            return False
        price = origin.product_uom_id._compute_price(
            self._get_price_paid(origin, terms), unit
        )
        digits = self.env["decimal.precision"].precision_get("Product Price")
        return (
            float_compare(price, item.price_unit, precision_digits=digits) != 0
            or origin.discount != item.discount
            or "price" in origin._get_fsm_posted_credits().mapped("fsm_credit_work")
        )

    @api.model
    def _read_origins(self, items):
        """Read what all of it is taken off together, not line by line."""
        backs = defaultdict(list)
        for order_items in items.values():
            for item in order_items:
                if item.billed < 0:
                    backs[item.source._name].append(item)
        entries = self.env["fsm.billing.entry"]
        for alike in backs.values():
            first, *others = [item.source for item in alike]
            found = first.union(*others)._get_entries_to_credit()
            for item in alike:
                item.entries = found[item.source]
            entries = entries.union(*found.values())
        moves = entries.move_line_id.move_id
        moves.mapped("reversal_move_ids")
        moves.line_ids.mapped("fsm_billing_entry_ids.order_id")
        for name in ("fsm_credit_line_ids", "sale_line_ids", "tax_ids", "tax_tag_ids"):
            moves.line_ids.mapped(name)

    @api.model
    def _give_back(self, order, lines, terms):
        """Say what is credited of which invoice, in place of negative lines.

        :return: list of BillingLine
        """
        if all(line.quantity > 0 for line in lines):
            return lines
        billed, credits = [], []
        for line in lines:
            if line.quantity >= 0:
                # of what is less than nothing, no zero is printed
                billed += [line] if line.sale_line or line.covered > -NOISE else []
                continue
            split = self._split_sold if line.sale_line else self._split_by_origin
            kept, parts = split(line, terms)
            billed += kept
            credits += parts
        credits = self._join_credits(credits)
        if credits:
            plain = [line for line in [*billed, *credits] if not line.sale_line]
            self._set_quantities(order, plain)
            credits = [line for line in credits if line.quantity < 0]
            self._set_credits(credits)
            credits = self._credit_along(credits)
        return billed + credits

    @api.model
    def _split_by_origin(self, line, terms):
        """Make a line for each of the invoice lines that ``line`` is taken off.

        :return: list of BillingLine that are billed all the same, and of those credited
        """
        # a part that took the place of one that came back is netted with it
        netted = [item for item in line.items if item.quantity > 0 or item.of]
        spare = sum(item.quantity for item in netted)
        parts = defaultdict(list)
        rest = []
        for item in line.items:
            if item.quantity >= 0 or item.of:
                continue
            back = -item.quantity
            swapped = min(spare, back)
            spare -= swapped
            if swapped > NOISE:
                netted.append(self._get_share_of(item, swapped / back))
            left = back - swapped
            for origin, quantity in self._take_off(item, left, terms):
                share = self._get_share_of(item, quantity / back)
                # of today's product and price, nothing stands in the way
                parts[origin].append(replace(share, problem=""))
                left -= quantity
            if left > NOISE and self._is_reduction(item):
                rest.append(self._get_share_of(item, left / back))
        kept = []
        if rest:
            quantity = sum(item.quantity for item in rest)
            kept.append(replace(line, items=rest, quantity=quantity))
        if parts:
            first = next(iter(parts))
            parts[first] = netted + parts[first]
        return kept, [
            replace(line, items=items, origin=origin, credited=origin.move_id)
            for origin, items in parts.items()
        ]

    @api.model
    def _split_sold(self, line, terms):
        """Do the same with what came back of a line of a quotation."""
        if line.sale_line.product_uom_qty < 0:
            return [line], []  # sold as a reduction
        parts = []
        left = -line.quantity
        origins = line.sale_line.invoice_lines.filtered(
            lambda other: other.quantity > 0 and other._is_fsm_creditable(line.unit)
        ).sorted("id", reverse=True)
        for origin, quantity in self._take_off_lines_of(
            origins, left, line.unit, terms
        ):
            parts.append(
                replace(
                    line,
                    quantity=-quantity,
                    origin=origin,
                    credited=origin.move_id,
                    headings=[],
                    notes=[],
                )
            )
        return [], parts

    @api.model
    def _take_off(self, item, quantity, terms):
        """Say how much of ``item`` is taken off which invoice line.

        :return: list of (invoice line, quantity in the unit of the product)
        """
        if quantity <= NOISE:
            return []
        source = item.source
        unit = item.product.uom_id
        origins = item.entries.move_line_id.filtered(
            lambda line: line._is_fsm_creditable(unit)
        )
        # a component of a kit comes off kits, or off what was billed by itself
        chosen = source.sudo().taken_back_entry_id.move_line_id
        origins = origins.sorted(
            lambda line: line != chosen and line.product_id != item.product
        )
        if source._get_source_taken_back():
            return self._take_off_lines_of(origins, quantity, unit, terms)
        alike = source._get_sources_alike()
        if alike not in terms.creditable:
            terms.creditable[alike] = source._convert_billing_quantity(
                source._get_quantity_elsewhere(), unit
            )
        order = source.fsm_order_id._origin
        own = chosen | origins.filtered(
            lambda line: order in line.fsm_billing_entry_ids.order_id
        )
        return self._take_off_lines_of(
            origins, quantity, unit, terms, dict.fromkeys(origins - own, alike)
        )

    @api.model
    def _take_off_lines_of(self, origins, quantity, unit, terms, shared=None):
        """:return: list of (one of the ``origins``, the quantity taken off it)

        Off one after the other. What is left of none of them waits.

        :param dict shared: some of them -> key of a room that they have in common
        """
        left = terms.creditable
        shared = shared or {}
        taken = []
        for origin in origins:
            if origin not in left:
                left[origin] = origin._get_fsm_quantity_left()
            room = origin.product_uom_id._compute_quantity(
                left[origin], unit, round=False
            )
            part = min(room, quantity)
            if origin in shared:
                part = min(part, left[shared[origin]])
            if part > NOISE:
                quantity -= part
                if origin in shared:
                    left[shared[origin]] -= part
                left[origin] -= unit._compute_quantity(
                    part, origin.product_uom_id, round=False
                )
                taken.append((origin, part))
        return taken

    @api.model
    def _join_credits(self, credits):
        """:return: list of BillingLine: one for each invoice line that is credited"""
        joined = {}
        for line in credits:
            other = joined.setdefault(line.origin, line)
            if other is not line:
                other.items = other.items + line.items
                other.quantity += line.quantity
        return list(joined.values())

    @api.model
    def _set_credits(self, lines):
        """Set what credit ``lines`` come to: their share of what is left, as booked."""
        amounts = self.env["fsm.credit.amounts"]
        left = {}
        for line in lines:
            origin = line.origin
            if origin not in left:
                left |= amounts._get_left(origin.move_id)
            quantity = line.unit._compute_quantity(
                -line.quantity, origin.product_uom_id, round=False
            )
            share = amounts._get_share_of_line(origin, left[origin], quantity)
            line.vals = amounts._prepare_credit_line(origin, share, quantity)
            line.price_unit = origin.product_uom_id._compute_price(
                line.vals["price_unit"], line.unit
            )
            line.discount = origin.discount
            line.taxes = origin.tax_ids
            line.subtotal = -amounts._get_untaxed(share)
            line.total = line.subtotal - amounts._get_tax(share)
            line.company_subtotal = -share["total_excluded", None]

    @api.model
    def _credit_along(self, lines):
        """Credit what an invoice takes off as well, where all of it is not left else.

        An hour of 60.00 and a reduction of 10.00 were 50.00: so much is given back.
        So do deductions of down payments, which are left to deduct again.

        :return: ``lines``, and further ones
        """
        amounts = self.env["fsm.credit.amounts"]
        totals = defaultdict(float)
        for line in lines:
            totals[line.credited] -= line.total
        result = list(lines)
        for move, total in totals.items():
            reducing_lines = move.line_ids.filtered(
                lambda line: (
                    line.display_type == "product"
                    and line.price_subtotal < 0
                    and not line.fsm_credited_line_id
                )
            )
            if not reducing_lines:
                continue
            surplus = total - move._get_fsm_total_unplanned()
            if move.currency_id.compare_amounts(surplus, 0) <= 0:
                continue
            left = amounts._get_left(move)
            reducing = {
                line: -amounts._get_untaxed(figures) - amounts._get_tax(figures)
                for line, figures in left.items()
                if line in reducing_lines
            }
            weight = sum(reducing.values())
            if move.currency_id.compare_amounts(weight, 0) <= 0:
                continue
            factor = min(surplus / weight, 1.0)
            for origin in reducing:
                quantity = origin._get_fsm_open_quantity() * factor
                share = amounts._get_share(move, left[origin], factor)
                result.append(
                    replace(
                        next(line for line in lines if line.credited == move),
                        product=origin.product_id,
                        name=origin.name or "",
                        note="",
                        items=[],
                        sale_line=None,
                        origin=origin,
                        price_unit=origin.price_unit,
                        discount=origin.discount,
                        quantity=-quantity,
                        taxes=origin.tax_ids,
                        vals=amounts._prepare_credit_line(origin, share, quantity),
                        subtotal=-amounts._get_untaxed(share),
                        total=-amounts._get_untaxed(share) - amounts._get_tax(share),
                        company_subtotal=-share["total_excluded", None],
                    )
                )
        return result

    @api.model
    def _get_share_of(self, item, share):
        """:return: BillingItem of a ``share`` of ``item``"""
        return replace(
            item,
            quantity=item.quantity * share,
            covered=item.covered * share,
            billed=item.billed * share,
        )

    @api.model
    def _get_price_paid(self, origin, terms):
        """:return: the price of one unit on the invoice line, in the currency of now

        At the rate of that invoice, and at that of today where it is another currency.
        """
        price = origin.price_unit
        if origin.currency_id == terms.currency:
            return price
        price /= origin.move_id.invoice_currency_rate
        company = origin.company_id
        day = terms.invoice_date or fields.Date.context_today(origin)
        return company.currency_id._convert(
            price, terms.currency, company, day, round=False
        )

    # --- reductions ---
    @api.model
    def _is_reduction(self, item):
        """:return: True if ``item`` takes something off where nothing billed the like

        What is only on a draft, or was chosen by a person, is waited for.
        """
        return (
            item.source._is_discount()
            and not item.source.sudo().taken_back_entry_id
            and "draft" not in item.entries.move_id.mapped("state")
        )

    @api.model
    def _place_discounts(self, order, lines, terms):
        """Say what charges of less than nothing are taken off, that nothing billed.

        They go with the open work of their order; where there is not enough of it, they
        are credited as a reduction of the last invoice that stands.

        :return: ``lines``
        """
        billed = [line for line in lines if not line.credited]
        discounts = [line for line in billed if line.is_discount]
        if not discounts:
            return lines
        others = [line for line in billed if not line.is_discount]
        total = sum(line.total for line in billed)
        if others and terms.currency.compare_amounts(total, 0) >= 0:
            return lines
        invoice = self._get_invoice_to_reduce(order, lines, terms)
        if invoice:
            discounts = [replace(line, credited=invoice) for line in discounts]
        else:
            discounts = [
                self._refuse_discount(line, others, terms) for line in discounts
            ]
        return [
            *self._reckon(others, terms),
            *self._reckon(discounts, terms),
            *(line for line in lines if line.credited),
        ]

    @api.model
    def _refuse_discount(self, line, others, terms):
        """:return: ``line`` of a discount, which says why it can't be taken off"""
        problem = self.env._(
            "%(charge)s takes off more than there is: %(amount)s is open, and no "
            "invoice of the service order has so much left. Record the work first, or "
            "change the charge.",
            charge=line.items[0].source._get_billing_label(),
            amount=terms.currency.format(sum(other.total for other in others)),
        )
        first, *rest = line.items
        return replace(line, items=[replace(first, problem=problem), *rest])

    @api.model
    def _get_invoice_to_reduce(self, order, lines, terms):
        """:return: the last posted invoice of ``order`` of which enough is left for the
        discounts among ``lines``
        """
        invoices = order.invoice_lines.move_id.filtered(
            lambda move: (
                move.move_type == "out_invoice"
                and move.state == "posted"
                and move.currency_id == terms.currency
            )
        ).sorted(lambda move: (move.invoice_date, move.id), reverse=True)
        for move in invoices:
            left = move._get_fsm_total_unplanned() + sum(
                line.total
                for line in lines
                if line.credited == move or line.is_discount
            )
            if move.currency_id.compare_amounts(left, 0) >= 0:
                return move
        return invoices.browse()
