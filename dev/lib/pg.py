"""PostgreSQL: the one that the PG variables name, or a private cluster in the cache.

The private cluster holds throw-away data only, so it runs without fsync. It listens on
a socket in a folder of its own, on no port at all. Every command that uses it holds a
shared lock; the one that finds itself alone when it ends stops the cluster.
"""

import contextlib
import fcntl
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
import time
from pathlib import Path

from . import debian, locks, paths, process
from .say import Fail, note, step

ROLE = "odoo"
# Linux allows 107 characters for a socket's path; ".s.PGSQL.5432" and a slash are 14.
LONGEST_SOCKET_FOLDER = 107 - 14
MINIMUM = 13
SETTINGS = """
# Throw-away data: fast, and not safe against a power cut.
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 2GB
checkpoint_timeout = 30min
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
jit = off
max_connections = 200
listen_addresses = ''
timezone = 'UTC'
log_timezone = 'UTC'
"""


def named_by_environment():
    return any(
        os.environ.get(name) for name in ("PGHOST", "PGPORT", "PGUSER", "PGSERVICE")
    )


@contextlib.contextmanager
def server():
    """Yield the environment variables that lead to a running PostgreSQL."""
    if named_by_environment():
        yield {}
        return
    cluster = Cluster()
    with cluster.in_use():
        yield cluster.environment()


# --- The programs ---


def find_programs():
    """Return the folder of the newest initdb, installed when missing."""
    folder = _newest_programs()
    if not folder:
        debian.install(
            ["postgresql"],
            "the database",
            ", or set PGHOST, PGPORT and PGUSER to a PostgreSQL that is already there",
        )
        folder = _newest_programs()
    if not folder:
        raise Fail(
            f"no PostgreSQL {MINIMUM} or newer was found: install one, or set PGHOST, "
            "PGPORT and PGUSER to one that is already there, and run this again."
        )
    return folder


def _newest_programs():
    folders = []
    for initdb in Path("/usr/lib/postgresql").glob("*/bin/initdb"):
        number = initdb.parent.parent.name
        if (
            number.isdigit()
            and int(number) >= MINIMUM
            and (initdb.parent / "pg_ctl").exists()
        ):
            folders.append((int(number), initdb.parent))
    if folders:
        return max(folders)[1]
    on_path = shutil.which("initdb")
    return Path(os.path.realpath(on_path)).parent if on_path else None


def version_of(folder):
    text = subprocess.run(
        [folder / "initdb", "--version"], capture_output=True, text=True
    ).stdout
    match = re.search(r"(\d+)", text.partition(")")[2])
    return match.group(1) if match else "?"


# --- Who it runs as, and where ---


def account():
    """Return the user the cluster runs as; None for oneself."""
    if os.geteuid():
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Fail(
        "PostgreSQL refuses to run as root and this machine has neither a user "
        "postgres nor nobody: run this as an ordinary user."
    )


def can_enter(folder, user):
    """Whether another user may reach a folder; groups are left out of the account."""
    folder = Path(folder).absolute()
    for part in (folder, *folder.parents):
        if not part.exists():
            continue
        info = part.stat()
        if info.st_uid == user.pw_uid:
            allowed = info.st_mode & stat.S_IXUSR
        elif info.st_gid == user.pw_gid:
            allowed = info.st_mode & stat.S_IXGRP
        else:
            allowed = info.st_mode & stat.S_IXOTH
        if not allowed:
            return False
    return True


def home(user, cache=None):
    """Return the cluster's folder.

    Root's cache is often closed to everybody else; then it is one in /var/cache.
    """
    cache = Path(cache or paths.cache())
    if not user or can_enter(cache, user):
        return cache / "postgresql"
    return Path("/var/cache") / f"{paths.ADDON}-{paths.digest(cache)}"


def socket_folder(base):
    """Return a folder for the socket whose path is short enough."""
    folder = Path(base) / "socket"
    if len(str(folder)) <= LONGEST_SOCKET_FOLDER:
        return folder
    return Path(tempfile.gettempdir()) / f"fsi-{os.geteuid()}-{paths.digest(base)}"


class Cluster:
    def __init__(self):
        self.user = account()
        self.base = home(self.user)
        self.data = self.base / "data"
        self.socket = socket_folder(self.base)
        self.log = self.base / "log"
        self.programs = None

    def environment(self):
        return {
            "PGHOST": str(self.socket),
            "PGPORT": "5432",
            "PGUSER": ROLE,
            "PATH": f"{self.programs}:{os.environ.get('PATH', '')}",
        }

    @contextlib.contextmanager
    def in_use(self):
        """Keep the cluster running for as long as the block lasts."""
        with locks.open_lock("postgresql-users") as users:
            with locks.exclusive("postgresql-start"):
                fcntl.flock(users, fcntl.LOCK_SH)
                self._ensure_running()
            try:
                yield
            finally:
                with locks.exclusive("postgresql-start"):
                    self._stop_if_last(users)

    def _stop_if_last(self, users):
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # somebody else still needs it
        self._run("pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", "60")

    # --- Programs run as the cluster's user ---

    def _run(self, program, *arguments, log="postgresql"):
        kwargs = {"cwd": "/"}
        env = {
            key: value for key, value in os.environ.items() if not key.startswith("PG")
        }
        env["LC_ALL"] = "C.UTF-8"
        if self.user:
            kwargs.update(
                user=self.user.pw_uid, group=self.user.pw_gid, extra_groups=[]
            )
            env["HOME"] = "/"
        with open(paths.log_file(log), "w") as output:
            return subprocess.run(
                [str(self.programs / program), *map(str, arguments)],
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=env,
                **kwargs,
            ).returncode

    def _private(self, folder):
        """Make a folder only the cluster's user may enter."""
        folder.mkdir(parents=True, exist_ok=True)
        owner = self.user.pw_uid if self.user else os.geteuid()
        if folder.is_symlink() or folder.stat().st_uid not in (owner, os.geteuid()):
            raise Fail(
                f"{folder} belongs to somebody else: delete it and run this again."
            )
        if self.user:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
        os.chmod(folder, 0o700)

    # --- Start ---

    def _ensure_running(self):
        self.programs = find_programs()
        self._private(self.base)
        self._private(self.socket)
        self._set_aside_other_version()
        if not (self.data / "PG_VERSION").exists():
            self._create()
        self._drop_stale_pid()
        if self._run("pg_ctl", "status", "-D", self.data) == 0:
            return
        if self._start():
            return
        self._explain_full_disk()
        aside = self._set_aside("broken")
        note(
            "  The private PostgreSQL did not start again. Its data were made by these "
            f"commands and are made again; the old ones are in {aside}."
        )
        self._create()
        if not self._start():
            raise Fail(
                f"the private PostgreSQL does not start, see the end of {self.log}."
            )

    def _start(self):
        options = f"-k '{self.socket}' -p 5432"
        status = self._run(
            *("pg_ctl", "start", "-D", self.data, "-l", self.log),
            *("-w", "-t", "60", "-o", options),
        )
        return status == 0

    def _create(self):
        with step("Making a private PostgreSQL cluster"):
            shutil.rmtree(self.data, ignore_errors=True)
            status = self._run(
                *("initdb", "-D", self.data, "-U", ROLE, "-A", "trust"),
                *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
            )
            if status:
                self._explain_full_disk("postgresql")
                raise Fail(
                    "the private PostgreSQL cluster could not be made, see the end of "
                    f"{paths.log_file('postgresql')}."
                )
            with open(self.data / "postgresql.conf", "a") as settings:
                settings.write(SETTINGS)

    def _explain_full_disk(self, log=None):
        path = paths.log_file(log) if log else self.log
        text = process.tail(path, 30) if path.exists() else ""
        if re.search(r"No space left on device|Disk quota exceeded", text):
            raise Fail(process.CAUSES[0][1] + f" (PostgreSQL said so in {path}).")

    def _drop_stale_pid(self):
        """Remove a dead server's pid file: its number may be another's now."""
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return
        if is_postgres(pid, self.data):
            return
        note("  A PostgreSQL of an earlier run died; starting it again.")
        limit = time.monotonic() + 15
        while works_in(self.data):  # its helpers end by themselves a moment later
            if time.monotonic() > limit:
                raise Fail(
                    "processes of a PostgreSQL that died still work in "
                    f"{self.data}: end them ({works_in(self.data)}) and run this again."
                )
            time.sleep(0.2)
        pid_file.unlink(missing_ok=True)
        for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (self.socket / name).unlink(missing_ok=True)

    def _set_aside(self, why):
        for older in self.base.glob("data-*"):
            shutil.rmtree(older, ignore_errors=True)
        aside = self.base / f"data-{why}-{time.strftime('%Y%m%d-%H%M%S')}"
        self.data.rename(aside)
        return aside

    def _set_aside_other_version(self):
        file = self.data / "PG_VERSION"
        if not file.exists():
            return
        made_by, runs = file.read_text().strip(), version_of(self.programs)
        if made_by == runs:
            return
        old = Path(f"/usr/lib/postgresql/{made_by}/bin")
        if (old / "pg_ctl").exists():
            self.programs = old
            return
        aside = self._set_aside(f"version-{made_by}")
        note(
            f"  The private PostgreSQL was made by version {made_by}, this machine has "
            f"{runs}: making a new one; the old data are in {aside}."
        )


def is_postgres(pid, data):
    """Whether a process is the PostgreSQL server of this data folder."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"postgres" in os.path.basename(command[0]) and str(data).encode() in command


def works_in(data):
    """Return the numbers of the processes whose working folder this is."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if os.readlink(link) == os.path.realpath(data):
                found.append(int(link.parent.name))
    return found
