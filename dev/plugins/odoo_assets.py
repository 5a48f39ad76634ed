"""A plugin of pytest: files of its own for each process, and what the web client loads.

The bundles are built once for all browser tests. Each of them would build them again,
some seconds every time, because what happens in a test is rolled back. Odoo's own test
runner does the same, for many more bundles.
"""

import os
import shutil

import pytest

BUNDLES = [
    # name, kind of file
    ("web.assets_web", "css"),
    ("web.assets_web", "js"),
    ("web.assets_web_print", "css"),
    ("web.assets_tests", "js"),
]


@pytest.fixture(scope="session", autouse=True)
def own_filestore(load_registry, tmp_path_factory):
    """Give each of several processes files of its own.

    pytest-odoo lets them share those of the database that they copied, and Odoo refuses
    to write a file that another one is just writing.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    from odoo.tests.common import get_db_name
    from odoo.tools import config

    own = tmp_path_factory.mktemp("filestore")
    shared = config.filestore(get_db_name())
    if os.path.isdir(shared):
        shutil.copytree(shared, own, dirs_exist_ok=True)
    config.filestore.return_value = str(own)


@pytest.fixture(scope="session", autouse=True)
def assets(request, own_filestore):
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
