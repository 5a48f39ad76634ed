"""The translations: the template of terms, and the languages made from it."""

import argparse

from . import host, paths, templates
from .say import note

INSIDE = paths.DEV / "i18n_odoo/terms.py"


def main(argv):
    parser = argparse.ArgumentParser(prog="dev/i18n")
    parser.add_argument("--check", action="store_true", help="change nothing")
    options = parser.parse_args(argv)
    with (
        host.ready() as odoo,
        templates.copied(odoo, templates.with_addon(odoo, demo=False)) as database,
    ):
        status = odoo.run_inside(
            database,
            INSIDE,
            addon=paths.ADDON,
            check=options.check,
            folder=str(paths.REPO / "i18n"),
        )
    if status and options.check:
        note("dev/i18n: translate in i18n/*.po what is named above, after ./dev/i18n.")
    return status
