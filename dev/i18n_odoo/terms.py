"""Runs inside Odoo: export the terms of the addon, and look at the languages."""

import io
import json
import re
import sys
from collections import Counter
from pathlib import Path

import polib

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config
from odoo.tools.translate import trans_export

#: terms of these folders are never seen by people who use the addon
HIDDEN = ("demo", "dev", "tests")
#: what changes from one export to the next
TIMES = ("POT-Creation-Date", "PO-Revision-Date")
#: what a translation has to say as well
MARKS = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\{.*?\}\}|</?\w+")


def main(wanted):
    config.parse_config(
        ["-c", wanted["config"], "-d", wanted["database"], "--log-level=error"],
        setup_logging=True,
    )
    folder = Path(wanted["folder"])
    template = folder / f"{wanted['addon']}.pot"
    terms = export(wanted["database"], wanted["addon"])
    found = [] if not wanted["check"] else compare(template, terms)
    if not wanted["check"]:
        terms.save(template)
    for path in sorted(folder.glob("*.po")):
        language = polib.pofile(path, wrapwidth=78)
        language.merge(terms)
        for entry in language.obsolete_entries():
            language.remove(entry)
        if not wanted["check"]:
            language.save(path)
        found += look(path, language)
    for line in found:
        print(line)
    return 1 if found else 0


def export(database, addon):
    """:return: the template of terms, as the addon is now"""
    output = io.BytesIO()
    with Registry(database).cursor() as cr:
        trans_export(None, [addon], output, "po", api.Environment(cr, SUPERUSER_ID, {}))
    terms = polib.pofile(output.getvalue().decode(), wrapwidth=78)
    for name in TIMES:
        terms.metadata.pop(name, None)
    hidden = tuple(f"code:addons/{addon}/{folder}/" for folder in HIDDEN)
    for entry in list(terms):
        entry.occurrences = [
            place for place in entry.occurrences if not place[0].startswith(hidden)
        ]
        if not entry.occurrences:
            terms.remove(entry)
    return terms


def compare(path, terms):
    """:return: list of what the stored template of terms says otherwise"""
    stored = polib.pofile(path) if path.exists() else polib.POFile()
    old = {entry.msgid: sorted(entry.occurrences) for entry in stored}
    new = {entry.msgid: sorted(entry.occurrences) for entry in terms}
    return [
        f"{path.name}: {word}: {term!r}"
        for word, which in (
            ("new term", new.keys() - old.keys()),
            ("gone", old.keys() - new.keys()),
            (
                "elsewhere",
                {term for term in old.keys() & new if old[term] != new[term]},
            ),
        )
        for term in sorted(which)
    ]


def look(path, language):
    """:return: list of what is missing or wrong in a language"""
    found = [
        f"{path.name}: not translated: {e.msgid!r}" for e in untranslated(language)
    ]
    found += [f"{path.name}: fuzzy: {e.msgid!r}" for e in language.fuzzy_entries()]
    found += [
        f"{path.name}: other marks than the term: {entry.msgid!r}: {entry.msgstr!r}"
        for entry in language.translated_entries()
        if marks(entry.msgid) != marks(entry.msgstr)
    ]
    return found


def untranslated(language):
    return [entry for entry in language if not entry.msgstr and not entry.obsolete]


def marks(text):
    return Counter(MARKS.findall(text))


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
