from datetime import timedelta

from odoo import fields
from odoo.tests import TransactionCase, tagged

from ...demo import heating, lifts, quotations
from ...demo.job import FRI, Calendar

JOBS = [*heating.JOBS, *lifts.JOBS, *quotations.JOBS]


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo story keeps its shape on whatever day it is loaded."""

    def _get_days(self):
        """Yield the calendar of every day of one year."""
        calendar = Calendar(self.env)
        for offset in range(366):
            calendar.today = fields.Date.today() + timedelta(days=offset)
            yield calendar

    def _get_last_day(self, calendar, job):
        later = [day for _who, _hours, _text, *rest in job.hours for day in rest]
        return calendar.day(job.when) + timedelta(days=max(later, default=0))

    def test_work_is_done_on_working_days(self):
        for calendar in self._get_days():
            for job in JOBS:
                self.assertLessEqual(calendar.day(job.when).weekday(), FRI, job.key)
                last = self._get_last_day(calendar, job)
                self.assertLessEqual(last.weekday(), FRI, job.key)

    def test_nothing_done_lies_in_the_future(self):
        for calendar in self._get_days():
            for job in JOBS:
                if job.stage == "done":
                    last = self._get_last_day(calendar, job)
                    self.assertLess(last, calendar.today, job.key)
                if job.invoice is None or not job.posted:
                    continue
                invoiced = calendar.office_day(calendar.day(job.when), job.invoice)
                days = [days for days, _share in job.paid]
                if job.credit:
                    days.append(job.credit.days)
                self.assertGreaterEqual(invoiced, last, job.key)
                self.assertLess(
                    calendar.office_day(invoiced, max(days, default=0)),
                    calendar.today,
                    job.key,
                )

    def test_planned_work_lies_ahead(self):
        for calendar in self._get_days():
            for job in JOBS:
                if job.stage == "scheduled":
                    self.assertGreater(calendar.day(job.when), calendar.today)

    def test_jobs_have_names_of_their_own(self):
        self.assertEqual(len({job.key for job in JOBS}), len(JOBS))
