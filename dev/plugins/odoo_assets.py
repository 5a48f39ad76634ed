"""A plugin of pytest: build what the web client loads once for all browser tests.

Each of them would build it again, some seconds every time, because what happens in a
test is rolled back. Odoo's own test runner does the same, for many more bundles.
"""

import pytest

BUNDLES = [
    # name, kind of file
    ("web.assets_web", "css"),
    ("web.assets_web", "js"),
    ("web.assets_web_print", "css"),
    ("web.assets_tests", "js"),
]


@pytest.fixture(scope="session", autouse=True)
def assets(request, load_registry):
    """Build the bundles when one of the tests to run needs a browser."""
    # pytest-odoo has started Odoo by now, not when this file is imported
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry
    from odoo.tests import HttpCase
    from odoo.tests.common import get_db_name

    classes = {item.cls for item in request.session.items if getattr(item, "cls", None)}
    if not any(issubclass(cls, HttpCase) for cls in classes):
        return
    with Registry(get_db_name()).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        for name, kind in BUNDLES:
            kinds = {"css": kind == "css", "js": kind == "js"}
            bundle = env["ir.qweb"]._get_asset_bundle(name, **kinds)
            getattr(bundle, kind)()
