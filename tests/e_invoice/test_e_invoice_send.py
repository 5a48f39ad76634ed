from odoo.fields import Command
from odoo.tests import tagged

from .e_invoice_common import EInvoiceCommon


@tagged("post_install", "-at_install")
class TestEInvoiceSend(EInvoiceCommon):
    """What *Send* says of the e-invoice before anything is sent."""

    def _get_alerts(self, moves):
        """:return: dict: what the dialog says"""
        model = "account.move.send.wizard"
        values = {}
        if len(moves) > 1:
            model = "account.move.send.batch.wizard"
            values = {"move_ids": [Command.set(moves.ids)]}
        else:
            values = {"move_id": moves.id}
        wizard = self.env[model].with_user(self.clerk).create(values)
        return wizard.alerts or {}

    def _get_faults(self, move):
        """:return: the alert that says why there is no e-invoice"""
        alerts = self._get_alerts(move)
        found = [
            alert for key, alert in alerts.items() if key.startswith("fsm_e_invoice_")
        ]
        return found[0] if found else None

    def test_format_is_named(self):
        self.customer.invoice_edi_format = "facturx"
        alerts = self._get_alerts(self._post_invoice(self._create_order()))
        self.assertIn("France (FacturX)", alerts["fsm_e_invoice"]["message"])
        self.assertEqual(alerts["fsm_e_invoice"]["level"], "info")

    def test_formats_of_several_are_counted(self):
        self.customer.invoice_edi_format = "facturx"
        moves = self._post_invoice(self._create_order())
        moves |= self._post_invoice(self._create_order())
        alerts = self._get_alerts(moves)
        self.assertIn("France (FacturX) (2)", alerts["fsm_e_invoice"]["message"])

    def test_customer_without_a_format_gets_no_word(self):
        self.customer.invoice_edi_format = False
        self.assertNotIn(
            "fsm_e_invoice", self._get_alerts(self._post_invoice(self._create_order()))
        )

    def test_what_our_company_lacks_is_named_with_a_link(self):
        self.customer.invoice_edi_format = "facturx"
        seller = self.company.partner_id
        for name in ("phone", "email"):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                seller[name] = False
                move = self._post_invoice(self._create_order())
                alert = self._get_faults(move)
                self.assertIn(seller._fields[name].string, alert["message"])
                self.assertEqual(alert["action"]["res_model"], "res.partner")
                self.assertEqual(alert["action"]["res_id"], seller.id)
                savepoint.rollback()

    def test_missing_bank_account_is_named_with_a_link(self):
        self.customer.invoice_edi_format = "facturx"
        self.company.partner_id.bank_ids.unlink()
        move = self._post_invoice(self._create_order())
        alert = self._get_faults(move)
        self.assertEqual(alert["level"], "warning")
        self.assertNotIn("fsm_e_invoice", self._get_alerts(move))
        self.assertEqual(alert["action"]["res_id"], self.company.partner_id.id)

    def test_whole_company_is_no_obstacle(self):
        self.customer.invoice_edi_format = "facturx"
        move = self._post_invoice(self._create_order())
        self.assertIsNone(self._get_faults(move))

    def test_typed_invoice_is_left_to_odoo(self):
        self.customer.invoice_edi_format = "facturx"
        self.company.partner_id.phone = False
        typed = self._post_invoice(self._create_order()).copy()
        typed.action_post()
        self.assertNotIn("fsm_e_invoice", self._get_alerts(typed))
        self.assertIsNone(self._get_faults(typed))
