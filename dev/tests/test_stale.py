"""Templates are made of what they say they are made of."""

from types import SimpleNamespace

import pytest
from lib import debian, host, locks, paths, say, templates, venv


@pytest.fixture
def lock(tmp_path, monkeypatch):
    file = tmp_path / "requirements.lock"
    file.write_text("a==1\n")
    monkeypatch.setattr(venv, "LOCK", file)
    return file


def key(**changes):
    values = {"odoo_version": "19.0.0", "python_version": "3.11", **changes}
    return host.Host.key(SimpleNamespace(**values))


def test_same_inputs_same_key(lock):
    assert key() == key()


def test_other_pins_other_key(lock):
    before, environment = key(), venv.key("3.11")
    lock.write_text("a==2\n")
    assert key() != before
    assert venv.key("3.11") != environment


@pytest.mark.parametrize(
    "change", [{"odoo_version": "19.0.1"}, {"python_version": "3.12"}]
)
def test_other_odoo_or_python_other_key(lock, change):
    assert key(**change) != key()


def test_other_manifest_other_key(lock, monkeypatch):
    before = key()
    monkeypatch.setattr(paths, "depends", lambda: ["account"])
    assert key() != before


class Databases:
    """What templates.py asks of databases, without a server."""

    def __init__(self, folder, memories):
        self.filestores = folder
        self.memories = memories
        self.dropped = []

    def names(self):
        return list(self.memories)

    def memory(self, name):
        return self.memories.get(name, {})

    def drop_if_idle(self, name):
        self.dropped.append(name)
        return True


def test_half_made_template_is_not_whole(tmp_path):
    databases = Databases(tmp_path, {"a": {}, "b": {"whole": True}})
    (tmp_path / "a").mkdir()
    assert not templates.is_whole(databases, "a")
    assert not templates.is_whole(databases, "b"), "its filestore is missing"
    (tmp_path / "b").mkdir()
    assert templates.is_whole(databases, "b")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_oldest_templates_are_dropped_with_what_is_built_on_them(tmp_path):
    memories = {
        "fsi_bare_1": {"made": 1},
        "fsi_bare_1_x": {"made": 1},
        "fsi_bare_2": {"made": 2},
        "fsi_bare_3": {"made": 3},
        "fsi_demo_0": {"made": 0},
    }
    databases = Databases(tmp_path, memories)
    templates._drop_older(databases, "fsi_bare_", keep=2)
    assert databases.dropped == ["fsi_bare_1_x", "fsi_bare_1"]


def test_template_that_is_being_made_is_not_dropped(tmp_path):
    memories = {"fsi_bare_1": {}, "fsi_bare_2": {"made": 2}, "fsi_bare_3": {"made": 3}}
    databases = Databases(tmp_path, memories)
    with locks.exclusive("fsi_bare_1"):
        templates._drop_older(databases, "fsi_bare_", keep=1)
    assert databases.dropped == ["fsi_bare_2"]
    # what a killed command left half made has no lock
    templates._drop_older(databases, "fsi_bare_", keep=2)
    assert databases.dropped == ["fsi_bare_2", "fsi_bare_1"]


def test_copies_of_dead_processes_are_recognized():
    assert templates._is_alive(f"fsi_run_{__import__('os').getpid()}_test")
    assert not templates._is_alive("fsi_run_999999999_test")
    assert not templates._is_alive("fsi_run_nonsense")


def test_tested_version_is_silent():
    assert debian.check_version(debian.tested_version()) is None


def test_newer_patch_is_noticed():
    assert "19.0.1+dfsg-1" in debian.check_version("19.0.1+dfsg-1")


@pytest.mark.parametrize("version", ["20.0+dfsg-1", "18.0.0", "19.1"])
def test_other_odoo_is_refused(version):
    with pytest.raises(say.Fail, match="ODOO_SRC"):
        debian.check_version(version)
