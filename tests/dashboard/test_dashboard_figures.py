from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .dashboard_common import DashboardCommon

FIRST, LAST = 100, 0  # days ago
POSTED = "move.state = 'posted'"
UNPAID = f"{POSTED} AND move.move_type = 'out_invoice' AND NOT line.reconciled"
PERIOD = "move.date BETWEEN %(first)s AND %(last)s"


@tagged("post_install", "-at_install")
class TestDashboardFigures(DashboardCommon):
    """Every figure is what plain SQL finds in the books, and what its list shows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        euro = cls.setup_other_currency(
            "EUR", rates=[("2016-01-01", 3.0), (str(cls._ago(50)), 2.0)]
        )
        cls._invoice(cls._create_order(hours=1, parts=0))  # stays a draft
        cls._write_invoice(75, post=False)
        cls.unpaid = cls._post(cls._create_order(hours=4, parts=2), 20)
        cls.charged = cls._create_order(
            hours=0,
            parts=0,
            charge_ids=[
                Command.create({"product_id": cls.labor.id, "price_unit": 45.0})
            ],
        )
        cls._post(cls.charged, 35)
        cls.partial = cls._post(cls._create_order(hours=3), 70)
        cls._pay(cls.partial, 55)
        cls.paid = cls._post(cls._create_order(hours=2, parts=3), 90)
        cls._pay(cls.paid)
        cls.credited = cls._post(cls._create_order(hours=5), 60)
        cls._credit(cls.credited, {cls.pump: 1}, date=cls._ago(10), fsm_work="refund")
        cls.returned = cls._post(cls._create_order(hours=2), 15)
        cls._credit(cls.returned, date=cls._ago(5))
        cls.contract = cls._write_invoice(500, 40)
        cls.foreign = cls._write_invoice(900, 55, currency_id=euro.id)
        cls._pay(cls.foreign, 400)
        cls._write_invoice(300, 55, currency_id=euro.id)
        cls._write_invoice(1000, 0)
        cls._write_invoice(222, 150)  # before the period
        cls._pay(cls._write_invoice(60, 120))
        cls.loose = cls.env["account.payment"].create(
            {
                "partner_id": cls.customer.id,
                "payment_type": "inbound",
                "partner_type": "customer",
                "amount": 33.0,
            }
        )
        cls.loose.action_post()
        cls.loose.copy({"amount": 44.0})  # stays a draft

        cls._settle_by_statement(cls._write_invoice(80, 30), 92)
        cls._settle_by_entry(cls._write_invoice(10, 30), 11.5)

    @classmethod
    def _settle_by_statement(cls, invoice, amount):
        """Match an invoice with a line of a bank statement, without a payment."""
        line = cls.env["account.bank.statement.line"].create(
            {
                "journal_id": cls.company_data["default_journal_bank"].id,
                "partner_id": cls.customer.id,
                "payment_ref": "Transfer",
                "date": cls._ago(25),
                "amount": amount,
            }
        )
        cls._match(invoice, line._seek_for_lines()[1])

    @classmethod
    def _settle_by_entry(cls, invoice, amount, opening=7.0):
        """Match an invoice with an entry, of what is owed to the customer say."""
        entry = cls.env["account.move"].create(
            {
                "date": cls._ago(25),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": cls.company_data[name].id,
                            "partner_id": cls.customer.id,
                            "balance": balance,
                        }
                    )
                    for name, balance in (
                        ("default_account_payable", amount),
                        ("default_account_receivable", -amount),
                        # matched with no document: of an opening balance, or another
                        # customer
                        ("default_account_receivable", opening),
                        ("default_account_payable", -opening),
                    )
                ],
            }
        )
        entry.action_post()
        cls._match(invoice, entry.line_ids[1])
        return entry

    @classmethod
    def _match(cls, invoice, line):
        due = invoice.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        line.account_id = due.account_id
        (due | line).reconcile()

    def setUp(self):
        super().setUp()
        self.data = self._read_days(self._ago(FIRST), self._ago(LAST))

    def _sql(self, query):
        return self._query(query, first=self._ago(FIRST), last=self._ago(LAST))

    def _sum(self, column, *conditions):
        return self._sum_receivable(
            column, *conditions, first=self._ago(FIRST), last=self._ago(LAST)
        )

    def _assert_card(self, name, figures):
        """Check a card against ``figures``: a count and an amount."""
        card = self.data["cards"][name]
        self.assertTrue(card["count"])
        self.assertEqual(card["count"], figures[0])
        self.assertAlmostEqual(card["amount"], float(figures[1]), places=2)

    # --- cards ---
    def test_drafts_are_those_of_the_books(self):
        self._assert_card("draft", self._sum("line.balance", "move.state = 'draft'"))

    def test_unpaid_is_what_invoices_have_open(self):
        self._assert_card("unpaid", self._sum("line.amount_residual", UNPAID))

    def test_overdue_is_what_was_due_before_today(self):
        self._assert_card(
            "overdue",
            self._sum("line.amount_residual", UNPAID, "line.date_maturity < %(last)s"),
        )
        overdue = self.data["cards"]["overdue"]["count"]
        self.assertEqual(self.data["cards"]["unpaid"]["count"] - overdue, 1)

    def test_paid_is_what_settles_the_accounts_of_customers(self):
        self._assert_card(
            "paid",
            self._sql(
                """
                WITH item AS (
                    SELECT move.id AS move_id, line.id, line.balance,
                           (move.origin_payment_id IS NOT NULL
                            OR move.statement_line_id IS NOT NULL) AS is_money,
                           EXISTS (
                               SELECT FROM account_partial_reconcile AS partial
                                 JOIN account_move_line AS due
                                   ON due.id = partial.debit_move_id
                                 JOIN account_move AS invoice
                                   ON invoice.id = due.move_id
                                WHERE partial.credit_move_id = line.id
                                  AND invoice.move_type = 'out_invoice'
                           ) AS is_matched
                      FROM account_move AS move
                      JOIN account_move_line AS line ON line.move_id = move.id
                      JOIN account_account AS account
                        ON account.id = line.account_id
                      JOIN res_company AS company ON company.id = move.company_id
                     WHERE move.company_id = %(company)s AND move.state = 'posted'
                       AND account.account_type = 'asset_receivable'
                       AND move.date BETWEEN %(first)s AND %(last)s
                       AND move.move_type = 'entry'
                       AND move.journal_id <> company.currency_exchange_journal_id
                ), entry AS (
                    SELECT SUM(balance) AS net, COUNT(*) AS items, is_money,
                           SUM(balance) FILTER (WHERE is_matched) AS settled,
                           COUNT(*) FILTER (WHERE is_matched) AS settling
                      FROM item
                     GROUP BY move_id, is_money
                )
                SELECT SUM(CASE WHEN is_money OR settled < net THEN items
                                ELSE settling END),
                       -SUM(CASE WHEN is_money THEN net
                                 ELSE GREATEST(net, settled) END)
                  FROM entry
                 WHERE is_money OR (settled < 0 AND net < 0)
                """
            ),
        )

    def test_paid_has_statements_and_entries_beside_payments(self):
        lines = self._open(self.data["cards"]["paid"]["list"])
        amounts = {"payment": 0.0, "statement": 0.0, "entry": 0.0}
        for line in lines:
            kind = "payment" if line.payment_id else "entry"
            kind = "statement" if line.statement_line_id else kind
            amounts[kind] -= line.balance
        # the entry takes 11.5 off the account, and opens it with 7
        self.assertEqual((amounts["statement"], amounts["entry"]), (92.0, 4.5))
        self.assertGreater(amounts["payment"], 0)

    def test_amount_moved_to_another_customer_is_paid_once(self):
        before = self.data["cards"]["paid"]
        invoice = self._write_invoice(20, 30)
        self._settle_by_entry(invoice, 23, opening=23)
        after = self._read_days(self._ago(FIRST), self._ago(LAST))["cards"]["paid"]
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(
            (after["count"], after["amount"]), (before["count"], before["amount"])
        )

    def test_entry_counts_as_a_payment_does_beyond_what_is_matched(self):
        before = self.data["cards"]["paid"]
        invoice = self._write_invoice(20, 30)
        self._settle_by_entry(invoice, 30, opening=0)
        after = self._read_days(self._ago(FIRST), self._ago(LAST))["cards"]["paid"]
        self.assertAlmostEqual(after["amount"], before["amount"] + 30)

    def test_item_knows_whether_it_settles(self):
        entry = self._settle_by_entry(self._write_invoice(20, 30), 23, opening=0)
        settling = entry.line_ids.filtered("fsm_is_settling")
        self.assertEqual(settling.mapped("balance"), [-23.0])

    def test_money_given_back_is_taken_off_what_was_paid(self):
        before = self.data["cards"]["paid"]
        refund = self.loose.copy({"payment_type": "outbound", "amount": 13.0})
        refund.action_post()
        after = self._read_days(self._ago(FIRST), self._ago(LAST))["cards"]["paid"]
        self.assertEqual(after["count"], before["count"] + 1)
        self.assertAlmostEqual(after["amount"], before["amount"] - 13.0)

    def test_credited_is_what_credit_notes_gave_back(self):
        self._assert_card(
            "credited",
            self._sum("-line.balance", POSTED, "move.move_type = 'out_refund'", PERIOD),
        )

    def test_lists_behind_the_cards_show_the_same(self):
        amounts = {
            "draft": ("amount_total_signed", 1),
            "not_sent": ("amount_total_signed", 1),
            "unpaid": ("amount_residual_signed", 1),
            "overdue": ("amount_residual_signed", 1),
            "credited": ("amount_total_signed", -1),
            "invoiced": ("amount_untaxed_signed", 1),
            "paid": ("balance", -1),
        }
        self.assertEqual(set(self.data["cards"]), {*amounts, "to_invoice"})
        for name, (field, sign) in amounts.items():
            with self.subTest(card=name):
                card = self.data["cards"][name]
                records = self._open(card["list"])
                self.assertEqual(len(records), card["count"])
                self.assertAlmostEqual(
                    sum(records.mapped(field)) * sign, card["amount"], places=2
                )

    def _open(self, wanted):
        """:return: the records that a list shows to the clerk"""
        action = self.env.ref(wanted["xmlid"]).sudo()
        Model = self.env[action.res_model].with_user(self.clerk)
        return Model.with_context(allowed_company_ids=self.company.ids).search(
            wanted["domain"]
        )

    # --- charts ---
    def test_invoiced_is_the_income_of_the_books(self):
        [income] = self._sql(
            """
            SELECT -SUM(line.balance) FROM account_move_line AS line
              JOIN account_account AS account ON account.id = line.account_id
              JOIN account_journal AS journal ON journal.id = line.journal_id
             WHERE line.company_id = %(company)s AND line.parent_state = 'posted'
               AND journal.type = 'sale'
               AND account.account_type = 'income'
               AND line.date BETWEEN %(first)s AND %(last)s
            """
        )
        series = self.data["invoiced"]["series"]
        total = sum(sum(one["amounts"]) for one in series)
        self.assertTrue(income)
        self.assertAlmostEqual(total, float(income), places=2)
        self.assertAlmostEqual(self.data["cards"]["invoiced"]["amount"], total)

    def test_invoiced_by_kind_follows_the_ledger(self):
        sums = {
            one["key"]: round(sum(one["amounts"]), 2)
            for one in self.data["invoiced"]["series"]
        }
        # one of the pumps was refunded, and one order was credited in full
        self.assertEqual(sums["labor"], 60.0 * (4 + 3 + 2 + 5))
        self.assertEqual(sums["parts"], 100.0 * (2 + 1 + 3))
        self.assertEqual(sums["charges"], 45.0)
        contracts = 500.0 + 1000.0 + 80.0 + 10.0
        self.assertEqual(sums["other"], contracts + 900 / 3.0 + 300 / 3.0)

    def test_each_bar_of_invoiced_leads_to_its_documents(self):
        invoiced = self.data["invoiced"]
        self.assertEqual(len(invoiced["lists"]), len(self.data["starts"]))
        for index, wanted in enumerate(invoiced["lists"]):
            with self.subTest(start=self.data["starts"][index]):
                moves = self._open(wanted)
                self.assertAlmostEqual(
                    sum(moves.mapped("amount_untaxed_signed")),
                    sum(one["amounts"][index] for one in invoiced["series"]),
                )

    def test_receivables_are_the_balance_of_the_books(self):
        [balance] = self._sql(
            """
            SELECT SUM(line.balance) FROM account_move_line AS line
              JOIN account_account AS account ON account.id = line.account_id
             WHERE line.company_id = %(company)s AND line.parent_state = 'posted'
               AND account.account_type = 'asset_receivable'
            """
        )
        self.assertAlmostEqual(
            sum(age["amount"] for age in self.data["receivables"]), float(balance)
        )

    def test_receivables_are_in_the_age_they_have(self):
        ages = {age["key"]: age for age in self.data["receivables"]}
        self.assertAlmostEqual(ages["not_due"]["amount"], 1150.0 + 7.0)
        # the labor and pumps of 20 days ago
        self.assertAlmostEqual(
            ages["1_30"]["amount"], self.unpaid.amount_residual_signed
        )
        self.assertAlmostEqual(ages["over_90"]["amount"], 222 * 1.15)
        self.assertAlmostEqual(ages["credit"]["amount"], -33.0)
        for age in ages.values():
            with self.subTest(age=age["key"]):
                lines = self._open(age["list"])
                self.assertEqual(len(lines), age["count"])
                self.assertAlmostEqual(
                    sum(lines.mapped("amount_residual")), age["amount"]
                )

    def test_ages_have_sharp_ends(self):
        for days, age in ((0, "not_due"), (1, "1_30"), (30, "1_30"), (31, "31_60")):
            with self.subTest(days=days):
                before = {one["key"]: one for one in self._read()["receivables"]}
                self._write_invoice(10, days)
                after = {one["key"]: one for one in self._read()["receivables"]}
                more = [key for key in after if after[key] != before[key]]
                self.assertEqual(more, [age])
                self.assertEqual(after[age]["count"], before[age]["count"] + 1)

    def test_top_customers_are_those_of_the_income(self):
        other = self.env["res.partner"].create({"name": "Lakeside Hotel"})
        contact = self.env["res.partner"].create(
            {"name": "Reception", "parent_id": other.id, "type": "other"}
        )
        self._write_invoice(40, partner_id=other.id)
        self._write_invoice(2, partner_id=contact.id)
        first, second = self._read_days(self._ago(FIRST), self._ago(LAST))["customers"]
        self.assertEqual(first["name"], self.customer.name)
        self.assertAlmostEqual(
            first["amount"], self.data["cards"]["invoiced"]["amount"], places=2
        )
        self.assertEqual(
            (second["name"], second["amount"], second["count"]),
            ("Lakeside Hotel", 42.0, 2),
        )
        self.assertEqual(len(self._open(second["list"])), 2)

    # --- lists ---
    def test_last_invoices_are_the_newest_in_the_books(self):
        rows = self.data["last_invoices"]
        self.assertEqual(rows[0]["date"], fields.Date.to_string(self.today))
        dates = [row["date"] for row in rows]
        self.assertEqual(dates, sorted(dates, reverse=True))
        moves = self.env["account.move"].browse(row["id"] for row in rows)
        self.assertEqual(set(moves.mapped("state")), {"posted"})
        [row] = [row for row in rows if row["id"] == self.returned.id]
        self.assertEqual(row["state"], "reversed")
        self.assertFalse(row["is_overdue"])
        [row] = [row for row in rows if row["id"] == self.unpaid.id]
        self.assertEqual(row["amount"], self.unpaid.amount_total)
        self.assertTrue(row["is_overdue"])
