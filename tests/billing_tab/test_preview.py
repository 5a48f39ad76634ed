from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..preview_common import PreviewCommon


@tagged("post_install", "-at_install")
class TestPreview(PreviewCommon):
    """The Billing tab shows what the invoice will be, and how work is billed."""

    def _get_works(self, order, section, user):
        return (
            self.env["fsm.billing.work"]
            .with_user(user)
            .search([("order_id", "=", order.id), ("section", "=", section)])
        )

    # --- next invoice ---
    def test_preview_shows_the_lines_and_totals(self):
        order = self._create_order(hours=2, parts=1)
        text = self._get_preview(order).text_content()
        self.assertIn("Marc", text)
        self.assertIn("Pump", text)
        self.assertEqual(self._get_amounts(order), [220.0, 33.0, 253.0])

    def test_preview_shows_recorded_beside_billed(self):
        self.policy.labor_minimum = 1.0
        order = self._create_order(hours=0.5, parts=0)
        cells = self._get_preview(order).xpath("//tbody/tr[2]/td")
        texts = [" ".join(cell.text_content().split()) for cell in cells[1:3]]
        self.assertEqual(texts, ["0.50", "1.00 Hours"])

    def test_amounts_and_preview_are_priced_once(self):
        order = self._create_order().with_user(self.clerk)
        pricing = type(self.env["fsm.billing.pricing"])
        names = ["billing_problem", "amount_to_bill", "billing_preview"]
        self.env.invalidate_all()
        with patch.object(
            pricing, "_price", autospec=True, side_effect=pricing._price
        ) as price:
            order.web_read({name: {} for name in names})
        self.assertEqual(price.call_count, 1)

    def test_amount_follows_the_price_typed(self):
        order = self._create_order(hours=0, parts=1)
        charge = self._add_charge(order)
        self.assertEqual(order.amount_to_bill, 160.0)
        charge.write({"price_unit": 50.0, "discount": 10.0})
        self.assertEqual(order.amount_to_bill, 145.0)

    def test_preview_follows_the_policy_chosen_on_the_form(self):
        order = self._create_order(hours=0.5, parts=0)
        policy = self.policy.copy({"name": "Minimum", "labor_minimum": 2.0})
        self.env.invalidate_all()
        with Form(order.with_user(self.clerk)) as form:
            self.assertEqual(form.amount_to_bill, 30.0)
            form.billing_policy_id = policy
            self.assertEqual(form.amount_to_bill, 120.0)
            self.assertIn("120.00", form.billing_preview)

    def test_order_that_is_not_done_says_what_it_will_come_to(self):
        order = self._create_order(hours=2, parts=1, done=False).with_user(self.clerk)
        self.assertEqual((order.amount_to_bill, order.amount_once_done), (0, 220))
        self._log_hours(order.sudo(), 1)
        self.assertEqual(order.amount_once_done, 280)
        order.action_complete()
        self.assertEqual((order.amount_to_bill, order.amount_once_done), (280, 0))

    def test_order_without_a_stage_says_what_it_will_come_to(self):
        order = self._create_order(hours=2, parts=1, done=False)
        order.stage_id = False
        self.assertEqual(order.with_user(self.clerk).amount_once_done, 220)

    def test_cancelled_order_will_come_to_nothing(self):
        order = self._create_order(done=False)
        order.action_cancel()
        self.assertEqual(order.with_user(self.clerk).amount_once_done, 0)

    def test_no_preview_of_what_is_billed(self):
        order = self._create_order()
        self._invoice(order)
        self.assertFalse(order.with_user(self.clerk).billing_preview)

    def test_technician_sees_no_preview(self):
        order = self._create_order().with_user(self.technician)
        with self.assertRaises(AccessError):
            order.read(["billing_preview"])

    # --- how work is billed, changed in place ---
    def test_clerk_sets_hours_to_warranty_on_the_tab(self):
        order = self._create_order()
        self._get_works(order, "labor", self.clerk).billing_mode = "warranty"
        self.assertEqual(order.timesheet_ids.billing_mode, "warranty")
        self.assertEqual(
            self._get_works(order, "labor", self.clerk).billing_mode, "warranty"
        )
        self.assertEqual(order.amount_to_bill, 100.0)

    def test_clerk_sets_parts_to_not_billed_on_the_tab(self):
        order = self._create_order()
        self._get_works(order, "parts", self.clerk).billing_mode = "not_billed"
        self.assertEqual(order.amount_to_bill, 120.0)

    def test_clerk_bills_time_beyond_the_quotation(self):
        sale = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [
                    Command.create({"product_id": self.labor.id, "price_unit": 500.0})
                ],
            }
        )
        sale.action_confirm()
        order = self._create_order(parts=0, sale_line_id=sale.order_line.id)
        work = self._get_works(order, "labor", self.clerk)
        self.assertRecordValues(work, [{"qty_to_bill": 0, "included_in": sale.name}])
        work.is_extra = True
        self.assertRecordValues(work, [{"qty_to_bill": 2, "included_in": False}])

    def test_clerk_bills_time_as_overtime_on_the_tab(self):
        overtime = self._create_service("Overtime", 90.0, taxes_id=False)
        order = self._create_order(hours=2, parts=0)
        work = self._get_works(order, "labor", self.clerk)
        work.labor_product_id = overtime
        self.assertEqual(order.timesheet_ids.fsm_labor_product_id, overtime)
        self.assertEqual(self._invoice(order).amount_untaxed, 180.0)

    def test_mode_of_billed_work_stays(self):
        order = self._create_order()
        self._invoice(order)
        with self.assertRaisesRegex(UserError, "can't be changed"):
            self._get_works(order, "labor", self.clerk).billing_mode = "not_billed"

    def test_hours_are_not_changed_on_the_tab(self):
        order = self._create_order()
        with self.assertRaisesRegex(UserError, "Timesheets tab"):
            self._get_works(order, "labor", self.clerk).qty_recorded = 10

    def test_technician_changes_no_mode_on_the_tab(self):
        order = self._create_order()
        with self.assertRaises(AccessError):
            self._get_works(order, "labor", self.technician).billing_mode = "not_billed"
