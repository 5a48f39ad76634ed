import re
import traceback

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from ..common import InvoicingCommon

#: what a program may send for the ids
IDS = (0, {}, None, False, [0], [-1], [10**9])
#: what it may send for any argument
ODD = (5, {}, [], "", None, "abc", [10**9], {"a": 1}, [[1]], float("nan"))
#: methods that Odoo defines for all models: odd values are Odoo's to refuse
ODOO = {
    "copy_data",
    "create",
    "default_get",
    "get_definition",
    "init",
    "reverse_moves",
    "unlink",
    "write",
}
CONTEXTS = (
    {},
    {"active_ids": 5},
    {"active_ids": {}},
    {"active_ids": "abc"},
    {"active_ids": [10**9]},
    {"active_ids": [{}]},
    {"active_model": "no.such.model", "active_ids": [1]},
    {"active_domain": 5},
    {"active_domain": "abc"},
    {"active_domain": [["no_such_field", "=", 1]]},
)


@tagged("post_install", "-at_install")
class TestAccessOddCalls(InvoicingCommon):
    """Whatever a program sends, nothing of ours ends in a traceback."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = new_test_user(
            cls.env, login="portal customer", groups="base.group_portal"
        )
        cls.order = cls._create_order()
        cls.other_order = cls._create_order(done=False)
        cls.invoiced = cls._create_order()
        cls.invoice = cls._post_invoice(cls.invoiced)

    def _get_users(self):
        return (
            self.portal,
            self.technician,
            self.dispatcher,
            self.clerk,
            self.accountant,
        )

    def _get_methods(self):
        """:return: list of (model, name of a public method of ours)"""
        methods = []
        for name in self.registry:
            model = self.env[name]
            names = {
                attribute
                for cls in type(model).__mro__
                if cls.__module__.startswith("odoo.addons.fieldservice_invoicing.")
                for attribute, value in vars(cls).items()
                if callable(value) and not attribute.startswith("_")
            }
            methods += [(name, attribute) for attribute in sorted(names - ODOO)]
        return methods

    def _call(self, user, model, method, args, context):
        """Call as by RPC; a refusal in words is an answer.

        :return: where in our code a traceback came from, or None
        """
        records = self.env[model].with_user(user)
        try:
            with self.env.cr.savepoint():
                call_kw(records, method, args, {"context": dict(context)})
                self.env.flush_all()
        except (UserError, IntegrityError):  # Odoo words what the database refuses
            return None
        except Exception as error:
            # who called into Odoo's framework with what it can't take?
            frames = [
                frame
                for frame in traceback.extract_tb(error.__traceback__)
                if not re.search(r"/odoo/(orm|tools|fields|sql_db)", frame.filename)
                and "super()" not in (frame.line or "")
            ]
            last = frames[-1]
            if re.search(
                r"/fieldservice_invoicing/(?!tests/)\w+/\w+\.py", last.filename
            ):
                return f"{last.filename}:{last.lineno} {type(error).__name__}: {error}"
        return None

    def _assert_answered(self, model, method, args, contexts=CONTEXTS):
        for user in self._get_users():
            for context in contexts:
                found = self._call(user, model, method, args, context)
                self.assertIsNone(found, (user.login, model, method, args, context))

    def test_methods_are_found(self):
        methods = self._get_methods()
        for known in (
            ("fsm.order", "action_create_invoice"),
            ("fsm.billing.dashboard", "get_data"),
            ("fsm.billing.wizard", "action_create_invoices"),
        ):
            self.assertIn(known, methods)

    def test_buttons_on_nothing(self):
        for model, method in self._get_methods():
            with self.subTest(model=model, method=method):
                self._assert_answered(model, method, [[]], CONTEXTS[:4])

    def test_buttons_on_odd_ids(self):
        for model, method in self._get_methods():
            with self.subTest(model=model, method=method):
                for ids in IDS:
                    self._assert_answered(model, method, [ids], [{}])

    def test_buttons_on_several_records(self):
        ids = (self.order | self.other_order | self.invoiced).ids
        for model, method in self._get_methods():
            if model == "fsm.order":
                with self.subTest(method=method):
                    self._assert_answered(model, method, [ids], [{}])

    def test_odd_arguments(self):
        for model, method in self._get_methods():
            with self.subTest(model=model, method=method):
                for odd in ODD:
                    self._assert_answered(model, method, [odd, odd], [{}])
                    self._assert_answered(model, method, [self.order.ids, odd], [{}])

    def test_dialogs_on_odd_selections(self):
        for model in ("fsm.billing.wizard", "account.move.reversal"):
            for context in CONTEXTS:
                with self.subTest(model=model, context=context):
                    fields = list(self.env[model]._fields)
                    self._assert_answered(model, "default_get", [fields], [context])
                    self._assert_answered(model, "create", [{}], [context])
                    self._assert_answered(model, "web_save", [[], {}, {}], [context])

    def test_rows_of_a_dialog_without_their_line(self):
        wizard = (
            self.env["account.move.reversal"]
            .with_user(self.clerk)
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .create({"journal_id": self.invoice.journal_id.id})
        )
        line_id = wizard.fsm_credit_line_ids.move_line_id[:1].id
        for values in (
            {},
            {"wizard_id": wizard.id},
            {"move_line_id": line_id},
            {"wizard_id": wizard.id, "move_line_id": False},
            {"wizard_id": wizard.id, "move_line_id": 10**9},
            {"wizard_id": wizard.id, "move_line_id": line_id, "work": "no such"},
            {"wizard_id": wizard.id, "move_line_id": line_id, "qty_to_credit": "abc"},
        ):
            with self.subTest(values=values):
                self._assert_answered("fsm.credit.line", "create", [values], [{}])
                self._assert_answered(
                    "fsm.credit.line",
                    "onchange",
                    [
                        [],
                        values,
                        [],
                        dict.fromkeys(wizard.fsm_credit_line_ids._fields, {}),
                    ],
                    [{}],
                )
                self._assert_answered(
                    "account.move.reversal",
                    "write",
                    [
                        wizard.ids,
                        {"fsm_credit_line_ids": [Command.create(values)]},
                    ],
                    [{}],
                )

    def test_forms_of_nothing(self):
        for model in ("fsm.order", "fsm.order.charge", "fsm.billing.policy"):
            fields = dict.fromkeys(self.env[model]._fields, {})
            with self.subTest(model=model):
                self._assert_answered(model, "onchange", [[], {}, [], fields], [{}])
                self._assert_answered(model, "create", [{}], [{}])
                self._assert_answered(model, "write", [[], {}], [{}])
