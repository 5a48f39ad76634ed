"""Merging by OCA's ``account_invoice_merge``; ``dev/neighbours`` installs it."""

from odoo.tests import tagged

from odoo.addons.fieldservice_invoicing.tests.common import InvoicingCommon
from odoo.addons.fieldservice_invoicing.tests.merged.test_merged_invoices import (
    MergeScenarios,
)


@tagged("post_install", "-at_install")
class TestMergeOfOca(MergeScenarios, InvoicingCommon):
    def _merge(self, invoices):
        wizard = self.env["invoice.merge"].with_user(self.clerk)
        before = invoices.sudo().search([])
        wizard.with_context(
            active_model="account.move", active_ids=invoices.ids
        ).create({}).merge_invoices()
        return (invoices.sudo().search([]) - before).with_user(self.clerk)
