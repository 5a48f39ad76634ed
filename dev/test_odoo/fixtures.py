"""Makes what the classes of tests begin with, once for all of them.

Runs inside Odoo, on a copy of the template database. Users, a company with its chart of
accounts, products and stock took a sixth of the time of all tests.
"""

import json
import sys

from odoo.modules import module
from odoo.modules.registry import Registry
from odoo.tools import config


def main(wanted):
    config.parse_config(
        ["-c", wanted["config"], "-d", wanted["database"], "--log-level=error"],
        setup_logging=True,
    )
    Registry(wanted["database"])
    # Odoo gives companies that tests make a warehouse
    module.current_test = "fixtures"
    # only what Odoo has loaded can be imported
    from odoo.addons.fieldservice_invoicing.tests.common import InvoicingCommon

    class Fixtures(InvoicingCommon):
        """What every class of tests has."""

    Fixtures.setUpClass()
    try:
        Fixtures._keep_fixtures()
        Fixtures.env.flush_all()
        # the class forbids its cursor to commit
        type(Fixtures.cr).commit(Fixtures.cr)
    finally:
        Fixtures.doClassCleanups()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
