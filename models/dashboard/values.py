"""What a reading of the dashboard is about: days, companies, currency; plain values."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tools import SQL

#: days that a period may have: further ones are slips of the keyboard
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)


#: longest period in days whose charts count by this unit, shortest first
STEPS = (("day", 31), ("week", 100), ("month", 1100), ("year", None))


STEP_LENGTHS = {
    "day": relativedelta(days=1),
    "week": relativedelta(weeks=1),
    "month": relativedelta(months=1),
    "year": relativedelta(years=1),
}


def get_period(name, today):
    """:return: first and last day of a named period, or None for an unknown name"""
    month = today.replace(day=1)
    quarter = month - relativedelta(months=(month.month - 1) % 3)
    year = month.replace(month=1)
    starts = {
        "month": (month, relativedelta(months=1)),
        "last_month": (month - relativedelta(months=1), relativedelta(months=1)),
        "quarter": (quarter, relativedelta(months=3)),
        "last_quarter": (quarter - relativedelta(months=3), relativedelta(months=3)),
        "year": (year, relativedelta(years=1)),
        "last_year": (year - relativedelta(years=1), relativedelta(years=1)),
        "last_12_months": (month - relativedelta(months=11), relativedelta(months=12)),
    }
    if not isinstance(name, str) or name not in starts:
        return None
    start, length = starts[name]
    return start, start + length - timedelta(days=1)


def to_day(value):
    """:return: the date of what a client sent, or None if it is none"""
    if not isinstance(value, (str, date)):
        return None
    try:
        return fields.Date.to_date(value)
    except ValueError:
        return None


@dataclass
class DashboardScope:
    """The days and companies looked at, and the currency that amounts are said in."""

    companies: "res.company"
    currency: "res.currency"
    #: company id -> what one unit of its currency is worth in `currency`
    rates: dict[int, float]
    date_from: date
    date_to: date
    today: date

    def convert(self, amount, company):
        """:return: SQL of an ``amount`` in company currency, in the dashboard's"""
        if set(self.rates.values()) == {1.0}:
            return amount
        return SQL(
            "%s * CASE %s %s END",
            amount,
            company,
            SQL(" ").join(
                SQL("WHEN %s THEN %s::numeric", company_id, rate)
                for company_id, rate in self.rates.items()
            ),
        )

    # --- steps of the charts ---
    @property
    def step(self):
        """What one bar of the charts over time stands for: day, week, month or year."""
        days = (self.date_to - self.date_from).days + 1
        return next(name for name, most in STEPS if not most or days <= most)

    @cached_property
    def starts(self):
        """The first days of the steps, the first one where a whole step begins."""
        day = {
            "day": self.date_from,
            "week": self.date_from - timedelta(days=self.date_from.weekday()),
            "month": self.date_from.replace(day=1),
            "year": self.date_from.replace(month=1, day=1),
        }[self.step]
        starts = []
        while day <= self.date_to:
            starts.append(day)
            day += STEP_LENGTHS[self.step]
        return starts

    def get_step(self, day):
        """:return: index of the step that ``day`` is in"""
        return bisect_right(self.starts, day) - 1

    def get_days(self, start):
        """:return: first and last day, within the period, of the step from ``start``"""
        end = start + STEP_LENGTHS[self.step] - timedelta(days=1)
        return max(start, self.date_from), min(end, self.date_to)
