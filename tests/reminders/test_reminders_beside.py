from odoo import api, fields, models
from odoo.tests import tagged

from ..models_common import ModelsCommon
from .reminders_common import RemindersCommon


class FollowedScenarios:
    """Customers whom credit control follows; also for the tests beside the real one."""

    def _create_credit_policy(self, **values):
        # sudo: credit control is for its own people
        return (
            self.env["credit.control.policy"]
            .sudo()
            .create(
                {
                    "name": "Three letters",
                    "account_ids": self.customer.property_account_receivable_id.ids,
                    **values,
                }
            )
        )

    def test_followed_customer_gets_no_reminder_of_ours(self):
        self.customer.sudo().credit_policy_id = self._create_credit_policy()
        late = self._post_due(3)
        other = self._post_due(5, location_id=self.cellar.id)
        action = (late | other).action_fsm_remind()
        self.assertIn("Reminded: Other.", action["params"]["message"])
        self.assertIn("its own letters: Heating", action["params"]["message"])
        self.assertFalse(self._get_mails(late))
        self.assertFalse(late.fsm_reminded_on)
        self.assertTrue(self._get_mails(other))

    def test_followed_invoice_is_not_in_a_reminder(self):
        followed, late = self._post_due(30), self._post_due(3)
        followed.sudo().credit_policy_id = self._create_credit_policy()
        (followed | late).action_fsm_remind()
        [mail] = self._get_mails(late)
        self.assertIn(late.name, mail.body)
        self.assertNotIn(followed.name, mail.body)
        self.assertFalse(self._get_mails(followed))

    def test_policy_of_the_company_follows_all_but_those_left_alone(self):
        self.company.sudo().credit_policy_id = self._create_credit_policy()
        nothing = self._create_credit_policy(do_nothing=True)
        self.other.sudo().credit_policy_id = nothing
        late = self._post_due(3)
        other = self._post_due(5, location_id=self.cellar.id)
        (late | other).action_fsm_remind()
        self.assertFalse(self._get_mails(late))
        self.assertTrue(self._get_mails(other))


def _get_credit_control():
    class Policy(models.Model):
        """Of OCA's account_credit_control."""

        _module = None
        _name = "credit.control.policy"
        _description = "Credit Control Policy"

        name = fields.Char()
        active = fields.Boolean(default=True)
        do_nothing = fields.Boolean()
        account_id = fields.Many2one("account.account")
        account_ids = fields.Many2many(
            "account.account",
            compute="_compute_account_ids",
            inverse="_inverse_account_ids",
        )

        @api.depends("account_id")
        def _compute_account_ids(self):
            for policy in self:
                policy.account_ids = policy.account_id

        def _inverse_account_ids(self):
            for policy in self:
                policy.account_id = policy.account_ids

    class Company(models.Model):
        _module = None
        _inherit = ["res.company"]
        _name = "res.company"

        credit_policy_id = fields.Many2one("credit.control.policy")

    class Partner(models.Model):
        _module = None
        _inherit = ["res.partner"]
        _name = "res.partner"

        credit_policy_id = fields.Many2one("credit.control.policy")

    class Move(models.Model):
        _module = None
        _inherit = ["account.move"]
        _name = "account.move"

        credit_policy_id = fields.Many2one("credit.control.policy")

    return [Policy, Company, Partner, Move]


@tagged("post_install", "-at_install")
class TestRemindersOfOthers(FollowedScenarios, ModelsCommon, RemindersCommon):
    """A stand-in for OCA's credit control: its letters are sent, and ours are not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        definitions = _get_credit_control()
        cls._declare(*definitions)
        cls._create_tables(*(definition._name for definition in definitions))
