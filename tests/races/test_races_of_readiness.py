"""Orders are looked at or held while others change or bill them: two transactions."""

from odoo.tests import tagged

from .people import clerk, dispatcher, root
from .race import Race, hours, refused
from .race_common import RaceCommon

IS_MARKED = {"order.needs_examination": True, "order.billing_readiness": "check"}
IS_SEEN = {"order.needs_examination": False}

CHANGES = (
    Race(
        "hours are logged while the order is looked at",
        first=clerk.calls("_examine_marked", "order"),
        second=dispatcher.logs(1),
        right=IS_MARKED | {"order.amount_examined": 120},
        swapped=IS_SEEN | {"order.amount_examined": 180},
    ),
    Race(
        "charge is added while the order is looked at",
        first=clerk.calls("_examine_marked", "order"),
        second=dispatcher.charges(),
        right=IS_MARKED | {"order.amount_examined": 120},
        swapped=IS_SEEN | {"order.amount_examined": 195},
    ),
    Race(
        "part is planned while the order is looked at",
        first=clerk.calls("_examine_marked", "order"),
        second=root.plans_part(),
        right=IS_MARKED,
        swapped=IS_SEEN | {"codes of order": ["parts_planned", "report_missing"]},
    ),
    Race(
        "report is written while the order is looked at",
        first=clerk.calls("_examine_marked", "order"),
        second=dispatcher.writes("order", resolution="<p>Done</p>"),
        right=IS_MARKED | {"codes of order": ["report_missing"]},
        swapped=IS_SEEN | {"codes of order": []},
    ),
    Race(
        "order is held while it is billed",
        first=dispatcher.holds(),
        second=clerk.bills(),
        right=refused("is on hold") | hours(0, 2, "to_invoice"),
        swapped=hours(2, 0, "draft") | {"order.billing_readiness": False},
    ),
)


@tagged("post_install", "-at_install")
class TestRacesOfReadiness(RaceCommon):
    """Nothing is ready that changed since it was looked at, whoever comes first."""

    races = CHANGES

    def _holds(self, env):
        reason = env.ref("fieldservice_invoicing.fsm_billing_hold_reason_complaint")
        self._get(env, "order")._set_hold(reason)

    def _plans_part(self, env):
        return env["stock.move"].create(
            {
                "product_id": self.pump.id,
                "product_uom_qty": 1,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": env.ref("stock.stock_location_customers").id,
                "fsm_order_id": self.order.id,
            }
        )

    def _find_codes(self, order):
        return sorted(order.with_env(self.env).billing_check_ids.mapped("code"))
