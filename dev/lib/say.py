"""What a person sees: progress lines, notices, and the one sentence of a failure."""

import contextlib
import os
import sys
import time
import traceback

PROG = os.path.join("dev", os.path.basename(sys.argv[0] or "dev"))


class Fail(Exception):
    """A failure told in one sentence that says what to do next."""


def note(text):
    """Print a line on standard error: standard output is for results."""
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(text):
    """Print ``text ...`` before a long step and its duration after it."""
    start = time.monotonic()
    terminal = sys.stderr.isatty()
    print(f"  {text} ...", end="" if terminal else "\n", file=sys.stderr, flush=True)
    try:
        yield
    except BaseException:
        if terminal:
            print(" failed", file=sys.stderr, flush=True)
        raise
    seconds = time.monotonic() - start
    done = f" {seconds:.1f} s" if terminal else f"  {text}: {seconds:.1f} s"
    print(done, file=sys.stderr, flush=True)


def run_main(function):
    """Run a command's main function; turn whatever goes wrong into one sentence.

    :return: never, exits with the function's status
    """
    try:
        status = function(sys.argv[1:])
    except Fail as failure:
        note(f"{PROG}: {failure}")
        status = 1
    except KeyboardInterrupt:
        note(f"{PROG}: stopped.")
        status = 130
    except BrokenPipeError:
        status = 1
    except OSError as error:
        note(f"{PROG}: {sentence_of(error)}")
        status = 1
    except Exception:  # the last resort: the details go to a file, not to the screen
        note(f"{PROG}: something unexpected happened, details in {_write_trace()}")
        status = 1
    sys.stdout.flush()
    sys.exit(status or 0)


def sentence_of(error):
    """Return one sentence for an operating system error."""
    import errno

    where = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"the disk is full{where}: free about 5 GB, or point XDG_CACHE_HOME at a "
            "disk that has them, and run this again."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"no permission to write{where}: give this user the rights, or point "
            "XDG_CACHE_HOME at a folder that is yours, and run this again."
        )
    return f"{error.strerror or error}{where}; details in {_write_trace()}"


def _write_trace():
    import tempfile

    with tempfile.NamedTemporaryFile(
        "w", prefix="fieldservice_invoicing-", suffix=".txt", delete=False
    ) as trace:
        traceback.print_exc(file=trace)
    return trace.name
