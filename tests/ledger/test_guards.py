from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged

from odoo.addons.hr_timesheet.models.hr_timesheet import AccountAnalyticLine

from ..common import InvoicingCommon


class GuardsCommon(InvoicingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tech = cls.env["hr.employee"].create(
            {"name": "Tom", "user_id": cls.technician.id, "hourly_cost": 20.0}
        )
        cls.order = cls._create_order(hours=0, parts=3, done=False)
        cls.timesheet = cls._log_hours(cls.order, 2, employee=cls.tech)
        cls.part = cls.order.part_ids
        cls.order.action_complete()

    def setUp(self):
        super().setUp()
        self.invoice = self._post_invoice(self.order)

    def _rpc(self, user, record, method, *args):
        """Call ``method`` as the web client of ``user`` does."""
        model = self.env[record._name].with_user(user)
        return call_kw(model, method, [record.ids, *args], {})

    def assertRefused(self, call, *args, **kwargs):
        """Check that the refusal names the invoice."""
        with self.assertRaisesRegex(UserError, self.invoice.name):
            call(*args, **kwargs)
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestTimesheetGuards(GuardsCommon):
    """A billed timesheet says what the invoice says, whoever comes by which road."""

    def assertWriteRefused(self, values, user=None):
        self.assertRefused(
            self._rpc, user or self.technician, self.timesheet, "write", values
        )

    def test_hours_are_refused(self):
        self.assertWriteRefused({"unit_amount": 3})
        self.assertWriteRefused({"unit_amount": 1})

    def test_date_is_refused(self):
        yesterday = fields.Date.subtract(fields.Date.today(), days=1)
        self.assertWriteRefused({"date": yesterday})

    def test_technician_is_refused(self):
        self.assertRefused(self.timesheet.write, {"employee_id": self.marc.id})

    def test_order_is_refused(self):
        other = self._create_order(hours=0, parts=0, done=False)
        self.assertWriteRefused({"fsm_order_id": other.id})
        self.assertWriteRefused({"fsm_order_id": False})

    def test_project_is_refused(self):
        project = self.project.copy()
        self.assertWriteRefused({"project_id": project.id})

    def test_sale_line_is_refused(self):
        line = self._create_sale_line()
        self.assertRefused(self.timesheet.write, {"so_line": line.id})

    def test_unit_is_refused(self):
        day = self.env.ref("uom.product_uom_day")
        self.assertRefused(self.timesheet.write, {"product_uom_id": day.id})

    def test_billing_mode_is_refused(self):
        self.assertWriteRefused({"billing_mode": "not_billed"})

    def test_unchanged_value_is_accepted(self):
        self._rpc(
            self.technician,
            self.timesheet,
            "write",
            {"unit_amount": 2.0, "name": "Burner cleaned"},
        )
        self.assertEqual(self.timesheet.name, "Burner cleaned")

    def test_delete_is_refused(self):
        self.assertRefused(self._rpc, self.technician, self.timesheet, "unlink")
        self.assertTrue(self.timesheet.exists())

    def test_change_through_the_order_is_refused(self):
        for command in (
            Command.update(self.timesheet.id, {"unit_amount": 5}),
            Command.delete(self.timesheet.id),
            Command.unlink(self.timesheet.id),
            Command.clear(),
        ):
            self.assertRefused(self.order.write, {"timesheet_ids": [command]})

    def test_draft_guards_as_well_and_is_named_by_its_customer(self):
        order = self._create_order(hours=2, parts=0)
        self._invoice(order)
        with self.assertRaisesRegex(UserError, "draft invoice of Heating Cooperative"):
            order.timesheet_ids.unit_amount = 3

    def test_refunded_hours_stay_guarded(self):
        self._credit(self.invoice, fsm_work="refund")
        self.assertWriteRefused({"unit_amount": 3})

    def test_hours_credited_to_be_billed_again_can_be_corrected(self):
        self._credit(self.invoice)
        self._rpc(self.technician, self.timesheet, "write", {"unit_amount": 1.5})
        self.assertEqual(self.timesheet.qty_to_bill, 1.5)

    def test_hours_with_a_history_in_the_ledger_are_not_deleted(self):
        self._credit(self.invoice)
        self.assertRefused(self._rpc, self.technician, self.timesheet, "unlink")

    def test_hours_of_cancelled_invoice_are_deleted(self):
        self.invoice.button_cancel()
        self._rpc(self.technician, self.timesheet, "unlink")
        self.assertFalse(self.timesheet.exists())

    def test_partly_credited_hours_stay_guarded(self):
        self._credit(self.invoice, {self.labor: 1})
        self.assertWriteRefused({"unit_amount": 1})

    def test_ledger_figures_sent_by_a_technician_are_ignored(self):
        order = self._create_order(hours=0, parts=0)
        line = self._log_hours(order, 2, employee=self.tech)
        self._rpc(
            self.technician, line, "write", {"qty_billed": 2, "qty_recorded": 0.1}
        )
        self.assertRecordValues(
            line, [{"qty_recorded": 2, "qty_billed": 0, "qty_to_bill": 2}]
        )

    def test_ledger_figures_of_a_new_timesheet_are_ignored(self):
        order = self._create_order(hours=0, parts=0)
        line = self._log_hours(order, 2, qty_billed=2, qty_recorded=0.1)
        self.assertRecordValues(line, [{"qty_recorded": 2, "qty_billed": 0}])

    # --- sale_timesheet ---
    def _create_sale_line(self):
        return self._create_sale(self.labor, quantity=10).order_line

    def test_sale_line_of_the_project_does_not_reach_billed_hours(self):
        open_line = self._log_hours(self.order, 1)
        sale_line = self._create_sale_line()
        sale_line.order_id.action_confirm()
        self.project.partner_id = self.customer
        self.project.write({"allow_billable": True, "sale_line_id": sale_line.id})
        self.env.flush_all()
        # what is open follows the quotation, and is billed from there
        self.assertEqual(open_line.so_line, sale_line)
        self.assertEqual(open_line.qty_to_bill, 0)
        self.assertFalse(self.timesheet.so_line)
        self.assertEqual(self.timesheet.qty_billed, 2)

    def test_merge_leaves_billed_hours_alone(self):
        # the merge wizard is an Enterprise screen on this method
        open_line = self._log_hours(self.order, 1)
        lines = self.timesheet | open_line
        with patch.object(
            AccountAnalyticLine,
            "_get_timesheets_to_merge",
            lambda self: self,
            create=True,
        ):
            self.assertEqual(lines._get_timesheets_to_merge(), open_line)


@tagged("post_install", "-at_install")
class TestPartGuards(GuardsCommon):
    """A billed part says what the invoice says, whoever comes by which road."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.valve = cls._create_part("Valve", 20.0, 5.0)
        cls.portal = cls._create_role("portal customer", "base.group_portal")

    def test_quantity_is_refused(self):
        self.part.picking_id.action_toggle_is_locked()
        self.assertRefused(self.part.write, {"quantity": 2})

    def test_product_is_refused(self):
        self.assertRefused(self.part.write, {"product_id": self.valve.id})

    def test_state_is_refused(self):
        self.assertRefused(self.part.write, {"state": "assigned"})

    def test_places_are_refused(self):
        stock = self.warehouse.lot_stock_id
        self.assertRefused(self.part.write, {"location_dest_id": stock.id})

    def test_order_is_refused(self):
        other = self._create_order(hours=0, parts=0, done=False)
        self.assertRefused(self.part.write, {"fsm_order_id": other.id})

    def test_sale_line_is_refused(self):
        sale = self._create_sale(self.pump)
        self.assertRefused(self.part.write, {"sale_line_id": sale.order_line.id})

    def test_quantity_of_detailed_operation_is_refused(self):
        self.part.picking_id.action_toggle_is_locked()
        self.assertRefused(self.part.move_line_ids.write, {"quantity": 1})

    def test_product_of_detailed_operation_is_refused(self):
        self.assertRefused(self.part.move_line_ids.write, {"product_id": self.valve.id})

    def test_added_detailed_operation_is_refused(self):
        line = self.part.move_line_ids
        self.assertRefused(line.copy, {"move_id": self.part.id, "quantity": 1})

    def test_detailed_operation_added_to_the_transfer_leaves_billed_part_alone(self):
        picking = self.part.picking_id
        picking.action_toggle_is_locked()
        line = self.env["stock.move.line"].create(
            {
                "picking_id": picking.id,
                "product_id": self.pump.id,
                "quantity": 2,
                "location_id": self.part.location_id.id,
                "location_dest_id": self.part.location_dest_id.id,
            }
        )
        self.assertEqual(self.part.quantity, 3)
        self.assertEqual(line.move_id.fsm_order_id, self.order)
        self.assertEqual(line.move_id.qty_to_bill, 2)

    def test_deleted_detailed_operation_is_refused(self):
        self.part.picking_id.action_toggle_is_locked()
        with self.assertRaises(UserError):
            self.part.move_line_ids.unlink()
        self.assertEqual(self.part.quantity, 3)

    def test_delete_is_refused(self):
        self.assertRefused(self.part.unlink)

    def test_part_of_a_draft_is_guarded_too(self):
        order = self._create_order(hours=0, parts=1)
        self._invoice(order)
        with self.assertRaisesRegex(UserError, "draft invoice"):
            order.part_ids.quantity = 5

    def test_credited_part_can_be_corrected(self):
        self._credit(self.invoice)
        self.part.picking_id.action_toggle_is_locked()
        self.part.quantity = 2
        self.assertEqual(self.part.qty_to_bill, 2)

    def test_portal_user_cannot_change_a_billed_part(self):
        other = self._create_order(hours=0, parts=0, done=False)
        for values in (
            {"quantity": 1},
            {"fsm_order_id": other.id},
            {"state": "cancel"},
        ):
            self.assertRefused(self._rpc, self.portal, self.part, "write", values)

    def test_storekeeper_cannot_say_that_a_part_is_billed(self):
        order = self._create_order(hours=0, parts=1)
        storekeeper = self._create_role("storekeeper", "stock.group_stock_user")
        self._rpc(storekeeper, order.part_ids, "write", {"qty_billed": 1})
        self.assertEqual(order.part_ids.qty_to_bill, 1)

    def test_portal_user_cannot_say_what_a_part_cost(self):
        order = self._create_order(hours=0, parts=1)
        with self.assertRaises(AccessError):
            self._rpc(self.portal, order.part_ids, "write", {"value": 1})

    def test_portal_user_cannot_take_a_part_off_the_bill(self):
        order = self._create_order(hours=0, parts=1)
        with self.assertRaises(AccessError):
            self._rpc(
                self.portal, order.part_ids, "write", {"billing_mode": "not_billed"}
            )


@tagged("post_install", "-at_install")
class TestOrderGuards(GuardsCommon):
    """An invoiced service order stays."""

    def test_invoiced_order_is_not_cancelled(self):
        self.assertRefused(self.order.with_user(self.dispatcher).action_cancel)

    def test_invoiced_order_does_not_reach_the_cancelled_stage_by_rpc(self):
        stage = self.env.ref("fieldservice.fsm_stage_cancelled")
        self.assertRefused(
            self._rpc, self.dispatcher, self.order, "write", {"stage_id": stage.id}
        )

    def test_dispatcher_cannot_delete_an_invoiced_order(self):
        # the host lets orders of the first stage be deleted
        order = self.order.with_user(self.dispatcher)
        order.stage_id = order._default_stage_id()
        self.assertRefused(order.unlink)
        self.assertTrue(self.order.exists())

    def test_dispatcher_cannot_delete_an_order_on_a_draft(self):
        order = self._create_order(hours=1, parts=0)
        self._invoice(order)
        order = order.with_user(self.dispatcher)
        order.stage_id = order._default_stage_id()
        with self.assertRaisesRegex(UserError, "draft invoice"):
            order.unlink()

    def test_credited_order_is_not_deleted(self):
        self._credit(self.invoice)
        order = self.order.with_user(self.dispatcher)
        order.stage_id = order._default_stage_id()
        self.assertRefused(order.unlink)

    def test_order_of_a_cancelled_invoice_is_deleted(self):
        order = self._create_order(hours=0, parts=0)
        line = self._log_hours(order, 1)
        invoice = self._invoice(order)
        invoice.button_cancel()
        line.unlink()
        order = order.with_user(self.dispatcher)
        order.stage_id = order._default_stage_id()
        order.unlink()
        self.assertFalse(order.exists())

    def test_invoiced_order_stays_in_its_company(self):
        other = self._create_company(name="Other company")
        self.assertRefused(self.order.write, {"company_id": other.id})

    def test_order_without_invoice_is_cancelled(self):
        order = self._create_order().with_user(self.dispatcher)
        order.action_cancel()
        self.assertEqual(
            order.stage_id, self.env.ref("fieldservice.fsm_stage_cancelled")
        )

    def test_billed_order_can_be_reopened(self):
        order = self.order.with_user(self.dispatcher)
        order.stage_id = order._default_stage_id()
        self.assertEqual(self.order.billing_status, "posted")

    def test_whom_it_was_billed_to_stays_when_the_site_is_sold(self):
        buyer = self.env["res.partner"].create({"name": "Buyer"})
        self.site.owner_id = buyer
        self.assertEqual(self.order.bill_to_id, self.customer)
