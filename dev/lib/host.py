"""The host: Odoo 19, its Python, its configuration, its PostgreSQL."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import debian, locks, paths, pg, ports, process, sql, venv
from .say import Fail

BROWSERS = [
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "chrome",
]

# What a person's or a machine's environment may hold, and Odoo is not to follow. Where
# compiled files aren't kept, each start compiles thousands of files again: 5 s or more.
FOREIGN = [
    "ODOO_RC",
    "OPENERP_SERVER",
    "PGDATABASE",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONHOME",
]


def read_source_tree(folder):
    """Check a folder of Odoo's sources.

    :return: (folder to import from, addons folders, version text)
    :raise Fail: when it is no Odoo 19
    """
    folder = Path(folder).expanduser().absolute()
    release = folder / "odoo" / "release.py"
    if not release.is_file():
        raise Fail(
            f"ODOO_SRC={folder} holds no Odoo (odoo/release.py is missing): point it "
            "at a git checkout of Odoo's branch 19.0, or unset it to use Debian's "
            "package."
        )
    match = re.search(r"^version_info\s*=\s*\((.+?)\)", release.read_text(), re.M)
    numbers = (
        [part.strip(" '\"") for part in match.group(1).split(",")] if match else ["?"]
    )
    if numbers[:2] != ["19", "0"]:
        raise Fail(
            f"ODOO_SRC={folder} is Odoo {'.'.join(numbers[:2])}, not 19.0: check out "
            "its branch 19.0 there, or unset ODOO_SRC to use Debian's package."
        )
    addons = [folder / "odoo" / "addons"]
    if (folder / "addons").is_dir() and any(
        (folder / "addons").glob("*/__manifest__.py")
    ):
        addons.append(folder / "addons")
    if not any((path / "account").is_dir() for path in addons):
        raise Fail(
            f"ODOO_SRC={folder} has no module account: the checkout is incomplete, "
            "make it whole or unset ODOO_SRC to use Debian's package."
        )
    head = subprocess.run(
        ["git", "-C", str(folder), "rev-parse", "HEAD"], capture_output=True, text=True
    ).stdout.strip()
    state = head or str(int(release.stat().st_mtime))
    return folder, addons, f"source {paths.digest(folder, state)}"


class Host:
    """What a command works with; made by `ready()`."""

    def __init__(self, environment):
        self._locate_odoo()
        self.venv, self.python_version = environment
        self.python = self.venv / "bin/python"
        self.addon_link = self._link_addon()
        self.oca = (
            self.venv / f"lib/python{self.python_version}/site-packages/odoo/addons"
        )
        self.data = paths.cache() / "data"
        self.data.mkdir(exist_ok=True)
        self.env = dict(os.environ)
        self.databases = None

    def _locate_odoo(self):
        source = os.environ.get("ODOO_SRC")
        if source:
            self.odoo, self.addons, self.odoo_version = read_source_tree(source)
            self.launcher = self.odoo / "odoo-bin"
            if not self.launcher.exists():
                self.launcher = None
            return
        root, self.odoo_version = debian.unpack_odoo()
        self.odoo = root / "usr/lib/python3/dist-packages"
        self.addons = [self.odoo / "odoo/addons", self.odoo / "addons"]
        self.addons = [path for path in self.addons if path.is_dir()]
        self.launcher = root / "usr/bin/odoo"

    def _link_addon(self):
        """Give the repository the addon's name, in a folder outside of it.

        A clone may be called anything, Odoo and pytest go by the folder's name. A link
        inside the repository would be walked twice by the translation export.
        """
        link = paths.cache() / "addons" / paths.digest(paths.REPO) / paths.ADDON
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink() or os.readlink(link) != str(paths.REPO):
            link.unlink(missing_ok=True)
            link.symlink_to(paths.REPO)
        return link

    @property
    def addons_path(self):
        return [*self.addons, self.oca, self.addon_link.parent]

    def key(self):
        """Fingerprint of everything a template database is made of, our addon aside."""
        return paths.digest(
            self.odoo_version,
            venv.LOCK.read_bytes(),
            self.python_version,
            " ".join(paths.depends()),
        )

    def connect(self, pg_environment):
        self.env.update(pg_environment)
        path = self.env.get("PATH", os.defpath)
        self.env["PATH"] = f"{self.venv / 'bin'}:{path}"
        self.env["PYTHONPATH"] = str(self.odoo)
        self.env["PYTHONPYCACHEPREFIX"] = str(paths.cache() / "pycache")
        self.env["VIRTUAL_ENV"] = str(self.venv)
        for name in FOREIGN:
            self.env.pop(name, None)
        self.databases = sql.Databases(self.env, self.data / "filestore")
        self.databases.check()

    @contextlib.contextmanager
    def configuration(self, database, port=None, **options):
        """Yield the path of a configuration file for one run of Odoo."""
        values = {
            "addons_path": ",".join(map(str, self.addons_path)),
            "data_dir": self.data,
            "db_name": database,
            "dbfilter": f"^{re.escape(database)}$",
            "list_db": False,
            "http_interface": ports.LOOPBACK,
            "http_port": port or ports.prefer(8069),
            # The port of the longpolling worker, unused with workers = 0.
            "gevent_port": ports.any_free(),
            "max_cron_threads": 0,
            **options,
        }
        folder = paths.cache() / "run"
        folder.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".conf") as file:
            file.write("[options]\n")
            file.writelines(f"{key} = {value}\n" for key, value in values.items())
            file.flush()
            yield Path(file.name)

    def odoo_command(self, *arguments):
        if self.launcher:
            return [self.python, self.launcher, *arguments]
        return [self.python, "-c", "import odoo.cli; odoo.cli.main()", *arguments]

    def run_inside(self, database, program, **wanted):
        """Run a program that talks to Odoo in its own process.

        :param wanted: what it reads as JSON, beside the database and a configuration
        :return: its status
        """
        with self.configuration(database) as config:
            wanted = {**wanted, "config": str(config), "database": database}
            return process.foreground(
                [self.python, program, json.dumps(wanted)], env=self.env
            )

    def quiet_odoo(self, database, log_name, failure, *arguments, **options):
        """Run Odoo on a database to install or upgrade, its log in a file.

        :return: path of the log
        """
        with self.configuration(database, port=ports.any_free(), **options) as config:
            return process.quiet(
                self.odoo_command(
                    "-c",
                    config,
                    "-d",
                    database,
                    "--stop-after-init",
                    "--no-http",
                    *arguments,
                ),
                log_name,
                failure,
                env=self.env,
                show_tail=True,
            )


@contextlib.contextmanager
def ready(browser=False):
    """Yield the host, everything missing built first; PostgreSQL runs inside the block.

    :param browser: whether tours will run
    """
    with locks.exclusive("build"):
        if os.environ.get("ODOO_SRC"):
            read_source_tree(os.environ["ODOO_SRC"])  # refuse before anything is built
        if not pg.named_by_environment():
            pg.find_programs()
        elif not shutil.which("createdb"):
            debian.install(["postgresql-client"], "to copy databases")
        if browser and not find_browser():
            debian.install(["chromium"], "the browser of the tours")
        host = Host(venv.ensure())
    with pg.server() as environment:
        host.connect(environment)
        yield host


def find_browser():
    return next(filter(None, map(shutil.which, BROWSERS)), None)
