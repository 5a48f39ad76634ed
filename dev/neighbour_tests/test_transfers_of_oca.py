"""Invoices of transfers by OCA's ``stock_picking_invoicing``.

``dev/neighbours`` installs it.
"""

from odoo.tests import tagged

from odoo.addons.fieldservice_invoicing.tests.elsewhere.elsewhere_common import (
    ElsewhereCommon,
)
from odoo.addons.fieldservice_invoicing.tests.elsewhere.test_billed_elsewhere import (
    ElsewhereScenarios,
)


@tagged("post_install", "-at_install")
class TestTransfersOfOca(ElsewhereScenarios, ElsewhereCommon):
    def _invoice_transfer(self, move):
        picking = move.picking_id
        picking.partner_id = self.customer
        wizard = (
            self.env["stock.invoice.onshipping"]
            .with_context(active_model="stock.picking", active_ids=picking.ids)
            .create({"group": "picking"})
        )
        wizard.action_generate()
        return move.invoice_line_ids.move_id.filtered(
            lambda invoice: invoice.state == "draft"
        )
