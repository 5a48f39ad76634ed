from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..ready_common import ReadyCommon


@tagged("post_install", "-at_install")
class TestCompleteness(ReadyCommon):
    """What may be missing on a done order is found, whatever the policy says."""

    def _create_person(self, employee):
        """:return: the field service worker who is ``employee``"""
        return self.env["fsm.person"].create(
            {"name": employee.name, "partner_id": employee.work_contact_id.id}
        )

    # --- hours ---
    def test_done_without_hours(self):
        order = self._create_complete_order(hours=0)
        self.assertEqual(self._find(order), {"hours_missing"})

    def test_hours_taken_back_are_no_hours(self):
        order = self._create_complete_order()
        self._log_hours(order, -2)
        self.assertEqual(self._find(order), {"hours_missing"})

    def test_hours_without_a_report(self):
        order = self._create_complete_order(resolution=False)
        self.assertEqual(self._find(order), {"report_missing"})

    def test_hours_far_over_plan(self):
        order = self._create_complete_order(hours=3.5, scheduled_duration=2)
        self.assertEqual(self._find(order), {"hours_over"})
        message = self._get_findings(order)["hours_over"].message
        self.assertIn("3 h 30 are logged, and 2 h were planned", message)

    def test_hours_a_little_over_plan(self):
        order = self._create_complete_order(hours=3, scheduled_duration=2)
        self.assertFalse(self._find(order))

    def test_technician_who_logged_nothing(self):
        persons = self._create_person(self.marc) | self._create_person(self.lea)
        order = self._create_complete_order(person_ids=persons.ids)
        self.assertEqual(self._find(order), {"technician_silent"})
        message = self._get_findings(order)["technician_silent"].message
        self.assertIn("Léa", message)
        self.assertNotIn("Marc", message)

    def test_worker_without_an_employee_is_not_asked_for(self):
        person = self.env["fsm.person"].create({"name": "Subcontractor"})
        order = self._create_complete_order(person_id=person.id)
        self.assertFalse(self._find(order))

    def test_work_of_an_earlier_month(self):
        order = self._create_complete_order()
        day = fields.Date.today().replace(day=1) - timedelta(days=1)
        self._log_hours(order, 1, date=day)
        self.assertEqual(self._find(order), {"month"})

    # --- parts ---
    def test_planned_parts_that_are_not_delivered(self):
        order = self._create_complete_order()
        move = self._use_part(order, 3, validate=False)
        self.assertEqual(self._find(order), {"parts_planned"})
        finding = self._get_findings(order)["parts_planned"]
        self.assertIn("3 Pump", finding.message)
        self.assertEqual(finding.place_ids, move.picking_id.ids)

    def test_parts_that_were_delivered_and_are_not_on_the_order(self):
        order = self._create_complete_order()
        move = self._use_part(order)
        move.fsm_order_id = False
        self.assertEqual(self._find(order), {"parts_elsewhere"})

    def test_cancelled_parts_are_not_asked_for(self):
        order = self._create_complete_order()
        move = self._use_part(order, validate=False)
        self._find(order)
        move.picking_id.action_cancel()
        self.assertFalse(self._find(order))

    # --- prices ---
    def test_price_below_cost(self):
        self.pump.lst_price = 30
        order = self._create_complete_order()
        self.assertEqual(self._find(order), {"price"})
        message = self._get_findings(order)["price"].message
        self.assertIn("Pump would be billed below its cost", message)
        self.assertNotIn("40", message)

    def test_charge_at_zero(self):
        order = self._create_complete_order()
        self._add_charge(order, price_unit=60, discount=100)
        self.assertEqual(self._find(order), {"price"})
        message = self._get_findings(order)["price"].message
        self.assertIn("Labor would be billed at zero", message)

    def test_warranty_is_free(self):
        order = self._create_complete_order()
        order.part_ids.billing_mode = "warranty"
        self.assertFalse(self._find(order))

    # --- travel ---
    def test_travel_without_a_distance(self):
        self.policy.travel_product_id = self._create_service(
            "Travel", 0.8, standard_price=0.3
        )
        order = self._create_complete_order()
        self.assertEqual(self._find(order), {"travel_missing"})
        order.travel_distance = 12
        self.assertFalse(self._find(order))

    # --- answers ---
    def test_what_is_fine_is_ready(self):
        order = self._create_complete_order(resolution=False)
        self._examine(order)
        finding = self._get_findings(order)["report_missing"]
        self._answer(finding, "Told by telephone", self.dispatcher)
        self.assertEqual(order.billing_readiness, "ready")
        self.assertRecordValues(
            finding,
            [{"answer": "Told by telephone", "answered_by_id": self.dispatcher.id}],
        )
        self.assertTrue(finding.answered_on)

    def test_answer_is_in_the_chatter(self):
        order = self._create_complete_order(resolution=False)
        self._examine(order)
        self._answer(self._get_findings(order)["report_missing"], "By telephone")
        self.assertIn("Fine: By telephone", str(order.message_ids.mapped("body")))

    def test_answer_stands_until_the_facts_change(self):
        order = self._create_complete_order(hours=4, scheduled_duration=2)
        self._examine(order)
        self._answer(self._get_findings(order)["hours_over"])
        order.customer_reference = "7"
        self._examine(order)
        self.assertEqual(order.billing_readiness, "ready")
        self._log_hours(order, 1)
        self._examine(order)
        self.assertEqual(order.billing_readiness, "check")
        self.assertFalse(self._get_findings(order)["hours_over"].answer)

    def test_answer_outlives_a_finding_that_comes_back(self):
        order = self._create_complete_order(resolution=False)
        self._examine(order)
        self._answer(self._get_findings(order)["report_missing"])
        order.resolution = "<p>Done</p>"
        self.assertFalse(self._find(order))
        order.resolution = False
        self._examine(order)
        self.assertEqual(order.billing_readiness, "ready")

    def test_finding_without_an_answer_goes(self):
        order = self._create_complete_order(resolution=False)
        self._examine(order)
        finding = self._get_findings(order)["report_missing"]
        order.resolution = "<p>Done</p>"
        self._examine(order)
        self.assertFalse(finding.exists())

    def test_several_are_fine_at_once(self):
        order = self._create_complete_order(
            hours=4, scheduled_duration=2, resolution=False
        )
        self._examine(order)
        findings = order.with_user(self.clerk).billing_check_ids
        self.assertEqual(len(findings), 2)
        self._answer(findings)
        self.assertEqual(order.billing_readiness, "ready")

    # --- the place ---
    def test_link_leads_to_the_transfer(self):
        order = self._create_complete_order()
        move = self._use_part(order, validate=False)
        self._examine(order)
        finding = self._get_findings(order)["parts_planned"]
        action = finding.with_user(self.clerk).action_open_place()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("stock.picking", move.picking_id.id),
        )

    def test_link_leads_to_the_order_for_who_may_not_open_the_place(self):
        order = self._create_complete_order()
        self._use_part(order, validate=False)
        self._examine(order)
        finding = self._get_findings(order)["parts_planned"]
        action = finding.with_user(self.dispatcher).action_open_place()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (order._name, order.id)
        )

    def test_link_is_on_the_card_for_phones_too(self):
        view = self.env["fsm.order"].with_user(self.clerk).get_view(view_type="form")
        [checks] = etree.fromstring(view["arch"]).xpath(
            "//field[@name='billing_check_ids']"
        )
        for kind in ("list", "kanban"):
            with self.subTest(kind):
                button = f"./{kind}//button[@name='action_open_place']"
                self.assertTrue(checks.xpath(button))

    # --- rights ---
    def test_nobody_writes_findings(self):
        order = self._create_complete_order(resolution=False)
        self._examine(order)
        finding = self._get_findings(order)["report_missing"]
        for user in (self.technician, self.dispatcher, self.clerk):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    finding.with_user(user).write({"answer": "Fine"})
                with self.assertRaises(AccessError):
                    finding.with_user(user).unlink()

    def test_technician_answers_nothing(self):
        order = self._create_complete_order(resolution=False)
        self._examine(order)
        finding = self._get_findings(order)["report_missing"]
        with self.assertRaises(AccessError):
            finding.with_user(self.technician).action_answer()

    def test_findings_of_other_companies_are_not_seen(self):
        order = self._create_complete_order(resolution=False)
        self._examine(order)
        company = self.env["res.company"].create({"name": "Branch of another trade"})
        other = self._create_role(
            "other clerk", "fieldservice.group_fsm_user,account.group_account_invoice"
        )
        other.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        findings = self.env["fsm.billing.finding"].with_user(other)
        self.assertFalse(findings.search([("order_id", "=", order.id)]))

    # --- in batches ---
    def test_queries_do_not_grow_with_the_orders(self):
        def examine(count):
            orders = self.env["fsm.order"].union(
                *(
                    self._create_complete_order(resolution=False, scheduled_duration=1)
                    for _each in range(count)
                )
            )
            self._use_part(orders[0], validate=False)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["fsm.billing.examination"]._examine(orders)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        examine(1)  # caches
        self.assertLessEqual(examine(8), examine(2))
