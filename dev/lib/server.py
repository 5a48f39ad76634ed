"""A running Odoo on loopback, and a mail sink for what it sends."""

import contextlib
import subprocess
import time
import urllib.error
import urllib.request

from . import paths, ports, process, templates
from .say import Fail

START_SECONDS = 120


@contextlib.contextmanager
def running(host, database, port, log, **options):
    """Yield the address of an Odoo that answers; it ends with the block."""
    address = f"http://{ports.LOOPBACK}:{port}"
    point_reports_at(host, database, address)
    with (
        host.configuration(database, port=port, **options) as config,
        open(log, "w") as output,
    ):
        child = process.start(
            host.odoo_command("-c", config),
            env=host.env,
            own_group=True,  # Ctrl-C is for this program, which ends Odoo in good order
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_it_answers(child, address, log)
            yield address, child
        finally:
            process.stop(child)


def point_reports_at(host, database, address):
    """Tell Odoo where wkhtmltopdf finds the styles: at this very server.

    Another server on the same database goes on serving them, and somebody's own
    database keeps its settings.
    """
    is_copy = database.startswith(f"{templates.PREFIX}_run_")
    is_ours = is_copy or host.databases.memory(database)
    if not is_ours or (not is_copy and _is_served(host, database)):
        return
    for key in ("report.url", "web.base.url"):
        host.databases.run(
            "INSERT INTO ir_config_parameter (key, value, create_date, write_date) "
            "VALUES (%s, %s, now(), now()) "
            "ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
            key,
            address,
            database=database,
        )


def _is_served(host, database):
    """Tell whether the server that the database's reports point at is running."""
    rows = host.databases.run(
        "SELECT value FROM ir_config_parameter WHERE key = 'report.url'",
        database=database,
    )
    port = rows[0][0].rpartition(":")[2] if rows and rows[0][0] else ""
    return port.isdigit() and not ports.is_free(int(port))


def wait_until_it_answers(child, address, log):
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        if child.poll() is not None:
            raise Fail(_why_it_ended(log))
        with (
            contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError),
            urllib.request.urlopen(f"{address}/web/login", timeout=60) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise Fail(f"Odoo did not answer within {START_SECONDS} s, see the end of {log}.")


def _why_it_ended(log):
    text = process.tail(log, 40)
    if "Address already in use" in text:
        return "another program took the port a moment ago: run this again."
    return f"Odoo ended instead of starting, see the end of {log}\n{process.tail(log)}"


@contextlib.contextmanager
def mail_sink(host, name="mail"):
    """Yield (port, folder): what is sent to the port becomes a file in the folder."""
    folder = paths.cache() / name
    port = ports.any_free()
    child = process.start(
        [
            host.python,
            *("-m", "aiosmtpd", "-n", "-l", f"{ports.LOOPBACK}:{port}"),
            *("-c", "aiosmtpd.handlers.Mailbox", folder),
        ],
        env=host.env,
        own_group=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield port, folder
    finally:
        process.stop(child)
