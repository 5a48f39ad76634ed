from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from ...models.ledger.fsm_field_guard import MODULE
from ..common import InvoicingCommon

#: fields of ours that customers may read: their own credit notes say the same
READABLE = {
    "account.move.fsm_credit_reason",
    "account.move.fsm_credit_reason_id",
    "account.move.line.fsm_credit_line_ids",
    "account.move.line.fsm_credit_work",
    "account.move.line.fsm_credited_line_id",
    "account.move.line.fsm_qty_credited",
    "account.move.line.fsm_replaced_line_id",
}


@tagged("post_install", "-at_install")
class TestAccessPortal(InvoicingCommon):
    """Customers and visitors of the website read of ours what is theirs to know."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer_user = new_test_user(
            cls.env, login="customer", groups="base.group_portal"
        )
        cls.visitor = cls.env.ref("base.public_user")

    def _get_readable(self, user):
        """:return: names of the fields of ours that ``user`` may read"""
        models = [self.env[name].with_user(user) for name in self.registry]
        return {
            f"{model._name}.{field.name}"
            for model in models
            if not model._abstract and model.has_access("read")
            for field in model._fields.values()
            if MODULE in field._modules and model._has_field_access(field, "read")
        }

    def test_customers_read_no_more_than_their_documents_say(self):
        self.assertEqual(self._get_readable(self.customer_user), READABLE)

    def test_visitors_read_nothing(self):
        self.assertFalse(self._get_readable(self.visitor))

    def test_outsiders_do_not_read_how_a_company_bills(self):
        names = ["name", "fsm_billing_policy_id"]
        for user in (self.customer_user, self.visitor):
            model = self.env["res.company"].with_user(user)
            ids = user.sudo().company_id.ids
            for method, args in (("read", [ids]), ("search_read", [[]])):
                call_kw(model, method, [*args, names[:1]], {})
                with self.subTest(method=method), self.assertRaises(AccessError):
                    call_kw(model, method, [*args, names], {})
