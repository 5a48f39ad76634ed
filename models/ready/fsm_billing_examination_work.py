from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date, is_html_empty

from ...tools.tolerance import NOISE
from .values import Found, Spent

#: hours beyond that many times the plan are far over it
FAR_OVER = 1.5
#: where other modules put what was spent on an order
SPENT = (
    Spent(
        "hr.expense",
        ("approved", "posted", "in_payment", "paid"),
        "total_amount",
        ("sale_order_id",),
    ),
    Spent("purchase.order", ("purchase", "done"), "amount_untaxed"),
    Spent(
        "purchase.order.line", ("purchase", "done"), "price_subtotal", ("sale_line_id",)
    ),
)


class FsmBillingExamination(models.AbstractModel):
    """What may be missing on a done order, or wrong."""

    _inherit = "fsm.billing.examination"

    @api.model
    def _get_warnings(self):
        return [
            *super()._get_warnings(),
            "hours_missing",
            "report_missing",
            "parts_planned",
            "parts_elsewhere",
            "technician_silent",
            "hours_over",
            "price",
            "travel_missing",
            "cost_unbilled",
            "month",
        ]

    # --- hours ---
    @api.model
    def _get_hours(self, orders):
        """:return: dict order -> hours logged, less what was taken back"""
        hour = self.env.ref("uom.product_uom_hour")
        return {
            order: sum(
                line._convert_billing_quantity(line.unit_amount, hour)
                for line in order.timesheet_ids
            )
            for order in orders
        }

    @api.model
    def _find_hours_missing(self, orders):
        hours = self._get_hours(orders)
        return {order: Found() for order in orders if hours[order] < NOISE}

    @api.model
    def _say_hours_missing(self, order):
        return self.env._(
            "No hours are logged. Ask the technicians for them, and log them on the "
            "Timesheets tab."
        )

    @api.model
    def _find_report_missing(self, orders):
        hours = self._get_hours(orders)
        return {
            order: Found(seen=[round(hours[order], 2)])
            for order in orders
            if is_html_empty(order.resolution)
            # the rule says so already
            and not order.billing_policy_id.is_report_required
            and hours[order] > NOISE
        }

    @api.model
    def _say_report_missing(self, order):
        return self.env._(
            "Hours are logged, and the intervention report is empty. Ask the "
            "technicians what was done, and enter it on the order."
        )

    @api.model
    def _find_hours_over(self, orders):
        found = {}
        planned_orders = orders.filtered("scheduled_duration")
        for order, hours in self._get_hours(planned_orders).items():
            planned = order.scheduled_duration
            if hours > planned * FAR_OVER + NOISE:
                found[order] = Found(
                    {"hours": round(hours, 2), "planned": round(planned, 2)}
                )
        return found

    @api.model
    def _say_hours_over(self, order, hours, planned):
        return self.env._(
            "%(hours)s are logged, and %(planned)s were planned. Ask the technicians, "
            "and correct what is not to be charged.",
            hours=self._format_hours(hours),
            planned=self._format_hours(planned),
        )

    @api.model
    def _find_technician_silent(self, orders):
        persons = orders.person_id | orders.person_ids
        partners = persons.partner_id
        employees = self.env["hr.employee"].search(
            Domain("work_contact_id", "in", partners.ids)
            | Domain("user_id.partner_id", "in", partners.ids)
        )
        by_partner = defaultdict(employees.browse)
        for employee in employees:
            for partner in employee.work_contact_id | employee.user_id.partner_id:
                by_partner[partner] |= employee
        found = {}
        for order in orders:
            logged = order.timesheet_ids.employee_id
            # where nobody logged anything, that is said already
            silent = [
                person
                for person in order.person_id | order.person_ids
                if logged
                and by_partner[person.partner_id]
                and not by_partner[person.partner_id] & logged
            ]
            if silent:
                found[order] = Found(
                    {"names": [person.name for person in silent]},
                    [person.id for person in silent],
                )
        return found

    @api.model
    def _say_technician_silent(self, order, names):
        return self.env._(
            "%(names)s was on this order and logged no hours. Ask for them, or take "
            "the name off the order.",
            names=", ".join(names),
        )

    @api.model
    def _find_month(self, orders):
        found = {}
        for order in orders:
            done = self._get_done_day(order).replace(day=1)
            earlier = [
                [str(day), source._name, round(source.qty_to_bill, 2)]
                for sources in order._get_billing_sources()
                for source in sources.filtered("qty_to_bill")
                if (day := source._get_billing_date()) and day < done
            ]
            if earlier:
                first, *_rest = min(earlier)
                found[order] = Found({"day": first, "month": str(done)}, earlier)
        return found

    @api.model
    def _say_month(self, order, day, month):
        return self.env._(
            "Work of %(day)s is to be invoiced, and the order was done in %(month)s. "
            "Correct the day if it is wrong.",
            day=format_date(self.env, day),
            month=format_date(self.env, month, date_format="MMMM y"),
        )

    @api.model
    def _get_done_day(self, order):
        """:return: the day on which ``order`` was done, as it was on site"""
        return order.billing_done_day or order._get_work_date()

    # --- parts ---
    @api.model
    def _find_parts_planned(self, orders):
        return self._group_moves(
            Domain("fsm_order_id", "in", orders.ids)
            & Domain("state", "not in", ("done", "cancel"))
            & Domain("location_dest_id.usage", "=", "customer"),
            "fsm_order_id",
        )

    @api.model
    def _find_parts_elsewhere(self, orders):
        return self._group_moves(
            Domain("picking_id.fsm_order_id", "in", orders.ids)
            & Domain("fsm_order_id", "=", False)
            & Domain("state", "=", "done")
            & Domain("location_dest_id.usage", "=", "customer"),
            "picking_id.fsm_order_id",
        )

    @api.model
    def _group_moves(self, domain, path):
        """:return: dict order -> Found of the moves of ``domain``"""
        moves = self.env["stock.move"].search(domain)
        found = {}
        for order, some in moves.grouped(lambda move: move.mapped(path)).items():
            parts = [
                [move.product_id.id, move.product_uom_qty, move.product_uom.id]
                for move in some
            ]
            found[order] = Found(
                {"parts": parts}, parts, "stock.picking", some.picking_id.ids
            )
        return found

    @api.model
    def _say_parts_planned(self, order, parts):
        return self.env._(
            "%(parts)s was planned and is not delivered. Validate the transfer if it "
            "was used, or cancel it.",
            parts=", ".join(parts),
        )

    @api.model
    def _say_parts_elsewhere(self, order, parts):
        return self.env._(
            "%(parts)s was delivered with this order and is not on it. Enter the "
            "service order on the transfer.",
            parts=", ".join(parts),
        )

    # --- prices ---
    @api.model
    def _find_price(self, orders):
        found = {}
        own = {
            order: [
                line for line in order.billing_priced.lines if self._has_own_price(line)
            ]
            for order in orders
        }
        self._read_costs([line for lines in own.values() for line in lines])
        for order, lines in own.items():
            if not lines:
                continue
            priced = order.billing_priced
            pricing = self.env["fsm.billing.pricing"]
            rate = pricing._get_document_rate(order, lines, priced.terms)
            booked = pricing._get_company_amounts(lines, priced.terms, rate)
            products = {"free": [], "below": []}
            seen = []
            for line, amount in zip(lines, booked, strict=True):
                cost = self._get_cost(order, line)
                kind = self._get_price_kind(order, line, amount, cost)
                if kind:
                    products[kind].append(line.product.id)
                    # not the amount, which changes with the rate of each day
                    amounts = [line.subtotal, cost] if kind == "below" else []
                    seen.append([line.product.id, round(line.quantity, 2), *amounts])
            if seen:
                found[order] = Found(products, seen)
        return found

    @api.model
    def _get_price_kind(self, order, line, amount, cost):
        """Say what is wrong with the price of ``line``.

        A quotation that gives something away was agreed to by the customer. What it
        costs may have risen since.

        :param amount: what the line brings in, in the company's currency
        :return: ``free``, ``below`` its cost, or ``""``
        """
        currency = order.currency_id
        if line.sale_line and currency.compare_amounts(amount, 0) <= 0:
            return ""
        if currency.is_zero(amount):
            return "free"
        return "below" if currency.compare_amounts(amount, cost) < 0 else ""

    @api.model
    def _has_own_price(self, line):
        """:return: True if ``line`` is billed at a price that somebody may have set"""
        if line.credited or line.problem or line.quantity <= 0:
            return False
        return bool(line.sale_line) or any(
            item.source.billing_mode == "billable" for item in line.items
        )

    @api.model
    def _read_costs(self, lines):
        """Read together what :meth:`_get_unit_cost` goes by, not part by part."""
        parts = self.env["stock.move"].union(
            *(
                item.source._get_first_delivery()
                for line in lines
                for item in line.items
                if item.source._name == "stock.move"
            )
        )
        parts.mapped("move_line_ids.quantity")

    @api.model
    def _get_cost(self, order, line):
        """:return: what the products of ``line`` cost us, in the company's currency"""
        product = line.product.with_company(order.company_id)
        if line.sale_line:
            unit = line.sale_line.product_uom_id
            quantity = unit._compute_quantity(line.quantity, product.uom_id)
            cost = quantity * product.standard_price
        else:
            cost = sum(
                item.quantity * self._get_unit_cost(item.source, product)
                for item in line.items
            )
        return order.currency_id.round(cost)

    @api.model
    def _get_unit_cost(self, source, product):
        """:return: what one of ``product`` cost us, in the company's currency

        What people earn is no part of it.
        """
        if source._name == "stock.move":
            return source._get_first_delivery()._get_unit_cost()
        return product.standard_price

    @api.model
    def _say_price(self, order, free, below):
        texts = []
        if free:
            texts.append(
                self.env._(
                    "%(products)s would be billed at zero. Set a price, or say that it "
                    "is not billed.",
                    products=", ".join(free),
                )
            )
        if below:
            texts.append(
                self.env._(
                    "%(products)s would be billed below its cost. Look at the price "
                    "and the discount.",
                    products=", ".join(below),
                )
            )
        return " ".join(texts)

    # --- travel, and what was spent ---
    @api.model
    def _find_travel_missing(self, orders):
        return {
            order: Found()
            for order in orders
            if order._is_charged_by_policy("travel")
            and not order.travel_distance
            and not any(charge.rule == "travel" for charge in order.charge_ids)
        }

    @api.model
    def _say_travel_missing(self, order):
        return self.env._(
            "No distance is entered, and the billing policy charges travel. Enter the "
            "distance on the Billing tab."
        )

    @api.model
    def _find_cost_unbilled(self, orders):
        found = {}
        for spent in SPENT:
            for record in self._search_spent(spent, orders):
                order = record.fsm_order_id
                item = found.setdefault(order, Found({"names": []}, [], spent.model))
                item.facts["names"].append(record.display_name)
                item.seen.append([spent.model, record.id, record[spent.amount]])
                if item.model == spent.model:
                    item.ids.append(record.id)
        return found

    @api.model
    def _search_spent(self, spent, orders):
        """:return: records of a Spent that name ``orders``, and that nothing bills"""
        model = spent.model
        if model not in self.env or "fsm_order_id" not in self.env[model]._fields:
            return []
        Model = self.env[model]
        if model in {kind._name for kind in orders._get_billing_sources()}:
            return []  # a module makes it a source: it is on the invoice
        domain = Domain("fsm_order_id", "in", orders.ids) & Domain(
            "state", "in", spent.states
        )
        for name in spent.billers:
            if name in Model._fields:
                domain &= Domain(name, "=", False)
        return Model.search(domain)

    @api.model
    def _say_cost_unbilled(self, order, names):
        return self.env._(
            "%(names)s was spent on this order, and nothing bills it. Add a charge for "
            "it on the Billing tab if it is the customer's to pay.",
            names=", ".join(names),
        )
