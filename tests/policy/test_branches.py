from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestBranches(InvoicingCommon):
    """A branch has neither books nor a policy of its own: it uses its company's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.company_id = cls.company
        cls.branch = cls.env["res.company"].create(
            {
                "name": "Branch",
                "parent_id": cls.company.id,
                "country_id": cls.company.country_id.id,
            }
        )
        cls.cr.precommit.run()  # Odoo shares the chart of accounts with it then
        companies = cls.company | cls.branch
        cls.env.user.company_ids |= companies
        cls.clerk.company_ids |= companies
        cls.env = cls.env(context={"allowed_company_ids": companies.ids})
        cls.env["fsm.team"].create({"name": "There", "company_id": cls.branch.id})
        cls.employee = cls.env["hr.employee"].create(
            {"name": "Eva", "company_id": cls.branch.id}
        )
        cls.branch_project = cls.project.with_company(cls.branch).copy(
            {"company_id": cls.branch.id}
        )

    def _create_branch_order(self):
        """:return: a done order of the branch, with two hours"""
        order = self._create_order(
            hours=0,
            parts=0,
            done=False,
            company_id=self.branch.id,
            project_id=self.branch_project.id,
        )
        self._log_hours(
            order,
            2,
            employee=self.employee,
            project_id=self.branch_project.id,
            company_id=self.branch.id,
        )
        order.action_complete()
        return order

    def test_branch_bills_in_the_books_of_its_company(self):
        order = self._create_branch_order()
        self.assertEqual(order.billing_policy_id, self.policy)
        for companies in ((self.branch,), (self.company, self.branch)):
            with self.env.cr.savepoint() as savepoint:
                invoice = (
                    order.with_user(self.clerk)
                    .with_context(
                        allowed_company_ids=[company.id for company in companies]
                    )
                    ._create_invoices()
                )
                self.assertEqual(invoice.company_id, self.branch)
                self.assertEqual(
                    invoice.journal_id, self.company_data["default_journal_sale"]
                )
                line = self._product_lines(invoice)
                self.assertEqual(line.tax_ids, self.tax_sale_a)
                self.assertEqual(
                    line.account_id, self.company_data["default_account_revenue"]
                )
                invoice.action_post()
                self.assertEqual(order.billing_status, "posted")
                self.assertEqual(order.amount_billed, 120)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_people_of_the_branch_may_read_the_policy(self):
        order = self._create_branch_order()
        self.env.invalidate_all()
        there = order.with_user(self.clerk).with_context(
            allowed_company_ids=self.branch.ids
        )
        self.assertEqual(there.billing_policy_id.name, "Test policy")

    def test_lock_of_the_company_holds_for_its_branch(self):
        order = self._create_branch_order()
        self.company.sudo().hard_lock_date = fields.Date.today()
        invoice = (
            order.with_user(self.clerk)
            .with_context(allowed_company_ids=self.branch.ids)
            ._create_invoices()
        )
        with self.assertRaises(UserError) as error:
            invoice.action_post()
        self.assertIn("Lock Date", str(error.exception))
        self.assertEqual(order.billing_status, "draft")

    def test_branch_and_company_in_one_batch(self):
        orders = self._create_branch_order() | self._create_order(hours=1, parts=0)
        moves = orders.with_user(self.clerk)._create_invoices()
        self.assertEqual(moves.mapped("company_id"), orders.mapped("company_id"))
        moves.action_post()
        self.assertEqual(set(orders.mapped("billing_status")), {"posted"})
