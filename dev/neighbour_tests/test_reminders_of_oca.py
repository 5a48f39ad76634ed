"""Beside OCA's ``account_credit_control`` and ``partner_statement``."""

from odoo.tests import tagged

from odoo.addons.fieldservice_invoicing.tests.reminders.reminders_common import (
    RemindersCommon,
)
from odoo.addons.fieldservice_invoicing.tests.reminders.test_reminders_beside import (
    FollowedScenarios,
)


@tagged("post_install", "-at_install")
class TestCreditControlOfOca(FollowedScenarios, RemindersCommon):
    pass


@tagged("post_install", "-at_install")
class TestStatementOfOca(RemindersCommon):
    def test_statement_is_that_of_oca(self):
        late = self._post_due(3)
        other = self._post_due(5, location_id=self.cellar.id)
        report = self.env["ir.actions.report"].with_user(self.clerk)
        html, _kind = report._render_qweb_html(
            "fieldservice_invoicing.report_statement", (late | other).ids
        )
        text = html.decode()
        self.assertEqual(text.count("Statement of Account"), 2)
        self.assertNotIn("Statement of open invoices", text)
        for invoice in late | other:
            self.assertIn(invoice.name, text)

    def test_reminder_has_it(self):
        late = self._post_due(3)
        late.action_fsm_remind()
        [mail] = self._get_mails(late)
        self.assertIn("Statement", mail.attachment_ids.name)
