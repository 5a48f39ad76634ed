"""Run other programs: quietly into a log file, or in the foreground."""

import contextlib
import ctypes
import re
import signal
import subprocess
import tempfile

from . import paths
from .say import Fail

# What a log shows, and what to tell the person who reads it.
CAUSES = [
    (
        r"No space left on device|Disk quota exceeded|You don't have enough free space",
        "the disk is full: free about 5 GB, or point XDG_CACHE_HOME at a disk that has "
        "them, and run this again",
    ),
    (
        r"Temporary failure resolving|Could not resolve|Could not connect"
        r"|Connection failed|Network is unreachable|NewConnectionError"
        r"|Connection refused|Max retries exceeded"
        r"|Read timed out|Connection timed out|EAI_AGAIN|ENOTFOUND|ECONNREFUSED"
        r"|dns error|error sending request|Failed to fetch: `http"
        r"|getaddrinfo|NameResolutionError|ProxyError|Unable to connect to",
        "the package source could not be reached: check the network and run this "
        "again, what is already there is kept",
    ),
    (
        r"No matching distribution found|No solution found when resolving",
        "the package index does not offer a pinned version (or was not reached): check "
        "the network and run this again, or renew the pins with dev/lock",
    ),
    (
        r"are you root\?|Permission denied|EACCES",
        "there is no permission to do it: run it as a user who may, or as root",
    ),
]


def tail(path, lines=12):
    text = path.read_text(errors="replace").rstrip().splitlines()
    return "\n".join(text[-lines:])


def cause_of(text):
    """Return the sentence that explains a log, or None."""
    for pattern, sentence in CAUSES:
        if re.search(pattern, text):
            return sentence
    return None


def quiet(command, log_name, failure, env=None, cwd=None, show_tail=False, **kwargs):
    """Run a command with its output in a log file.

    :param failure: what could not be done, the beginning of the sentence
    :param show_tail: add the log's last lines, for failures a developer must read
    :raise Fail: when the command fails
    :return: path of the log file
    """
    log = paths.log_file(log_name)
    with open(log, "w") as output:
        status = subprocess.run(
            [str(part) for part in command],
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=env,
            cwd=cwd,
            **kwargs,
        ).returncode
    if status:
        sentence = cause_of(log.read_text(errors="replace"))
        if sentence and not show_tail:
            raise Fail(f"{failure}: {sentence} (details in {log}).")
        lines = f"\n{tail(log, 25)}\n" if show_tail else "."
        raise Fail(f"{failure}, see the end of {log}{lines}")
    return log


def _die_with_parent():
    """Ask the kernel to end the child when this process is killed outright."""
    pr_set_pdeathsig = 1
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def start(command, env=None, own_group=False, **kwargs):
    """Start a child that ends with this process.

    :param own_group: keep the terminal's Ctrl-C away from the child
    """
    return subprocess.Popen(
        [str(part) for part in command],
        env=env,
        preexec_fn=_die_with_parent,  # noqa: PLW1509 (no threads here)
        start_new_session=own_group,
        **kwargs,
    )


def foreground(command, env=None, cwd=None, output=None):
    """Run a child on this terminal, pass on the signals meant for it.

    :param output: file for what it prints, the terminal by default
    :return: its exit status, 128 + signal when a signal ended it
    """
    errors = subprocess.STDOUT if output else None
    child = start(command, env=env, cwd=cwd, stdout=output, stderr=errors)

    def forward(number, _frame):
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(number)

    # Ctrl-C reaches the child from the terminal; here it is only waited for.
    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, lambda *_: None),
        signal.SIGTERM: signal.signal(signal.SIGTERM, forward),
        signal.SIGHUP: signal.signal(signal.SIGHUP, forward),
    }
    try:
        status = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return status if status >= 0 else 128 - status


def side_by_side(commands):
    """Run commands at the same time, and show what each of them printed by itself.

    :return: the first status that is none of success, or 0
    """
    with contextlib.ExitStack() as stack:
        running = []
        for command in commands:
            said = stack.enter_context(tempfile.TemporaryFile("w+"))
            child = start(command, stdout=said, stderr=subprocess.STDOUT)
            stack.callback(stop, child)
            running.append((child, said))
        statuses = []
        for child, said in running:
            statuses.append(child.wait())
            said.seek(0)
            print(said.read(), end="", flush=True)
    return next(filter(None, statuses), 0)


def stop(child, seconds=20):
    """End a child that was started here: politely, then for good."""
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
