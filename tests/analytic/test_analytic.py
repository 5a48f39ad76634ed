from odoo.fields import Command
from odoo.tests import Form, tagged

from ..cost_common import CostCommon


@tagged("post_install", "-at_install")
class TestAnalytic(CostCommon):
    """An order's revenue stands on the analytic accounts on which its work costs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.project.account_id
        cls.key = str(cls.account.id)
        cls.plan = cls.env["account.analytic.plan"].create({"name": "Departments"})
        cls.maintenance = cls._create_account("Maintenance", cls.plan)

    @classmethod
    def _create_account(cls, name, plan, **values):
        return cls.env["account.analytic.account"].create(
            {"name": name, "plan_id": plan.id, **values}
        )

    def _create_model(self, account, **values):
        """Create a distribution model, as an accountant does."""
        self.env["account.analytic.distribution.model"].create(
            {
                "analytic_distribution": {str(account.id): 100},
                "company_id": self.company.id,
                **values,
            }
        )

    def _get_distributions(self, invoice):
        return self._product_lines(invoice).mapped("analytic_distribution")

    # --- which accounts ---
    def test_labor_and_parts_stand_on_the_account_of_the_project(self):
        invoice = self._invoice(self._create_order())
        self.assertEqual(self._get_distributions(invoice), [{self.key: 100}] * 2)

    def test_accounts_of_all_plans_of_the_project(self):
        self.project[self.plan._column_name()] = self.maintenance
        invoice = self._invoice(self._create_order(parts=0))
        self.assertEqual(
            self._get_distributions(invoice),
            [{f"{self.account.id},{self.maintenance.id}": 100}],
        )

    def test_order_without_project_takes_that_of_its_time(self):
        order = self._create_order(project_id=False)
        self.assertEqual(
            self._get_distributions(self._invoice(order)), [{self.key: 100}] * 2
        )

    def test_time_on_two_projects_does_not_decide(self):
        order = self._create_order(parts=0, project_id=False)
        self._log_hours(order, 1, project_id=self.project.copy().id)
        self.assertEqual(self._get_distributions(self._invoice(order)), [False])

    def test_each_order_on_one_invoice_has_its_own(self):
        self.policy.grouping = "customer"
        other = self.project.copy({"name": "Other"})
        other.account_id = self._create_account("Other", self.account.plan_id)
        orders = self._create_order(parts=0)
        orders |= self._create_order(parts=0, project_id=other.id)
        orders.with_user(self.clerk).action_create_invoice()
        self.assertEqual(
            self._get_distributions(orders.invoice_ids),
            [{self.key: 100}, {str(other.account_id.id): 100}],
        )

    def test_account_of_another_company_is_left_out(self):
        foreign = self.env["res.company"].create({"name": "Foreign"})
        order = self._create_order(parts=0)
        account = self._create_account(
            "There", self.account.plan_id, company_id=foreign.id
        )
        self.env.cr.execute(
            "UPDATE project_project SET account_id = %s WHERE id = %s",
            [account.id, self.project.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self._get_distributions(self._invoice(order)), [False])

    # --- beside distribution models ---
    def test_model_and_project_stand_side_by_side(self):
        self._create_model(self.maintenance, product_id=self.pump.id)
        invoice = self._invoice(self._create_order())
        self.assertEqual(
            self._get_distributions(invoice),
            [
                {self.key: 100},
                {f"{self.maintenance.id},{self.account.id}": 100},
            ],
        )

    def test_model_decides_for_its_own_plan(self):
        account = self._create_account("Pumps", self.account.plan_id)
        self._create_model(account, product_id=self.pump.id)
        invoice = self._invoice(self._create_order())
        self.assertEqual(
            self._get_distributions(invoice),
            [{self.key: 100}, {str(account.id): 100}],
        )

    def test_distribution_is_that_of_a_sale_with_the_same_project(self):
        self.project[self.plan._column_name()] = self.maintenance
        self._create_model(
            self._create_account("Pumps", self.account.plan_id),
            product_id=self.pump.id,
        )
        sale = self._create_sale(self.labor, self.pump, project_id=self.project.id)
        invoice = self._invoice(self._create_order())
        self.assertEqual(
            self._get_distributions(invoice),
            sale.order_line.mapped("analytic_distribution"),
        )

    # --- quotation ---
    def _create_quoted_order(self, **values):
        """:return: a done order with a quotation of one pump, and extra hours"""
        sale = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "fsm_location_id": self.site.id,
                "order_line": [Command.create({"product_id": self.pump.id, **values})],
            }
        )
        self.pump.invoice_policy = "order"
        sale.action_confirm()
        order = self._create_order(parts=0, done=False, sale_id=sale.id)
        order.timesheet_ids.fsm_is_extra = True
        order.action_complete()
        return order

    def test_quotation_keeps_its_own(self):
        distribution = {str(self.maintenance.id): 100}
        order = self._create_quoted_order(analytic_distribution=distribution)
        self.assertEqual(
            self._get_distributions(self._invoice_quoted(order)),
            [distribution, {self.key: 100}],
        )

    def _invoice_quoted(self, order):
        order.with_user(self.clerk).action_create_invoice()
        return order.invoice_ids

    def test_quotation_without_one_stands_where_the_order_costs(self):
        for invoice_from_order in (True, False):
            order = self._create_quoted_order()
            self.assertFalse(order.sale_id.order_line.analytic_distribution)
            if invoice_from_order:
                line = self._product_lines(self._invoice_quoted(order))[0]
            else:
                line = order.sale_id._create_invoices().invoice_line_ids
            self.assertEqual(line.sale_line_ids, order.sale_id.order_line)
            self.assertEqual(line.analytic_distribution, {self.key: 100})

    # --- the draft ---
    def test_what_the_clerk_changes_stays(self):
        invoice = self._invoice(self._create_order())
        own = {str(self.maintenance.id): 100}
        self._product_lines(invoice)[0].analytic_distribution = own
        with Form(invoice) as form:
            form.ref = "PO 12"
        invoice.action_post()
        self.assertEqual(self._get_distributions(invoice), [own, {self.key: 100}])

    def test_another_product_keeps_the_project(self):
        self._create_model(self.maintenance, product_id=self.standard.id)
        invoice = self._invoice(self._create_order(hours=0))
        with Form(invoice) as form, form.invoice_line_ids.edit(1) as line:
            line.product_id = self.standard
        (distribution,) = self._get_distributions(invoice)
        self.assertEqual(
            sorted(distribution.popitem()[0].split(",")),
            sorted([self.key, str(self.maintenance.id)]),
        )

    # --- the books ---
    def _get_balance(self):
        """:return: what all analytic lines of the account come to, by SQL"""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT COALESCE(SUM(amount), 0) FROM account_analytic_line "
            "WHERE account_id = %s",
            [self.account.id],
        )
        return float(self.env.cr.fetchone()[0])

    def test_revenue_meets_the_cost_of_labor_and_parts(self):
        order = self._create_order(hours=2, parts=0)
        self._use_part(order, 3, product=self.standard)
        self.assertEqual(self._get_balance(), -2 * 25)
        invoice = self._post_invoice(order)
        self.assertEqual(invoice.amount_untaxed, 2 * 60 + 3 * 100)
        self.assertEqual(self._get_balance(), 420 - 2 * 25 - 3 * 40)

    def test_reset_to_draft_takes_the_analytic_lines_back(self):
        order = self._create_order(hours=2)
        invoice = self._post_invoice(order)
        self.assertEqual(len(invoice.sudo().line_ids.analytic_line_ids), 2)
        invoice.button_draft()
        self.assertEqual(self._get_balance(), -50)
        # what the technician logged is still there
        self.assertEqual(order.timesheet_ids.qty_billed, 2)
        invoice.action_post()
        self.assertEqual(self._get_balance(), 220 - 50)

    def test_credit_note_leaves_the_cost_of_the_time(self):
        order = self._create_order(hours=2, parts=0)
        self._use_part(order, 3, product=self.standard)
        invoice = self._post_invoice(order)
        self._credit(invoice)
        self.assertEqual(self._get_balance(), -50)

    def test_partial_credit_takes_its_share(self):
        order = self._create_order(hours=2, parts=0)
        self._use_part(order, 3, product=self.standard)
        self._credit(self._post_invoice(order), {self.standard: 1})
        self.assertEqual(self._get_balance(), 120 + 200 - 50 - 80)
