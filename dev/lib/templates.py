"""Databases to copy: the host's modules, then the addon, with and without demo data."""

import contextlib
import os
import time

from . import locks, paths, sql
from .say import Fail, note, step

PREFIX = "fsi"


def kind_word(demo):
    return "demo" if demo else "bare"


def base_name(host, demo):
    return f"{PREFIX}_{kind_word(demo)}_{host.key()}"


def addon_name(host, demo):
    return f"{base_name(host, demo)}_{paths.addon_hash()}"


def is_whole(databases, name):
    """Whether a template was finished and its filestore is still there."""
    return (
        bool(databases.memory(name).get("whole"))
        and (databases.filestores / name).is_dir()
    )


def base(host, demo):
    """Return the name of a database with the host's modules, made when missing."""
    name = base_name(host, demo)
    databases = host.databases
    stem = f"{PREFIX}_{kind_word(demo)}_"

    def make():
        kind = "with" if demo else "without"
        if any(other.startswith(stem) for other in databases.names()):
            note(
                "  The cached template was made from other pins or another manifest: "
                "rebuilding."
            )
        databases.drop(name)
        with step(f"Making a template database {kind} demo data (takes 2 minutes)"):
            host.quiet_odoo(
                name,
                f"template-{kind}-demo",
                "Odoo could not install Field Service in the template database",
                "-i",
                ",".join(paths.depends()),
                with_demo=demo,
            )

    return _make_once(databases, name, make, stem, keep=2)


def with_addon(host, demo):
    """Return the name of a database with this very addon, made when missing."""
    source = base(host, demo)
    name = addon_name(host, demo)

    def make():
        host.databases.copy(source, name)
        with step(
            f"Installing the addon in a copy {'with' if demo else 'without'} demo data"
        ):
            install(host, name, demo)

    return _make_once(host.databases, name, make, f"{source}_", keep=4)


def _make_once(databases, name, make, stem, keep):
    """Make a template unless it is there already, and remember that it is whole.

    :param stem: beginning of the names of its kind, of which the oldest go
    :return: its name
    """
    if not is_whole(databases, name):
        with locks.exclusive(name):
            # somebody else may have made it while we waited
            if not is_whole(databases, name):
                make()
                (databases.filestores / name).mkdir(parents=True, exist_ok=True)
                databases.remember(name, whole=True, made=time.time())
                _drop_older(databases, stem, keep)
    return name


def install(host, name, demo, upgrade=False):
    """Install or upgrade the addon in a database."""
    log = host.quiet_odoo(
        name,
        "addon",
        f"the addon could not be {'upgraded' if upgrade else 'installed'}",
        "-u" if upgrade else "-i",
        paths.ADDON,
        with_demo=demo,
    )
    text = log.read_text(errors="replace")
    if demo and f"{paths.ADDON} demo data failed" in text:
        raise Fail(f"the addon's demo data could not be loaded, see {log}")
    if "Some modules are not loaded" in text or "invalid module names" in text:
        raise Fail(f"Odoo did not find all the modules it needs, see the end of {log}")


def _drop_older(databases, stem, keep):
    """Drop the oldest templates of a kind, unless somebody uses them.

    A few are kept: another command may be about to copy one, another checkout may
    share the cache.

    :param stem: beginning of the names; what follows it is one fingerprint
    """
    siblings = [
        name
        for name in databases.names()
        if name.startswith(stem) and "_" not in name[len(stem) :]
    ]
    siblings.sort(key=lambda name: databases.memory(name).get("made", 0), reverse=True)
    for name in siblings[keep:]:
        with locks.attempt(name) as is_ours:
            # one that is being made has no age yet, and nobody is connected to it
            # between two steps
            if not is_ours:
                continue
            for child in databases.names():
                if child.startswith(f"{name}_"):
                    databases.drop_if_idle(child)
            databases.drop_if_idle(name)


# --- Copies for one run ---


def run_copy(host, template, purpose="test"):
    """Copy a template for this process; what dead processes left is dropped first."""
    databases = host.databases
    for name in databases.names():
        if name.startswith(f"{PREFIX}_run_") and not _is_alive(name):
            databases.drop_if_idle(name)
    name = f"{PREFIX}_run_{os.getpid()}_{purpose}"
    databases.copy(template, name)
    return name


@contextlib.contextmanager
def copied(host, template, purpose="test"):
    """Yield the name of such a copy, and drop it in the end."""
    name = run_copy(host, template, purpose)
    try:
        yield name
    finally:
        drop_quietly(host.databases, name)


def _is_alive(name):
    try:
        os.kill(int(name.split("_")[2]), 0)
    except (ProcessLookupError, ValueError, IndexError):
        return False
    except PermissionError:
        return True
    return True


def drop_quietly(databases, name):
    try:
        databases.drop(name)
    except sql.SqlError as error:
        note(f"  the database {name} stays behind: {error}")
