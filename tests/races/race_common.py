from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.models import BaseModel
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase

from ..common import Factories
from .overlap import DEADLOCK, Overlap, Queue, delete_rows_after, get_last_ids
from .race import ARCHIVE_INSTEAD
from .race_requests import RaceRequests


class RaceCommon(RaceRequests, Factories, TransactionCase):
    """A done order of two hours at 60.00, which other transactions can see.

    Each of the ``races`` of a class is a test. Everything is committed, and deleted
    again afterwards.
    """

    #: name -> request: what is there before each race
    given = {}
    races = ()

    def __init_subclass__(cls):
        for race in cls.__dict__.get("races", ()):
            for name, requests, right in race.list_tests():
                if hasattr(cls, name):
                    raise TypeError(f"There are two races {name}")
                setattr(cls, name, cls._make_test(race, requests, right))
        return super().__init_subclass__()

    @staticmethod
    def _make_test(race, requests, right):
        return lambda self: self._run(race, requests, right)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the pause before a repeated request, without the wait
        cls.startClassPatcher(
            patch("odoo.service.model.random.uniform", return_value=0.01)
        )
        cr = db_connect(cls.env.cr.dbname).cursor()
        cls.addClassCleanup(cr.close)
        cls.env = api.Environment(cr, SUPERUSER_ID, {})
        cls.addClassCleanup(delete_rows_after, cr, get_last_ids(cr))
        cls.company = cls.env.company
        cls._create_accounts()
        cls._create_fixtures()
        cls.payer = cls.customer.copy({"name": "Payer"})
        payers = cls.customer | cls.payer
        payers.property_account_receivable_id = cls.receivable
        payers.fsm_billing_policy_id = cls.policy
        cls.fee = cls._create_product(lst_price=75)
        cls.with_fee = cls.policy.copy(
            {"name": "With fee", "callout_product_id": cls.fee.id}
        )
        cls.by_day = cls.with_fee.copy({"callout_per": "day"})
        cls._create_users()
        cls._commit()

    def setUp(self):
        super().setUp()
        self.made = self.env["fsm.order"]
        self._create_work()
        self.hours = self.order.timesheet_ids
        self._commit()

    @classmethod
    def _commit(cls):
        # pylint: disable=invalid-commit; other transactions are to see it
        cls.env.cr.commit()

    def _create_work(self):
        self.order = self._create_order()

    # --- committed fixtures ---
    @classmethod
    def _create_accounts(cls):
        kinds = ["income", "asset_receivable", "asset_cash", "asset_cash"]
        cls.income, cls.receivable, *cash = cls.env["account.account"].create(
            [
                {"name": "Race", "code": f"RACE{number}", "account_type": kind}
                for number, kind in enumerate(kinds)
            ]
        )
        # payments into one journal wait for each other's number
        _sales, cls.bank, cls.other_bank = cls.env["account.journal"].create(
            [
                {
                    "name": account.code,
                    "code": account.code,
                    "type": kind,
                    "default_account_id": account.id,
                }
                for kind, account in [
                    ("sale", cls.income),
                    *(("bank", a) for a in cash),
                ]
            ]
        )
        for bank in (cls.bank, cls.other_bank):
            account = bank.default_account_id
            account.reconcile = True
            bank.inbound_payment_method_line_ids.payment_account_id = account

    @classmethod
    def _create_users(cls):
        cls.root = cls.env.user
        cls.clerk = cls._create_role(
            "clerk", "fieldservice.group_fsm_user,account.group_account_invoice"
        )
        cls.dispatcher = cls._create_role(
            "dispatcher",
            "fieldservice.group_fsm_dispatcher,"
            "hr_timesheet.group_hr_timesheet_approver,"
            "fieldservice_invoicing.fieldservice_invoicing_group_billing",
        )
        cls.manager = cls._create_role(
            "manager", "fieldservice.group_fsm_manager,account.group_account_manager"
        )
        cls.storekeeper = cls._create_role("storekeeper", "stock.group_stock_user")

    @classmethod
    def _create_role(cls, login, groups, **values):
        # the others' may be there for all tests
        return super()._create_role(f"racing_{login}", groups, **values)

    @classmethod
    def _create_product(cls, **values):
        return cls.env["product.product"].create(
            {
                "name": "Race",
                "type": "service",
                "invoice_policy": "order",
                "taxes_id": [Command.clear()],
                "property_account_income_id": cls.income.id,
                **values,
            }
        )

    def _create_order(self, hours=2, **values):
        order = super()._create_order(hours, parts=0, **values)
        self.made |= order
        return order

    # --- running ---
    def __getitem__(self, name):
        """:return: what is called ``name`` in a race: a record, a user or a result"""
        return getattr(self, name)

    def _run(self, race, requests, right):
        """Make both requests, and check what they committed."""
        for name, request in (*self.given.items(), *race.given.items()):
            setattr(self, name, self._make(request))
        jobs = [
            (self[request.who].id, lambda env, ask=request.make: ask(self, env))
            for request in requests
        ]
        if race.queue:
            [record] = self._get(self.env, race.queue)
            lock = f"SELECT id FROM {record._table} WHERE id = {record.id} FOR UPDATE"
            self.overlap = Queue(self.env.cr.dbname, *jobs, lock)
        else:
            self.overlap = Overlap(self.env.cr.dbname, *jobs)
        self.first, self.second = self.overlap.run()
        self._forget()
        self._assert_books_hold()
        right = dict(right)
        self._assert_told(self.first, right.pop("first", None))
        self._assert_told(self.second, right.pop("second", None))
        self._assert_waited(right.pop("waits", True))
        self._assert_right(right)
        for request in race.then:
            self._make(request)
        self._assert_right(race.at_last)

    def _make(self, request):
        """Make a request on its own, and commit what it does."""
        env = self.env(user=self[request.who].id)
        result = request.make(self, env)
        self._commit()
        return result

    def _forget(self):
        """Read again what others committed."""
        self.env.cr.rollback()
        self.env.invalidate_all()

    # --- what must hold ---
    def _assert_told(self, result, pattern):
        """Check that they were refused in words of ours, or not at all.

        :param pattern: of these words, or None
        """
        if pattern is None:
            if isinstance(result, Exception):
                raise result
            return
        self.assertIsInstance(result, UserError)
        self.assertRegex(str(result), pattern.format_map(self))
        if pattern != ARCHIVE_INSTEAD:
            # this is what Odoo makes of errors of the database
            self.assertNotIn("The operation cannot be completed", str(result))

    def _assert_waited(self, waits):
        """Check whether the second one waited, or that there was no deadlock.

        :param waits: True, False or the pattern of the query
        """
        query = self.overlap.waiting_query
        if isinstance(self.overlap, Queue):
            codes = [code for _name, code in self.overlap.interruptions]
            self.assertNotIn(DEADLOCK, codes)
        elif isinstance(waits, str):
            self.assertRegex(query or "did not wait", waits)
        else:
            self.assertEqual(query is not None, waits, f"Waited for: {query}")

    def _assert_right(self, right):
        found = {path: self._find(path) for path in right}
        for path, value in found.items():
            if isinstance(value, BaseModel):
                right = right | {path: self[right[path]] if right[path] else value[:0]}
        self.assertEqual(found, right)

    def _assert_books_hold(self):
        """Check that ledger, documents and statuses agree on what was committed."""
        orders = self.made.exists()
        self.assertLedgerHolds(orders)
        bills = orders.billing_entry_ids.filtered(lambda entry: entry.kind == "bill")
        for line, entries in bills.grouped("move_line_id").items():
            self.assertEqual(sum(entries.mapped("quantity")), line.quantity)
        stored = [(order, order.billing_status) for order in orders]
        self.env.add_to_compute(orders._fields["billing_status"], orders)
        found = [(order, order.billing_status) for order in orders]
        self.assertEqual(stored, found, "The stored status is not that of the books")
        self._forget()

    # --- what is found ---
    def _find(self, path):
        """:return: a value, a recordset, or the sorted list of several values"""
        fact, _of, name = path.rpartition(" of ")
        if fact:
            return getattr(self, f"_find_{fact}")(self[name])
        name, _dot, field = path.partition(".")
        found = self[name]
        if isinstance(found, dict):  # what a button opens
            return found[field]
        values = found.with_env(self.env).mapped(field)
        if isinstance(values, BaseModel):
            return values
        return values[0] if len(values) == 1 else sorted(values)

    def _find_hours(self, order):
        hours = order.timesheet_ids
        return (
            sum(hours.mapped("qty_billed")),
            sum(hours.mapped("qty_to_bill")),
            self._find_invoiced(order),
            order.billing_status,
        )

    def _find_invoiced(self, order):
        """:return: untaxed amount of the invoices of an order less its credit notes

        Drafts of invoices count, and those of credit notes do not.
        """
        lines = order.invoice_lines.filtered(
            lambda line: (
                line.display_type == "product"
                and (line.parent_state == "posted" or line.move_type == "out_invoice")
                and line.parent_state != "cancel"
            )
        )
        return -sum(lines.mapped("balance"))

    def _find_documents(self, order):
        return len(order.invoice_lines.move_id)

    def _find_drafts(self, order):
        moves = order.invoice_lines.move_id
        return len(moves.filtered(lambda move: move.state == "draft"))

    def _find_order(self, action):
        """:return: the order of the one invoice that a button opens"""
        return self.env["account.move"].browse(action["res_id"]).fsm_order_ids

    def _find_existence(self, records):
        return bool(records.exists())
