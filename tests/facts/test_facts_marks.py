from contextlib import closing

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ...models.facts.values import Units
from ..analysis_common import AnalysisCommon


@tagged("post_install", "-at_install")
class TestFactsMarks(AnalysisCommon):
    """Whatever changes what the analysis says is read at once, whoever changes it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.detail = "product"
        cls.fee = cls._create_service("Fee", 30.0)
        cls.lea = cls.env["hr.employee"].create({"name": "Lea", "hourly_cost": 35.0})
        cls.other_site = cls._create_site("Other side of the world", cls.customer)
        cls.other_site.tz = "Pacific/Kiritimati"
        cls.other_customer = cls.customer.copy({"name": "Other customer"})
        cls.draft_order = cls._create_order(hours=2, parts=2)
        cls._log_hours(cls.draft_order, 1, cls.lea)
        cls.posted_order = cls._create_order(hours=3, parts=1)
        cls._add_charge(cls.posted_order, cls.fee, quantity=2)
        cls.open_order = cls._create_order(hours=1, parts=1)
        cls._add_charge(cls.open_order, cls.fee, quantity=1)

    def setUp(self):
        super().setUp()
        self.draft = self._invoice(self.draft_order)
        self.posted = self._post_invoice(self.posted_order)
        credited = self._create_order(hours=4, parts=2)
        self.credited = self._post_invoice(credited)
        self.credit = self._confirm(self.credited, {self.pump: 1})
        self.credit.button_draft()
        self.quoted_order, self.quoted = self._post_quotation()
        self._refresh()

    def _read_stored(self):
        self.env.flush_all()
        report, fact = self.env["fsm.billing.report"], self.env["fsm.billing.fact"]
        rows = report._get_rows_sql(fact._get_fresh_sql(Units()))
        live = report._get_rows_sql(report._get_work_sql())
        return [
            self.env.execute_query(SQL("SELECT * FROM (%s) AS r ORDER BY id", query))
            for query in (rows, live)
        ]

    def _check(self, **changes):
        """Check each change by itself: it makes stored rows wrong, and all is right."""
        for name, change in changes.items():
            with (
                self.subTest(change=name),
                closing(self.env.cr.savepoint()) as savepoint,
            ):
                change()
                stored, live = self._read_stored()
                self.assertNotEqual(stored, live, "no row says anything of it")
                if self._get_stale() is not None:
                    self.assertEqualsLive()
                self._refresh()
                self.assertFalse(self._get_stale())
                self.assertEqualsLive()
                savepoint.rollback()
            self.env.invalidate_all(flush=False)

    def _update(self, line, **vals):
        line.move_id.write({"invoice_line_ids": [Command.update(line.id, vals)]})

    # --- documents ---
    def test_documents(self):
        draft, posted = self.draft, self.posted
        self._check(
            confirm=draft.action_post,
            reset=posted.button_draft,
            cancel=draft.button_cancel,
            delete=draft.unlink,
            day=lambda: draft.write({"invoice_date": "2026-03-01"}),
            customer=lambda: draft.sudo().write({"partner_id": self.other_customer.id}),
            credit=self.credit.action_post,
            credit_in_full=lambda: self._confirm(posted),
            credit_of_price=lambda: self._confirm(posted, {self.pump: (10, "price")}),
            credit_deleted=self.credit.unlink,
        )

    def test_lines(self):
        line = self._product_lines(self.draft)[0]
        by_hand = {"name": "By hand", "quantity": 1, "price_unit": 5}
        self._check(
            price=lambda: self._update(line, price_unit=77),
            quantity=lambda: self._update(line, quantity=1.5),
            words=lambda: self._update(line, name="Other words"),
            product=lambda: line.sudo().write({"product_id": self.fee.id}),
            added=lambda: self.draft.write(
                {"invoice_line_ids": [Command.create(by_hand)]}
            ),
            removed=lambda: self.draft.write(
                {"invoice_line_ids": [Command.delete(line.id)]}
            ),
            added_to_a_credit=lambda: self.credit.write(
                {"invoice_line_ids": [Command.create(by_hand)]}
            ),
        )

    def test_links(self):
        def execute(query, *values):
            self.env.flush_all()
            self.env.cr.execute(query, values)

        line_ids = tuple(self.draft.invoice_line_ids.ids)
        sold = self.quoted.invoice_line_ids.filtered("sale_line_ids")
        [sale_line] = sold.sale_line_ids
        own = self._product_lines(self.draft)[0]
        self._check(
            line_of_an_order=lambda: (
                execute(
                    "DELETE FROM fsm_order_account_move_line_rel"
                    " WHERE account_move_line_id IN %s",
                    line_ids,
                )
                or execute(
                    "DELETE FROM account_move_fsm_order_rel WHERE account_move_id = %s",
                    self.draft.id,
                )
            ),
            line_of_a_quotation=lambda: execute(
                "DELETE FROM sale_order_line_invoice_rel WHERE invoice_line_id = %s",
                sold.id,
            ),
            added_to_a_quotation=lambda: (
                execute("DELETE FROM fsm_billing_entry WHERE move_line_id = %s", own.id)
                or execute(
                    "INSERT INTO sale_order_line_invoice_rel (invoice_line_id,"
                    " order_line_id) VALUES (%s, %s)",
                    own.id,
                    sale_line.id,
                )
            ),
            entry=lambda: execute(
                "UPDATE fsm_billing_entry SET kind = 'reopen' WHERE move_id = %s",
                self.credited.id,
            ),
            origin=lambda: execute(
                "UPDATE account_move_line SET fsm_credited_line_id = NULL"
                " WHERE move_id = %s",
                self.credit.id,
            ),
        )

    def test_quotation(self):
        self._check(
            reset=self.quoted.button_draft,
            more_work=lambda: self._log_hours(self.quoted_order, 1),
            day=lambda: (
                self.quoted.button_draft()
                or self.quoted.write({"invoice_date": "2026-03-01"})
            ),
        )

    # --- work ---
    def test_work(self):
        order = self.open_order
        hours, part, charge = order.timesheet_ids, order.part_ids, order.charge_ids
        self._check(
            hours_logged=lambda: self._log_hours(order, 1),
            hours_changed=lambda: hours.write({"unit_amount": 5}),
            hours_deleted=hours.unlink,
            hours_moved=lambda: hours.write({"fsm_order_id": self.posted_order.id}),
            hours_of_another=lambda: hours.write({"employee_id": self.lea.id}),
            hours_of_another_day=lambda: hours.write({"date": "2026-01-01"}),
            mode=lambda: hours.write({"billing_mode": "warranty"}),
            part_used=lambda: self._use_part(order, 1),
            part_returned=lambda: self._return_part(part),
            part_of_another_value=lambda: part.sudo().write({"value": 7}),
            charge_added=lambda: self._add_charge(order, self.fee, quantity=1),
            charge_changed=lambda: charge.write({"quantity": 3}),
            charge_deleted=charge.unlink,
            first_of_an_order=self._create_order,
        )

    def test_billed_work(self):
        def cost():
            self.posted_order.timesheet_ids.sudo().write({"amount": -9})

        def mode():
            self.env.cr.execute(
                "UPDATE account_analytic_line SET billing_mode = 'warranty'"
                " WHERE fsm_order_id = %s",
                [self.posted_order.id],
            )

        def value():
            self.posted_order.part_ids.sudo().write({"value": 7})

        self._check(cost=cost, mode=mode, value=value)

    # --- orders ---
    def test_orders(self):
        cancelled = self.env["fsm.order"]._get_cancelled_stage_id()
        order = self.open_order
        self._set_time_of_parts()
        self._check(
            payer=lambda: order.write({"bill_to_id": self.other_customer.id}),
            cancelled=lambda: order.write({"stage_id": cancelled}),
            site=lambda: self._move_to(order, self.other_site),
            site_of_billed_work=lambda: self._move_to(
                self.posted_order, self.other_site
            ),
        )

    def _set_time_of_parts(self):
        """Deliver in the evening of the far side of the world."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_move SET date = '2026-01-05 11:30' WHERE fsm_order_id > 0"
        )
        self._refresh()

    def _move_to(self, order, site):
        """Say that it was on another site: there it was another day."""
        self.env.cr.execute(
            "UPDATE fsm_order SET location_id = %s WHERE id = %s", [site.id, order.id]
        )

    # --- what rarely changes ---
    def test_time_zones(self):
        def calendar():
            hours = self.env["resource.calendar"].create({"name": "Shifts"})
            self.env.flush_all()
            self._refresh()
            self.site.calendar_id = hours
            self.env.flush_all()
            self._refresh()
            hours.tz = "Pacific/Kiritimati"

        company = self.company
        self.site.tz = False
        self.site.calendar_id = False
        company.partner_id.tz = False
        self._set_time_of_parts()
        self._check(
            site=lambda: self.site.write({"tz": "Pacific/Kiritimati"}),
            calendar=calendar,
            company=lambda: company.partner_id.write({"tz": "Pacific/Kiritimati"}),
            week=lambda: company.resource_calendar_id.write(
                {"tz": "Pacific/Kiritimati"}
            ),
        )

    def test_owners_and_units(self):
        parent = self.customer.copy({"name": "Group"})
        hour = self.env.ref("uom.product_uom_hour")
        self._check(
            parent=lambda: self.customer.write({"parent_id": parent.id}),
            factor=lambda: (
                self.env.cr.execute(
                    "UPDATE uom_uom SET factor = factor * 2 WHERE id = %s",
                    [self.env.ref("uom.product_uom_day").id],
                )
                or self.env.cr.execute(
                    "UPDATE account_analytic_line SET product_uom_id = %s"
                    " WHERE fsm_order_id = %s",
                    [self.env.ref("uom.product_uom_day").id, self.open_order.id],
                )
            ),
            unit=lambda: self.env.cr.execute(
                "UPDATE product_template SET uom_id = %s WHERE id = %s",
                [hour.id, self.pump.product_tmpl_id.id],
            ),
        )

    def test_currency_is_rounded_otherwise(self):
        self.company.currency_id.sudo().rounding = 0.001
        self.env.flush_all()
        self.assertIsNone(self._get_stale())
