"""Makes the company of the tests, with its chart of accounts, once for all of them.

Runs inside Odoo, on a copy of the template database.
"""

import json
import sys

from odoo import SUPERUSER_ID, api
from odoo.modules import module
from odoo.modules.registry import Registry
from odoo.tools import config

#: as Odoo's own tests name the one that each class of them makes
NAME = "company_1_data"


def main(wanted):
    config.parse_config(
        ["-c", wanted["config"], "-d", wanted["database"], "--log-level=error"],
        setup_logging=True,
    )
    # Odoo gives companies that tests make a warehouse
    module.current_test = NAME
    with Registry(wanted["database"]).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        company = env["res.company"].create({"name": NAME})
        charts = env["account.chart.template"]
        chart = charts._guess_chart_template(company.country_id)
        charts.try_loading(chart, company=company, install_demo=False)
        if not company.account_fiscal_country_id:
            company.account_fiscal_country_id = env.ref("base.us")
        cr.commit()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
