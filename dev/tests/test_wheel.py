"""The wheel carries all that Odoo loads, and says what it is."""

import ast
import email
import re
import subprocess
import sys
import zipfile

import pytest
from lib import bridges, paths

ROOT = f"odoo/addons/{paths.ADDON}/"


def build(source, folder):
    """Return the paths within the wheel, made of a folder, its metadata and license."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=source,
        check=True,
        capture_output=True,
    )
    [file] = folder.iterdir()
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        [metadata] = [name for name in names if name.endswith("/METADATA")]
        [license_] = [name for name in names if name.endswith("/licenses/LICENSE")]
        return (
            set(names),
            email.message_from_bytes(archive.read(metadata)),
            archive.read(license_),
        )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Return the paths within the wheel, made of this folder, and its metadata."""
    names, metadata, _license = build(paths.REPO, tmp_path_factory.mktemp("wheel"))
    return names, metadata


def imported():
    """Return the modules and packages that the root ``__init__.py`` imports."""
    for node in ast.walk(ast.parse((paths.REPO / "__init__.py").read_text())):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            for name in [node.module] if node.module else [a.name for a in node.names]:
                path = paths.REPO / name.replace(".", "/")
                yield f"{name}/__init__.py" if path.is_dir() else f"{name}.py"


def test_wheel_has_what_odoo_loads(wheel):
    names, _metadata = wheel
    manifest = paths.manifest()
    files = {"__init__.py", "__manifest__.py", *imported()}
    files.update(manifest["data"], manifest["demo"])
    assert len(files) > 40
    assert {ROOT + file for file in files} <= names


def test_wheel_has_what_assets_and_languages_name(wheel):
    names, _metadata = wheel
    for folder in ("static/src", "static/description", "i18n", "migrations", "tests"):
        here = {
            ROOT + str(path.relative_to(paths.REPO))
            for path in (paths.REPO / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert here and here <= names


def test_wheel_has_nothing_else(wheel):
    names, _metadata = wheel
    inside = {name.removeprefix(ROOT) for name in names if name.startswith(ROOT)}
    assert all(name.startswith(ROOT) or ".dist-info/" in name for name in names)
    assert not [name for name in inside if name.startswith((".", "dev/"))]
    assert {name for name in inside if "/" not in name} == {
        path.name
        for path in paths.REPO.iterdir()
        if path.is_file()
        and not path.name.startswith(".")
        and path.suffix not in (".cjs", ".toml")
    }


def test_wheel_says_what_it_is(wheel):
    _names, metadata = wheel
    assert metadata["Name"] == f"odoo-addon-{paths.ADDON}"
    assert metadata["Version"] == paths.manifest()["version"]
    assert paths.manifest()["author"] in metadata["Author"]
    requirements = {
        item.partition("=")[0] for item in metadata.get_all("Requires-Dist")
    }
    neighbours = {
        name.removeprefix("odoo-addon-")
        for name in requirements
        if name.startswith("odoo-addon-")
    }
    own = {name for name in paths.depends() if name.startswith("fieldservice")}
    assert {name.replace("-", "_") for name in neighbours} == own
    assert "odoo" in requirements


def test_description_leads_nowhere_that_is_not_there(wheel):
    _names, metadata = wheel
    text = metadata.get_payload()
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert "Billed exactly once" in text and "![" not in text
    assert re.findall(r"\]\((?!#)(.*?)\)", text) == []


def test_wheel_of_the_bridge_is_complete(tmp_path):
    source = bridges.FOLDER / bridges.QUEUE
    names, metadata, license_ = build(source, tmp_path)
    root = f"odoo/addons/{bridges.QUEUE}/"
    manifest = ast.literal_eval((source / "__manifest__.py").read_text())
    files = {
        *("__init__.py", "__manifest__.py", *manifest["data"]),
        *(str(path.relative_to(source)) for path in source.glob("models/*.py")),
    }
    assert len(files) > 4
    assert {root + file for file in files} <= names
    assert all(name.startswith(root) or ".dist-info/" in name for name in names)
    assert not [name for name in names if name.startswith(root + ".")]
    assert metadata["Name"] == f"odoo-addon-{bridges.QUEUE}"
    assert metadata["Version"] == manifest["version"]
    assert metadata["License-Expression"] == "AGPL-3.0-or-later"
    assert license_ == (paths.REPO / "LICENSE").read_bytes()
    requirements = {
        item.partition("=")[0].removeprefix("odoo-addon-").replace("-", "_")
        for item in metadata.get_all("Requires-Dist")
    }
    assert requirements == set(manifest["depends"])
