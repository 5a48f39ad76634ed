"""What goes wrong is told in one sentence that says what to do."""

import errno
import os
import socket
import subprocess
import sys

import pytest
from lib import debian, demo_database, host, paths, pg, ports, process, say, sql, venv

COMMAND = paths.DEV / "odoo"


def run(command, **env):
    return subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=60,
    )


def one_sentence(result):
    lines = result.stderr.strip().splitlines()
    assert result.returncode == 1
    assert len(lines) == 1, result.stderr
    assert "Traceback" not in result.stderr
    return lines[0]


def test_source_folder_that_is_none(tmp_path):
    sentence = one_sentence(run([COMMAND], ODOO_SRC=str(tmp_path)))
    assert "holds no Odoo" in sentence and "unset it" in sentence


def make_source(folder, version):
    (folder / "odoo").mkdir()
    (folder / "odoo/release.py").write_text(f"version_info = ({version}, FINAL, 0, '')")


def test_source_folder_of_another_version(tmp_path):
    make_source(tmp_path, "18, 0, 0")
    sentence = one_sentence(run([COMMAND], ODOO_SRC=str(tmp_path)))
    assert "is Odoo 18.0, not 19.0" in sentence


def test_source_folder_without_modules(tmp_path):
    make_source(tmp_path, "19, 0, 0")
    with pytest.raises(say.Fail, match="no module account"):
        host.read_source_tree(tmp_path)


def test_source_folder_of_odoo_19(tmp_path):
    make_source(tmp_path, "19, 0, 0")
    (tmp_path / "addons/account").mkdir(parents=True)
    (tmp_path / "addons/account/__manifest__.py").write_text("{}")
    folder, addons, version = host.read_source_tree(tmp_path)
    assert folder == tmp_path
    assert addons == [tmp_path / "odoo/addons", tmp_path / "addons"]
    assert version.startswith("source ")


def test_database_server_that_does_not_answer(tmp_path):
    class Dead(sql.Databases):
        def run(self, *_statements, **_options):
            raise sql.SqlError("connection refused\n\tIs it running?")

    with pytest.raises(say.Fail) as failure:
        Dead({}, tmp_path).check()
    assert "\n" not in str(failure.value)
    assert "PGHOST" in str(failure.value)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["120000", "t", "odoo"], "older than 13"),
        (["150000", "f", "odoo"], "CREATEDB"),
        (["150000", "t", "postgres"], "Odoo refuses"),
    ],
)
def test_database_server_that_will_not_do(tmp_path, row, words):
    class Server(sql.Databases):
        def run(self, *_statements, **_options):
            return [row]

    with pytest.raises(say.Fail, match=words):
        Server({}, tmp_path).check()


def test_full_disk_while_copying(tmp_path):
    class Full(sql.Databases):
        def run(self, statement, **_options):
            if statement.startswith("CREATE"):
                raise sql.SqlError("ERROR:  53100: could not extend file")
            return []

    with pytest.raises(say.Fail, match="disk is full"):
        Full({}, tmp_path).copy("a", "b")


def test_full_disk_elsewhere():
    error = OSError(errno.ENOSPC, "No space left on device", "/cache/file")
    assert "XDG_CACHE_HOME" in say.sentence_of(error)


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("E: Failed to fetch ... Temporary failure resolving 'x'", "network"),
        ("pip._vendor.urllib3: NewConnectionError('<x>')", "network"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("E: Could not open lock file ... are you root?", "permission"),
    ],
)
def test_causes_in_logs(log, words):
    assert words in process.cause_of(log)


def test_unknown_cause_names_the_log(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(say.Fail, match=r"it failed, see the end of .*x\.log"):
        process.quiet([sys.executable, "-c", "exit('odd')"], "x", "it failed")


def test_no_apt_rights(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(
        debian.shutil, "which", lambda name: None if name == "sudo" else f"/bin/{name}"
    )
    with pytest.raises(say.Fail, match="sudo apt-get install postgresql"):
        debian.install(["postgresql"], "the database")


def test_no_apt_at_all(monkeypatch):
    monkeypatch.setattr(debian.shutil, "which", lambda _name: None)
    with pytest.raises(say.Fail, match="no apt-get"):
        debian.install(["chromium"], "the browser")


def test_no_usable_python(monkeypatch):
    monkeypatch.setattr(venv, "SUPPORTED", ["2.6"])
    with pytest.raises(say.Fail, match=r"Python 3\.10 to 3\.13"):
        venv.find_python()


def test_cache_folder_that_may_not_be_written(tmp_path):
    file = tmp_path / "file"
    file.touch()
    result = run([COMMAND], XDG_CACHE_HOME=str(file), ODOO_SRC="")
    assert "XDG_CACHE_HOME" in one_sentence(result)


@pytest.mark.parametrize("name", ["a b", "x" * 60, "fsi_demo_1", "a;b"])
def test_bad_database_names(monkeypatch, name):
    monkeypatch.setenv("DEMO_DB", name)
    with pytest.raises(say.Fail, match="DEMO_DB"):
        demo_database.name()


# --- Ports ---


@pytest.fixture
def taken():
    with socket.socket() as other:
        other.bind((ports.LOOPBACK, 0))
        other.listen()
        yield other.getsockname()[1]


def test_taken_port_is_passed_over(taken):
    assert not ports.is_free(taken)
    assert ports.prefer(taken) != taken


def test_free_port_is_preferred():
    port = ports.any_free()
    assert ports.prefer(port) == port


def test_wanted_port_that_is_taken(taken):
    with pytest.raises(say.Fail, match="taken"):
        ports.wanted(str(taken))


@pytest.mark.parametrize("text", ["x", "0", "70000", "-1"])
def test_wanted_port_that_is_none(text):
    with pytest.raises(say.Fail, match="not a port"):
        ports.wanted(text)


# --- PostgreSQL ---


def test_socket_path_is_short_enough(tmp_path):
    assert pg.socket_folder("/short") == pg.Path("/short/socket")
    long = tmp_path / ("x" * 120)
    assert len(str(pg.socket_folder(long))) <= pg.LONGEST_SOCKET_FOLDER


def test_other_process_is_not_taken_for_the_server(tmp_path):
    assert not pg.is_postgres(os.getpid(), tmp_path)
    assert not pg.is_postgres(999999999, tmp_path)


def test_processes_that_work_in_a_folder(tmp_path):
    assert pg.works_in(tmp_path) == []
    child = subprocess.Popen(["sleep", "60"], cwd=tmp_path)
    try:
        assert pg.works_in(tmp_path) == [child.pid]
    finally:
        child.kill()
        child.wait()


def test_named_server_is_used(monkeypatch):
    for name in ("PGHOST", "PGPORT", "PGUSER", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)
    assert not pg.named_by_environment()
    monkeypatch.setenv("PGPORT", "5433")
    with pg.server() as environment:
        assert environment == {}


def test_closed_folder_is_noticed(tmp_path):
    class Somebody:
        pw_uid, pw_gid = 54321, 54321

    tmp_path.chmod(0o700)
    assert not pg.can_enter(tmp_path, Somebody)
    assert str(pg.home(Somebody, tmp_path)).startswith("/var/cache/")
    assert pg.home(None, tmp_path) == tmp_path / "postgresql"
