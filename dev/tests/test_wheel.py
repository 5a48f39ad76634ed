"""The wheel carries all that Odoo loads."""

import ast
import re

import pytest
from lib import paths


def folder_or_file(path):
    """Return the first part of a path within the addon."""
    return path.removeprefix(f"{paths.ADDON}/").partition("/")[0]


def imported():
    """Return the modules and packages that the root ``__init__.py`` imports."""
    names = set()
    for node in ast.walk(ast.parse((paths.REPO / "__init__.py").read_text())):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            if node.module:
                names.add(node.module.partition(".")[0])
            else:
                names.update(alias.name for alias in node.names)
    return {name if (paths.REPO / name).is_dir() else f"{name}.py" for name in names}


def named_by_manifest():
    """Return the folders and files that the manifest makes Odoo read."""
    manifest = paths.manifest()
    files = [*manifest.get("data", []), *manifest.get("demo", [])]
    for bundle in manifest.get("assets", {}).values():
        files += [entry if isinstance(entry, str) else entry[-1] for entry in bundle]
    return {folder_or_file(path) for path in files}


def in_the_wheel():
    text = (paths.REPO / "pyproject.toml").read_text()
    [content] = re.findall(r"^only-include = (\[.*?^\])", text, re.M | re.S)
    return set(ast.literal_eval(content))


@pytest.mark.parametrize("name", sorted(imported() | named_by_manifest()))
def test_wheel_has(name):
    assert name in in_the_wheel()
    assert (paths.REPO / name).exists()


def test_wheel_has_what_is_there_and_no_more():
    left_out = paths.NOT_INSTALLED - {"tests"} | {"__pycache__"}
    folders = {
        path.name
        for path in paths.REPO.iterdir()
        if path.is_dir()
        and path.name not in left_out
        and path.suffix != ".egg-info"
        and not path.name.startswith(".")
    }
    # a folder for migrations, say, is listed on the day it comes
    assert {name for name in in_the_wheel() if "." not in name} == folders | {"LICENSE"}


def test_hooks_of_the_manifest_are_imported():
    assert {"hooks.py", "models"} <= imported()
    assert {"data", "views", "security", "static"} <= named_by_manifest()
