from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from .complete_common import CompleteValuesCommon


@tagged("post_install", "-at_install")
class TestCompleteAnalytic(CompleteValuesCommon):
    """The engine gives Odoo the analytic distribution that Odoo would compute."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # here: the columns of a plan stay in the registry until the class is done
        cls.plans = cls.env["account.analytic.plan"].create(
            [{"name": name} for name in ("Departments", "Regions", "Branches")]
        )

    def _create_account(self, plan):
        return self.env["account.analytic.account"].create(
            {"name": "Maintenance", "plan_id": plan.id}
        )

    def _create_distribution(self, plan=None, **values):
        account = self._create_account(plan or self.plans[0])
        self.env["account.analytic.distribution.model"].create(
            {
                "analytic_distribution": {str(account.id): 100},
                "company_id": self.company.id,
                **values,
            }
        )
        return {str(account.id): 100}

    def _get_distributions(self, moves):
        """:return: product, customer and accounts, except those of the project"""
        return [
            (line.product_id, line.move_id.partner_id, distribution)
            for line in self._product_lines(moves)
            if (distribution := self._without_project(line.analytic_distribution))
        ]

    def _without_project(self, distribution):
        own = str(self.project.account_id.id)
        shares = [distribution[key] for key in distribution if own in key.split(",")]
        self.assertEqual(sum(shares), 100)
        keys = {
            key: ",".join(part for part in key.split(",") if part != own)
            for key in distribution
        }
        return {keys[key]: share for key, share in distribution.items() if keys[key]}

    def test_distribution_of_a_customer(self):
        distribution = self._create_distribution(partner_id=self.customer.id)
        found = self._get_distributions(self._assert_same(self._create_work()))
        self.assertEqual(len(found), 4)
        self.assertTrue(
            all(item[1:] == (self.customer, distribution) for item in found)
        )

    def test_distribution_of_a_kind_of_customer(self):
        tag = self.env["res.partner.category"].create({"name": "Public"})
        self.customer.category_id = tag
        self._create_distribution(partner_category_id=tag.id)
        found = self._get_distributions(self._assert_same(self._create_work()))
        self.assertEqual({item[1] for item in found}, {self.customer})

    def test_distributions_of_products_and_accounts(self):
        account = self.copy_account(self.company_data["default_account_revenue"])
        account.code = "987654"
        self.valve.property_account_income_id = account
        by_product = self._create_distribution(product_id=self.pump.id)
        by_account = self._create_distribution(self.plans[1], account_prefix="9876")
        by_categ = self._create_distribution(
            self.plans[2], product_categ_id=self.labor.categ_id.id
        )
        found = self._get_distributions(self._assert_same(self._create_work()))
        values = {product: distribution for product, _partner, distribution in found}
        self.assertEqual(values[self.pump], {**by_product, **by_categ})
        self.assertEqual(values[self.valve], {**by_account, **by_categ})
        self.assertEqual(values[self.labor], by_categ)

    def test_criterion_of_another_module(self):
        self.customer.comment = "<p>public</p>"
        distribution = self._create_distribution(partner_id=False)
        Model = self.env.registry["account.analytic.distribution.model"]
        Line = self.env.registry["account.move.line"]
        get_arguments = Line._get_analytic_distribution_arguments
        get_distribution = Model._get_distribution

        def add_argument(line, plans):
            arguments = get_arguments(line, plans)
            return {**arguments, "note": line.partner_id.comment or ""}

        def add_criterion(models, vals):
            vals = dict(vals)
            is_public = "public" in vals.pop("note", "")
            return get_distribution(models, vals) if is_public else {}

        self.patch(Line, "_get_analytic_distribution_arguments", add_argument)
        self.patch(Model, "_get_distribution", add_criterion)
        found = self._get_distributions(self._assert_same(self._create_work()))
        self.assertEqual(len(found), 4)
        self.assertTrue(
            all(item[1:] == (self.customer, distribution) for item in found)
        )

    def test_distribution_of_the_sale_order_line(self):
        distribution = {str(self._create_account(self.plans[0]).id): 100}
        sale = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.pump.id,
                            "analytic_distribution": distribution,
                        }
                    )
                ],
            }
        )
        orders = self._create_work()
        Order = self.env.registry["fsm.order"]
        prepare = Order._prepare_invoice_line

        def of_sale(order, terms, line, *args):
            vals = prepare(order, terms, line, *args)
            if line.product == self.pump:
                vals["sale_line_ids"] = [Command.set(sale.order_line.ids)]
            return vals

        with patch.object(Order, "_prepare_invoice_line", of_sale):
            moves = self._assert_same(orders)
        line = moves.invoice_line_ids.filtered("sale_line_ids")
        self.assertEqual(line.product_id, self.pump)
        self.assertEqual(line.analytic_distribution, distribution)

    def test_projects_of_the_orders(self):
        orders = self._create_work()
        other = self.project.copy({"name": "Lifts"})
        orders[1].project_id = other
        moves = self._assert_same(orders)
        self.assertEqual(
            [
                {*self._product_lines(move).mapped("distribution_analytic_account_ids")}
                for move in moves
            ],
            [{*self.project.account_id}, {*other.account_id}],
        )

    def test_project_with_accounts_of_two_plans(self):
        region = self.plans[1]
        self.project[region._column_name()] = self._create_account(region)
        self._create_distribution(product_id=self.pump.id)
        moves = self._assert_same(self._create_work())
        keys = {
            len(key.split(","))
            for line in self._product_lines(moves)
            for key in line.analytic_distribution
        }
        self.assertEqual(keys, {2, 3})

    def test_model_of_the_plan_of_the_project(self):
        account = self.project.account_id.copy({"name": "Pumps"})
        self.env["account.analytic.distribution.model"].create(
            {
                "analytic_distribution": {str(account.id): 60},
                "product_id": self.pump.id,
                "company_id": self.company.id,
            }
        )
        moves = self._assert_same(self._create_work())
        line = self._product_lines(moves).filtered(
            lambda line: line.product_id == self.pump
        )
        self.assertEqual(line.analytic_distribution, {str(account.id): 60})

    def test_tax_that_is_a_cost_of_the_project(self):
        self.tax_sale_a.analytic = True
        moves = self._assert_same(self._create_work())
        taxes = moves.line_ids.filtered("tax_line_id")
        self.assertEqual(
            {repr(line.analytic_distribution) for line in taxes},
            {repr({str(self.project.account_id.id): 100.0})},
        )
