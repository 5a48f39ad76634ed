from odoo import models


class FsmOrder(models.Model):
    """The analytic accounts of the project that a service order belongs to."""

    _inherit = "fsm.order"

    def _get_project(self):
        """:return: the project of this order, else the one its time is logged on"""
        self.ensure_one()
        logged = self.timesheet_ids.project_id
        return self.project_id or (logged if len(logged) == 1 else logged.browse())

    def _get_project_accounts(self):
        """:return: dict order -> analytic accounts on which its work costs and earns"""
        found = {}
        for order in self:
            project = order._get_project()
            if project not in found:
                found[project] = project._get_analytic_accounts() if project else None
        ids = {id for accounts in found.values() if accounts for id in accounts.ids}
        # read together
        every = self.env["account.analytic.account"].browse(ids)
        result = {}
        for order in self:
            accounts = found[order._get_project()] or every.browse()
            # an account of another company can't be used in the books of this one
            result[order] = accounts.with_prefetch(every._prefetch_ids).filtered(
                lambda account, company=order.company_id: (
                    not account.company_id or account.company_id in company.parent_ids
                )
            )
        return result
