"""The translations: the template of terms, and the languages made from it."""

import argparse
import json

from . import host, paths, process, templates
from .say import note

INSIDE = paths.DEV / "i18n_odoo/terms.py"


def main(argv):
    parser = argparse.ArgumentParser(prog="dev/i18n")
    parser.add_argument("--check", action="store_true", help="change nothing")
    options = parser.parse_args(argv)
    with host.ready() as odoo:
        template = templates.with_addon(odoo, demo=False)
        database = templates.run_copy(odoo, template, "i18n")
        try:
            status = run(odoo, database, options.check)
        finally:
            templates.drop_quietly(odoo.databases, database)
    if status and options.check:
        note("dev/i18n: translate in i18n/*.po what is named above, after ./dev/i18n.")
    return status


def run(odoo, database, check):
    """Let Odoo export the terms, and compare or write them.

    :return: 0, or 1 if something is missing or wrong
    """
    with odoo.configuration(database) as config:
        wanted = {
            "addon": paths.ADDON,
            "check": check,
            "config": str(config),
            "database": database,
            "folder": str(paths.REPO / "i18n"),
        }
        return process.foreground(
            [odoo.python, INSIDE, json.dumps(wanted)], env=odoo.env
        )
