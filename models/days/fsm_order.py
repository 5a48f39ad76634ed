import pytz

from odoo import api, fields, models
from odoo.tools import SQL, ormcache


class FsmOrder(models.Model):
    """The day of work: the site's, whoever looks and wherever they are."""

    _inherit = "fsm.order"

    def _get_time_zone(self):
        """:return: name of the time zone that the work on this order is dated in

        That of the site, else of its office hours, else of the company: of its
        address, then of its working hours. Work without an order is dated in the
        company's.
        """
        order = self.sudo()  # sudo: technicians may not read calendars or companies
        site, company = order.location_id, order.company_id or self.env.company.sudo()
        places = (
            site,
            site.calendar_id,
            company.partner_id,
            company.resource_calendar_id,
        )
        known = pytz.all_timezones_set
        return next((place.tz for place in places if place.tz in known), "UTC")

    def _get_site_day(self, moment=None):
        """:return: the day that ``moment`` (UTC), or now, is in on site"""
        moment = moment or fields.Datetime.now()
        zone = pytz.timezone(self._get_time_zone())
        return pytz.utc.localize(moment).astimezone(zone).date()

    # --- the same for lists ---
    @api.model
    def _get_site_day_sql(self, moment, order_id):
        """Say in SQL what ``_get_site_day`` says of an order.

        :param moment: SQL of a time stamp; order_id: SQL of the id of an order
        """
        unknown = list(self._get_zones_unknown_to_sql())
        # most sites say: the rest is not looked up for them
        names = [
            SQL("(%s)", self._get_zone_sql(name, order_id, unknown))
            for name in ("place", "hours", "office", "week")
        ]
        return SQL(
            """
            CASE WHEN %(moment)s IS NOT NULL THEN
                (%(moment)s AT TIME ZONE 'UTC'
                            AT TIME ZONE COALESCE(%(names)s, 'UTC'))::date
            END
            """,
            moment=moment,
            names=SQL(", ").join(names),
        )

    @api.model
    def _get_zone_sql(self, name, order_id, unknown):
        """:return: SQL of the time zone that one of four records says, or NULL"""
        joins = {
            "place": SQL(
                """
                JOIN fsm_location AS site ON site.id = visit.location_id
                JOIN res_partner AS place ON place.id = site.partner_id
                """
            ),
            "hours": SQL(
                """
                JOIN fsm_location AS site ON site.id = visit.location_id
                JOIN resource_calendar AS hours ON hours.id = site.calendar_id
                """
            ),
            "office": SQL(
                """
                JOIN res_company AS company ON company.id = visit.company_id
                JOIN res_partner AS office ON office.id = company.partner_id
                """
            ),
            "week": SQL(
                """
                JOIN res_company AS company ON company.id = visit.company_id
                JOIN resource_calendar AS week
                     ON week.id = company.resource_calendar_id
                """
            ),
        }
        return SQL(
            """
            SELECT %(zone)s FROM fsm_order AS visit %(join)s
             WHERE visit.id = %(order_id)s AND %(zone)s <> '' AND %(is_known)s
            """,
            zone=SQL.identifier(name, "tz"),
            join=joins[name],
            order_id=order_id,
            is_known=SQL("%s <> ALL(%s)", SQL.identifier(name, "tz"), unknown)
            if unknown
            else SQL("TRUE"),
        )

    @api.model
    @ormcache(cache="stable")
    def _get_zones_unknown_to_sql(self):
        """:return: time zones that people can choose, and PostgreSQL does not know

        One of them would make whole lists fail.
        """
        rows = self.env.execute_query(SQL("SELECT name FROM pg_timezone_names"))
        return tuple(sorted(pytz.all_timezones_set - {name for (name,) in rows}))
