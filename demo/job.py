"""The words in which the demo story is told."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

import pytz
from dateutil.relativedelta import relativedelta

from odoo import fields

MODULE = "fieldservice_invoicing"
MON, TUE, WED, THU, FRI = range(5)


@dataclass
class Credit:
    """A credit note on the invoice of a job."""

    days: int  # after the invoice
    reason: str
    work: str = "refund"
    # product -> quantity credited; everything when empty
    only: dict = field(default_factory=dict)


@dataclass
class Quotation:
    """What the customer approved before the work."""

    customer: str
    signer: str
    lines: tuple  # of (product, quantity)


@dataclass(eq=False)
class Job:
    """A service order, and how far it got.

    Customers, sites, technicians and products go by the end of their external ids.
    """

    key: str
    site: str
    kind: str
    when: tuple  # (weeks from now, day of the week)
    problem: str
    report: str = ""
    quotation: Quotation | None = None
    hours: tuple = ()  # of (technician, hours, description[, day after the first])
    parts: tuple = ()  # of (product, quantity)
    returned: tuple = ()  # of (product, quantity)
    warranty: tuple = ()  # products, and descriptions of hours, that come free
    extra: tuple = ()  # descriptions of hours that the quotation does not cover
    equipment: str = ""
    person: str = ""  # when it is not the one who logs the first hours
    start: int = 8  # o'clock
    planned: float = 2.0  # hours
    priority: str = "0"
    stage: str = "done"
    invoice: int | None = None  # days after the work; None: no invoice yet
    posted: bool = True
    paid: tuple = ()  # of (days after the invoice, share of what is due)
    credit: Credit | None = None

    @property
    def lead(self):
        return self.person or self.hours[0][0]

    @property
    def crew(self):
        return dict.fromkeys([self.lead, *(who for who, *_rest in self.hours)])


class Calendar:
    """Days counted from today, so that the story never gets old."""

    def __init__(self, env):
        self.today = fields.Date.today()
        admin = env.ref("base.user_admin", raise_if_not_found=False)
        self.timezone = pytz.timezone((admin and admin.tz) or "UTC")

    def day(self, when):
        """:return: a day of the week, some weeks from now"""
        week, weekday = when
        return self.today + relativedelta(weeks=week, weekday=weekday)

    def office_day(self, day, days=0):
        """:return: the day some days after ``day``, or the Monday after that"""
        day += timedelta(days=days)
        weekend = day.weekday() > FRI
        return day + timedelta(days=7 - day.weekday()) if weekend else day

    def at(self, day, hour):
        """:return: UTC for an hour of the day where the company works"""
        local = self.timezone.localize(datetime.combine(day, time(hour)))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def noon(self, day):
        """:return: a moment that is the same day nearly everywhere"""
        return datetime.combine(day, time(12))
