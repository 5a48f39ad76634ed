from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..analysis_common import AnalysisCommon


@tagged("post_install", "-at_install")
class TestAnalysis(AnalysisCommon):
    """The rows of the analysis, document by document."""

    def test_rows_are_read_without_compiling_their_query(self):
        # as in a PostgreSQL that nobody has configured
        self.env.cr.execute("SET LOCAL jit = on")
        self._sums(self._create_order(), "kind")
        self.env.cr.execute("SHOW jit")
        self.assertEqual(self.env.cr.fetchone(), ("off",))

    # --- invoices ---
    def test_invoice_of_hours_and_parts(self):
        order = self._create_order(hours=2, parts=3)
        self._post_invoice(order)
        self.assertEqual(
            self._sums(order, "kind"),
            {"labor": (2, 2, 0, 120, 50), "parts": (3, 3, 0, 300, 120)},
        )
        self.assertEqualsBooks()

    def test_row_says_whose_work_it_is(self):
        worker = self.env["fsm.person"].create({"name": "Marc"})
        order_type = self.env["fsm.order.type"].create({"name": "Repair"})
        order = self._create_order(
            hours=2, parts=0, type=order_type.id, person_id=worker.id
        )
        order.timesheet_ids.date = "2026-01-05"
        invoice = self._post_invoice(order)
        self.assertRecordValues(
            self._rows(order),
            [
                {
                    "state": "posted",
                    "kind": "labor",
                    "billing_mode": "billable",
                    "move_type": "out_invoice",
                    "move_id": invoice.id,
                    "date": invoice.invoice_date,
                    "work_date": fields.Date.to_date("2026-01-05"),
                    "partner_id": self.customer.id,
                    "location_id": self.site.id,
                    "employee_id": self.marc.id,
                    "person_id": worker.id,
                    "order_type_id": order_type.id,
                    "product_id": self.labor.id,
                    "categ_id": self.labor.categ_id.id,
                    "company_id": self.company.id,
                    "currency_id": self.company.currency_id.id,
                    "margin": 70,
                }
            ],
        )
        self.assertAlmostEqual(self._rows(order).margin_rate, 70 / 120)

    def test_customer_is_the_company_of_the_contact_billed(self):
        contact = self.env["res.partner"].create(
            {"name": "Accounts", "parent_id": self.customer.id, "type": "invoice"}
        )
        order = self._create_order(bill_to_id=contact.id)
        self.assertEqual(self._rows(order).partner_id, self.customer)
        invoice = self._post_invoice(order)
        self.assertEqual(invoice.partner_id, contact)
        self.assertEqual(self._rows(order).partner_id, self.customer)

    def test_technicians_on_a_line_share_it_to_the_cent(self):
        self.policy.detail = "product"
        self.labor.lst_price = 33.33
        order = self._create_order(hours=1, parts=0, done=False)
        self._log_hours(order, 1, self.lea)
        self._log_hours(order, 1, self.marc)
        order.action_complete()
        invoice = self._invoice(order)
        self._product_lines(invoice).discount = 10
        invoice.action_post()
        rows = self._rows(order)
        # 89.99 in all: the last one takes the rest
        self.assertEqual(rows.mapped("revenue"), [30.0, 30.0, 29.99])
        self.assertEqual(rows.mapped("employee_id"), self.marc | self.lea)
        self.assertEqual(
            self._sums(order, "employee_id"),
            {self.marc: (2, 2, 0, 59.99, 50), self.lea: (1, 1, 0, 30, 30)},
        )
        self.assertEqualsBooks()

    def test_rounded_time_is_billed_as_printed(self):
        self.policy.labor_rounding = 0.5
        order = self._create_order(hours=1.2, parts=0)
        self._post_invoice(order)
        self.assertEqual(self._sums(order, "kind"), {"labor": (1.2, 1.5, 0, 90, 30)})

    def test_time_counts_in_hours_whatever_bills_it(self):
        day = self._create_service(
            "Day",
            400.0,
            uom_id=self.env.ref("uom.product_uom_day").id,
            taxes_id=[Command.clear()],
        )
        self.policy.labor_product_id = day
        order = self._create_order(hours=4, parts=0)
        self._post_invoice(order)
        self.assertEqual(
            self._sums(order, "uom_id"),
            {self.env.ref("uom.product_uom_hour"): (4, 4, 0, 200, 100)},
        )

    def test_time_billed_in_other_units_keeps_them(self):
        visit = self._create_service(
            "Visit",
            80.0,
            uom_id=self.env.ref("uom.product_uom_unit").id,
            taxes_id=[Command.clear()],
        )
        order = self._create_order(hours=2, parts=0)
        invoice = self._invoice(order)
        line = self._product_lines(invoice)
        line.product_id = visit
        line.write({"quantity": 1, "price_unit": 80})
        invoice.action_post()
        self.assertEqual(self._sums(order, "kind"), {"labor": (2, 1, 0, 80, 50)})

    def test_parts_count_in_the_unit_of_the_product(self):
        order = self._create_order(hours=0, parts=0, done=False)
        self._use_part(order, 2, unit=self.env.ref("uom.product_uom_dozen"))
        order.action_complete()
        self._post_invoice(order)
        self.assertEqual(
            self._sums(order, "uom_id"),
            {self.pump.uom_id: (24, 24, 0, 2400, 960)},
        )

    def test_work_under_warranty_costs_and_brings_nothing(self):
        order = self._create_order(hours=1, parts=0)
        order.timesheet_ids.billing_mode = "warranty"
        self._use_part(order, 1)
        self._post_invoice(order)
        self.assertEqual(
            self._sums(order, "billing_mode"),
            {"warranty": (1, 1, 0, 0, 25), "billable": (1, 1, 0, 100, 40)},
        )

    def test_parts_that_net_to_nothing_on_a_line(self):
        order = self._create_order(hours=1, parts=0, done=False)
        move = self._use_part(order, 2)
        self._return_part(move, 1)
        order.action_complete()
        invoice = self._invoice(order)
        line = self._line(invoice, self.pump)
        self.assertEqual(len(line.sudo().fsm_billing_entry_ids), 2)
        invoice.action_post()
        self.assertEqual(self._sums(order, "kind")["parts"], (1, 1, 0, 100, 40))
        self.assertEqual(
            sorted(self._rows(order, ("kind", "=", "parts")).mapped("revenue")),
            [-100, 200],
        )
        self.assertEqualsBooks()

    # --- other lines ---
    def test_lines_added_by_hand_belong_to_the_order_of_the_invoice(self):
        order = self._create_order(hours=1, parts=0)
        invoice = self._invoice(order)
        invoice.invoice_line_ids = [
            Command.create({"name": "Discount", "quantity": 1, "price_unit": -7.5}),
            Command.create({"display_type": "line_note", "name": "Thank you"}),
        ]
        invoice.action_post()
        self.assertEqual(
            self._sums(order, "kind"),
            {"labor": (1, 1, 0, 60, 25), "other": (0, 1, 0, -7.5, 0)},
        )
        self.assertEqualsBooks()

    def test_goods_added_by_hand_cost_what_the_invoice_booked(self):
        self.pump.categ_id.property_valuation = "real_time"
        order = self._create_order(hours=1, parts=0)
        invoice = self._invoice(order)
        invoice.invoice_line_ids = [
            Command.create({"product_id": self.pump.id, "quantity": 2})
        ]
        self.assertEqual(self._sums(order, "kind")["other"], (0, 2, 0, 200, 0))
        invoice.action_post()
        self.assertEqual(self._sums(order, "kind")["other"], (0, 2, 0, 200, 80))

    def test_cash_rounding_is_in(self):
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "5 cents",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "profit_account_id": self.company_data["default_account_revenue"].id,
                "loss_account_id": self.company_data["default_account_expense"].id,
            }
        )
        self.labor.lst_price = 60.03
        order = self._create_order(hours=1, parts=0)
        invoice = self._invoice(order)
        invoice.invoice_cash_rounding_id = rounding
        invoice.action_post()
        self.assertTrue(
            invoice.line_ids.filtered(lambda line: line.display_type == "rounding")
        )
        self.assertIn("other", self._sums(order, "kind"))
        self.assertEqualsBooks()

    def test_invoice_of_several_orders(self):
        self.policy.grouping = "customer"
        site = self._create_site("Roof", self.customer)
        orders = self._create_order() | self._create_order(
            hours=1, parts=2, location_id=site.id
        )
        orders.with_user(self.clerk).action_create_invoice()
        invoice = orders.invoice_lines.move_id.with_user(self.clerk)
        invoice.invoice_line_ids = [
            Command.create({"name": "Discount", "quantity": 1, "price_unit": -20})
        ]
        invoice.action_post()
        first, second = orders
        self.assertEqual(
            self._sums(orders, "order_id"),
            {first: (3, 3, 0, 220, 90), second: (3, 3, 0, 260, 105)},
        )
        self.assertEqual(self._sums(orders, "location_id")[site][3], 260)
        rows = self.report.search([("move_id", "=", invoice.id)])
        # it is of both, and of no one alone
        shared = rows.filtered(lambda row: not row.order_id)
        self.assertEqual(shared.mapped("revenue"), [-20])
        self.assertEqualsBooks()

    # --- currencies ---
    def test_foreign_currency_is_booked_in_that_of_the_company(self):
        euro = self.setup_other_currency(
            "EUR", rates=[("2016-01-01", 3.0), ("2026-02-01", 1.6)]
        )
        self.customer.property_product_pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )
        self.policy.detail = "product"
        order = self._create_order(hours=2, parts=3, done=False)
        self._log_hours(order, 1.3, self.lea)
        order.action_complete()
        invoice = self._invoice(order)
        invoice.invoice_date = "2026-01-10"
        invoice.action_post()
        self.assertEqual(invoice.currency_id, euro)
        self.assertNotEqual(invoice.amount_untaxed, invoice.amount_untaxed_signed)
        rows = self._rows(order)
        self.assertEqual(rows.currency_id, self.company.currency_id)
        self.assertAlmostEqual(
            sum(rows.mapped("revenue")), invoice.amount_untaxed_signed
        )
        self.assertEqualsBooks()
        credit = self._confirm(
            invoice, {self.labor: (1.3, "bill_again"), self.pump: (1, "refund")}
        )
        again = self._post_invoice(order)  # at another rate
        moves = invoice | credit | again
        self.assertLess(credit.amount_untaxed_signed, 0)
        rows = self._rows(order, ("state", "=", "posted"))
        self.assertEqual(rows.move_id, moves)
        self.assertAlmostEqual(
            sum(rows.mapped("revenue")), sum(moves.mapped("amount_untaxed_signed"))
        )
        self.assertEqualsBooks()

    # --- quotations ---
    def test_quotation_has_the_cost_of_the_work_it_includes(self):
        order, invoice = self._post_quotation()
        self.assertEqual(
            self._sums(order, "kind", ("state", "=", "posted")),
            {"quotation": (0, 4, 0, 240, 0), "labor": (1, 0, 0, 0, 25)},
        )
        self.assertEqual(self._rows(order).move_id, invoice)
        self.assertEqualsBooks()

    def test_work_of_a_quotation_waits_for_its_invoice(self):
        order, invoice = self._post_quotation()
        invoice.button_draft()
        self.assertEqual(set(self._rows(order).mapped("state")), {"draft"})
        invoice.button_cancel()
        self.assertRecordValues(
            self._rows(order), [{"state": "none", "kind": "labor", "cost": 25}]
        )

    # --- states ---
    def test_draft_is_told_apart(self):
        order = self._create_order()
        self._invoice(order)
        self.assertEqual(self._sums(order, "state"), {"draft": (3, 3, 0, 220, 90)})
        self.assertEqualsBooks()

    def test_cancelled_invoice_is_left_out_and_its_work_is_not_invoiced(self):
        order = self._create_order()
        invoice = self._post_invoice(order)
        invoice.button_draft()
        invoice.button_cancel()
        self.assertEqual(self._sums(order, "state"), {"none": (3, 0, 0, 0, 90)})
        self.assertEqualsBooks()

    def test_work_not_invoiced_costs_already(self):
        order = self._create_order(hours=2, parts=1)
        order.timesheet_ids.billing_mode = "not_billed"
        self._post_invoice(order)
        self.assertEqual(
            self._sums(order, "state"),
            {"posted": (1, 1, 0, 100, 40), "none": (2, 0, 0, 0, 50)},
        )
        [row] = self._rows(order, ("state", "=", "none"))
        self.assertRecordValues(
            row,
            [
                {
                    "move_id": False,
                    "partner_id": self.customer.id,
                    "employee_id": self.marc.id,
                    "date": fields.Date.today(),
                    "billing_mode": "not_billed",
                }
            ],
        )

    def test_work_of_a_cancelled_order_is_recorded_and_never_billed(self):
        order = self._create_order(hours=2, parts=1, done=False)
        kept = self._create_order(hours=3, parts=0, done=False)
        order.action_cancel()
        orders = order | kept
        self.assertEqual(
            self._sums(orders, "billing_mode"),
            {"not_billed": (3, 0, 0, 0, 90), "billable": (3, 0, 0, 0, 75)},
        )
        [[waiting]] = self.env.execute_query(
            SQL(
                """
                SELECT SUM(line.unit_amount)
                  FROM account_analytic_line AS line
                  JOIN fsm_order ON fsm_order.id = line.fsm_order_id
                  JOIN fsm_stage AS stage ON stage.id = fsm_order.stage_id
                 WHERE fsm_order.id IN %s AND stage.is_closed IS NOT TRUE
                """,
                tuple(orders.ids),
            )
        )
        [[billable]] = self.report._read_group(
            [
                ("order_id", "in", orders.ids),
                ("state", "=", "none"),
                ("billing_mode", "=", "billable"),
            ],
            [],
            ["qty_recorded:sum"],
        )
        self.assertEqual(billable, waiting)

    def test_work_of_an_order_without_a_stage_is_not_invoiced_yet(self):
        order = self._create_order(done=False)
        order.stage_id = False
        self.assertEqual(self._sums(order, "billing_mode")["billable"][0], 3)

    # --- screens ---
    def test_margin_of_a_group_is_weighed_by_its_revenue(self):
        order = self._create_order(hours=1, parts=1)
        self._post_invoice(order)
        [[rate]] = self.report._read_group(
            [("order_id", "=", order.id)], [], ["margin_rate:avg"]
        )
        self.assertAlmostEqual(rate, (160 - 65) / 160)

    def test_row_opens_its_invoice_or_its_order(self):
        order = self._create_order()
        action = self._rows(order)[0].action_open()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("fsm.order", order.id)
        )
        invoice = self._post_invoice(order)
        action = self._rows(order)[0].action_open()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("account.move", invoice.id)
        )

    def test_ids_of_rows_are_unique(self):
        order = self._create_order(hours=1, parts=1)
        self._log_hours(order, 2, self.lea)
        invoice = self._post_invoice(order)
        self._confirm(invoice, {self.pump: (10, "price")})
        self._create_order(hours=1, parts=1)
        self.env.flush_all()
        ids = self.report.search([]).ids
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(len(self.report.search([("id", "in", ids)])), len(ids))
