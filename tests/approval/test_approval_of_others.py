from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models_common import ModelsCommon
from .test_approval import ApprovalCommon


def _get_validated():
    class Line(models.Model):
        """Of Odoo's own timesheets."""

        _module = None
        _inherit = ["account.analytic.line"]
        _name = "account.analytic.line"

        validated = fields.Boolean()

    return [Line]


def _get_sheets():
    class Sheet(models.Model):
        """Of OCA's hr_timesheet_sheet."""

        _module = None
        _name = "hr_timesheet.sheet"
        _description = "Timesheet Sheet"

        state = fields.Selection([("new", "New"), ("done", "Approved")], default="new")

    class Line(models.Model):
        _module = None
        _inherit = ["account.analytic.line"]
        _name = "account.analytic.line"

        sheet_id = fields.Many2one("hr_timesheet.sheet")

    return [Sheet, Line]


class ApprovalOfOthers(ModelsCommon, ApprovalCommon):
    @classmethod
    def _install(cls, definitions):
        cls._declare(*definitions)
        cls._create_tables(*(definition._name for definition in definitions))


@tagged("post_install", "-at_install")
class TestApprovalValidated(ApprovalOfOthers):
    """A stand-in for Odoo's own approval of timesheets: it counts, and ours is off."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._install(_get_validated())

    def test_validated_hours_are_open(self):
        order = self._create_order(hours=2, parts=0)
        self._assert_waits(order)
        order.timesheet_ids.validated = True
        self._assert_open(order)
        order.timesheet_ids.validated = False
        self._assert_waits(order)

    def test_ours_sends_people_there(self):
        order = self._create_order(hours=2, parts=0)
        with self.assertRaisesRegex(UserError, "Timesheets app"):
            self._approve(order)


@tagged("post_install", "-at_install")
class TestApprovalSheets(ApprovalOfOthers):
    """A stand-in for OCA's timesheet sheets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._install(_get_sheets())

    def test_hours_of_an_approved_sheet_are_open(self):
        # sudo: nobody has rights on a stand-in
        sheet = self.env["hr_timesheet.sheet"].sudo().create({})
        order = self._create_order(hours=2, parts=0)
        order.timesheet_ids.sheet_id = sheet
        self._assert_waits(order)
        sheet.state = "done"
        self._assert_open(order)

    def test_hours_of_no_sheet_wait(self):
        order = self._create_order(hours=2, parts=0)
        self._assert_waits(order)
