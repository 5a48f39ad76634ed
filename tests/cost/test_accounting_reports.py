from collections import defaultdict

from odoo import fields
from odoo.tests import tagged

from ..cost_common import CostCommon

POSTED_OR_PAID = ("posted", "partial", "paid", "credited")


@tagged("post_install", "-at_install")
class TestAccountingReports(CostCommon):
    """What accountants read of orders' documents is what plain SQL adds up.

    Orders of two customers, one of them in euros: open, paid, paid in part, credited,
    refunded, billed again, returned, under warranty, together, cancelled and in draft.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parts_income = cls.copy_account(cls.company_data["default_account_revenue"])
        cls.standard.property_account_income_id = cls.parts_income
        cls.tags = cls._tag_taxes()
        cls.euro = cls.setup_other_currency(
            "EUR", rates=[("2016-01-01", 2.0), (fields.Date.today(), 1.6)]
        )
        cls.foreigner = cls.env["res.partner"].create({"name": "Abroad"})
        cls.foreigner.property_product_pricelist = cls.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": cls.euro.id}
        )
        cls.there = cls._create_site("Plant", cls.foreigner)
        cls.orders = cls.env["fsm.order"]
        for site in (cls.site, cls.there):
            cls._do_business(site)
        cls.env.flush_all()
        cls.moves = cls.orders.invoice_ids

    @classmethod
    def _tag_taxes(cls):
        """:return: tags of the base and the tax of invoices, and of credit notes"""
        tags = cls.env["account.account.tag"].create(
            [
                {"name": name, "applicability": "taxes", "country_id": country.id}
                for country in cls.company.account_fiscal_country_id
                for name in ("base", "tax", "refunded base", "refunded tax")
            ]
        )
        for lines, kinds in (
            (cls.tax_sale_a.invoice_repartition_line_ids, tags[:2]),
            (cls.tax_sale_a.refund_repartition_line_ids, tags[2:]),
        ):
            for kind, tag in zip(("base", "tax"), kinds, strict=True):
                lines.filtered(
                    lambda line, kind=kind: line.repartition_type == kind
                ).tag_ids = tag
        return tags

    @classmethod
    def _order(cls, site, hours=1.37, parts=3):
        order = cls._create_order(hours=hours, parts=0, done=False, location_id=site.id)
        cls._use_part(order, parts, product=cls.standard)
        order.action_complete()
        cls.orders |= order
        return order

    @classmethod
    def _post_order(cls, site, day="2026-02-10", **values):
        """:return: the posted invoice of a new order"""
        return cls._post_invoice(cls._order(site, **values), day)

    @classmethod
    def _post_invoice(cls, order, day=None):
        invoice = cls._invoice(order)
        invoice.invoice_date = day or fields.Date.today()
        invoice.action_post()
        return invoice

    @classmethod
    def _do_business(cls, site):
        """Let the clerk do all that may be done with invoices of orders at ``site``."""
        cls._post_order(site)
        cls._pay(cls._post_order(site))
        cls._pay(cls._post_order(site), 50)
        cls._credit(cls._post_order(site), fsm_work="refund")
        # credited in part, billed again
        order = cls._order(site, parts=4)
        cls._credit(cls._post_invoice(order, "2026-02-11"), {cls.standard: 1})
        cls._post_invoice(order)
        # paid, and credited in part
        invoice = cls._post_order(site)
        cls._pay(invoice)
        cls._credit(invoice, {cls.standard: 2})
        # returned
        order = cls._order(site)
        cls._post_invoice(order, "2026-02-12")
        cls._return_part(order.part_ids, 2)
        cls._post_invoice(order)
        # under warranty
        order = cls._order(site)
        order.part_ids.billing_mode = "warranty"
        cls._post_invoice(order)
        # replaced
        cls._reverse(cls._post_order(site), is_modify=True).action_post()
        # two on one invoice
        cls.policy.grouping = "customer"
        together = cls._order(site) | cls._order(site)
        together.with_user(cls.clerk).action_create_invoice()
        together.invoice_ids.action_post()
        cls.policy.grouping = "order"
        # cancelled, and still a draft
        cls._invoice(cls._order(site)).button_cancel()
        cls._invoice(cls._order(site))

    def _query(self, query, *params):
        """:return: rows of figures as tuples"""
        self.env.cr.execute(query, params)
        return [
            tuple(float(v) if hasattr(v, "as_tuple") else v for v in row)
            for row in self.env.cr.fetchall()
        ]

    def _assert_same_figures(self, first, second):
        """Compare two dicts of amounts."""
        self.assertEqual(first.keys(), second.keys())
        for key, amount in first.items():
            self.assertAlmostEqual(amount, second[key], places=2, msg=key)

    # --- the story ---
    def test_all_that_may_happen_has_happened(self):
        self.assertEqual(
            set(self.orders.mapped("billing_status")),
            {"to_invoice", "draft", *POSTED_OR_PAID},
        )
        self.assertEqual(len(self.moves.currency_id), 2)
        self.assertEqual(
            set(self.moves.mapped("payment_state")),
            {"not_paid", "partial", "paid", "reversed"}
            if "paid" in self.moves.mapped("payment_state")
            else {"not_paid", "partial", "in_payment", "reversed"},
        )

    # --- trial balance ---
    def test_trial_balance_is_zero(self):
        balances = self._query(
            """
            SELECT line.account_id, SUM(line.balance)
              FROM account_move_line line
             WHERE line.company_id = %s AND line.parent_state = 'posted'
          GROUP BY line.account_id
            """,
            self.company.id,
        )
        self.assertGreater(len(balances), 5)
        self.assertEqual(round(sum(balance for _id, balance in balances), 2), 0.0)

    def test_each_document_is_balanced_in_both_currencies(self):
        rows = self._query(
            """
            SELECT move_id, SUM(balance), SUM(amount_currency)
              FROM account_move_line
             WHERE move_id = ANY(%s) AND display_type != 'cogs'
          GROUP BY move_id
            """,
            self.moves.ids,
        )
        self.assertEqual(len(rows), len(self.moves))
        for _id, balance, amount_currency in rows:
            self.assertAlmostEqual(balance, 0, 2)
            self.assertAlmostEqual(amount_currency, 0, 2)

    def test_income_is_invoices_less_credit_notes(self):
        income = dict(
            self._query(
                """
                SELECT line.account_id, -SUM(line.balance)
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                 WHERE line.company_id = %s AND line.parent_state = 'posted'
                   AND account.account_type = 'income'
                   AND account.id != %s
              GROUP BY line.account_id
                """,
                self.company.id,
                self.company.income_currency_exchange_account_id.id,
            )
        )
        revenue = self.company_data["default_account_revenue"]
        self.assertEqual(income.keys(), {revenue.id, self.parts_income.id})
        posted = self.moves.filtered(lambda move: move.state == "posted")
        documents = defaultdict(float)
        for line in self._product_lines(posted):
            rate = line.move_id.invoice_currency_rate
            sign = -line.move_id.direction_sign
            documents[line.account_id.id] += self.company.currency_id.round(
                sign * line.price_subtotal / rate
            )
        for account, amount in income.items():
            self.assertAlmostEqual(amount, documents[account], delta=0.03)
        self.assertAlmostEqual(
            sum(income.values()), sum(posted.mapped("amount_untaxed_signed")), 2
        )
        self.assertAlmostEqual(
            sum(income.values()), sum(self.orders.mapped("amount_billed")), 2
        )

    def test_stock_account_is_what_left_stock(self):
        account = self.company.account_stock_valuation_id
        ((balance,),) = self._query(
            """
            SELECT SUM(balance) FROM account_move_line
             WHERE account_id = %s AND parent_state = 'posted'
            """,
            account.id,
        )
        billed = self.orders.part_ids.filtered("qty_billed").billing_entry_ids
        live = billed.filtered(lambda entry: entry.move_id.state == "posted")
        self.assertAlmostEqual(balance, -40 * sum(live.mapped("quantity")))

    # --- aged receivable ---
    def _get_receivable(self):
        """:return: dict partner -> what is due of all entries, by SQL"""
        return dict(
            self._query(
                """
                SELECT line.partner_id, SUM(line.amount_residual)
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                 WHERE line.company_id = %s AND line.parent_state = 'posted'
                   AND account.account_type = 'asset_receivable'
              GROUP BY line.partner_id
                """,
                self.company.id,
            )
        )

    def test_receivable_is_what_open_invoices_leave_due(self):
        due = defaultdict(float)
        for move in self.env["account.move"].search(
            [
                ("company_id", "=", self.company.id),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("state", "=", "posted"),
            ]
        ):
            due[move.commercial_partner_id.id] += move.amount_residual_signed
        self._assert_same_figures(self._get_receivable(), dict(due))

    def test_receivable_is_what_orders_leave_due(self):
        due = defaultdict(float)
        for move in self.orders.invoice_ids.filtered(
            lambda move: move.state == "posted"
        ):
            due[move.commercial_partner_id.id] += move.amount_residual_signed
            if move.amount_residual_signed > 0:
                self.assertTrue(
                    set(move.fsm_order_ids.mapped("billing_status"))
                    <= {"posted", "partial", "to_invoice"}
                )
        self._assert_same_figures(self._get_receivable(), dict(due))
        for order in self.orders.filtered(
            lambda order: order.billing_status in ("paid", "credited")
        ):
            self.assertEqual(sum(order.invoice_ids.mapped("amount_residual")), 0)

    def test_receivable_is_what_the_customer_owes(self):
        for partner, amount in self._get_receivable().items():
            customer = self.env["res.partner"].browse(partner)
            self.assertAlmostEqual(customer.credit, amount, 2)

    # --- tax report ---
    def test_base_and_tax_by_tag_are_sums_of_documents(self):
        by_tag = dict(
            self._query(
                """
                SELECT tag.account_account_tag_id, SUM(line.balance)
                  FROM account_account_tag_account_move_line_rel tag
                  JOIN account_move_line line
                    ON line.id = tag.account_move_line_id
                 WHERE line.company_id = %s AND line.parent_state = 'posted'
                   AND line.display_type IN ('product', 'tax')
              GROUP BY tag.account_account_tag_id
                """,
                self.company.id,
            )
        )
        posted = self.moves.filtered(lambda move: move.state == "posted")
        figures = {}
        for move_type, (base, tax) in (
            ("out_invoice", self.tags[:2]),
            ("out_refund", self.tags[2:]),
        ):
            moves = posted.filtered(lambda move, kind=move_type: move.move_type == kind)
            figures[base.id] = -sum(moves.mapped("amount_untaxed_signed"))
            figures[tax.id] = -sum(moves.mapped("amount_tax_signed"))
        self._assert_same_figures(by_tag, figures)

    def test_tax_is_the_rate_of_the_base(self):
        for move in self.moves:
            self.assertAlmostEqual(
                move.amount_tax, move.amount_untaxed * 0.15, delta=0.0051
            )

    # --- invoice analysis ---
    def test_invoice_analysis_is_what_documents_say(self):
        rows = self.env["account.invoice.report"]._read_group(
            [("company_id", "=", self.company.id)],
            ["move_id", "state"],
            ["price_subtotal:sum", "quantity:sum"],
        )
        self._assert_same_figures(
            {move.id: subtotal for move, _state, subtotal, _quantity in rows},
            {move.id: move.amount_untaxed_signed for move in self.moves},
        )

    def test_orders_amount_billed_is_that_of_the_analysis(self):
        report = self.env["account.invoice.report"].search(
            [("company_id", "=", self.company.id), ("state", "=", "posted")]
        )
        subtotals = {row.id: row.price_subtotal for row in report}
        for order in self.orders:
            self.assertAlmostEqual(
                order.amount_billed,
                sum(subtotals.get(line.id, 0.0) for line in order.invoice_lines),
                2,
            )

    def test_accountant_reads_the_same(self):
        Report = self.env["account.invoice.report"].with_user(self.accountant)
        rows = Report._read_group(
            [("state", "=", "posted")], ["partner_id"], ["price_subtotal:sum"]
        )
        self._assert_same_figures(
            {partner.id: subtotal for partner, subtotal in rows},
            {
                partner.id: sum(
                    self.moves.filtered(
                        lambda move, partner=partner: (
                            move.partner_id == partner and move.state == "posted"
                        )
                    ).mapped("amount_untaxed_signed")
                )
                for partner in self.customer | self.foreigner
            },
        )
