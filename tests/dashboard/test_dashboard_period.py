from datetime import date

from odoo.tests import TransactionCase, tagged

from ...models.dashboard.values import DashboardScope, get_period


@tagged("post_install", "-at_install")
class TestDashboardPeriod(TransactionCase):
    """Names of periods, and the steps of the charts within them."""

    def test_periods_have_their_days(self):
        today = date(2026, 1, 31)
        for name, first, last in (
            ("month", date(2026, 1, 1), date(2026, 1, 31)),
            ("last_month", date(2025, 12, 1), date(2025, 12, 31)),
            ("quarter", date(2026, 1, 1), date(2026, 3, 31)),
            ("last_quarter", date(2025, 10, 1), date(2025, 12, 31)),
            ("year", date(2026, 1, 1), date(2026, 12, 31)),
            ("last_year", date(2025, 1, 1), date(2025, 12, 31)),
            ("last_12_months", date(2025, 2, 1), date(2026, 1, 31)),
        ):
            with self.subTest(period=name):
                self.assertEqual(get_period(name, today), (first, last))

    def _get_scope(self, first, last):
        return DashboardScope(
            companies=self.env.company,
            currency=self.env.company.currency_id,
            rates={},
            date_from=first,
            date_to=last,
            today=last,
        )

    def test_steps_cover_the_period(self):
        for first, last, step, starts in (
            (date(2026, 2, 1), date(2026, 2, 28), "day", 28),
            (date(2026, 1, 1), date(2026, 3, 31), "week", 14),
            (date(2025, 2, 10), date(2026, 1, 31), "month", 12),
            (date(2020, 5, 5), date(2026, 1, 31), "year", 7),
        ):
            with self.subTest(step=step):
                scope = self._get_scope(first, last)
                self.assertEqual((scope.step, len(scope.starts)), (step, starts))
                days = [scope.get_days(start) for start in scope.starts]
                self.assertEqual((days[0][0], days[-1][1]), (first, last))
                for (_first, before), (after, _last) in zip(
                    days, days[1:], strict=False
                ):
                    self.assertEqual((after - before).days, 1)
