from collections import defaultdict
from dataclasses import replace

from odoo import api, models

from ...tools.tolerance import NOISE
from .values import KitComponent, count_kits, take


class FsmBillingPricing(models.AbstractModel):
    """Kits are billed as kits, at their own price, as Odoo's sale bills them.

    There are as many as are whole. Their components are covered by one line; what is
    over waits while more of the kit is to come, and is billed by itself after that.
    """

    _inherit = "fsm.billing.pricing"

    @api.model
    def _get_items(self, order, items, terms):
        items = super()._get_items(order, items, terms)
        in_kits = defaultdict(list)
        others = []
        for item in items:
            is_part = item.source._name == "stock.move"
            kit = item.source.fsm_kit_product_id if is_part else None
            (in_kits[kit] if kit else others).append(item)
        for kit, components in in_kits.items():
            others += self._get_kit_items(order, terms, kit, components)
        return others

    @api.model
    def _get_kit_items(self, order, terms, kit, items):
        """:return: list of BillingItem of the whole kits, and of what is over"""
        moves = order.kit_part_ids.filtered(
            lambda move: (
                move.fsm_kit_product_id == kit
                and move.billing_mode != "not_billed"
                and not move.is_billed_elsewhere
            )
        )
        later = moves.filtered(
            lambda move: move.qty_to_bill and not move._is_asked(terms.asked)
        )
        components = [
            self._get_kit_component(
                parts, later, [item for item in items if item.source in parts]
            )
            for parts in moves.grouped(lambda move: move._get_fsm_component()).values()
        ]
        kits = count_kits(components)
        for component in components:
            component.take_for(kits)
        is_waiting = bool(later) or any(
            move.state not in ("done", "cancel") for move in moves
        )
        return [
            *self._get_whole_kit_items(terms, kit, kits, components),
            *(
                item
                for component in components
                for item in self._get_rest_items(component, is_waiting)
            ),
        ]

    @api.model
    def _get_kit_component(self, moves, later, items):
        """:return: KitComponent of ``moves``, without those invoiced ``later``"""
        as_component = sum(move._get_billed_as_component() for move in moves)
        in_one, recorded, billed = (
            [move._convert_to_product_unit(move[name]) for move in moves]
            for name in ("fsm_kit_quantity", "qty_recorded", "qty_billed")
        )
        left = [
            move._convert_to_product_unit(move.qty_to_bill) for move in moves & later
        ]
        return KitComponent(
            in_one=max(in_one),
            recorded=sum(recorded) - as_component - sum(left),
            billed=sum(billed) - as_component,
            billed_alone=as_component,
            items=items,
        )

    @api.model
    def _get_whole_kit_items(self, terms, kit, kits, components):
        """Let each component bear the same share of the kits, so that all are covered.

        :return: list of BillingItem that come to ``kits`` of the product ``kit``
        """
        bearing = [component for component in components if component.is_taken]
        if not bearing:
            return []
        product = kit.with_company(terms.company)
        taken = [item for component in bearing for item, _part in component.taken]
        # what came later completed the kit
        day = max(item.date for item in taken)
        discount = min(item.discount for item in taken)
        return [
            replace(
                self._get_share_of(item, part / item.quantity),
                product=product,
                date=day,
                discount=discount,
                quantity=kits / len(bearing) * part / component.total_taken,
                covered=kits / len(bearing) * part / component.total_taken,
                problem=item.source._get_product_problem(product, terms.policy),
            )
            for component in bearing
            for item, part in component.taken
        ]

    @api.model
    def _get_rest_items(self, component, is_waiting):
        """:return: list of BillingItem of what is over, and billed by itself"""
        rest = component.get_rest()
        total = sum(part for _item, part in rest)
        if total < -NOISE:
            # it was part of a kit that is credited already, or of one that was billed
            wanted = max(total, -component.billed_alone)
            rest = take(rest, min(wanted, 0.0))
        elif total <= NOISE or is_waiting:
            return []
        return [
            self._get_share_of(item, part / item.quantity)
            for item, part in rest
            if abs(part) > NOISE
        ]

    @api.model
    def _set_own_price(self, item, terms):
        """Price a kit by what its components cost, where the policy prices by cost."""
        is_part = item.source._name == "stock.move"
        if not is_part or item.product != item.source.fsm_kit_product_id:
            return super()._set_own_price(item, terms)
        kit = item.product
        moves = item.source.fsm_order_id.kit_part_ids.filtered(
            lambda move: move.fsm_kit_product_id == kit and move.qty_recorded > 0
        )
        price = 0.0
        for parts in moves.grouped(lambda move: move._get_fsm_component()).values():
            own = parts[-1]._get_billing_price(terms)
            if own is None:
                return False
            in_one = parts[-1]._convert_to_product_unit(parts[-1].fsm_kit_quantity)
            price += in_one * own[0]
            item.problem = item.problem or own[1]
        item.price_unit = price
        return bool(moves)
