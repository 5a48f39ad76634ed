"""The PDF engine, as Odoo calls it."""

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from lib import pdf
from lib.say import Fail
from PIL import Image

try:
    from PyPDF2 import PdfReader
except ImportError:
    from pypdf import PdfReader

# What Odoo passes for its A4 paper format.
OPTIONS = [
    *("--quiet", "--enable-local-file-access", "--page-size", "A4"),
    *("--margin-top", "52.0", "--margin-bottom", "32.0"),
    *("--margin-left", "0.0", "--margin-right", "0.0", "--header-spacing", "52"),
    *("--dpi", "90", "--zoom", "1.0666666666666667", "--orientation", "Portrait"),
]
PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"/><style>
* {{ margin: 0; padding: 0; }} body {{ font-size: 16px; }}
table {{ border-collapse: collapse; }} th, td {{ padding: 9px; }}
</style></head><body>{}</body></html>"""


def render(folder, body, header=None):
    options = list(OPTIONS)
    if header:
        (folder / "header.html").write_text(PAGE.format(header))
        options += ["--header-html", folder / "header.html"]
    source, target = folder / "body.html", folder / "out.pdf"
    source.write_text(PAGE.format(body))
    engine = Path(sys.prefix) / "bin/wkhtmltopdf"
    done = subprocess.run(
        [engine, *options, source, target], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return PdfReader(target).pages


def texts(page):
    """Return (text, points from the top, size in points) of what stands on a page."""
    found = []

    def visit(text, cm, tm, _font, size):
        if text.strip():
            scale = math.hypot(cm[2], cm[3]) * math.hypot(tm[2], tm[3])
            height = cm[1] * tm[4] + cm[3] * tm[5] + cm[5]
            top = float(page.mediabox.height) - height
            found.append((text.strip(), top, size * scale))

    page.extract_text(visitor_text=visit)
    return found


def test_text_is_as_large_as_odoo_means_it(tmp_path):
    [page] = render(tmp_path, "<p>Total</p>")
    [(text, _top, size)] = texts(page)
    assert text == "Total"
    # 16 px are 12 pt, and "smart shrinking" makes 0.85 of it: every Odoo PDF has that.
    assert size == pytest.approx(10.24, abs=0.1)


def test_header_is_printed(tmp_path):
    [page] = render(tmp_path, "<p>Total</p>", header="<p>Letterhead</p>")
    assert "Letterhead" in [text for text, _top, _size in texts(page)]


def test_repeated_head_leaves_the_rows_alone(tmp_path):
    rows = "".join(f"<tr><td>{n}<br/>more</td></tr>" for n in range(90))
    table = f"<table><thead><tr><th>Head</th></tr></thead><tbody>{rows}</tbody></table>"
    pages = render(tmp_path, table)
    assert len(pages) > 1
    for page in pages:
        lines = sorted(texts(page), key=lambda found: found[1])
        assert lines[0][0] == "Head"
        assert lines[1][1] - lines[0][1] > 9 + lines[0][2]  # clear of its padding


def test_jpeg_is_printed(tmp_path):
    Image.new("RGB", (40, 20), "teal").save(tmp_path / "logo.jpg")
    [page] = render(tmp_path, '<img src="logo.jpg"/>')
    [image] = page["/Resources"]["/XObject"].values()
    assert image.get_object()["/Filter"] == "/DCTDecode"


@pytest.fixture
def environment(tmp_path):
    """An environment with an engine that tells how it was called."""
    packages = tmp_path / "an env/lib/python3.12/site-packages"
    for path in ("pydf/bin/wkhtmltopdf", "torchvision.libs/libjpeg.1a2b.so.8"):
        (packages / path).parent.mkdir(parents=True)
        (packages / path).write_text('#!/bin/sh\necho "$LD_LIBRARY_PATH" "$@"\n')
        (packages / path).chmod(0o755)
    (tmp_path / "an env/bin").mkdir()
    return tmp_path / "an env"


def test_engine_gets_its_library_and_its_arguments(environment):
    pdf.link_engine(environment)
    pdf.link_engine(environment)
    libraries = environment / "lib/wkhtmltopdf"
    assert os.listdir(libraries) == ["libjpeg.so.8"]
    assert (libraries / "libjpeg.so.8").exists()
    output = subprocess.check_output(
        [environment / "bin/wkhtmltopdf", "--zoom", "a b"], text=True
    )
    assert output == f"{libraries} --zoom a b\n"


def test_packages_without_the_library(environment):
    for path in environment.rglob("libjpeg*"):
        path.unlink()
    with pytest.raises(Fail, match="libjpeg"):
        pdf.link_engine(environment)
