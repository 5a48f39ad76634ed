"""Pictures of screens and documents, taken of fresh demo data."""

import argparse
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import debian, host, paths, ports, process, rpc, server, templates, venv
from .say import Fail, note, step
from .shots_list import DOCUMENTS, SCREENS

INSIDE = paths.DEV / "shots_browser/take.py"
#: the driver of the browser; what else it needs is in dev/requirements.lock
DRIVER = ["playwright==1.65.2", "pyee==13.0.1"]
FOLDER = paths.REPO / "static/description"
#: fewer colours, a third of the size; a screen has few
SHRINK = """
import sys
from PIL import Image
for path in sys.argv[1:]:
    Image.open(path).convert("RGB").quantize(256, dither=0).save(path, optimize=True)
"""


def main(argv):
    parser = argparse.ArgumentParser(prog="dev/shots")
    parser.add_argument("names", nargs="*", help="beginnings of names; all by default")
    parser.add_argument("--to", type=Path, default=FOLDER, help="the folder")
    options = parser.parse_args(argv)
    chosen = tuple(options.names) or ("",)
    screens = {k: v for k, v in SCREENS.items() if k.startswith(chosen)}
    documents = {k: v for k, v in DOCUMENTS.items() if k.startswith(chosen)}
    if not screens and not documents:
        raise Fail(f"there is no picture called {' or '.join(chosen)}.")
    options.to.mkdir(parents=True, exist_ok=True)
    with host.ready(browser=True) as odoo:
        if documents and not shutil.which("pdftoppm"):
            debian.install(["poppler-utils"], "to make pictures of documents")
        if screens and not (odoo.venv / "bin/playwright").exists():
            with step("Installing the driver of the browser"):
                venv.install(odoo.venv, *DRIVER)
        template = templates.with_addon(odoo, demo=True)
        with templates.copied(odoo, template, "shots") as database:
            taken = take(odoo, database, screens, documents, options.to.absolute())
        subprocess.run([odoo.python, "-c", SHRINK, *taken], check=True)
    note(f"dev/shots: {len(taken)} pictures in {options.to}.")
    return 0


def take(odoo, database, screens, documents, folder):
    """:return: the files made"""
    log = paths.log_file("shots")
    with server.running(odoo, database, ports.any_free(), log) as (address, _child):
        admin = rpc.Session(address, database, "admin", "admin")
        leave_out_other_invoices(admin)
        taken = [
            page
            for name, document in documents.items()
            for page in print_document(address, database, name, document, folder)
        ]
        for lang in ("en_US", "fr_FR"):
            chosen = {
                k: v for k, v in screens.items() if v.get("lang", "en_US") == lang
            }
            if chosen:
                speak(admin, lang)
                taken += photograph(odoo, address, database, chosen, folder)
    return taken


def leave_out_other_invoices(admin):
    """Delete the invoices of Odoo's own demo data.

    They are of another trade and a hundred times as large: beside them nobody sees what
    service orders bring in.
    """
    # which are there before ours, among which some are of no service order
    first = find(admin, "account.move", [("fsm_order_ids", "!=", False)])
    domain = [
        ("id", "<", first),
        ("line_ids.account_id.account_type", "=", "asset_receivable"),
    ]
    with step("Leaving out the invoices of Odoo's own demo data"):
        found = admin.search("account.move", domain, "state")
        posted = [move["id"] for move in found if move["state"] == "posted"]
        admin.call("account.move", "button_draft", posted)
        moves = [move["id"] for move in found]
        admin.call("account.move", "unlink", moves, context={"force_delete": True})


def hand_over(session, move_id):
    """Make the PDF of an invoice: until then the portal shows a pro-forma."""
    [wizard] = session.call(
        "account.move.send.wizard",
        "create",
        [{"move_id": move_id, "sending_methods": ["manual"]}],
    )
    session.call("account.move.send.wizard", "action_send_and_print", [wizard])


def speak(admin, lang):
    """Let all people of the demo data read their screens in ``lang``."""
    found = admin.search(
        "res.lang", [("code", "=", lang), ("active", "in", [True, False])], "active"
    )
    if not found[0]["active"]:
        with step(f"Loading the language {lang}"):
            [wizard] = admin.call(
                "base.language.install",
                "create",
                [{"overwrite": False, "lang_ids": [(6, 0, [found[0]["id"]])]}],
            )
            admin.call("base.language.install", "lang_install", [wizard])
    users = [user["id"] for user in admin.search("res.users", [], "id")]
    # or a chat covers the screen of a telephone
    values = {"lang": lang, "odoobot_state": "disabled"}
    admin.call("res.users", "write", users, values)


def find(session, model, domain, order="id"):
    """:return: id of the first record of the demo data that a picture is of"""
    records = session.search(model, domain, "id", order=order, limit=1)
    if not records:
        raise Fail(f"the demo data have no {model} with {domain} to take a picture of.")
    return records[0]["id"]


def photograph(odoo, address, database, screens, folder):
    """Let the browser take the pictures of ``screens``.

    :return: the files made
    """
    sessions = {}
    shots = []
    for name, screen in screens.items():
        login = screen.get("login", "clerk")
        user = login or "clerk"  # who finds it, where nobody is logged in
        if user not in sessions:
            sessions[user] = rpc.Session(address, database, user, user)
        session = sessions[user]
        record_id = "record" in screen and find(session, *screen["record"])
        if not login:
            model = screen["record"][0]
            hand_over(session, record_id)
            path = session.call(model, "get_portal_url", [record_id])
        else:
            path = f"{screen['path']}/{record_id}" if record_id else screen["path"]
        file = str(folder / f"{name}.png")
        shots.append({**screen, "login": login, "path": path, "file": file})
    wanted = {"address": address, "browser": host.find_browser(), "shots": shots}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(wanted, file)
        file.flush()
        with step(f"Taking {len(shots)} pictures of screens"):
            status = process.foreground([odoo.python, INSIDE, file.name], env=odoo.env)
    if status:
        raise Fail("a picture could not be taken, see above.")
    return [shot["file"] for shot in shots]


def print_document(address, database, name, document, folder):
    """Print a document to PDF, and make a picture of each page that is wanted.

    :return: the files made
    """
    clerk = rpc.Session(address, database, "clerk", "clerk")
    record_id = find(clerk, *document["record"])
    with step(f"Printing {name}"), tempfile.TemporaryDirectory() as scratch:
        kind, body = clerk.get(f"/report/pdf/{document['report']}/{record_id}")
        if kind != "application/pdf":
            raise Fail(f"{document['report']} answered {kind} instead of a PDF.")
        pdf = Path(scratch) / "document.pdf"
        pdf.write_bytes(body)
        subprocess.run(
            ["pdftoppm", "-r", "80", "-png", pdf, Path(scratch) / "page"], check=True
        )
        pages = sorted(Path(scratch).glob("page*.png"))[: document.get("pages", 1)]
        targets = [
            folder / (f"{name}.png" if len(pages) == 1 else f"{name}_{number}.png")
            for number in range(1, len(pages) + 1)
        ]
        for page, target in zip(pages, targets, strict=True):
            shutil.move(page, target)
    return [str(target) for target in targets]
