from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..companies_common import CompaniesCommon


@tagged("post_install", "-at_install")
class TestCompanies(CompaniesCommon):
    """Each order is billed in the books of its own company."""

    def test_order_of_the_other_company_while_this_one_is_active(self):
        order = self._create_other_order()
        invoice = self._as_clerk_of(order, self.company, self.other)._create_invoices()
        self._assert_in_books_of(invoice, self.other_data)
        self.assertEqual(invoice.amount_untaxed, 180)

    def test_order_of_this_company_while_the_other_one_is_active(self):
        order = self._create_order(hours=2, parts=0)
        invoice = self._as_clerk_of(order, self.other, self.company)._create_invoices()
        self._assert_in_books_of(invoice, self.company_data)
        self.assertEqual(invoice.amount_untaxed, 120)

    def test_one_call_across_companies(self):
        here = self._create_order(hours=2, parts=0)
        there = self._create_other_order()
        also_here = self._create_order(hours=1, parts=0)
        orders = self._as_clerk_of(here | there | also_here, self.other, self.company)
        moves = orders._create_invoices()
        self.assertEqual(len(moves), 3)
        for order, data in (
            (here, self.company_data),
            (there, self.other_data),
            (also_here, self.company_data),
        ):
            invoice = moves.filtered(lambda move, o=order: move.fsm_order_ids == o)
            self._assert_in_books_of(invoice, data)
            self.assertEqual(invoice.invoice_origin, order.name)

    def test_posting_across_companies_numbers_each_in_its_journal(self):
        orders = self._create_order(parts=0) | self._create_other_order()
        moves = self._as_clerk_of(orders, self.company, self.other)._create_invoices()
        moves.action_post()
        self.assertEqual(moves.mapped("state"), ["posted", "posted"])
        self.assertEqual(set(orders.mapped("billing_status")), {"posted"})

    def test_company_not_active_is_out_of_reach(self):
        order = self._create_other_order()
        with self.assertRaises(AccessError):
            self._as_clerk_of(order, self.company).action_create_invoice()
        self.assertFalse(order.invoice_lines)

    def test_work_of_a_company_not_active_is_not_shown(self):
        order = self._create_other_order()
        Work = self._as_clerk_of(self.env["fsm.billing.work"], self.company)
        self.assertFalse(Work.search([("order_id", "=", order.id)]))
        Work = self._as_clerk_of(self.env["fsm.billing.work"], self.other)
        self.assertEqual(Work.search([("order_id", "=", order.id)]).qty_recorded, 3)

    def test_ledger_keeps_the_work_of_a_company_in_its_own_books(self):
        here = self._create_order(hours=2, parts=0)
        there = self._create_other_order()
        orders = self._as_clerk_of(here | there, self.company, self.other)
        orders._create_invoices()
        # sudo: no role at all may do this
        with self.assertRaisesRegex(ValidationError, "different companies"):
            here.sudo().billing_entry_ids.move_line_id = there.sudo().invoice_lines[-1]

    def test_ledger_of_a_company_not_active_is_not_shown(self):
        order = self._create_other_order()
        self._as_clerk_of(order, self.other)._create_invoices()
        Entry = self._as_clerk_of(self.env["fsm.billing.entry"], self.company)
        self.assertFalse(Entry.search([("order_id", "=", order.id)]))
        Entry = self._as_clerk_of(self.env["fsm.billing.entry"], self.other)
        self.assertEqual(Entry.search([("order_id", "=", order.id)]).quantity, 3)

    def test_each_company_has_its_policy(self):
        self.assertEqual(self._create_order().billing_policy_id, self.policy)
        self.assertEqual(
            self._create_other_order().billing_policy_id, self.other_policy
        )

    def test_policy_of_another_company_is_refused(self):
        order = self._create_order()
        with self.assertRaisesRegex(UserError, "Policy of the other company"):
            order.billing_policy_id = self.other_policy

    def test_price_list_of_the_company_of_the_order(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Contract there",
                "company_id": self.other.id,
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "0_product_variant",
                            "product_id": self.labor.id,
                            "compute_price": "fixed",
                            "fixed_price": 45,
                        }
                    )
                ],
            }
        )
        self.customer.with_company(self.other).property_product_pricelist = pricelist
        orders = self._create_order(hours=1, parts=0) | self._create_other_order(1)
        moves = self._as_clerk_of(orders, self.company, self.other)._create_invoices()
        self.assertEqual(sorted(moves.mapped("amount_untaxed")), [45, 60])

    def test_missing_journal_names_the_company(self):
        order = self._create_other_order()
        self.other_data["default_journal_sale"].active = False
        self.env["account.journal"].search(
            [("company_id", "=", self.other.id), ("type", "=", "sale")]
        ).active = False
        with self.assertRaisesRegex(
            UserError, "Company Other company has no sales journal"
        ):
            self._as_clerk_of(order, self.company, self.other).action_create_invoice()

    def test_billed_order_stays_in_its_company(self):
        order = self._create_order()
        self._invoice(order)
        with self.assertRaisesRegex(UserError, "moved to another company"):
            order.company_id = self.other
