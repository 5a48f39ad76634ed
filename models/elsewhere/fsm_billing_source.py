from odoo import api, models
from odoo.exceptions import UserError


class FsmBillingSource(models.AbstractModel):
    """Work that somebody else bills: the list of second roads to the same bill.

    We detect these roads, and depend on none of them:

    * a quotation, see ``_get_quotation_lines``;
    * an invoice that time was linked to, by Odoo, by OCA's
      ``sale_timesheet_invoice_link`` or by hand (``timesheet_invoice_id``);
    * an invoice that OCA's ``stock_picking_invoicing`` made of a transfer, or another
      module that links its lines to stock moves as ``stock_picking_invoice_link`` does;
    * the refund of a part that came back, by OCA's ``rma``.

    Another one is added to ``_get_elsewhere_paths``; status, figures and ledger go by
    it. What can't be told from the work itself (a contract that bills by the month)
    is set to *Not billed*.
    """

    _inherit = "fsm.billing.source"

    @api.depends(lambda self: self._get_elsewhere_depends())
    def _compute_is_billed_elsewhere(self):
        return super()._compute_is_billed_elsewhere()

    @api.model
    def _get_elsewhere_depends(self):
        return [
            f"{path}.{name}"
            for path in self._get_elsewhere_paths()
            for name in ("move_type", "payment_state", "state")
        ]

    @api.model
    def _get_elsewhere_paths(self):
        """:return: paths from this kind of work to documents that may bill it"""
        return []

    @api.model
    def _get_elsewhere_domain(self):
        """:return: list, a domain of the documents that do bill work"""
        return [
            # what was invoiced before Odoo kept the books is marked as cancelled
            "|",
            ("state", "!=", "cancel"),
            ("payment_state", "=", "invoicing_legacy"),
            ("move_type", "in", self.env["account.move"].get_sale_types(True)),
        ]

    def _get_moves_elsewhere(self):
        """:return: the documents of other modules that bill this work"""
        # sudo: whoever reads work may not read what other modules have on it
        work = self.sudo()
        moves = work.env["account.move"]
        for path in self._get_elsewhere_paths():
            moves |= work.mapped(path)
        return moves and moves.filtered_domain(self._get_elsewhere_domain())

    def _is_billed_elsewhere(self):
        return super()._is_billed_elsewhere() or bool(self._get_moves_elsewhere())

    def _check_not_elsewhere(self):
        """:raise UserError: if another module has billed this work"""
        moves = self._get_moves_elsewhere()
        if moves:
            raise UserError(
                self.env._(
                    "%(work)s is invoiced on %(invoices)s, which was not created from "
                    "its service order. Take it off there first.",
                    work=self._get_billing_label(),
                    invoices=moves._get_fsm_names(),
                )
            )

    @api.model
    def _has_other_roads(self):
        """:return: True if a module that bills the same work is to be told"""
        return False

    def _tell_other_roads(self):
        """Let modules that bill the same work know what is invoiced now."""
