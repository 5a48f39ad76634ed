"""The bridges: small addons that tie us to optional neighbours, and their tests."""

import contextlib

from . import neighbour_addons, paths, server, stress, templates, testing
from .say import Fail, step

FOLDER = paths.REPO / "bridges"
QUEUE = "fieldservice_invoicing_queue_job"
#: billing runs may have two jobs at the same time
CHANNELS = "root:4,root.fsm_billing:2"


@contextlib.contextmanager
def with_queue(odoo, template):
    """Yield the name of a database where the job queue works on billing runs."""
    odoo.addons.append(neighbour_addons.fetch_queue(odoo))
    odoo.addons.append(link())
    with templates.copied(odoo, template, "queue") as database:
        with step("Installing the job queue beside the addon"):
            odoo.quiet_odoo(
                database,
                "queue",
                f"Odoo could not install {QUEUE}",
                "-i",
                "queue_job",
                with_demo=False,
            )
        yield database


def link():
    """Return a folder of nothing but the bridges: pytest takes ours for a package."""
    folder = paths.cache() / "bridges" / paths.digest(paths.REPO)
    folder.mkdir(parents=True, exist_ok=True)
    for bridge in FOLDER.iterdir():
        target = folder / bridge.name
        if not target.is_symlink():
            target.symlink_to(bridge)
    return folder


def test(odoo, template, arguments):
    """Run the bridges' tests, and a run on the real job runner.

    :param arguments: pytest's, the bridges among them
    :return: status
    """
    with with_queue(odoo, template) as database:
        folder = link()
        # pytest is to find them where their addons are called like their folders
        arguments = [
            argument.replace(str(FOLDER), str(folder)) for argument in arguments
        ]
        status = testing.pytest_on_copy(odoo, database, arguments, folder)
        if status:
            return status
        some = ["--orders", "40", "--poison", "5"]
        return stress.report(*run_on_queue(odoo, database, some))


def run_on_queue(odoo, database, argv):
    """Let the job runner of a real server do a billing run.

    :return: what ``stress.report`` wants
    """
    options = stress.arguments(["runs", "--kills", "0", *argv])
    odoo.env["ODOO_QUEUE_JOB_CHANNELS"] = CHANNELS
    log = paths.log_file("queue-server")

    @contextlib.contextmanager
    def workers(_inside):
        port = server.ports.any_free()
        with server.running(
            odoo, database, port, log, server_wide_modules="base,rpc,web,queue_job"
        ) as (_address, child):
            yield lambda: _check(child, log)

    return options, stress.run_on(odoo, database, options, workers)


def _check(child, log):
    if child.poll() is not None:
        raise Fail(f"the server with the job runner ended, see the end of {log}.")
