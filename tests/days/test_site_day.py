from datetime import date, datetime

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import Form, tagged

from ..prices_common import PricesCommon

#: 31 January 2026, 22:30 in New York; 1 February in Paris
EVENING = datetime(2026, 2, 1, 3, 30)


@tagged("post_install", "-at_install")
class TestSiteDay(PricesCommon):
    """The day of work is the site's, whoever looks and wherever they are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site.tz = "America/New_York"
        cls.company.partner_id.tz = "Europe/Paris"
        for user in cls.clerk | cls.technician | cls.dispatcher:
            user.tz = "Europe/Paris"

    def _deliver(self, moment=EVENING):
        """:return: an order with one pump delivered at this ``moment`` (UTC)"""
        order = self._create_order(hours=0, parts=0, done=False)
        with freeze_time(moment):
            self._use_part(order, 1)
            order.action_complete()
        return order

    def _log_days(self, *days):
        """:return: an order with an hour of each of these ``days``"""
        order = self._create_order(hours=0, parts=0)
        for day in days:
            self._log_hours(order, 1, date=day)
        return order

    def _log_two_days(self):
        """:return: an order with an hour before the turn of the month, and one after"""
        return self._log_days(date(2026, 1, 31), date(2026, 2, 1))

    def _complete(self, order, user):
        """Complete ``order`` in the evening, as seen from Paris."""
        with freeze_time(EVENING):
            order.with_user(user).with_context(tz="Europe/Paris").action_complete()
            self.env.flush_all()

    def _type_charge(self, order):
        """:return: a charge that the clerk types in that evening, without a date"""
        charges = self.env["fsm.order.charge"].with_user(self.clerk)
        with freeze_time(EVENING):
            return charges.with_context(tz="Europe/Paris").create(
                {"fsm_order_id": order.id, "product_id": self.labor.id}
            )

    def _get_day_listed(self, order):
        """:return: the day that the Billing tab shows of the part of ``order``"""
        self.env.flush_all()
        self.env.invalidate_all()
        return order.part_work_ids.with_user(self.clerk).date

    # --- which day ---
    def test_part_has_the_day_of_the_site(self):
        order = self._deliver()
        invoice = self._create_invoice(order)
        self.assertEqual(invoice.delivery_date, date(2026, 1, 31))

    def test_site_without_time_zone_has_that_of_its_office_hours(self):
        calendar = self.env["resource.calendar"].create(
            {"name": "Opening hours", "tz": "America/New_York"}
        )
        self.site.write({"tz": False, "calendar_id": calendar.id})
        self.assertEqual(
            self._create_invoice(self._deliver()).delivery_date, date(2026, 1, 31)
        )

    def test_site_without_time_zone_has_that_of_the_company(self):
        self.site.tz = False
        self.clerk.tz = "America/New_York"
        self.assertEqual(
            self._create_invoice(self._deliver()).delivery_date, date(2026, 2, 1)
        )

    def test_company_without_time_zone_has_that_of_its_calendar(self):
        self.site.tz = False
        self.company.partner_id.tz = False
        self.company.resource_calendar_id.tz = "America/New_York"
        self.assertEqual(
            self._create_invoice(self._deliver()).delivery_date, date(2026, 1, 31)
        )

    def test_return_has_the_day_of_its_delivery(self):
        order = self._deliver()
        with freeze_time(datetime(2026, 2, 10, 12)):
            back = self._return_part(order.part_ids)
        self.assertEqual(back._get_billing_date(), date(2026, 1, 31))

    # --- price lists ---
    def test_part_is_priced_on_the_day_of_the_site(self):
        self._create_pricelist(
            self._fixed(self.pump, 80, date_end="2026-02-01 04:59:59"),
            self._fixed(self.pump, 90, date_start="2026-02-01 05:00:00"),
        )
        order = self._deliver()
        for user in (self.clerk, self.dispatcher):
            self.assertEqual(order.with_user(user).amount_to_bill, 80)
        self.assertEqual(self._prices_of(order), [80])

    def test_rules_typed_in_days_of_greenwich(self):
        self._create_pricelist(
            self._fixed(self.pump, 80, date_end="2026-01-31 23:59:59"),
            self._fixed(self.pump, 90, date_start="2026-02-01 00:00:00"),
        )
        self.assertEqual(self._prices_of(self._deliver()), [80])

    def test_hours_are_priced_from_the_morning_of_the_site_on(self):
        self._create_pricelist(
            self._fixed(self.labor, 50),
            # midnight in New York
            self._fixed(self.labor, 70, date_start="2026-02-01 05:00:00"),
        )
        self.assertEqual(self._prices_of(self._log_two_days()), [50, 70])

    def test_hours_are_priced_until_the_evening_of_the_site(self):
        self._create_pricelist(
            self._fixed(self.labor, 50, date_end="2026-02-01 04:59:59"),
            self._fixed(self.labor, 70, date_start="2026-02-01 05:00:00"),
        )
        self.assertEqual(self._prices_of(self._log_two_days()), [50, 70])

    def test_rule_valid_in_the_afternoon_is_that_of_the_day(self):
        self._create_pricelist(
            self._fixed(self.labor, 70, date_start="2026-02-01 19:00:00")
        )
        order = self._log_days(date(2026, 2, 1))
        self.assertEqual(self._prices_of(order), [70])

    def test_site_east_of_greenwich(self):
        self.site.tz = "Asia/Tokyo"
        self._create_pricelist(
            self._fixed(self.labor, 50, date_end="2026-01-31 14:59:59"),
            self._fixed(self.labor, 70, date_start="2026-01-31 15:00:00"),
        )
        self.assertEqual(self._prices_of(self._log_two_days()), [50, 70])

    def test_price_list_on_a_price_list_goes_by_the_same_day(self):
        base = self._create_pricelist(
            self._fixed(self.labor, 50),
            self._fixed(self.labor, 70, date_start="2026-02-01 05:00:00"),
        )
        self._create_pricelist(
            self._percent(10, base="pricelist", base_pricelist_id=base.id)
        )
        order = self._log_days(date(2026, 2, 1))
        self.assertEqual(self._prices_of(order), [63])

    def test_currency_is_converted_on_the_day_of_the_site(self):
        euro = self.setup_other_currency(
            "EUR", rates=[("2026-01-01", 2.0), ("2026-02-01", 4.0)]
        )
        self._create_pricelist(currency_id=euro.id)
        self.assertEqual(self._prices_of(self._deliver()), [200])

    # --- charges ---
    def test_charge_typed_in_the_evening_has_the_day_of_the_site(self):
        order = self._create_order(hours=0, parts=0)
        charge = self._type_charge(order)
        self.assertEqual(charge.date, date(2026, 1, 31))

    def test_fee_of_a_visit_in_the_evening_has_the_day_of_the_site(self):
        self.policy.write({"callout_product_id": self.labor.id, "callout_per": "order"})
        order = self._create_order(hours=0, parts=1, done=False)
        self._complete(order, self.technician)
        self.assertEqual(order.charge_ids.date, date(2026, 1, 31))

    def _log_in_paris(self, order, moment, **context):
        """Log an hour at this ``moment`` (UTC), as somebody in Paris without a date."""
        with freeze_time(moment):
            times = self.env["account.analytic.line"].with_context(
                tz="Europe/Paris", **context
            )
            values = {
                "name": "Visit",
                "project_id": self.project.id,
                "employee_id": self.marc.id,
                "fsm_order_id": order.id,
                "unit_amount": 1,
            }
            return times.create([values, {**values, "unit_amount": 0.5}])

    def test_fee_of_each_visit_day_counts_the_days_of_the_site(self):
        self.policy.write({"callout_product_id": self.labor.id, "callout_per": "day"})
        order = self._create_order(hours=0, parts=0, done=False)
        self._log_in_paris(order, datetime(2026, 1, 31, 14))
        self._log_in_paris(order, EVENING)
        self._complete(order, self.clerk)
        self.assertRecordValues(
            order.charge_ids, [{"quantity": 1, "date": date(2026, 1, 31)}]
        )
        # the next day, on site
        self._log_in_paris(order, datetime(2026, 2, 1, 5, 30))
        self.assertEqual(order.charge_ids.quantity, 2)
        invoice = self._create_invoice(order)
        fees = self._product_lines(invoice).filtered(lambda line: line.quantity == 2)
        self.assertEqual(len(fees), 1)

    def test_fee_of_a_visit_day_without_hours_has_the_day_of_the_site(self):
        self.policy.write({"callout_product_id": self.labor.id, "callout_per": "day"})
        order = self._create_order(hours=0, parts=1, done=False)
        self._complete(order, self.technician)
        self.assertRecordValues(
            order.charge_ids, [{"quantity": 1, "date": date(2026, 1, 31)}]
        )

    # --- hours ---
    def test_time_logged_without_a_date_has_the_day_of_the_site(self):
        order = self._create_order(hours=0, parts=0, done=False)
        self.assertEqual(
            self._log_in_paris(order, EVENING).mapped("date"), [date(2026, 1, 31)] * 2
        )

    def test_form_of_time_proposes_the_day_of_the_site(self):
        order = self._create_order(hours=0, parts=0, done=False)
        with freeze_time(EVENING):
            times = self.env["account.analytic.line"].with_context(
                tz="Europe/Paris", default_fsm_order_id=order.id
            )
            values = times.default_get(["fsm_order_id", "date"])
            self.assertEqual(values["date"], date(2026, 1, 31))
            # what somebody says stays
            times = times.with_context(default_date="2026-02-01")
            values = times.default_get(["fsm_order_id", "date"])
            self.assertEqual(str(values["date"]), "2026-02-01")

    def test_row_of_time_on_an_order_proposes_the_day_of_the_site(self):
        order = self._create_order(hours=0, parts=0, done=False)
        user = self.env["fsm.order"].with_user(self.dispatcher)
        self.dispatcher.group_ids += self.env.ref(
            "hr_timesheet.group_hr_timesheet_approver"
        )
        for record in (order.with_user(self.dispatcher), user):
            with (
                self.subTest(record=record),
                freeze_time(EVENING),
                Form(record.with_context(tz="Europe/Paris")) as form,
            ):
                form.location_id = self.site
                form.project_id = self.project
                with form.timesheet_ids.new() as row:
                    self.assertEqual(str(row.date), "2026-01-31")
                    row.name = "Repair"
                    row.employee_id = self.marc
                    row.unit_amount = 1
                saved = form.save()
            self.assertEqual(str(saved.timesheet_ids.date), "2026-01-31")

    def test_time_with_a_date_or_on_no_order_keeps_its_day(self):
        order = self._create_order(hours=0, parts=0, done=False)
        times = self._log_in_paris(order, EVENING, default_date="2026-02-01")
        times |= self._log_in_paris(self.env["fsm.order"], EVENING)
        self.assertEqual(times.mapped("date"), [date(2026, 2, 1)] * 4)

    def test_charge_is_priced_from_the_morning_of_the_site_on(self):
        self._create_pricelist(
            self._fixed(self.labor, 50),
            self._fixed(self.labor, 70, date_start="2026-02-01 05:00:00"),
        )
        charge = self._add_charge(
            self._create_order(hours=0, parts=0), date=date(2026, 2, 1)
        )
        self.assertEqual(charge.price_unit, 70)

    # --- warranty ---
    def test_warranty_ends_with_the_day_of_the_site(self):
        equipment = self.env["fsm.equipment"].create(
            {
                "name": "Boiler",
                "location_id": self.site.id,
                "warranty_end_date": date(2026, 1, 31),
            }
        )
        order = self._create_order(
            hours=0, parts=0, done=False, equipment_ids=[Command.set(equipment.ids)]
        )
        charge = self._type_charge(order)
        self.assertEqual(charge.billing_mode, "warranty")

    # --- lists ---
    def test_billing_tab_shows_the_day_of_the_site(self):
        order = self._deliver()
        self.assertEqual(self._get_day_listed(order), date(2026, 1, 31))

    def test_analysis_shows_the_day_of_the_site(self):
        order = self._deliver()
        self._post(order)
        self.env.flush_all()
        row = (
            self.env["fsm.billing.report"]
            .with_user(self.accountant)
            .search([("order_id", "=", order.id)])
        )
        self.assertEqual(row.work_date, date(2026, 1, 31))

    def test_lists_fall_back_on_the_time_zone_of_the_company(self):
        self.site.tz = False
        order = self._deliver()
        self.clerk.tz = "America/New_York"
        self.assertEqual(self._get_day_listed(order), date(2026, 2, 1))

    def test_report_names_the_day_of_the_site(self):
        order = self._deliver()
        summary = order.with_user(self.clerk).sudo()._prepare_report_summary()
        self.assertIn("01/31/2026", summary["days"])
