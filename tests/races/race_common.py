from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, new_test_user

from .race import Race, delete_rows_after, get_last_ids

#: what PostgreSQL calls it when two requests wait for each other
DEADLOCK = "40P01"


class RaceCommon(TransactionCase):
    """A done order of two hours at 60.00, which other transactions can see.

    Everything is committed, and deleted again afterwards.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dbname = cls.env.cr.dbname
        # the pause before a repeated request, without the wait
        cls.startClassPatcher(
            patch("odoo.service.model.random.uniform", return_value=0.01)
        )
        cr = db_connect(cls.dbname).cursor()
        cls.addClassCleanup(cr.close)
        cls.committed = api.Environment(cr, SUPERUSER_ID, {})
        cls.addClassCleanup(delete_rows_after, cr, get_last_ids(cr))
        cls._commit_fixtures()

    def setUp(self):
        super().setUp()
        self.orders = self.committed["fsm.order"]
        self.order = self._create_order(hours=2)

    # --- committed fixtures ---
    @classmethod
    def _commit_fixtures(cls):
        env = cls.committed
        income = env["account.account"].create(
            {"name": "Race", "code": "RACE1", "account_type": "income"}
        )
        receivable = env["account.account"].create(
            {
                "name": "Race",
                "code": "RACE2",
                "account_type": "asset_receivable",
                "reconcile": True,
            }
        )
        env["account.journal"].create(
            {
                "name": "Race",
                "code": "RACE",
                "type": "sale",
                "default_account_id": income.id,
            }
        )
        cls.income = income
        labor = cls._create_product(
            lst_price=60, uom_id=env.ref("uom.product_uom_hour").id
        )
        cls.fee = cls._create_product(lst_price=75)
        cls.part = cls._create_product(type="consu", lst_price=10)
        cls.warehouse = env["stock.warehouse"].search(
            [("company_id", "=", env.company.id)], limit=1
        )
        cls.policy = env["fsm.billing.policy"].create(
            {"name": "Race", "labor_product_id": labor.id}
        )
        cls.customer = env["res.partner"].create(
            {"name": "Race", "property_account_receivable_id": receivable.id}
        )
        place = env["res.partner"].create(
            {"name": "Race site", "parent_id": cls.customer.id}
        )
        cls.site = env["fsm.location"].create(
            {"partner_id": place.id, "owner_id": cls.customer.id}
        )
        cls.project = env["project.project"].create(
            {"name": "Race", "allow_timesheets": True}
        )
        cls.employee = env["hr.employee"].create({"name": "Race"})
        cls.clerk = new_test_user(
            env,
            login="race_clerk",
            groups="fieldservice.group_fsm_user,account.group_account_invoice",
        )
        cls.dispatcher = new_test_user(
            env,
            login="race_dispatcher",
            groups="fieldservice.group_fsm_dispatcher,"
            "hr_timesheet.group_hr_timesheet_approver,"
            "fieldservice_invoicing.fieldservice_invoicing_group_billing",
        )
        cls.storekeeper = new_test_user(
            env, login="race_storekeeper", groups="stock.group_stock_user"
        )
        env.cr.commit()

    @classmethod
    def _create_product(cls, **values):
        return cls.committed["product.product"].create(
            {
                "name": "Race",
                "type": "service",
                "invoice_policy": "order",
                "taxes_id": [Command.clear()],
                "property_account_income_id": cls.income.id,
                **values,
            }
        )

    # --- factories: what they make is committed ---
    def _create_order(self, hours, done=True, **values):
        order = self.committed["fsm.order"].create(
            {
                "location_id": self.site.id,
                "project_id": self.project.id,
                "billing_policy_id": self.policy.id,
                **values,
            }
        )
        if hours:
            self._log_hours(self.committed, hours, order)
        if done:
            order.action_complete()
        self.orders |= order
        self.committed.cr.commit()
        return order

    def _log_hours(self, env, hours, order=None, **values):
        """Log hours, in the transaction of ``env``, which does not end with it."""
        return env["account.analytic.line"].create(
            {
                "name": "Race",
                "project_id": self.project.id,
                "employee_id": self.employee.id,
                "fsm_order_id": (order or self.order).id,
                "unit_amount": hours,
                "date": fields.Date.today(),
                **values,
            }
        )

    def _reserve_part(self):
        """Commit a confirmed move of a part on the order, not validated yet."""
        env = self.committed
        move = env["stock.move"].create(
            {
                "product_id": self.part.id,
                "product_uom_qty": 1,
                "product_uom": self.part.uom_id.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": env.ref("stock.stock_location_customers").id,
                "fsm_order_id": self.order.id,
            }
        )
        move._action_confirm()
        move.write({"quantity": 1, "picked": True})
        env.cr.commit()
        self.assertEqual(move.qty_recorded, 0)
        return move

    def _create_draft(self, order=None):
        draft = (order or self.order)._create_invoices()
        self.committed.cr.commit()
        return draft

    def _create_posted(self, order=None):
        invoice = (order or self.order)._create_invoices()
        invoice.action_post()
        self.committed.cr.commit()
        return invoice

    def _create_credit(self, invoice, quantity=None, **values):
        """Make a draft credit note by the wizard, of all or of ``quantity``."""
        credit = self._reverse(invoice, **values)(self.committed)
        credit = self.committed["account.move"].browse(credit)
        if quantity is not None:
            self._get_product_lines(credit).quantity = quantity
        self.committed.cr.commit()
        return credit

    def _type_credits(self, invoice, *amounts):
        """Make draft credit notes by hand that name ``invoice``."""
        credits = self.committed["account.move"].create(
            [
                {
                    "move_type": "out_refund",
                    "journal_id": invoice.journal_id.id,
                    "partner_id": invoice.partner_id.id,
                    "reversed_entry_id": invoice.id,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Typed by hand",
                                "quantity": 1,
                                "price_unit": amount,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
                for amount in amounts
            ]
        )
        self.committed.cr.commit()
        return credits

    def _get_product_lines(self, moves):
        return moves.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )

    # --- what people do; each returns a function of an environment ---
    def _press_create_invoice(self, *orders):
        """Press Create invoice; of several orders, in the order given."""
        ids = [order.id for order in orders or self.order]

        def press(env):
            return env["fsm.order"].browse(ids).action_create_invoice()

        return press

    def _call(self, records, method, *args):
        """Press a button of ``records``, or write or delete them."""

        def call(env):
            getattr(env[records._name].browse(records.ids), method)(*args)
            return "done"

        return call

    def _reverse(self, invoice, is_modify=False, **values):
        """Go through the credit note wizard; returns the id of what it made."""

        def reverse(env):
            wizard = (
                env["account.move.reversal"]
                .with_context(active_model="account.move", active_ids=invoice.ids)
                .create({"journal_id": invoice.journal_id.id, **values})
            )
            wizard.reverse_moves(is_modify=is_modify)
            return wizard.new_move_ids.id

        return reverse

    # --- both at once ---
    def _race(self, first, second):
        """Run both requests, and read again what they committed.

        :return: what each returned, or the exception it raised
        """
        return self._run(Race(self.dbname, first, second))

    def _race_clerks(self, first, second):
        """Let two clerks do what ``first`` and ``second`` say."""
        return self._race((self.clerk.id, first), (self.clerk.id, second))

    def _post_both(self, first, second):
        return self._race_clerks(
            self._call(first, "action_post"), self._call(second, "action_post")
        )

    def _run(self, race):
        results = race.run()
        self.committed.cr.rollback()
        self.committed.invalidate_all()
        self._assert_books_hold()
        return results

    # --- what must hold, whoever came first ---
    def _assert_books_hold(self):
        """Check that ledger, documents and statuses agree on what was committed."""
        orders = self.orders.exists()
        for order in orders:
            for source in (*order.timesheet_ids, *order.part_ids, *order.charge_ids):
                self._assert_source_holds(source)
            bills = order.billing_entry_ids.filtered(lambda e: e.kind == "bill")
            for line, entries in bills.grouped("move_line_id").items():
                self.assertEqual(sum(entries.mapped("quantity")), line.quantity)
        stored = [(order, order.billing_status) for order in orders]
        self.committed.add_to_compute(orders._fields["billing_status"], orders)
        found = [(order, order.billing_status) for order in orders]
        self.assertEqual(stored, found, "The stored status is not that of the books")
        self.committed.cr.rollback()
        self.committed.invalidate_all()

    def _assert_source_holds(self, source):
        live = source.billing_entry_ids.filtered("is_live")
        self.assertEqual(source.qty_billed, sum(live.mapped("quantity")))
        # what came back is less than nothing
        sign = -1 if source.qty_recorded < 0 else 1
        self.assertGreaterEqual(sign * source.qty_billed, 0)
        self.assertLessEqual(sign * source.qty_billed, sign * source.qty_recorded)

    def _assert_hours(self, billed, to_bill, status, order=None):
        """Check the hours of an order, and that the customer owes those billed."""
        order = order or self.order
        hours = order.timesheet_ids
        self.assertEqual(
            (sum(hours.mapped("qty_billed")), sum(hours.mapped("qty_to_bill"))),
            (billed, to_bill),
        )
        self.assertEqual(self._get_invoiced(order), 60 * billed)
        self.assertEqual(order.billing_status, status)

    def _get_invoiced(self, order=None):
        """:return: untaxed amount of the invoices of an order less its credit notes

        Drafts of invoices count, and those of credit notes do not.
        """
        lines = (order or self.order).invoice_lines.filtered(
            lambda line: line.display_type == "product"
        )
        return -sum(
            lines.filtered(
                lambda line: (
                    line.parent_state == "posted"
                    or (line.parent_state, line.move_type) == ("draft", "out_invoice")
                )
            ).mapped("balance")
        )

    def _assert_done(self, *results):
        """Check that no request was refused, or broke."""
        for result in results:
            if isinstance(result, Exception):
                raise result

    def _assert_refused(self, result, pattern):
        """Check that somebody was told what is in the way, in words of ours."""
        self.assertIsInstance(result, UserError)
        self.assertRegex(str(result), pattern)
        # this is what Odoo makes of errors of the database
        self.assertNotIn("The operation cannot be completed", str(result))

    def _assert_one_stands(self, first, second, results):
        """Check that ``first`` is posted, and ``second`` still a draft, and why."""
        invoice = first.reversed_entry_id
        self._assert_done(results[0])
        self._assert_refused(
            results[1],
            rf"(?s){first.name}.* would credit .*{invoice.name}",
        )
        self.assertEqual((first.state, second.state), ("posted", "draft"))
