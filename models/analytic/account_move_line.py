from odoo import api, models
from odoo.tools import float_compare

from ...tools.host_methods import is_answered_by

#: what Odoo computes analytic distributions by, and the modules whose rules we know
DISTRIBUTION_METHODS = {
    "account.move.line": (
        "_compute_analytic_distribution",
        "_get_analytic_distribution_arguments",
        "_related_analytic_distribution",
    ),
    "account.analytic.distribution.model": (
        "_create_domain",
        "_get_applicable_models",
        "_get_default_search_domain_vals",
        "_get_distribution",
    ),
}


DISTRIBUTION_MODULES = ("account", "analytic", "purchase", "sale", "sale_project")


class AccountMoveLine(models.Model):
    """What an order brings in stands on the analytic accounts where it costs.

    As on sale orders, the distribution models of the company come first, and the
    accounts of the project are added for the plans that these leave out. They always
    get all of it.
    """

    _inherit = "account.move.line"

    def _compute_analytic_distribution(self):
        res = super()._compute_analytic_distribution()
        lines = self.filtered(
            lambda line: (
                line.display_type == "product"
                and line.fsm_order_ids
                # a quotation has been given its accounts; it keeps them
                and not (line.sale_line_ids and line.analytic_distribution)
            )
        )
        accounts = lines._get_fsm_project_accounts()
        plans = {}
        for line in lines:
            distribution = line.analytic_distribution
            key = tuple(distribution or ())
            if key not in plans:
                plans[key] = self._get_fsm_plans(distribution)
            line.analytic_distribution = self._add_fsm_accounts(
                distribution, plans[key], accounts[line]
            )
        return res

    def _get_fsm_project_accounts(self):
        """:return: dict line -> analytic accounts of the project of its order"""
        # sudo: who edits an invoice may not read service orders and projects
        lines = self.sudo()
        of_orders = lines.fsm_order_ids._origin._get_project_accounts()
        Account = self.env["account.analytic.account"]
        result = {}
        for line in lines:
            found = {of_orders[order] for order in line.fsm_order_ids._origin}
            result[line] = found.pop() if len(found) == 1 else Account.sudo()
        return result

    @api.model
    def _is_fsm_distribution_known(self):
        """:return: True if no module has a say whose rules we don't know"""
        return all(
            is_answered_by(self.env[model], names, DISTRIBUTION_MODULES)
            for model, names in DISTRIBUTION_METHODS.items()
        )

    @api.model
    def _get_fsm_plans(self, distribution):
        """:return: the analytic plans that ``distribution`` has accounts of"""
        ids = {int(part) for key in distribution or () for part in key.split(",")}
        if not ids:
            return self.env["account.analytic.plan"]
        # one that was deleted may still be named
        there = self.env["account.analytic.account"].browse(ids).exists()
        # sudo: who edits an invoice may have no right to read analytic accounts
        return there.sudo().root_plan_id

    @api.model
    def _add_fsm_accounts(self, distribution, plans, accounts):
        """Add those ``accounts`` of a project that are of none of ``plans``.

        :param plans: those of ``distribution``
        :return: the distribution with them; what is there stays as it is
        """
        added = accounts.filtered(lambda account: account.root_plan_id not in plans)
        if not added:
            return distribution
        key = ",".join(str(account.id) for account in added)
        if not distribution:
            return {key: 100}
        digits = self.env["decimal.precision"].precision_get("Percentage Analytic")
        if float_compare(sum(distribution.values()), 100, precision_digits=digits):
            # models of several plans, each with its 100 %, or of less than all
            return {**distribution, key: 100}
        return {
            f"{there},{key}": percentage for there, percentage in distribution.items()
        }
