"""Modules of others that we detect and depend on in no way, for tests beside them."""

import shutil

from . import paths, venv
from .say import step

#: taken as they are, like those in ``requirements.in``: distribution -> version
PINS = {
    "odoo-addon-account_credit_control": "19.0.1.0.0.13",
    "odoo-addon-account_invoice_merge": "19.0.1.0.0.3",
    "odoo-addon-base_view_inheritance_extension": "19.0.*",
    "odoo-addon-partner_statement": "19.0.1.1.0.16",
    "odoo-addon-report_xlsx": "19.0.*",
    "odoo-addon-report_xlsx_helper": "19.0.*",
    "odoo-addon-rma": "19.0.1.0.4.2",
    "odoo-addon-stock_picking_invoice_link": "19.0.1.1.0",
    "odoo-addon-stock_picking_invoicing": "19.0.1.0.1.1",
}
#: what of them is installed beside the addon
MODULES = [
    "account_credit_control",
    "account_invoice_merge",
    "partner_statement",
    "rma",
    "stock_picking_invoicing",
]
#: what the bridges are tried with, and what it needs besides
QUEUE_PINS = {
    "odoo-addon-queue_job": "19.0.2.4.0.1",
    "openupgradelib": "3.13.7",
}


def fetch(odoo):
    """Return the folder of these modules, fetched when missing."""
    return _fetch(odoo, PINS) / "odoo/addons"


def fetch_queue(odoo):
    """Return the folder of the job queue; what it needs is put on Python's path."""
    folder = _fetch(odoo, QUEUE_PINS)
    odoo.env["PYTHONPATH"] = f"{odoo.env['PYTHONPATH']}:{folder}"
    return folder / "odoo/addons"


def _fetch(odoo, versions):
    pins = [f"{name}=={version}" for name, version in sorted(versions.items())]
    folder = paths.cache() / "neighbours" / paths.digest(*pins)
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        with step("Fetching the modules that the addon is tried beside"):
            venv.install(odoo.venv, "--target", folder, *pins)
        (folder / "complete").touch()
    return folder
