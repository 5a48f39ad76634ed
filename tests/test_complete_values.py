from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from .common import InvoicingCommon

#: columns that differ between any two documents
PASSING = {
    "id",
    "move_id",
    "create_date",
    "write_date",
    "access_token",
    "sequence_number",
}


class Undo(Exception):
    """Takes back what was done inside a savepoint."""


@tagged("post_install", "-at_install")
class TestCompleteValues(InvoicingCommon):
    """The engine gives Odoo values that Odoo would compute, to save time.

    Every stored field of invoices and lines is the same with and without them.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.labor.lst_price = 61.37
        cls.valve = cls._create_part("Valve", 17.77, 9.0)
        cls._stock_up(cls.valve)
        cls.tags = cls.env["account.account.tag"].create(
            [
                {"name": name, "applicability": "taxes", "country_id": country.id}
                for country in cls.company.account_fiscal_country_id
                for name in ("base", "tax", "refund")
            ]
        )
        base, tax, refund = cls.tags
        for lines, base_tag in (
            (cls.tax_sale_a.invoice_repartition_line_ids, base),
            (cls.tax_sale_a.refund_repartition_line_ids, refund),
        ):
            lines.filtered(
                lambda line: line.repartition_type == "base"
            ).tag_ids = base_tag
            lines.filtered(lambda line: line.repartition_type == "tax").tag_ids = tax

    # --- one road and the other ---
    def _create_work(self):
        """:return: two orders of two customers with lines that need rounding"""
        orders = self._create_order(hours=1.37, parts=3, done=False)
        other = self.env["res.partner"].create({"name": "Lift owners"})
        orders |= self._create_order(
            hours=0.33,
            parts=0,
            done=False,
            location_id=self._create_site("Lift", other).id,
        )
        for order in orders:
            self._log_hours(order, 0.71, employee=self.lea)
            self._use_part(order, 7, product=self.valve)
        orders.action_complete()
        return orders

    def _assert_same(self, orders):
        """Bill ``orders`` without and with complete values, and compare.

        :return: the invoices made with them
        """
        Values = self.env.registry["fsm.billing.values"]
        try:
            with (
                self.env.cr.savepoint(),
                patch.object(Values, "_complete", lambda *args: None),
            ):
                without = self._get_stored(orders._create_invoices())
                raise Undo
        except Undo:
            self.env.invalidate_all(flush=False)
        given = []
        create = self.env.registry["account.move"].create

        def spy(records, vals_list):
            for vals in vals_list:
                given.append(
                    [dict(line) for _command, _id, line in vals["invoice_line_ids"]]
                )
            return create(records, vals_list)

        with patch.object(self.env.registry["account.move"], "create", spy):
            moves = orders._create_invoices()
        self.assertEqual(self._get_stored(moves), without)
        for move, line_vals in zip(moves, given, strict=True):
            self._assert_given(move, line_vals)
        return moves

    def _get_stored(self, moves):
        """:return: all stored values of ``moves`` and their lines, in their order"""
        self.env.flush_all()
        self.env.invalidate_all()
        lines = self.env["account.move.line"].search(
            [("move_id", "in", moves.ids)], order="id"
        )
        return [self._get_rows(moves.sorted("id")), self._get_rows(lines)]

    def _get_rows(self, records):
        self.env.cr.execute(
            f'SELECT * FROM "{records._table}" WHERE id = ANY(%s) ORDER BY id',
            [records.ids],
        )
        links = [
            name
            for name, field in records._fields.items()
            if field.store and field.type == "many2many" and name != "attachment_ids"
        ]
        return [
            {
                **{name: value for name, value in row.items() if name not in PASSING},
                **{name: sorted(record[name].ids) for name in links},
            }
            for row, record in zip(self.env.cr.dictfetchall(), records, strict=True)
        ]

    def _assert_given(self, move, line_vals):
        """Check that the values given were right: Odoo would have corrected them."""
        lines = move.invoice_line_ids.sorted("id")
        for line, vals in zip(lines, line_vals, strict=True):
            self.assertEqual(vals["amount_currency"], line.amount_currency)
            self.assertEqual(vals["balance"], line.balance)
            if line.display_type == "product":
                self.assertEqual(vals["account_id"], line.account_id.id)
                self.assertEqual(vals["currency_id"], line.currency_id.id)
                self.assertEqual(
                    vals["tax_tag_ids"], [Command.set(line.tax_tag_ids.ids)]
                )
                self.assertEqual(
                    vals["analytic_distribution"] or {},
                    line.analytic_distribution or {},
                )

    # --- cases ---
    def test_plain_invoice(self):
        moves = self._assert_same(self._create_work())
        lines = self._product_lines(moves)
        self.assertEqual(lines.tax_tag_ids, self.tags[0])

    def test_taxes_included_in_the_price(self):
        self.tax_sale_a.price_include_override = "tax_included"
        moves = self._assert_same(self._create_work())
        # not price times quantity
        line = self._product_lines(moves)[0]
        self.assertNotEqual(line.price_subtotal, line.price_total)
        self.assertAlmostEqual(line.price_total, 84.08)

    def test_rounding_of_each_line(self):
        self.company.tax_calculation_rounding_method = "round_per_line"
        self._assert_same(self._create_work())

    def test_rounding_of_each_tax(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        self._assert_same(self._create_work())

    def test_rounding_of_each_tax_included_in_the_price(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        self.tax_sale_a.price_include_override = "tax_included"
        self._assert_same(self._create_work())

    def test_discount(self):
        orders = self._create_work()
        orders.part_ids[0].billing_mode = "warranty"
        Order = self.env.registry["fsm.order"]
        prepare = Order._prepare_invoice_line

        def with_discount(order, terms, line, *args):
            vals = prepare(order, terms, line, *args)
            return {**vals, "discount": vals["discount"] or 12.345}

        with patch.object(Order, "_prepare_invoice_line", with_discount):
            moves = self._assert_same(orders)
        self.assertEqual(
            set(self._product_lines(moves).mapped("discount")), {100.0, 12.35}
        )

    def test_foreign_currency(self):
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 1.8877)])
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": currency.id}
        )
        self.customer.property_product_pricelist = pricelist
        for method in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = method
            moves = self._assert_same(self._create_work())
            self.assertEqual(moves[0].currency_id, currency)
            line = self._product_lines(moves[0])[0]
            self.assertNotEqual(line.balance, line.amount_currency)

    def test_journal_in_another_currency(self):
        # Odoo gives such an invoice the currency of its journal
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 1.8877)])
        journal = self.company_data["default_journal_sale"]
        journal.currency_id = currency
        orders = self._create_work()
        vals = orders[0]._prepare_invoice(
            journal, self.env["fsm.billing.pricing"]._price(orders[0])
        )
        self.env["fsm.billing.values"]._complete([vals])
        lines = [line for _command, _id, line in vals["invoice_line_ids"]]
        self.assertFalse(any("balance" in line for line in lines))

    def test_fiscal_position_maps_taxes_and_accounts(self):
        account = self.copy_account(self.company_data["default_account_revenue"])
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Abroad",
                "account_ids": [
                    Command.create(
                        {
                            "account_src_id": self.company_data[
                                "default_account_revenue"
                            ].id,
                            "account_dest_id": account.id,
                        }
                    )
                ],
            }
        )
        self.tax_sale_b.write(
            {
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(self.tax_sale_a.ids)],
            }
        )
        self.customer.property_account_position_id = position
        moves = self._assert_same(self._create_work())
        lines = self._product_lines(moves[0])
        self.assertEqual(lines.account_id, account)
        self.assertEqual(lines.tax_ids, self.tax_sale_b)
        self.assertNotEqual(self._product_lines(moves[1]).account_id, account)

    def test_several_taxes(self):
        eco = self.env["account.tax"].create(
            {
                "name": "Eco",
                "amount_type": "fixed",
                "amount": 0.37,
                "include_base_amount": True,
                "sequence": 1,
            }
        )
        self.tax_sale_b.price_include_override = "tax_included"
        self.pump.taxes_id |= eco | self.tax_sale_b
        self.valve.taxes_id = False
        moves = self._assert_same(self._create_work())
        self.assertEqual(len(self._product_lines(moves[0]).tax_ids), 3)

    def test_no_taxes(self):
        (self.labor | self.pump | self.valve).taxes_id = False
        moves = self._assert_same(self._create_work())
        self.assertFalse(moves.line_ids.tax_ids)

    def test_tax_due_on_payment(self):
        account = self.copy_account(self.company_data["default_account_tax_sale"])
        account.reconcile = True
        self.company.tax_exigibility = True
        self.tax_sale_a.write(
            {
                "tax_exigibility": "on_payment",
                "cash_basis_transition_account_id": account.id,
            }
        )
        moves = self._assert_same(self._create_work())
        self.assertFalse(self._product_lines(moves).tax_tag_ids)

    def test_early_payment_discount(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "2 % at once",
                "early_discount": True,
                "early_pay_discount_computation": "mixed",
                "discount_days": 8,
                "discount_percentage": 2,
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 100, "nb_days": 30}
                    )
                ],
            }
        )
        self.customer.property_payment_term_id = term
        moves = self._assert_same(self._create_work())
        self.assertIn("epd", moves[0].line_ids.mapped("display_type"))

    def test_credit_note_of_returned_parts(self):
        order = self._create_order(hours=0, parts=3)
        self._invoice(order).action_post()
        self._return_part(order.part_ids, 2)
        moves = self._assert_same(order)
        self.assertEqual(moves.move_type, "out_refund")
        self.assertEqual(self._product_lines(moves).tax_tag_ids, self.tags[2])

    # --- analytic distribution ---
    def _create_distribution(self, **values):
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        account = self.env["account.analytic.account"].create(
            {"name": "Maintenance", "plan_id": plan.id}
        )
        self.env["account.analytic.distribution.model"].create(
            {
                "analytic_distribution": {str(account.id): 100},
                "company_id": self.company.id,
                **values,
            }
        )
        return {str(account.id): 100}

    def _get_distributions(self, moves):
        return [
            (line.product_id, line.move_id.partner_id, line.analytic_distribution)
            for line in self._product_lines(moves)
            if line.analytic_distribution
        ]

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
        by_account = self._create_distribution(account_prefix="9876")
        by_categ = self._create_distribution(product_categ_id=self.labor.categ_id.id)
        found = self._get_distributions(self._assert_same(self._create_work()))
        values = {product: distribution for product, _partner, distribution in found}
        self.assertEqual(values[self.pump], {**by_product, **by_categ})
        self.assertEqual(values[self.valve], {**by_account, **by_categ})
        self.assertEqual(values[self.labor], by_categ)

    def test_distribution_of_the_sale_order_line(self):
        distribution = {
            str(
                self.env["account.analytic.account"]
                .create(
                    {
                        "name": "Contract",
                        "plan_id": self.env["account.analytic.plan"]
                        .create({"name": "Contracts"})
                        .id,
                    }
                )
                .id
            ): 100
        }
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
            found = self._get_distributions(self._assert_same(orders))
        self.assertEqual(found, [(self.pump, self.customer, distribution)])
