"""A copy of a database is there as a whole, or not at all."""

import re
import shutil

import pytest
from lib import sql, templates


class Server(sql.Databases):
    """Databases without a server: their names and comments."""

    def __init__(self, folder):
        super().__init__({}, folder)
        self.comments = {"template": None}
        (folder / "template").mkdir()
        (folder / "template" / "logo").write_text("logo")

    def run(self, statement, *values, database=sql.MAINTENANCE):
        if statement.startswith("SELECT"):
            found = [name for name in self.comments if not values or name in values]
            return [[self.comments[name] if values else name] for name in found]
        names = re.findall('"(.*?)"', statement)
        if statement.startswith("CREATE"):
            self.comments[names[0]] = None
        elif statement.startswith("DROP"):
            self.comments.pop(names[0], None)
        elif statement.startswith("ALTER"):
            self.comments[names[1]] = self.comments.pop(names[0])
        elif statement.startswith("COMMENT"):
            self.comments[names[0]] = statement.partition(" IS ")[2].strip("'")
        return []


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "filestore").mkdir()
    return Server(tmp_path / "filestore")


def test_copy_has_filestore_and_memory(server):
    server.copy("template", "copy", host="abc")
    assert set(server.comments) == {"template", "copy"}
    assert (server.filestores / "copy/logo").read_text() == "logo"
    assert server.memory("copy") == {"host": "abc"}


@pytest.mark.parametrize(
    ("place", "name"), [(shutil, "copytree"), (Server, "remember")]
)
def test_copy_broken_off_is_no_database(server, monkeypatch, place, name):
    def killed(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(place, name, killed)
        with pytest.raises(KeyboardInterrupt):
            server.copy("template", "copy", host="abc")
    assert not server.exists("copy")
    server.copy("template", "copy", host="abc")
    assert set(server.comments) == {"template", "copy"}
    assert server.memory("copy") == {"host": "abc"}


def test_broken_copy_of_a_dead_process_is_recognized():
    assert not templates._is_alive("fsi_run_999999999_test_copying")
