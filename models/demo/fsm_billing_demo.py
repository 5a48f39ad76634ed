import logging

from odoo import api, models

_logger = logging.getLogger(__name__)


class FsmBillingDemo(models.AbstractModel):
    """Door from the demo data file to the code in ``demo/``.

    Its method is private, so nobody can call it from outside, and nothing of ``demo/``
    is imported where demo data are not wanted.
    """

    _name = "fsm.billing.demo"
    _description = "Field Service Invoicing Demo Data"

    @api.model
    def _load(self):
        """Make a company's last three months; do nothing if that was done before.

        The settings of a database may be in the way of a story written for any
        database. Then it keeps the customers and sites, and has no orders. Were the
        error left to Odoo, it would take away the customers too, fail to count their
        invoices after that, and stop the installation.
        """
        from ...demo import load

        try:
            with self.env.cr.savepoint():
                load(self.env)
        except Exception:
            _logger.exception("fieldservice_invoicing demo data failed: no orders made")
