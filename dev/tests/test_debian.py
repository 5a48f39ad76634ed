"""The package source, and what the package lacks."""

from lib import debian


def test_debian_itself_is_preferred():
    rows = """\
http://other.example/apt|Other|main
http://mirror.example/debian-security/|Debian|main
http://mirror.example/debian/|Debian|contrib
http://mirror.example/debian/|Debian|main
"""
    assert debian.mirrors(rows) == [
        "http://mirror.example/debian/",
        "http://mirror.example/debian-security/",
        "http://other.example/apt",
    ]


def test_lists_never_fetched():
    # Without lists apt does not know the origin.
    assert debian.mirrors("http://mirror.example/debian/||main\n||\n") == [
        "http://mirror.example/debian/"
    ]


def test_links_that_lead_nowhere_find_the_renamed_font(tmp_path):
    fonts = tmp_path / "usr/share/fonts"
    fonts.mkdir(parents=True)
    (fonts / "Inconsolata-Regular.otf").write_text("font")
    (fonts / "icons.woff").write_text("icons")
    links = tmp_path / "addons"
    links.mkdir()
    (links / "Inconsolata.otf").symlink_to("../gone/Inconsolata.otf")
    (links / "icons.woff2").symlink_to("../gone/icons.woff2")
    (links / "other.ttf").symlink_to("../gone/other.ttf")
    assert debian.relink(tmp_path) == [str(links / "other.ttf")]
    assert (links / "Inconsolata.otf").read_text() == "font"
    assert (links / "icons.woff2").read_text() == "icons"


def test_missing_library_is_replaced_once(tmp_path):
    (tmp_path / "usr/lib/python3/dist-packages/odoo/addons").mkdir(parents=True)
    debian.repair(tmp_path)
    files = list(tmp_path.rglob("selfie_segmentation.js"))
    assert len(files) == 1 and files[0].read_text().startswith("//")
