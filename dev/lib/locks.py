"""File locks between commands that share the cache; freed when one dies."""

import contextlib
import fcntl

from . import paths
from .say import note


def open_lock(name):
    folder = paths.cache() / "lock"
    folder.mkdir(exist_ok=True)
    return open(folder / name, "w")


@contextlib.contextmanager
def exclusive(name):
    """Let one command at a time into the block; say so when another one is in it."""
    with attempt(name) as is_ours:
        if is_ours:
            yield
            return
    note(f"  waiting for another command that is busy with the same ({name}) ...")
    with open_lock(name) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def attempt(name):
    """Yield whether nobody else is in the block; then nobody gets in until its end."""
    with open_lock(name) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
