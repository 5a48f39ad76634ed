"""A change is noticed, and only a change that matters."""

import pytest
from lib import paths


@pytest.fixture
def addon(tmp_path):
    (tmp_path / "__manifest__.py").write_text('{"depends": ["b", "a"]}')
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "order.py").write_text("a = 1")
    (tmp_path / "tests").mkdir()
    (tmp_path / "dev").mkdir()
    return tmp_path


def test_changed_model_changes_the_hash(addon):
    before = paths.addon_hash(addon)
    (addon / "models" / "order.py").write_text("a = 2")
    assert paths.addon_hash(addon) != before


def test_renamed_file_changes_the_hash(addon):
    before = paths.addon_hash(addon)
    (addon / "models" / "order.py").rename(addon / "models" / "orders.py")
    assert paths.addon_hash(addon) != before


@pytest.mark.parametrize(
    "name",
    ["tests/test_a.py", "dev/a.py", "README.md", "models/a.pyc", "a.cjs", ".editor"],
)
def test_what_odoo_does_not_install_changes_nothing(addon, name):
    before = paths.addon_hash(addon)
    (addon / name).write_text("new")
    assert paths.addon_hash(addon) == before


def test_tours_are_read_from_the_disk(addon):
    before = paths.addon_hash(addon)
    folder = addon / "static" / "tests"
    folder.mkdir(parents=True)
    (folder / "tour.js").write_text("1")
    assert paths.addon_hash(addon) == before


def test_depends_are_sorted(addon):
    assert paths.depends(addon) == ["a", "b"]


def test_digest_keeps_parts_apart():
    assert paths.digest("ab", "c") != paths.digest("a", "bc")


def test_cache_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert paths.cache() == tmp_path / paths.ADDON
    assert paths.cache().is_dir()
