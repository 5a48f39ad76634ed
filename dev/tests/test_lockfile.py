"""Pins and markers."""

import re

import pytest
from lib import lockfile, venv


def test_markers():
    assert lockfile.marker(["3.10", "3.11", "3.12", "3.13"]) == ""
    assert lockfile.marker(["3.10"]) == ' ; python_version < "3.11"'
    assert lockfile.marker(["3.13"]) == ' ; python_version >= "3.13"'
    with pytest.raises(ValueError):
        lockfile.marker(["3.10", "3.13"])


def test_merge_keeps_common_pins_short():
    resolved = {python: {"a": "1"} for python in lockfile.PYTHONS}
    resolved["3.10"]["a"] = "0"
    text = lockfile.merge(resolved, ["odoo-addon-x==19.0.1"])
    assert 'a==0 ; python_version < "3.11"\n' in text
    assert 'a==1 ; python_version >= "3.11"\n' in text
    assert text.endswith("odoo-addon-x==19.0.1\n")


def lines():
    return [
        line
        for line in venv.LOCK.read_text().splitlines()
        if line and not line.startswith("#")
    ]


def test_everything_is_pinned():
    for line in lines():
        assert re.match(r"[a-z0-9._-]+==[^=\s]+( ; .+)?$", line), line


def test_lock_names_every_requirement():
    names = {lockfile.normalize(line.partition("==")[0]) for line in lines()}
    resolve, fixed = lockfile.split_source(lockfile.SOURCE.read_text())
    for requirement in resolve:
        name = re.match(r"[A-Za-z0-9._-]+", requirement).group()
        assert lockfile.normalize(name) in names
    assert set(fixed) <= set(lines())


def test_pdf_libraries_never_meet():
    pins = [line for line in lines() if line.startswith("pypdf")]
    assert pins == [
        'pypdf==5.4.0 ; python_version >= "3.13"',
        'pypdf2==2.12.1 ; python_version < "3.13"',
    ]
