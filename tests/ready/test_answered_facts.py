from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..quotation_common import QuotationCommon
from ..ready_common import ReadyCommon


@tagged("post_install", "-at_install")
class TestFacts(QuotationCommon, ReadyCommon):
    """An answer stands as long as what it was given for, and no longer."""

    def _assert_asks_again(self, order, code, change):
        """Check that the answer to ``code`` ends with ``change()``."""
        self.assertIn(code, self._find(order))
        finding = self._get_findings(order)[code]
        self._answer(finding)
        change()
        self.env["fsm.billing.examination"]._examine(order)
        self.assertTrue(self._get_findings(order)[code].is_open)

    def _assert_stays_answered(self, order, code, change):
        self.assertIn(code, self._find(order))
        self._answer(self._get_findings(order)[code])
        change()
        self.env["fsm.billing.examination"]._examine(order)
        self.assertFalse(self._get_findings(order)[code].is_open)

    # --- prices ---
    def test_lower_price_asks_again(self):
        self.pump.lst_price = 30
        order = self._create_complete_order()

        def change():
            self.pump.lst_price = 1
            self.env.invalidate_all()

        self._assert_asks_again(order, "price", change)

    def test_higher_cost_asks_again(self):
        self.labor.standard_price = 70
        order = self._create_complete_order()
        self._assert_asks_again(
            order, "price", lambda: self.labor.write({"standard_price": 500})
        )

    def test_more_for_nothing_asks_again(self):
        order = self._create_complete_order()
        charge = self._add_charge(order, price_unit=60, discount=100)
        self._assert_asks_again(order, "price", lambda: charge.write({"quantity": 9}))

    def test_other_prices_leave_the_answer(self):
        self.pump.lst_price = 30
        order = self._create_complete_order()
        self._assert_stays_answered(
            order, "price", lambda: self._add_charge(order, price_unit=60)
        )

    def test_cost_is_not_said_to_dispatchers(self):
        self.pump.lst_price = 30
        order = self._create_complete_order()
        self._find(order)
        finding = self._get_findings(order)["price"].with_user(self.dispatcher)
        names = set(finding.fields_get()) & {"details", "facts"}
        self.assertNotIn("40", str(finding.read(sorted(names))))

    # --- hours ---
    def test_more_hours_without_a_report_ask_again(self):
        order = self._create_complete_order(resolution=False)
        self._assert_asks_again(
            order, "report_missing", lambda: self._log_hours(order, 20)
        )

    def test_more_hours_without_the_report_that_is_asked_for_ask_again(self):
        self.policy.is_report_required = True
        order = self._create_complete_order(resolution=False)
        self._assert_asks_again(order, "report", lambda: self._log_hours(order, 20))

    def test_parts_leave_the_answer_on_the_report(self):
        order = self._create_complete_order(resolution=False)
        self._assert_stays_answered(
            order, "report_missing", lambda: self._use_part(order)
        )

    # --- days ---
    def _get_earlier_day(self, days=1):
        return fields.Date.today().replace(day=1) - timedelta(days=days)

    def test_another_earlier_day_asks_again(self):
        order = self._create_complete_order()
        self._log_hours(order, 1, date=self._get_earlier_day(20))
        self._assert_asks_again(
            order,
            "month",
            lambda: self._log_hours(order, 8, date=self._get_earlier_day(2)),
        )

    def test_more_on_an_earlier_day_asks_again(self):
        order = self._create_complete_order()
        line = self._log_hours(order, 1, date=self._get_earlier_day())
        self._assert_asks_again(order, "month", lambda: line.write({"unit_amount": 9}))

    def test_work_of_the_month_leaves_the_answer(self):
        order = self._create_complete_order()
        self._log_hours(order, 1, date=self._get_earlier_day())
        self._assert_stays_answered(order, "month", lambda: self._log_hours(order, 1))

    # --- parts ---
    def test_another_language_leaves_the_answer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.pump.with_context(lang="fr_FR").name = "Pompe"
        order = self._create_complete_order()
        self._use_part(order, 3, validate=False)
        self._assert_stays_answered(
            order, "parts_planned", lambda: self.clerk.sudo().write({"lang": "fr_FR"})
        )
        examination = self.env["fsm.billing.examination"].with_context(lang="fr_FR")
        examination._examine(order.with_context(lang="fr_FR"))
        self.assertFalse(self._get_findings(order)["parts_planned"].is_open)

    def test_names_that_were_kept_before_become_ids_and_leave_the_answer(self):
        self.pump.lst_price = 30
        order = self._create_complete_order()
        self._use_part(order, 3, validate=False)
        self.assertLessEqual({"price", "parts_planned"}, self._find(order))
        found = self._get_findings(order)
        kept = {code: found[code].details for code in ("price", "parts_planned")}
        found["price"].sudo().details = {"free": [], "below": ["Old pump"]}
        found["parts_planned"].sudo().details = {"parts": ["3 Old pump"]}
        for code in kept:
            self.assertIn("Old pump", found[code].message)
            self._answer(found[code])
        self.env["fsm.billing.examination"]._examine(order)
        found = self._get_findings(order)
        self.assertEqual({code: found[code].details for code in kept}, kept)
        self.assertFalse(any(found[code].is_open for code in kept))

    # --- quotations ---
    def _create_quoted(self, **values):
        """:return: done order of a quotation, whose only line has these values"""
        sale = self._create_sale(
            self.service_per_line,
            fsm_location_id=self.site.id,
            warehouse_id=self.warehouse.id,
        )
        sale.order_line.write(values)
        sale.action_confirm()
        order = sale.fsm_order_ids
        order.write({"project_id": self.project.id, "warehouse_id": self.warehouse.id})
        order.write({"resolution": "<p>Done</p>", "date_end": fields.Datetime.now()})
        self._log_hours(order, 1)
        order.action_complete()
        return order

    def test_price_of_zero_that_was_agreed_is_no_warning(self):
        order = self._create_quoted(price_unit=0)
        self.service_per_line.standard_price = 100
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertNotIn("price", self._find(order))

    def test_price_that_was_agreed_below_cost_is_a_warning(self):
        order = self._create_quoted(price_unit=80)
        self.service_per_line.standard_price = 100
        self._find(order)
        message = self._get_findings(order)["price"].message
        self.assertIn("Yearly service would be billed below its cost", message)

    def test_price_that_was_agreed_above_cost_is_no_warning(self):
        order = self._create_quoted(price_unit=100)
        self.service_per_line.standard_price = 100
        self.assertNotIn("price", self._find(order))
