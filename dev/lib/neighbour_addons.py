"""Modules of others that we detect and depend on in no way, for tests beside them."""

import shutil

from . import paths, venv
from .say import step

#: taken as they are, like those in ``requirements.in``: distribution -> version
PINS = {
    "odoo-addon-account_invoice_merge": "19.0.1.0.0.3",
    "odoo-addon-base_view_inheritance_extension": "19.0.*",
    "odoo-addon-rma": "19.0.1.0.4.2",
    "odoo-addon-stock_picking_invoice_link": "19.0.1.1.0",
    "odoo-addon-stock_picking_invoicing": "19.0.1.0.1.1",
}
#: what of them is installed beside the addon
MODULES = ["account_invoice_merge", "rma", "stock_picking_invoicing"]


def fetch(odoo):
    """Return the folder of these modules, fetched when missing."""
    pins = [f"{name}=={version}" for name, version in sorted(PINS.items())]
    folder = paths.cache() / "neighbours" / paths.digest(*pins)
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        with step("Fetching the modules that the addon is tried beside"):
            venv.install(odoo.venv, "--target", folder, *pins)
        (folder / "complete").touch()
    return folder / "odoo/addons"
