"""Bounds on the PDF engine, which has none of its own.

It runs on when Odoo gives up on a request, so the kernel has to end it.
"""

import contextlib
import threading

import psutil

#: of a call of the engine: seconds of CPU for it and for each document, and bytes
SECONDS = 60


SECONDS_PER_DOCUMENT = 10


MEMORY = 4 * 1024**3


#: how often we look for the engine, in seconds; nothing starts faster
PAUSE = 0.02


@contextlib.contextmanager
def limited(documents):
    """Limit the programs that this thread starts in the block to what paper takes.

    Only where the system knows such limits, and which thread started what (Linux).

    :param documents: how many are printed
    """
    if not hasattr(psutil, "RLIMIT_CPU"):
        yield
        return
    thread = threading.get_native_id()
    done = threading.Event()
    limits = {
        psutil.RLIMIT_CPU: SECONDS + SECONDS_PER_DOCUMENT * documents,
        psutil.RLIMIT_AS: MEMORY,
    }
    arguments = thread, _get_children(thread), limits, done
    watcher = threading.Thread(target=_watch, args=arguments, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _watch(thread, known, limits, done):
    """Set ``limits`` of each program that ``thread`` starts, until all is ``done``.

    :param known: ids of the processes that it had started before
    """
    while not done.wait(PAUSE):
        for number in _get_children(thread) - known:
            known.add(number)
            with contextlib.suppress(psutil.Error, OSError, ValueError):
                process = psutil.Process(number)
                for resource, limit in limits.items():
                    soft, _hard = process.rlimit(resource)
                    lower = min(limit, soft) if soft > 0 else limit
                    process.rlimit(resource, (lower, lower))


def _get_children(thread):
    """:return: set of the process ids that ``thread`` of this process started"""
    try:
        with open(f"/proc/self/task/{thread}/children") as file:
            return {int(number) for number in file.read().split()}
    except OSError:
        return set()
