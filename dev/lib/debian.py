"""Debian packages: some installed by apt, Odoo's only downloaded and unpacked."""

import contextlib
import os
import re
import shutil
import subprocess

from . import locks, paths, process
from .say import Fail, note, step

SUITE = "sid"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
ODOO_PACKAGE = "odoo-19"
# Odoo's package links to these instead of carrying copies.
LINKED = [
    "libjs-jquery",
    "libjs-underscore",
    "libjs-jquery-form",
    "fonts-font-awesome",
    "fonts-roboto-unhinted",
    "fonts-inconsolata",
    "fonts-ocr-b",
    "fonts-montserrat",
]
TESTED_VERSION = paths.DEV / "odoo_version.txt"


def tested_version():
    return TESTED_VERSION.read_text().split()[0]


def check_version(served):
    """Compare the package version that is served with the tested one.

    :return: a notice, or None when it is the tested one
    :raise Fail: when it is no Odoo 19.0
    """
    tested = tested_version()
    if served == tested:
        return None
    if not re.match(r"(\d+:)?19\.0\b", served):
        raise Fail(
            f"Debian now serves {ODOO_PACKAGE} {served}, which is not Odoo 19.0: point "
            "ODOO_SRC at an Odoo 19.0 source folder and run this again."
        )
    return (
        f"  note: Debian serves {ODOO_PACKAGE} {served}, this project was tested with "
        f"{tested}; should something fail that did not before, look there first."
    )


# --- apt, on the machine ---


def install(packages, what_for, hint=""):
    """Install packages with apt, as root or through sudo.

    :param what_for: ends the sentence that names the missing package
    :param hint: another way out, added to the sentence
    :raise Fail: when that is not possible, with the command to type
    """
    names = " ".join(packages)
    if not shutil.which("apt-get"):
        raise Fail(
            f"{names} is missing ({what_for}) and this machine has no apt-get: install "
            f"it by your system's own means and run this again{hint}."
        )
    by_hand = f"run `sudo apt-get install {names}` and start this again{hint}"
    prefix = []
    if os.geteuid() != 0:
        prefix = ["sudo", "-n"]
        if not shutil.which("sudo") or (
            subprocess.run([*prefix, "true"], capture_output=True).returncode
        ):
            raise Fail(
                f"{names} is missing ({what_for}) and this user may not install it: "
                f"{by_hand}."
            )
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = [
        *prefix,
        "apt-get",
        "install",
        "-y",
        "--no-install-recommends",
        *packages,
    ]
    # apt refuses whoever comes while it works for another command
    with locks.exclusive("debian"), step(f"Installing {names} ({what_for})"):
        try:
            process.quiet(
                command, "apt-install", f"apt-get could not install {names}", env=env
            )
        except Fail:
            # The package list is missing or old: refresh it once.
            process.quiet(
                [*prefix, "apt-get", "update"],
                "apt-update",
                f"apt-get could not refresh its list to install {names}",
                env=env,
            )
            process.quiet(
                command,
                "apt-install",
                f"apt-get could not install {names}; {by_hand}",
                env=env,
            )


# --- Odoo's package, unpacked in the cache ---


def mirrors(text):
    """Return the addresses of Debian's archive in apt's own words, best first.

    :param text: lines ``address|origin|release file|component``
    """
    ranked = {}
    for line in text.splitlines():
        uri, origin, component = (line.split("|") + ["", ""])[:3]
        if not uri or component != "main":
            continue
        rank = (origin != "Debian", "security" in uri, "debian" not in uri)
        ranked[uri] = min(rank, ranked.get(uri, rank))
    return sorted(ranked, key=ranked.get)


def _apt_options(folder):
    (folder / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (folder / "cache" / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    options = {
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "APT::Get::List-Cleanup": "0",
        "Acquire::Languages": "none",
    }
    if os.geteuid() == 0:
        # The cache may lie where apt's own user cannot write.
        options["APT::Sandbox::User"] = "root"
    return [part for key, value in options.items() for part in ("-o", f"{key}={value}")]


def _update(folder):
    """Fetch the list of the one suite; signatures are checked by apt."""
    rows = subprocess.run(
        [
            "apt-get",
            "indextargets",
            "--format",
            "$(REPO_URI)|$(ORIGIN)|$(COMPONENT)",
            "Created-By: Packages",
        ],
        capture_output=True,
        text=True,
    ).stdout
    found = mirrors(rows)
    if not found:
        raise Fail(
            "apt on this machine names no Debian archive, so Odoo's package cannot be "
            "fetched: add one to its sources, or point ODOO_SRC at an Odoo 19.0 source "
            "folder."
        )
    options = _apt_options(folder)
    failure = None
    for uri in found:
        (folder / "sources.list").write_text(
            f"deb [signed-by={KEYRING}] {uri} {SUITE} main\n"
        )
        try:
            process.quiet(
                ["apt-get", *options, "--error-on=any", "update"],
                "apt-odoo",
                "Odoo's package could not be looked up",
            )
        except Fail as error:
            failure = failure or error
            continue
        return options
    raise failure


def _served_version(options):
    text = subprocess.run(
        ["apt-cache", *options, "show", "--no-all-versions", ODOO_PACKAGE],
        capture_output=True,
        text=True,
    ).stdout
    match = re.search(r"^Version: (\S+)", text, re.M)
    if not match:
        raise Fail(
            f"Debian no longer serves the package {ODOO_PACKAGE}: point ODOO_SRC at an "
            "Odoo 19.0 source folder (a git checkout of its branch 19.0) and run this "
            "again."
        )
    return match.group(1)


def unpack_odoo():
    """Return (root folder, package version) of Odoo, fetched when missing."""
    base = paths.cache() / "odoo"
    current = base / "version.txt"
    if current.exists():
        version = current.read_text().strip()
        # Fetched for another recorded version: look again what is served now.
        wanted = base / "wanted.txt"
        if wanted.exists() and wanted.read_text().strip() == tested_version():
            return base / version.replace(":", "_"), version
        note("  The recorded version of Odoo changed: looking for it.")
    for program in ("apt-get", "dpkg"):
        if not shutil.which(program):
            raise Fail(
                f"this machine has no {program}, so Odoo's Debian package cannot be "
                "fetched: point ODOO_SRC at an Odoo 19.0 source folder and run this "
                "again."
            )
    if not os.path.exists(KEYRING):
        raise Fail(
            f"{KEYRING} is missing, so the signature of Odoo's package cannot be "
            "checked: run `sudo apt-get install debian-archive-keyring` and start this "
            "again."
        )
    base.mkdir(exist_ok=True)
    with step("Looking up Odoo 19 in Debian's archive"):
        options = _update(base)
        version = _served_version(options)
        notice = check_version(version)
    if notice:
        note(notice)
    root = base / version.replace(":", "_")
    if not (root / "complete").exists():
        shutil.rmtree(root, ignore_errors=True)
        downloads = base / "debs"
        shutil.rmtree(downloads, ignore_errors=True)
        downloads.mkdir()
        with step(f"Downloading Odoo {version} and its fonts (130 MB)"):
            process.quiet(
                ["apt-get", *options, "download", f"{ODOO_PACKAGE}={version}", *LINKED],
                "apt-odoo",
                "Odoo's package could not be downloaded",
                cwd=downloads,
            )
        with step("Unpacking Odoo"):
            for package in sorted(downloads.glob("*.deb")):
                process.quiet(
                    ["dpkg", "-x", package, root],
                    "dpkg",
                    f"{package.name} could not be unpacked",
                )
            repair(root)
            shutil.rmtree(downloads)
            (root / "complete").write_text(f"{version}\n")
    current.write_text(f"{version}\n")
    (base / "wanted.txt").write_text(f"{tested_version()}\n")
    return root, version


def repair(root):
    """Put back what the package lacks.

    :return: links that still lead nowhere
    """
    addons = root / "usr/lib/python3/dist-packages/odoo/addons"
    missing = addons / "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    if not missing.exists():
        missing.parent.mkdir(parents=True, exist_ok=True)
        missing.write_text(
            "// Debian's package leaves this library out (it blurs the background of\n"
            "// video calls). The asset bundle names the file, and without one every\n"
            "// page logs an error, which fails every browser tour.\n"
        )
    return relink(root)


def relink(root):
    """Point links that lead nowhere at the same font under its newer name.

    Font packages move their files between releases: the name stays, its ending or its
    folder does not.
    """
    dangling = [
        path
        for folder, folders, files in os.walk(root)
        for path in (os.path.join(folder, name) for name in (*folders, *files))
        if os.path.islink(path) and not os.path.exists(path)
    ]
    if not dangling:
        return []
    known = {}
    for folder, _folders, files in os.walk(root):
        for name in files:
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                known.setdefault(os.path.splitext(name)[0].lower(), path)
    left = []
    for link in dangling:
        stem = os.path.splitext(os.path.basename(link))[0].lower()
        if stem == "fontawesome":
            stem = "fontawesome-webfont"
        target = known.get(stem) or known.get(f"{stem}-regular")
        if not target:
            left.append(link)
            continue
        with contextlib.suppress(FileNotFoundError):
            os.unlink(link)
        os.symlink(os.path.relpath(target, os.path.dirname(link)), link)
    return left
