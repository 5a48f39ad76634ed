"""Free ports on loopback."""

import errno
import socket

from .say import Fail

LOOPBACK = "127.0.0.1"


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def any_free():
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def prefer(port, tries=20):
    """Return ``port``, or the first free one after it, or any that is free."""
    for candidate in range(port, port + tries):
        if is_free(candidate):
            return candidate
    return any_free()


def wanted(text):
    """Return the port a person asked for.

    :raise Fail: when it is no port, or another program has it
    """
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Fail(f"'{text}' is not a port: give a number between 1024 and 65535.")
    port = int(text)
    if not is_free(port):
        raise Fail(
            f"port {port} is taken by another program: end that one, or leave the port "
            "out and a free one is chosen."
        )
    return port
