from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged

from ...models.ledger.fsm_field_guard import MODULE
from ..common import InvoicingCommon

#: a value that is not the usual one, by type of field
OTHERS = {
    "boolean": True,
    "char": "Forged",
    "date": "2001-01-01",
    "datetime": "2001-01-01 00:00:00",
    "float": 77.0,
    "html": "<p>Forged</p>",
    "integer": 77,
    "json": [77],
    "monetary": 77.0,
    "text": "Forged",
}

#: fields that say ids of the record's own lines: another record has others
OWN_IDS = {"fsm_section_lines"}


@tagged("post_install", "-at_install")
class TestAccessFields(InvoicingCommon):
    """What is sent by RPC, or as a default, says no more than people may say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tech = cls.env["hr.employee"].create(
            {"name": "Tom", "user_id": cls.technician.id, "hourly_cost": 20.0}
        )
        cls.order = cls._create_order(hours=0, parts=1)
        cls.time = cls._log_hours(cls.order, 2, employee=cls.tech)

    def _rpc(self, user, record, method, *args, **context):
        """Call ``method`` as the web client of ``user`` does."""
        model = self.env[record._name].with_user(user)
        return call_kw(
            model, method, [*(record.ids and [record.ids]), *args], {"context": context}
        )

    def _is_only_computed(self, field):
        return bool(field.compute) and not field.inverse and field.readonly

    def _get_models(self):
        """:return: list of models with fields of ours that only we compute"""
        return [
            model
            for name in self.registry
            if (model := self.env[name])._auto
            and not model._abstract
            and any(
                MODULE in field._modules and self._is_only_computed(field)
                for field in model._fields.values()
            )
        ]

    # --- computed fields ---
    def test_all_models_with_fields_that_we_compute_are_guarded(self):
        models = self._get_models()
        self.assertGreater(len(models), 8)
        for model in models:
            ours = {
                name
                for name, field in model._fields.items()
                if MODULE in field._modules and self._is_only_computed(field)
            }
            with self.subTest(model=model._name):
                self.assertLessEqual(ours, model._get_computed_fields())

    def test_fields_of_the_host_that_we_compute_are_guarded(self):
        for model, name in (
            ("account.move", "fsm_order_ids"),
            ("fsm.order", "invoice_ids"),
            ("fsm.order", "delivery_count"),
        ):
            with self.subTest(model=model, field=name):
                self.assertIn(name, self.env[model]._get_computed_fields())

    def test_what_people_choose_is_not_guarded(self):
        for model, name in (
            ("account.analytic.line", "billing_mode"),
            ("account.analytic.line", "so_line"),
            ("fsm.order", "bill_to_id"),
            ("fsm.order", "charge_ids"),
            ("fsm.order.charge", "price_unit"),
            ("stock.move", "fsm_order_id"),
            ("fsm.credit.line", "qty_to_credit"),
        ):
            with self.subTest(model=model, field=name):
                self.assertNotIn(name, self.env[model]._get_computed_fields())

    def _get_record(self, model):
        """:return: a record of ``model`` to write on"""
        invoice = self.order.invoice_lines.move_id
        records = {
            "account.analytic.line": self.time,
            "account.move": invoice,
            "account.move.line": self._product_lines(invoice)[:1],
            "fsm.billing.entry": self.order.billing_entry_ids[:1],
            "fsm.order": self.order,
            "fsm.order.charge": self.order.charge_ids,
            "fsm.billing.run": self.run,
            "fsm.billing.run.file": self.run_file,
            "fsm.billing.run.line": self.run.line_ids,
            "sale.order": self._create_sale_line().order_id,
            "stock.move": self.order.part_ids,
        }
        if model._name in records:
            return records[model._name]
        if model._name in ("account.move.reversal", "fsm.credit.line"):
            if invoice.state != "posted":
                invoice = self._post_invoice(self._create_order())
            dialog = self._open_dialog(invoice)
            is_line = model._name == "fsm.credit.line"
            return dialog.fsm_credit_line_ids[:1] if is_line else dialog
        if model._name == "fsm.invoice.reset":
            return model.create({"move_id": invoice.id})
        if model._name == "fsm.billing.wizard":
            return model.with_context(active_ids=self.order.ids).create({})
        return model.search([], limit=1)

    def _get_other_value(self, field, record):
        """:return: a value to write that is another one than there is"""
        if field.type == "selection":
            values = field.get_values(self.env)
            return next(value for value in values if value != record[field.name])
        if field.type == "many2one":
            other = self.env[field.comodel_name].search(
                [("id", "!=", record[field.name].id)], limit=1
            )
            return other.id
        if field.type in ("one2many", "many2many"):
            return [Command.clear()]
        if field.type == "boolean":
            return not record[field.name]
        return OTHERS.get(field.type, False)

    def _create_charged_order(self):
        """:return: the draft invoice of an order with time, a part and a charge"""
        self.policy.callout_product_id = self._create_service("Call-out", 75.0)
        self.order = self._create_order(hours=0, parts=1)
        self.time = self._log_hours(self.order, 2, employee=self.tech)
        self.order._split_by_readiness()  # its report is missing
        runs = self.env["fsm.billing.run"].sudo()
        self.run = runs._start(self._create_order())
        files = self.env["fsm.billing.run.file"].sudo()  # sudo: so are they
        self.run_file = files.create({"run_id": self.run.id})
        return self._invoice(self.order)

    def test_no_computed_field_is_taken_on_write(self):
        self._create_charged_order().action_post()
        self._log_hours(self.order, 1)
        checked = 0
        for model in self._get_models():
            # sudo: nobody may read all of them
            record = self._get_record(model).sudo().ensure_one()
            for name in sorted(model._get_computed_fields()):
                field = record._fields[name]
                self.env.flush_all()
                before = record[name]
                value = self._get_other_value(field, record)
                with self.subTest(model=model._name, field=name):
                    record.write({name: value})
                    self.assertEqual(record[name], before)
                    self.env.flush_all()
                    self.env.invalidate_all()
                    self.assertEqual(record[name], before)
                checked += 1
        self.assertGreater(checked, 60)

    def _create_once(self, model, vals, **context):
        """:return: dict of what we compute on a new record, which is not kept

        As it is at once, and as it is when it is read again.
        """
        savepoint = self.env.cr.savepoint()
        record = model.with_context(**context).create([vals])
        self.env.flush_all()
        names = model._get_computed_fields()
        at_once = {name: record[name] for name in names}
        self.env.flush_all()
        self.env.invalidate_all()
        values = {name: (at_once[name], record[name]) for name in names}
        savepoint.close(rollback=True)
        self.env.invalidate_all()
        return values

    def test_no_computed_field_is_taken_on_create(self):
        invoice = self._create_charged_order()
        checked = 0
        for model in self._get_models():
            # sudo: nobody may create all of them
            record = self._get_record(model).sudo().ensure_one()
            forged = {
                name: self._get_other_value(record._fields[name], record)
                for name in model._get_computed_fields()
            }
            [vals] = record.copy_data()
            model = record.browse()
            if record._name == "fsm.billing.entry":
                vals["quantity"] = 0.0  # no more than there is
            if record._name == "fsm.billing.finding":
                vals["code"] = "photo"  # each once
            if record._name == "fsm.billing.run":
                vals["name"] = "Run"  # a copy has none
            expected = self._create_once(model, vals)
            defaults = {f"default_{name}": value for name, value in forged.items()}
            for how, taken in (
                ("create", self._create_once(model, {**vals, **forged})),
                ("default", self._create_once(model, vals, **defaults)),
            ):
                for name in forged.keys() - OWN_IDS:
                    with self.subTest(model=model._name, field=name, how=how):
                        self.assertEqual(taken[name], expected[name])
                        checked += 1
        self.assertGreater(checked, 120)
        self.assertEqual(invoice.state, "draft")

    def test_no_computed_field_has_a_default(self):
        self._create_charged_order()
        for model in self._get_models():
            record = self._get_record(model).sudo()
            names = sorted(model._get_computed_fields())
            defaults = {
                f"default_{name}": self._get_other_value(model._fields[name], record)
                for name in names
            }
            for asked in (record.browse(), model.with_user(self.technician)):
                if asked.has_access("create"):
                    with self.subTest(model=model._name, su=asked.env.su):
                        values = asked.with_context(**defaults).default_get(names)
                        self.assertFalse(values.keys() & set(names))

    def test_order_stays_to_invoice_whatever_is_sent(self):
        for values in (
            {"is_invoiceable": False},
            {"billing_status": "paid"},
            {"has_returns": True, "amount_to_bill": 0.0},
        ):
            self._rpc(self.technician, self.order, "write", values)
            self.env.flush_all()
            self.assertEqual(self.order.billing_status, "to_invoice")
        self._rpc(self.technician, self.time, "write", {"qty_to_bill": 0.0})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.order.billing_status, "to_invoice")

    def test_time_sent_with_figures_keeps_its_order_to_invoice(self):
        order = self._create_order(hours=0, parts=0)
        values = {
            "name": "Pump replaced",
            "project_id": self.project.id,
            "fsm_order_id": order.id,
            "unit_amount": 1.5,
        }
        forged = {"qty_to_bill": 0.0, "qty_billed": 1.5, "qty_recorded": 0.0}
        self._rpc(self.technician, self.time.browse(), "create", [{**values, **forged}])
        self.env.flush_all()
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertEqual(order.timesheet_ids.qty_to_bill, 1.5)

    def test_no_computed_field_is_taken_as_a_default(self):
        order = self._create_order(hours=0, parts=0)
        values = {
            "name": "Pump replaced",
            "project_id": self.project.id,
            "fsm_order_id": order.id,
            "unit_amount": 1.5,
        }
        forged = {"default_qty_to_bill": 0.0, "default_qty_billed": 1.5}
        self._rpc(self.technician, self.time.browse(), "create", [values], **forged)
        self.env.flush_all()
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertEqual(order.timesheet_ids.qty_to_bill, 1.5)

    def test_no_computed_field_is_taken_as_a_default_of_a_user(self):
        self.env["ir.default"].set("fsm.order", "billing_status", "paid")
        order = self.env["fsm.order"].create({"location_id": self.site.id})
        self.assertEqual(order.billing_status, "nothing")

    def test_clerk_does_not_untie_an_invoice_from_its_order(self):
        invoice = self._invoice(self.order)
        self._rpc(self.clerk, invoice, "write", {"fsm_order_ids": [Command.clear()]})
        self.assertEqual(invoice.fsm_order_ids, self.order)

    # --- what the engine writes ---
    def test_nobody_else_writes_what_the_engine_writes(self):
        invoice = self._post_invoice(self.order)
        line = self._product_lines(invoice)[0]
        sale_line = self._create_sale_line()
        for user, record, name, value in (
            (self.technician, self.time, "fsm_sold_by_id", sale_line.id),
            (self.dispatcher, self.time, "fsm_sold_by_id", sale_line.id),
            (self.clerk, line, "fsm_is_work_deleted", True),
            (self.clerk, line, "fsm_credited_line_id", line.id),
            (self.clerk, line, "fsm_replaced_line_id", line.id),
            (self.env.user, self.order.part_ids, "fsm_credit_line_id", line.id),
        ):
            with (
                self.subTest(user=user.login, field=name),
                self.assertRaises(AccessError),
            ):
                self._rpc(user, record, "write", {name: value})

    def _create_sale_line(self):
        sale = self._create_sale(self.labor)
        return sale.order_line

    def test_charge_of_the_policy_is_made_by_nobody_else(self):
        charges = self.env["fsm.order.charge"]
        values = {
            "fsm_order_id": self.order.id,
            "product_id": self.labor.id,
            "rule": "travel",
        }
        with self.assertRaises(AccessError):
            self._rpc(self.dispatcher, charges, "create", [values])
        values.pop("rule")
        self._rpc(self.dispatcher, charges, "create", [values], default_rule="travel")
        self.assertFalse(self.order.charge_ids.rule)

    def _create_line(self, **values):
        """Create a document with one line as the clerk, by RPC."""
        line = {"name": "Forged", "price_unit": 1.0, **values.pop("line")}
        return self._rpc(
            self.clerk,
            self.env["account.move"],
            "create",
            [
                {
                    "move_type": "out_refund",
                    "partner_id": self.customer.id,
                    "invoice_line_ids": [Command.create(line)],
                    **values,
                }
            ],
        )

    def test_new_line_credits_only_what_its_document_credits(self):
        invoice = self._post_invoice(self.order)
        line = self._product_lines(invoice)[0]
        forged = {"fsm_credited_line_id": line.id}
        for values in (
            {"line": forged},
            {"line": forged, "move_type": "out_invoice"},
            {"line": {"fsm_replaced_line_id": line.id}, "move_type": "out_invoice"},
            {"line": {"fsm_is_work_deleted": True}},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                self._create_line(**values)
        self._create_line(line=forged, reversed_entry_id=invoice.id)

    def test_technician_links_no_invoice_to_an_order(self):
        invoice = self.init_invoice("out_invoice", amounts=[100], post=True)
        line = self._product_lines(invoice)
        for user in (self.technician, self.dispatcher):
            for command in (Command.link(line.id), Command.set(line.ids)):
                with self.assertRaisesRegex(AccessError, "linked to service orders"):
                    self._rpc(user, self.order, "write", {"invoice_lines": [command]})
        values = {
            "location_id": self.site.id,
            "invoice_lines": [Command.link(line.id)],
        }
        with self.assertRaises(AccessError):
            self._rpc(self.dispatcher, self.order.browse(), "create", [values])
        self.assertEqual(self.order.billing_status, "to_invoice")

    def test_new_part_is_exchanged_for_none_of_another_order(self):
        storekeeper = self._create_role("storekeeper", "stock.group_stock_user")
        other = self._create_order(hours=0, parts=0)
        [part] = self.order.part_ids
        values = {
            "product_id": self.pump.id,
            "product_uom_qty": 1,
            "location_id": part.location_id.id,
            "location_dest_id": part.location_dest_id.id,
            "fsm_exchanged_move_id": part.id,
        }
        for forged in (
            {"fsm_order_id": other.id},
            {"fsm_order_id": self.order.id, "fsm_credit_line_id": 1},
        ):
            with self.subTest(values=forged), self.assertRaises(AccessError):
                self._rpc(storekeeper, part.browse(), "create", [{**values, **forged}])
        values["fsm_order_id"] = self.order.id
        [move_id] = self._rpc(storekeeper, part.browse(), "create", [values])
        with self.assertRaises(AccessError):
            self._rpc(
                storekeeper,
                part.browse(move_id),
                "write",
                {"fsm_exchanged_move_id": False},
            )

    # --- numbers ---
    def test_no_number_beyond_reason_is_taken(self):
        policy = self.policy
        charge = self._add_charge(self.order)
        numbers = (
            (self.order, "travel_distance"),
            (policy, "labor_rounding"),
            (policy, "labor_minimum"),
            (policy, "parts_markup"),
            (charge, "quantity"),
            (charge, "price_unit"),
            (charge, "discount"),
            (self.time, "unit_amount"),
            (self.order.part_ids, "quantity"),
        )
        for record, name in numbers:
            for number in ("nan", "inf", "-inf", 1e300):
                for value in (number, float(number)):
                    with (
                        self.subTest(field=name, value=value),
                        self.assertRaisesRegex(ValidationError, "ordinary number"),
                    ):
                        record.write({name: value})

    def test_all_numbers_of_ours_are_checked(self):
        for model in self._get_models():
            for name, field in model._fields.items():
                if (
                    field.type in ("float", "monetary")
                    and MODULE in field._modules
                    and not self._is_only_computed(field)
                ):
                    with self.subTest(model=model._name, field=name):
                        self.assertIn(name, model._get_number_fields())

    def test_no_number_beyond_reason_is_created(self):
        nan = float("nan")
        for call in (
            lambda: self.policy.copy({"labor_minimum": nan}),
            lambda: self.env["fsm.order"].create(
                {"location_id": self.site.id, "travel_distance": nan}
            ),
            lambda: (
                self.env["fsm.order"]
                .with_context(default_travel_distance=nan)
                .create({"location_id": self.site.id})
            ),
            lambda: self._log_hours(self.order, nan),
            lambda: (
                self.env["fsm.order"]
                .with_context(default_travel_distance=1e300)
                .default_get(["travel_distance"])
            ),
        ):
            with self.assertRaisesRegex(ValidationError, "ordinary number"):
                call()

    def test_ordinary_numbers_are_taken(self):
        self.order.travel_distance = 12.5
        self.order.travel_distance = False
        self.policy.write({"labor_rounding": "0.25", "labor_minimum": 1})
        self.assertEqual(self.policy.labor_rounding, 0.25)
        self._log_hours(self.order, 0, date=fields.Date.today())
