from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import Form, tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestAccessChoices(InvoicingCommon):
    """Technicians log, describe, use parts and complete; the office says the rest."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tech = cls.env["hr.employee"].create(
            {"name": "Tom", "user_id": cls.technician.id, "hourly_cost": 20.0}
        )
        cls.plain_dispatcher = cls._create_role(
            "plain_dispatcher", "fieldservice.group_fsm_dispatcher"
        )
        cls.timekeeper = cls._create_role(
            "timekeeper",
            "fieldservice.group_fsm_user_own,"
            "hr_timesheet.group_hr_timesheet_approver,hr.group_hr_user",
        )
        cls.overtime = cls._create_service("Overtime", 90.0)
        cls.sale = cls._create_sale(cls.labor, quantity=10)
        cls.sale.action_confirm()
        cls.sale_line = cls.sale.order_line
        cls.order = cls._create_order(hours=0, parts=1, done=False)
        cls.time = cls._log_hours(cls.order, 2, employee=cls.tech)
        cls.foreign_invoice = cls.init_invoice("out_invoice", amounts=[100], post=True)

    def _rpc(self, user, record, method, *args, **context):
        """Call ``method`` as the web client of ``user`` does."""
        model = self.env[record._name].with_user(user)
        return call_kw(
            model, method, [*(record.ids and [record.ids]), *args], {"context": context}
        )

    def _get_choices(self):
        """:return: dict: field of time that says how it is charged -> another value"""
        return {
            "billing_mode": "not_billed",
            "fsm_is_extra": True,
            "fsm_labor_product_id": self.overtime.id,
            "is_so_line_edited": True,
            "so_line": self.sale_line.id,
            "timesheet_invoice_id": self.foreign_invoice.id,
        }

    def _get_time_values(self, **values):
        return {
            "name": "Pump replaced",
            "project_id": self.project.id,
            "fsm_order_id": self.order.id,
            "unit_amount": 1.5,
            **values,
        }

    # --- time ---
    def test_technician_does_not_say_how_time_is_charged(self):
        for name, value in self._get_choices().items():
            with (
                self.subTest(field=name),
                self.assertRaisesRegex(AccessError, "says how work is charged"),
            ):
                self._rpc(self.technician, self.time, "write", {name: value})

    def test_technician_logs_no_time_that_says_how_it_is_charged(self):
        empty = self.time.browse()
        for name, value in self._get_choices().items():
            with self.subTest(field=name):
                with self.assertRaisesRegex(AccessError, "says how work is charged"):
                    values = self._get_time_values(**{name: value})
                    self._rpc(self.technician, empty, "create", [values])
                with self.assertRaisesRegex(AccessError, "says how work is charged"):
                    self._rpc(
                        self.technician,
                        empty,
                        "create",
                        [self._get_time_values()],
                        **{f"default_{name}": value},
                    )
                with self.assertRaisesRegex(AccessError, "says how work is charged"):
                    command = Command.create(values)
                    self._rpc(
                        self.technician,
                        self.order,
                        "write",
                        {"timesheet_ids": [command]},
                    )

    def test_time_is_not_prepared_before_it_comes_to_an_order(self):
        values = self._get_time_values(fsm_order_id=False, employee_id=self.tech.id)
        choices = self._get_choices()
        choices.pop("so_line")  # see the next test
        for name, value in choices.items():
            time = self.env["account.analytic.line"].create({**values, name: value})
            with (
                self.subTest(field=name),
                self.assertRaisesRegex(AccessError, "says how work is charged"),
            ):
                self._rpc(
                    self.technician, time, "write", {"fsm_order_id": self.order.id}
                )

    def test_sale_line_that_nobody_chose_is_found_anew_on_the_order(self):
        values = self._get_time_values(fsm_order_id=False, employee_id=self.tech.id)
        time = self.env["account.analytic.line"].create(
            {**values, "so_line": self.sale_line.id}
        )
        self._rpc(self.technician, time, "write", {"fsm_order_id": self.order.id})
        self.assertFalse(time.so_line)

    def test_technician_brings_time_to_its_order(self):
        values = self._get_time_values(fsm_order_id=False)
        [time_id] = self._rpc(self.technician, self.time.browse(), "create", [values])
        time = self.time.browse(time_id)
        self._rpc(self.technician, time, "write", {"fsm_order_id": self.order.id})
        self.assertEqual(time.fsm_order_id, self.order)

    def test_technician_sends_what_is_there_unchanged(self):
        self.time.write({"fsm_is_extra": True, "fsm_labor_product_id": self.overtime})
        self._rpc(
            self.technician,
            self.time,
            "write",
            {
                "name": "Burner cleaned",
                "unit_amount": 2.5,
                "billing_mode": "billable",
                "fsm_is_extra": True,
                "fsm_labor_product_id": self.overtime.id,
                "so_line": False,
                "timesheet_invoice_id": False,
            },
        )
        self.assertRecordValues(
            self.time, [{"name": "Burner cleaned", "unit_amount": 2.5}]
        )

    def test_technician_logs_time_with_the_usual_values(self):
        order_type = self.env["fsm.order.type"].create(
            {"name": "Warranty visits", "billing_mode": "warranty"}
        )
        order = self._create_order(hours=0, parts=0, done=False, type=order_type.id)
        values = self._get_time_values(
            fsm_order_id=order.id,
            billing_mode="warranty",
            fsm_is_extra=False,
            fsm_labor_product_id=False,
            so_line=False,
        )
        self._rpc(self.technician, self.time.browse(), "create", [values])
        self.assertEqual(order.timesheet_ids.billing_mode, "warranty")

    def test_technician_logs_time_that_the_project_sells(self):
        self.project.partner_id = self.customer
        self.project.write({"allow_billable": True, "sale_line_id": self.sale_line.id})
        values = self._get_time_values(so_line=self.sale_line.id)
        [time_id] = self._rpc(self.technician, self.time.browse(), "create", [values])
        self.assertEqual(self.time.browse(time_id).so_line, self.sale_line)
        # nor does it leave the quotation by hand
        with self.assertRaisesRegex(AccessError, "says how work is charged"):
            self._rpc(
                self.technician,
                self.time.browse(time_id),
                "write",
                {"so_line": False, "is_so_line_edited": True},
            )

    def test_technician_copies_time_without_the_choices_of_the_office(self):
        self.time.write(
            {
                "billing_mode": "warranty",
                "fsm_is_extra": True,
                "fsm_labor_product_id": self.overtime.id,
            }
        )
        copy = self.time.with_user(self.technician).copy()
        self.assertRecordValues(
            copy,
            [
                {
                    "billing_mode": "billable",
                    "fsm_is_extra": False,
                    "fsm_labor_product_id": False,
                    "unit_amount": 2.0,
                }
            ],
        )

    def test_office_says_how_time_is_charged(self):
        for name, value in self._get_choices().items():
            user = self.clerk if name == "timesheet_invoice_id" else self.dispatcher
            time = self._log_hours(self.order, 1)
            with self.subTest(field=name):
                self._rpc_as_office(user, time, {name: value})
                self.assertTrue(time[name])

    def _rpc_as_office(self, user, time, values):
        user.group_ids |= self.env.ref("hr_timesheet.group_hr_timesheet_approver")
        self._rpc(user, time, "write", values)

    def test_only_those_who_invoice_say_that_time_is_invoiced(self):
        values = {"timesheet_invoice_id": self.foreign_invoice.id}
        for user in (self.plain_dispatcher, self.timekeeper):
            user.group_ids |= self.env.ref("hr_timesheet.group_hr_timesheet_approver")
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._rpc(user, self.time, "write", values)

    def test_billed_time_is_not_said_to_be_on_another_invoice(self):
        self.order.action_complete()
        self._invoice(self.order).action_post()
        self.clerk.group_ids |= self.env.ref("hr_timesheet.group_hr_timesheet_approver")
        values = {"timesheet_invoice_id": self.foreign_invoice.id}
        with self.assertRaisesRegex(UserError, "can't be changed"):
            self._rpc(self.clerk, self.time, "write", values)

    def test_nobody_says_by_which_line_billed_time_was_sold(self):
        self.order.action_complete()
        self._invoice(self.order).action_post()
        values = {"fsm_sold_by_id": self.sale_line.id}
        for user in (self.timekeeper, self.plain_dispatcher, self.clerk):
            user.group_ids |= self.env.ref("hr_timesheet.group_hr_timesheet_approver")
            with (
                self.subTest(user=user.login),
                self.assertRaisesRegex(AccessError, "known by the billing ledger"),
            ):
                self._rpc(user, self.time, "write", values)
            with (
                self.subTest(user=user.login, how="create"),
                self.assertRaisesRegex(AccessError, "known by the billing ledger"),
            ):
                time = self._get_time_values(employee_id=self.tech.id)
                self._rpc(user, self.time.browse(), "create", [{**time, **values}])
        self.assertFalse(self.time.fsm_sold_by_id)

    def test_sale_line_of_time_on_no_order_is_odoos_own_business(self):
        values = self._get_time_values(fsm_order_id=False)
        [time_id] = self._rpc(self.technician, self.time.browse(), "create", [values])
        time = self.time.browse(time_id)
        self._rpc(self.technician, time, "write", {"so_line": self.sale_line.id})
        self.assertEqual(time.so_line, self.sale_line)

    # --- parts ---
    def test_storekeeper_does_not_say_how_parts_are_charged(self):
        storekeeper = self._create_role("storekeeper", "stock.group_stock_user")
        part = self.order.part_ids
        with self.assertRaisesRegex(AccessError, "says how work is charged"):
            self._rpc(storekeeper, part, "write", {"billing_mode": "not_billed"})

    def test_storekeeper_delivers_the_rest_of_parts_under_warranty(self):
        storekeeper = self._create_role("storekeeper", "stock.group_stock_user")
        places = {
            "location_id": self.warehouse.lot_stock_id.id,
            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
        }
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "fsm_order_id": self.order.id,
                **places,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.pump.id,
                            "product_uom_qty": 5,
                            **places,
                        }
                    )
                ],
            }
        )
        picking.move_ids.billing_mode = "warranty"
        picking.action_confirm()
        picking = picking.with_user(storekeeper)
        picking.move_ids.quantity = 2
        picking.move_ids.picked = True
        picking._action_done()
        rest = picking.backorder_ids.move_ids
        self.assertEqual(rest.billing_mode, "warranty")
        back = self._return_part(picking.move_ids.with_user(storekeeper), 1)
        self.assertEqual(back.billing_mode, "warranty")

    # --- orders and sites ---
    def _get_payers(self):
        """:return: list of (record, field that says who pays, another value)"""
        other = self.env["res.partner"].create({"name": "Somebody else"})
        site = self._create_site("Bakery", other)
        order_type = self.env["fsm.order.type"].create({"name": "Lifts"})
        return [
            (self.site, "owner_id", other.id),
            (self.site, "bill_to_id", other.id),
            (self.site, "partner_id", other.id),
            (self.site, "inventory_location_id", self.warehouse.lot_stock_id.id),
            (self.site, "parent_id", site.id),
            (self.order, "sale_id", self.sale.id),
            (self.order, "sale_line_id", self.sale_line.id),
            (self.order, "location_id", site.id),
            (self.order, "type", order_type.id),
            (self.customer, "fsm_billing_policy_id", self.policy.id),
        ]

    def test_technician_changes_no_payer_of_work_that_began(self):
        self.technician.group_ids |= self.env.ref("base.group_partner_manager")
        for record, name, value in self._get_payers():
            with (
                self.subTest(model=record._name, field=name),
                self.assertRaisesRegex(AccessError, "Only dispatchers|Ask a dispatch"),
            ):
                self._rpc(self.technician, record, "write", {name: value})

    def test_dispatcher_changes_the_payer(self):
        self.plain_dispatcher.group_ids |= self.env.ref("base.group_partner_manager")
        for record, name, value in self._get_payers():
            with self.subTest(model=record._name, field=name):
                self._rpc(self.plain_dispatcher, record, "write", {name: value})
                self.assertEqual(record[name].id, value)

    def test_technician_corrects_the_site_before_work_begins(self):
        order = self._create_order(hours=0, parts=0, done=False)
        site = self._create_site("Bakery", self.customer)
        self._rpc(self.technician, order, "write", {"location_id": site.id})
        self.assertEqual(order.location_id, site)

    def test_technician_makes_no_contact_with_a_billing_policy(self):
        self.technician.group_ids |= self.env.ref("base.group_partner_manager")
        partners = self.env["res.partner"]
        values = {"name": "Friend"}
        policy = self.policy.id
        with self.assertRaisesRegex(AccessError, "Only dispatchers"):
            self._rpc(
                self.technician,
                partners,
                "create",
                [{**values, "fsm_billing_policy_id": policy}],
            )
        with self.assertRaisesRegex(AccessError, "Only dispatchers"):
            self._rpc(
                self.technician,
                partners,
                "create",
                [values],
                default_fsm_billing_policy_id=policy,
            )
        self._rpc(self.technician, partners, "create", [values])

    # --- a technician's day, on the screens ---
    def test_technician_works_on_the_form_of_the_order(self):
        order = self._create_order(hours=0, parts=0, done=False)
        self.env.invalidate_all()
        with Form(order.with_user(self.technician)) as form:
            form.resolution = "<p>Pump replaced</p>"
            form.travel_distance = 12
            with form.timesheet_ids.new() as line:
                line.name = "Pump replaced"
                line.project_id = self.project
                line.unit_amount = 1.5
        order.with_user(self.technician).action_complete()
        self.assertEqual(order.billing_status, "to_invoice")
        form = Form(order.with_user(self.technician))
        with form.timesheet_ids.edit(0) as line:
            line.unit_amount = 2
        form.save()
        self.assertEqual(order.timesheet_ids.qty_to_bill, 2)

    def test_technician_logs_on_the_forms_of_timesheets(self):
        for view in (
            "hr_timesheet.timesheet_view_form_user",
            "hr_timesheet.hr_timesheet_line_form",
        ):
            with self.subTest(view=view):
                times = self.env["account.analytic.line"].with_user(self.technician)
                with Form(
                    times.with_context(
                        default_fsm_order_id=self.order.id,
                        default_project_id=self.project.id,
                        is_timesheet=1,
                    ),
                    view,
                ) as form:
                    form.name = "Visit"
                    form.unit_amount = 1
                time = form.save()
                self.assertEqual(time.fsm_order_id, self.order)
                with Form(time, view) as form:
                    form.unit_amount = 2
                self.assertEqual(time.qty_to_bill, 2)
