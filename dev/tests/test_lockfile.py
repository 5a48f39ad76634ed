"""Pins, and the settings of pip for uv."""

import re
from types import SimpleNamespace

import pytest
from lib import paths, venv


def lines(file=venv.LOCK):
    text = file.read_text().splitlines()
    return [line for line in text if line and not line.startswith("#")]


def name_of(requirement):
    name = re.match(r"[A-Za-z0-9._-]+", requirement).group()
    return re.sub(r"[-_.]+", "-", name).lower()


def test_everything_is_pinned():
    for line in lines():
        assert re.match(r"[a-z0-9._-]+==[^=\s]+( ; .+)?$", line), line


def test_lock_names_every_requirement():
    wanted = set(map(name_of, lines(paths.DEV / "requirements.in")))
    assert wanted <= set(map(name_of, lines()))


def test_pdf_libraries_never_meet():
    assert [line for line in lines() if line.startswith("pypdf")] == [
        "pypdf==5.4.0 ; python_full_version >= '3.13'",
        "pypdf2==2.12.1 ; python_full_version < '3.13'",
    ]


def test_linters_have_the_pinned_versions():
    config = (paths.REPO / ".pre-commit-config.yaml").read_text()
    pins = re.findall(r'"([\w-]+==[\w.]+)"', config)
    assert pins and set(pins) <= set(lines())


@pytest.fixture
def pip(monkeypatch, tmp_path):
    """Return a function that sets what pip says of its settings."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for variable, _separator in venv.SETTINGS.values():
        monkeypatch.delenv(variable, raising=False)

    def set_to(text):
        answer = SimpleNamespace(stdout=text)
        monkeypatch.setattr(venv.subprocess, "run", lambda *_args, **_more: answer)
        return venv.uv_environment(tmp_path)

    return set_to


def test_sources_of_pip_are_those_of_uv(pip):
    env = pip(
        ":env:.index-url='file:///env'\n"
        "global.extra-index-url='file:///a\\nfile:///b'\n"
        "global.find-links='/x /y'\n"
        "global.index-url='file:///file'\n"
        "global.timeout='9'\n"
    )
    assert env["UV_DEFAULT_INDEX"] == "file:///env"  # before the file, as pip does
    assert env["UV_INDEX"] == "file:///a file:///b"
    assert env["UV_FIND_LINKS"] == "/x,/y"


def test_own_settings_of_uv_win(pip, monkeypatch):
    monkeypatch.setenv("UV_DEFAULT_INDEX", "file:///uv")
    assert pip("global.index-url='file:///file'")["UV_DEFAULT_INDEX"] == "file:///uv"
