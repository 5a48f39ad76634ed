from odoo.exceptions import AccessError
from odoo.fields import Command, Domain
from odoo.tests import tagged

from ..common import InvoicingCommon

MODULE = "fieldservice_invoicing"


@tagged("post_install", "-at_install")
class TestOwnDialogs(InvoicingCommon):
    """What is open on somebody's screen is nobody else's to see or change."""

    def test_each_dialog_is_for_whoever_opened_it(self):
        rules = self.env["ir.rule"].with_user(self.clerk)
        names = [
            name
            for name, model in self.registry.items()
            if model._transient and model._original_module == MODULE
        ]
        self.assertIn("fsm.billing.wizard", names)
        own = Domain("create_uid", "=", self.clerk.id)
        for name in names:
            for mode in ("read", "write", "create", "unlink"):
                with self.subTest(f"{mode} {name}"):
                    domain = rules._compute_domain(name, mode)
                    wanted = own.optimize(self.env[name])
                    self.assertEqual(list(domain), list(wanted))

    def test_visits_of_a_colleague_are_not_seen_or_changed(self):
        order = self._create_order()
        wizard = self.env["fsm.billing.wizard"].with_user(self.clerk)
        wizard = wizard.create(
            {"order_ids": [Command.set(order.ids)], "is_by_visit": True}
        )
        visit = wizard.visit_ids
        self.assertTrue(visit)
        self.env.flush_all()
        self.env.invalidate_all()
        other = visit.with_user(self.dispatcher)
        self.assertFalse(other.search([("id", "in", visit.ids)]))
        with self.assertRaises(AccessError):
            other.read(["work"])
        with self.assertRaises(AccessError):
            other.write({"is_included": False})
        visit.is_included = False
