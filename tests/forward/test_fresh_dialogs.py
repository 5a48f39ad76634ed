from odoo.tests import tagged

from ..common import InvoicingCommon, TourCase


@tagged("post_install", "-at_install")
class TestFreshDialogs(InvoicingCommon, TourCase):
    """No dialog of ours shows what was so when it was opened before."""

    def test_no_action_of_a_dialog_of_ours_is_kept_by_the_client(self):
        actions = self.env["ir.actions.act_window"].search([])
        ours = [
            action
            for action in actions
            if action.xml_id.startswith("fieldservice_invoicing.")
            and self.env[action.res_model]._transient
        ]
        ours.append(self.env.ref("account.action_view_account_move_reversal"))
        self.assertGreater(len(ours), 1)
        for action in ours:
            with self.subTest(action.name):
                values = self.env["ir.actions.actions"]._for_xml_id(action.xml_id)
                self.assertIs(values["cache"], False)

    def test_lists_are_kept_as_before(self):
        values = self.env["ir.actions.actions"]._for_xml_id(
            "fieldservice_invoicing.fsm_order_action_to_invoice"
        )
        self.assertTrue(values["cache"])

    def test_wizard_opened_twice_shows_what_is_so_now(self):
        self._create_order(hours=2, parts=0)
        self.start_tour("/odoo", "fsm_invoicing_fresh_dialogs", login="clerk")
