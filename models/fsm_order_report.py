from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import format_date, format_datetime

from .printed_html import clean_printed_html


class FsmOrder(models.Model):
    """The intervention report: what the customer reads of the work on an order.

    It is printed on its own, behind an invoice, and shown on the portal; all of them
    use the template ``report_intervention_document``.
    """

    _inherit = "fsm.order"

    def _prepare_intervention_reports(self, facts=None):
        """Gather what the intervention reports of these orders say.

        Call it as superuser, on orders that the reader may read: there are no amounts
        in it, but times and parts that he may not read himself. Texts are those of the
        context's language.

        :param dict facts: order -> what was kept of its report, if anything was
        :return: list of dict, the values of ``report_intervention_document``
        """
        facts = facts or {}
        photos = self._get_report_photos(facts)
        return [
            order._prepare_intervention_report(photos[order], facts.get(order))
            for order in self
        ]

    def _prepare_intervention_report(self, photos=None, facts=None):
        """:return: dict, see :meth:`_prepare_intervention_reports`"""
        self.ensure_one()
        if photos is None:
            photos = self._get_report_photos()[self]
        facts = facts or self._prepare_intervention_facts()
        signed_on = fields.Datetime.to_datetime(facts["signed_on"])
        get_image = self._get_report_image
        notice = self.env._("(too long to print in full)")
        report = {
            "order": self,
            "request": clean_printed_html(facts["request"], get_image, notice),
            "resolution": clean_printed_html(facts["resolution"], get_image, notice),
            "equipment": facts["equipment"],
            "hours": [
                {**row, "day": fields.Date.to_date(row["day"])}
                for row in facts["hours"]
            ],
            "parts": facts["parts"],
            "photos": photos.printed,
            "photos_left_out": photos.left_out,
            # another one that was given since is of no concern here
            "signature": self._get_report_signature()
            if signed_on == (self.signed_on or None)
            else None,
            "signed_by": facts["signed_by"],
            "signed_on": signed_on and self._format_report_time(signed_on),
            **self._print_report_facts(facts["summary"]),
        }
        is_filled = ("resolution", "hours", "parts", "photos", "signature")
        report["is_empty"] = not any(report[name] for name in is_filled)
        return report

    def _prepare_intervention_facts(self):
        """:return: dict: the report in texts, numbers and days alone, to be kept"""
        self.ensure_one()
        return {
            "request": self.description or "",
            "resolution": self.resolution or "",
            "equipment": ", ".join(self.equipment_ids.mapped("name")),
            "hours": [
                {**row, "day": fields.Date.to_string(row["day"])}
                for row in self._get_report_hours()
            ],
            "parts": [
                {**row, "unit": row["unit"].name} for row in self._get_report_parts()
            ],
            "signed_by": self.signed_by or "",
            "signed_on": fields.Datetime.to_string(self.signed_on),
            "summary": self._prepare_report_facts(),
        }

    def _prepare_report_summary(self, sources=None):
        """Say in a few words where and when the work was done, by whom and for whom.

        :param list sources: recordsets of the work; by default all work on the order
        :return: dict
        """
        return self._print_report_facts(self._prepare_report_facts(sources))

    def _prepare_report_facts(self, sources=None):
        """:return: dict: the summary in texts, numbers and days alone, to be kept"""
        self.ensure_one()
        if sources is None:
            sources = self._get_billing_sources()
        works = [source for kind in sources for source in kind]
        times = [work for work in works if work._is_billing_time]
        days = sorted({work._get_billing_date() for work in times or works} - {False})
        employees = [work._get_billing_employee().name for work in times]
        address = self._get_site_address_lines()
        return {
            "number": self.name,
            "site_id": self.location_id.id,
            "place": self.location_id.display_name or "",
            "site": self.location_id.partner_id.name or "",
            "address_lines": address,
            "address": ", ".join(address),
            "days": [
                fields.Date.to_string(day) for day in days or [self._get_work_date()]
            ],
            "technicians": ", ".join(dict.fromkeys(name for name in employees if name))
            or self.person_id.name
            or "",
            "reference": self.customer_reference or "",
        }

    @api.model
    def _print_report_facts(self, facts):
        """:return: ``facts`` of a summary as they are printed"""
        days = [fields.Date.to_date(day) for day in facts["days"]]
        return {**facts, "days": self._format_report_days(days)}

    # --- words ---
    def _get_site_address_lines(self):
        """:return: list of the lines of the address of the site"""
        address = self.location_id.partner_id._display_address(without_company=True)
        return [line.strip() for line in address.split("\n") if line.strip()]

    @api.model
    def _format_report_days(self, days):
        """:return: days as people write them: one, two, or the first and the last"""
        words = [format_date(self.env, day) for day in days]
        if len(words) > 2:
            return f"{words[0]} – {words[-1]}"
        return ", ".join(words)

    def _format_report_time(self, moment):
        """:return: ``moment`` as it was on site"""
        zone = self._get_time_zone()
        return format_datetime(self.env, moment, tz=zone, dt_format="short")

    # --- work ---
    def _get_report_hours(self):
        """Add up the time worked by technician and day, as it was recorded.

        :return: list of dict: ``day``, ``technician``, ``work`` (list of what was
            done) and ``hours``
        """
        self.ensure_one()
        hour = self.env.ref("uom.product_uom_hour")
        rows = {}
        for line in self.timesheet_ids.sorted(lambda line: (line.date, line.id)):
            technician = line.employee_id.name or line.user_id.name or ""
            row = rows.setdefault(
                (line.date, technician),
                {
                    "day": line.date,
                    "technician": technician,
                    "work": [],
                    "hours": 0.0,
                },
            )
            row["hours"] += line._convert_billing_quantity(line.unit_amount, hour)
            name = (line.name or "").strip()
            if name not in ("", "/", *row["work"]):
                row["work"].append(name)
        return list(rows.values())

    def _get_report_parts(self):
        """Add up the parts that stayed with the customer.

        :return: list of dict: ``name``, ``lots``, ``quantity``, ``unit`` and
            ``is_warranty``
        """
        self.ensure_one()
        groups = defaultdict(self.part_ids.browse)
        for move in self.part_ids:
            is_warranty = move.billing_mode == "warranty"
            groups[move.product_id, move.product_uom, is_warranty] |= move
        return [
            {
                "name": product.display_name,
                "lots": ", ".join(self._get_lots_left(moves)),
                "quantity": quantity,
                "unit": unit,
                "is_warranty": is_warranty,
            }
            for (product, unit, is_warranty), moves in groups.items()
            if unit.compare(quantity := sum(moves.mapped("qty_recorded")), 0)
        ]

    @api.model
    def _get_lots_left(self, moves):
        """:return: names of the lots of ``moves`` that did not come back"""
        balance = defaultdict(float)
        for move in moves.filtered("qty_recorded"):
            sign = 1 if move.qty_recorded > 0 else -1
            for lot, quantity in move._get_lot_quantities().items():
                balance[lot] += sign * quantity
        return [lot.name for lot, quantity in balance.items() if quantity > 1e-6]
