from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.fields import Command
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, new_test_user

from .race import Race, delete_rows_after, get_last_ids


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
        self.order = self.committed["fsm.order"].create(
            {
                "location_id": self.site.id,
                "project_id": self.project.id,
                "billing_policy_id": self.policy.id,
            }
        )
        self._log_hours(self.committed, 2)
        self.order.action_complete()
        self.committed.cr.commit()

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
        labor = env["product.product"].create(
            {
                "name": "Race",
                "type": "service",
                "lst_price": 60,
                "uom_id": env.ref("uom.product_uom_hour").id,
                "taxes_id": [Command.clear()],
                "property_account_income_id": income.id,
            }
        )
        cls.part = env["product.product"].create(
            {
                "name": "Race part",
                "type": "consu",
                "lst_price": 10,
                "taxes_id": [Command.clear()],
                "property_account_income_id": income.id,
            }
        )
        cls.warehouse = env["stock.warehouse"].search(
            [("company_id", "=", env.company.id)], limit=1
        )
        cls.policy = env["fsm.billing.policy"].create(
            {"name": "Race", "labor_product_id": labor.id}
        )
        customer = env["res.partner"].create(
            {"name": "Race", "property_account_receivable_id": receivable.id}
        )
        place = env["res.partner"].create(
            {"name": "Race site", "parent_id": customer.id}
        )
        cls.site = env["fsm.location"].create(
            {"partner_id": place.id, "owner_id": customer.id}
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

    def _log_hours(self, env, hours):
        return env["account.analytic.line"].create(
            {
                "name": "Race",
                "project_id": self.project.id,
                "employee_id": self.employee.id,
                "fsm_order_id": self.order.id,
                "unit_amount": hours,
                "date": fields.Date.today(),
            }
        )

    # --- requests ---
    def _race(self, first, second):
        """Run both requests, and read again what they committed.

        :return: what each returned, or the exception it raised
        """
        results = Race(self.dbname, first, second).run()
        self.committed.cr.rollback()
        self.committed.invalidate_all()
        return results
