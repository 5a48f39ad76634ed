"""Service orders with their hours and parts."""

from datetime import timedelta

from markupsafe import Markup

from odoo.fields import Command

from .job import MODULE
from .stock import deliver, take_back, validate


class Work:
    """Makes service orders the way dispatchers and technicians do."""

    def __init__(self, env, calendar):
        self.env = env
        self.calendar = calendar
        self.project = self.ref("project_project_demo_service")
        self.dispatcher = self.ref("res_users_demo_dispatcher")
        self.hour = env.ref("uom.product_uom_hour")

    def ref(self, name):
        return self.env.ref(f"{MODULE}.{name}")

    def product(self, key):
        name = "product_labor" if key == "labor" else f"product_product_demo_{key}"
        return self.ref(name)

    # --- orders ---
    def do(self, jobs):
        """Make the orders of these jobs, and all that happened on them.

        :return: dict job -> service order
        """
        orders = self._plan(jobs)
        self._log_hours(orders)
        self._use_parts(orders)
        self._finish(orders)
        return orders

    def _plan(self, jobs):
        """:return: dict job -> service order, numbered by the day of the work"""
        orders = {}
        waiting = []
        for job in sorted(jobs, key=lambda job: self.calendar.day(job.when)):
            if not job.quotation:
                waiting.append(job)
                continue
            orders.update(self._create(waiting))
            waiting = []
            orders[job] = self._approve(job)
        orders.update(self._create(waiting))
        self.env["ir.model.data"]._update_xmlids(
            [
                {
                    "xml_id": f"{MODULE}.fsm_order_demo_{job.key}",
                    "record": order,
                    "noupdate": True,
                }
                for job, order in orders.items()
            ]
        )
        return orders

    def _create(self, jobs):
        Order = self.env["fsm.order"].with_user(self.dispatcher)
        orders = Order.create([self._prepare(job) for job in jobs]).sudo()
        return dict(zip(jobs, orders.with_env(self.env), strict=True))

    def _approve(self, job):
        """Quote, let the customer approve.

        :return: the service order that the approved quotation made
        """
        moment = self.calendar.noon(self.calendar.day(job.when) - timedelta(days=7))
        sale = self.env["sale.order"].create(
            {
                "partner_id": self.ref(f"res_partner_demo_{job.quotation.customer}").id,
                "fsm_location_id": self.ref(f"fsm_location_demo_{job.site}").id,
                "user_id": self.env.ref("base.user_admin").id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product(key).id,
                            "product_uom_qty": quantity,
                        }
                    )
                    for key, quantity in job.quotation.lines
                ],
            }
        )
        sale.action_confirm()
        sale.write(
            {
                "date_order": moment,
                "signed_by": job.quotation.signer,
                "signed_on": moment,
            }
        )
        order = sale.fsm_order_ids
        order.write(self._prepare(job))
        return order

    def _prepare(self, job):
        """:return: the values that planning and reporting give to an order"""
        begin = self.calendar.at(self._free_day(job), job.start)
        site = self.ref(f"fsm_location_demo_{job.site}")
        crew = [self.ref(f"fsm_person_demo_{who}").id for who in job.crew]
        values = {
            "location_id": site.id,
            "team_id": site.team_id.id,
            "type": self.ref(f"fsm_order_type_demo_{job.kind}").id,
            "person_id": crew[0],
            "person_ids": [Command.set(crew)],
            "project_id": self.project.id,
            "priority": job.priority,
            "request_early": begin - timedelta(days=0 if job.priority == "3" else 3),
            "scheduled_date_start": begin,
            "scheduled_duration": job.planned,
            "description": self._html(job.problem),
            "resolution": self._html(job.report),
        }
        if job.hours:
            values["date_start"] = begin
        if job.hours and job.stage == "done":
            values["date_end"] = begin + self._get_length(job)
        if job.equipment:
            equipment = self.ref(f"fsm_equipment_demo_{job.equipment}")
            values["equipment_ids"] = [Command.set(equipment.ids)]
        return values

    def _get_length(self, job):
        """:return: time from the start to the end of the last day"""
        days = {}
        for who, hours, _description, *later in job.hours:
            if who == job.lead:
                days[sum(later)] = days.get(sum(later), 0.0) + hours
        last = max(days)
        return timedelta(days=last, hours=days[last])

    def _html(self, text):
        return Markup("<p>%s</p>") % text if text else False

    def _free_day(self, job):
        """:return: the day of the job, or the next one that is no holiday

        The host refuses orders that have a leave within their hours.
        """
        day = self.calendar.day(job.when)
        for later in range(7):
            begin = self.calendar.at(day + timedelta(days=later), job.start)
            end = begin + timedelta(hours=job.planned)
            leaves = self.env["resource.calendar.leaves"].search_count(
                [("date_from", ">=", begin), ("date_to", "<=", end)], limit=1
            )
            if not leaves:
                return day + timedelta(days=later)
        return day

    def _finish(self, orders):
        for job, order in orders.items():
            order = order.with_user(self.dispatcher)
            if job.stage == "done":
                order.action_complete()
            elif job.stage == "cancelled":
                order.action_cancel()
            else:
                order.stage_id = self.ref(f"fsm_stage_demo_{job.stage}")

    # --- hours and parts ---
    def _log_hours(self, orders):
        self.env["account.analytic.line"].create(
            [
                self._prepare_hours(job, order, *hours)
                for job, order in orders.items()
                for hours in job.hours
            ]
        )

    def _prepare_hours(self, job, order, who, hours, description, later=0):
        unit = self.env.company.project_time_mode_id or self.hour
        values = {
            "name": description,
            "employee_id": self.ref(f"hr_employee_demo_{who}").id,
            "project_id": self.project.id,
            "fsm_order_id": order.id,
            "unit_amount": self.hour._compute_quantity(hours, unit, round=False),
            "date": self.calendar.day(job.when) + timedelta(days=later),
            "billing_mode": self._mode(job, description),
            "fsm_is_extra": description in job.extra,
        }
        if order.sale_id and description not in job.extra:
            line = order.sale_id.order_line.filtered(
                lambda line: line.product_id.type == "service"
            )
            values.update(so_line=line.id, is_so_line_edited=True)
        return values

    def _mode(self, job, name):
        return "warranty" if name in job.warranty else "billable"

    def _use_parts(self, orders):
        """Deliver parts to the sites, and take back what was not needed."""
        transfers = {}
        for job, order in orders.items():
            moment = self.calendar.noon(self.calendar.day(job.when))
            if job.quotation:
                quoted = order.sale_id.picking_ids
                transfers.update(dict.fromkeys(quoted, moment))
            if job.parts:
                lines = [
                    (self.product(key), quantity, self._mode(job, key))
                    for key, quantity in job.parts
                ]
                transfers[deliver(order, lines)] = moment
        validate(self.env, transfers)
        returns = {}
        for job, order in orders.items():
            if job.returned:
                delivery = order.picking_ids
                quantities = {self.product(key): qty for key, qty in job.returned}
                back = take_back(delivery, quantities)
                returns[back] = transfers[delivery] + timedelta(hours=3)
        validate(self.env, returns)
