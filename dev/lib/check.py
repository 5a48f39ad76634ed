"""The main job without a person: `./dev/demo --check`.

A clerk, over HTTP like a browser, takes a done order of the demo data through invoice,
posting, PDF, e-mail and payment, and another one through a credit note. It happens in a
copy of the demo database, so the demo stays as it was.
"""

import email
import email.policy
import shutil
import subprocess
import time
import urllib.error

from . import paths, ports, rpc, server, templates
from .say import Fail, note, step

REPORT = "account.report_invoice_with_payments"
MAIL_SECONDS = 30
FRESH = "run ./dev/demo --fresh --check for new demo data."


def run(host, database, port=None):
    """Drive the main job.

    :return: 0
    :raise Fail: with the reason, when a step does not do what it should
    """
    copy = _copy(host, database)
    log = paths.log_file("check")
    shutil.rmtree(paths.cache() / "mail-check", ignore_errors=True)
    try:
        with (
            server.mail_sink(host, "mail-check") as (mail_port, mails),
            server.running(
                host,
                copy,
                port or ports.prefer(8069),
                log,
                smtp_server=ports.LOOPBACK,
                smtp_port=mail_port,
                email_from="billing@example.com",
            ) as (address, _child),
        ):
            _Check(host, address, copy, mails).run()
    except (rpc.RpcError, urllib.error.URLError) as error:
        raise Fail(f"the check stopped: {error} (Odoo's log: {log})") from error
    finally:
        templates.drop_quietly(host.databases, copy)
    print("The main job works: order, invoice, PDF, e-mail, payment, credit note.")
    return 0


def _copy(host, database):
    """Copy the demo database, or make the copy anew when the demo is open."""
    with step("Copying the demo database"):
        try:
            return templates.run_copy(host, database, "check")
        except Fail:
            note("  the demo database is open; using one with fresh demo data instead")
            return templates.run_copy(
                host, templates.with_addon(host, demo=True), "check"
            )


def expect(condition, sentence):
    if not condition:
        raise Fail(f"the check failed: {sentence}")


class _Check:
    def __init__(self, host, address, database, mails):
        self.host = host
        self.mails = mails
        self.admin = rpc.Session(address, database, "admin", "admin")
        self._ensure_clerk()
        self.clerk = rpc.Session(address, database, "clerk", "clerk")

    def run(self):
        self._demo_data()
        first, second = self._orders_to_bill()
        invoice = self._invoice(first)
        self._pdf(invoice)
        self._send(first, invoice)
        self._pay(first, invoice)
        self._credit(second, self._invoice(second))
        self._books()

    # --- What must be there ---

    def _ensure_clerk(self):
        """Make the invoicing clerk when the demo data have none."""
        if self.admin.search("res.users", [("login", "=", "clerk")], "id"):
            return
        groups = []
        for xmlid in ("fieldservice.group_fsm_user", "account.group_account_invoice"):
            module, _dot, name = xmlid.partition(".")
            data = self.admin.search(
                "ir.model.data",
                [("module", "=", module), ("name", "=", name)],
                "res_id",
            )
            groups.append(data[0]["res_id"])
        self.admin.call(
            "res.users",
            "create",
            [
                {
                    "name": "Clerk",
                    "login": "clerk",
                    "password": "clerk",
                    "email": "clerk@example.com",
                    "group_ids": [(4, group) for group in groups],
                }
            ],
        )

    def _demo_data(self):
        """Check that there is an order to look at in every billing status."""
        fields = self.clerk.call(
            "fsm.order", "fields_get", ["billing_status"], ["selection"]
        )
        groups = self.clerk.call(
            "fsm.order", "formatted_read_group", [], ["billing_status"], ["__count"]
        )
        counts = {group["billing_status"]: group["__count"] for group in groups}
        statuses = dict(fields["billing_status"]["selection"])
        missing = [word for key, word in statuses.items() if not counts.get(key)]
        expect(
            not missing,
            f"no order of the demo data is {' or '.join(missing)}; " + FRESH,
        )
        self._say(
            "Demo data",
            f"{sum(counts.values())} orders:",
            ", ".join(f"{counts[key]} {word}" for key, word in statuses.items()),
        )

    def _orders_to_bill(self):
        """Return two done orders whose customer has an e-mail address."""
        orders = self.clerk.search(
            "fsm.order",
            [("billing_status", "=", "to_invoice"), ("bill_to_id.email", "!=", False)],
            *("name", "bill_to_id", "billing_status"),
            order="id",
        )
        expect(
            len(orders) >= 2,
            f"the demo data have {len(orders)} done orders to invoice, two are needed; "
            + FRESH,
        )
        first = orders[0]
        # Another customer when there is one: the more of the demo data is used.
        others = [one for one in orders[1:] if one["bill_to_id"] != first["bill_to_id"]]
        return first, (others or orders[1:])[0]

    # --- The steps ---

    def _order_status(self, order):
        return self.clerk.read("fsm.order", order["id"], "billing_status")[
            "billing_status"
        ]

    def _say(self, what, *facts):
        print(f"{what:<12} {'  '.join(str(fact) for fact in facts)}", flush=True)

    def _money(self, record, field):
        return f"{record[field]:.2f} {record['currency_id'][1]}"

    def _move(self, move_id, *extra):
        return self.clerk.read(
            "account.move",
            move_id,
            *("name", "state", "payment_state", "move_type", "partner_id"),
            *("amount_untaxed", "amount_tax", "amount_total", "amount_residual"),
            *("currency_id", *extra),
        )

    def _invoice(self, order):
        """Create the invoice of an order and post it; return the move's id."""
        action = self.clerk.call("fsm.order", "action_create_invoice", [order["id"]])
        move_id = isinstance(action, dict) and action.get("res_id")
        expect(
            move_id, f"Create invoice on {order['name']} opened no draft ({action})."
        )
        draft = self._move(move_id, "invoice_origin")
        expect(
            draft["state"] == "draft", f"the invoice is {draft['state']}, not draft."
        )
        expect(draft["amount_total"] > 0, f"the invoice of {order['name']} is empty.")
        status = self._order_status(order)
        expect(status == "draft", f"order {order['name']} is {status}, not draft.")
        lines = self.clerk.search(
            "account.move.line",
            [("move_id", "=", move_id), ("display_type", "=", "product")],
            *("name", "quantity", "price_subtotal"),
        )
        self._say(
            "Invoice",
            f"order {order['name']}, {order['bill_to_id'][1]}:",
            f"draft with {len(lines)} lines,",
            f"{self._money(draft, 'amount_untaxed')} + tax {draft['amount_tax']:.2f}",
            f"= {self._money(draft, 'amount_total')}",
        )
        self.clerk.call("account.move", "action_post", [move_id])
        posted = self._move(move_id)
        status = self._order_status(order)
        expect(posted["state"] == "posted", f"{posted['name']} is {posted['state']}.")
        expect(posted["name"] not in (False, "/"), "the posted invoice has no number.")
        expect(status == "posted", f"order {order['name']} is {status}, not posted.")
        self._say(
            "Posted",
            f"{posted['name']}:",
            f"{self._money(posted, 'amount_residual')} due; order {order['name']} "
            f"{status}",
        )
        return move_id

    def _pdf(self, move_id):
        move = self._move(move_id)
        kind, body = self.clerk.get(f"/report/pdf/{REPORT}/{move_id}")
        expect(kind == "application/pdf", f"the report is {kind}, not a PDF.")
        pages, text = self._pdf_text(body)
        expect(
            move["name"] in text, f"the PDF does not show the number {move['name']}."
        )
        self._say("PDF", f"{move['name']}: {pages} pages, {len(body) // 1024} kB")

    def _pdf_text(self, body):
        """Return (number of pages, text without line breaks) of a PDF."""
        code = (
            "import sys, io\n"
            "try: from PyPDF2 import PdfReader\n"
            "except ImportError: from pypdf import PdfReader\n"
            "pages = PdfReader(io.BytesIO(sys.stdin.buffer.read())).pages\n"
            "print(len(pages))\n"
            "print(' '.join(page.extract_text() for page in pages))\n"
        )
        result = subprocess.run(
            [self.host.python, "-c", code], input=body, capture_output=True
        )
        expect(result.returncode == 0, "the PDF cannot be read.")
        pages, _newline, text = result.stdout.decode(errors="replace").partition("\n")
        return int(pages), text

    def _send(self, order, move_id):
        """Send the invoice; the sink must receive it with its PDF and its annex."""
        move = self._move(move_id)
        before = set(self._mail_files())
        wizard = self.clerk.call(
            "account.move.send.wizard",
            "create",
            [{"sending_methods": ["email"]}],
            context={"active_model": "account.move", "active_ids": [move_id]},
        )[0]
        self.clerk.call("account.move.send.wizard", "action_send_and_print", [wizard])
        limit = time.monotonic() + MAIL_SECONDS
        while not (arrived := set(self._mail_files()) - before):
            expect(
                time.monotonic() < limit,
                f"{move['name']} was sent, and no e-mail arrived in {MAIL_SECONDS} s.",
            )
            time.sleep(0.2)
        message = email.message_from_bytes(
            arrived.pop().read_bytes(), policy=email.policy.default
        )
        attached = [
            part
            for part in message.iter_attachments()
            if part.get_content_type() == "application/pdf"
        ]
        expect(attached, f"the e-mail of {move['name']} carries no PDF.")
        _pages, text = self._pdf_text(attached[0].get_content())
        expect(move["name"] in text, f"the PDF sent is not that of {move['name']}.")
        expect(
            order["name"] in message["Subject"],
            f'the e-mail "{message["Subject"]}" does not name order {order["name"]}.',
        )
        expect(
            f"Intervention Report {order['name']}" in " ".join(text.split()),
            f"the PDF of {move['name']} has no report of order {order['name']}.",
        )
        self._say(
            "E-mail",
            f'{move["name"]} to {message["To"]}: "{message["Subject"]}"',
            f"with {attached[0].get_filename()}",
        )

    def _mail_files(self):
        folder = self.mails / "new"
        return list(folder.iterdir()) if folder.is_dir() else []

    def _pay(self, order, move_id):
        wizard = self.clerk.call(
            "account.payment.register",
            "create",
            [{}],
            context={"active_model": "account.move", "active_ids": [move_id]},
        )[0]
        payment = self.clerk.read(
            "account.payment.register", wizard, "amount", "currency_id", "journal_id"
        )
        self.clerk.call("account.payment.register", "action_create_payments", [wizard])
        move = self._move(move_id)
        expect(
            move["payment_state"] in ("paid", "in_payment"),
            f"{move['name']} is {move['payment_state']} after its payment.",
        )
        status = self._order_status(order)
        expect(status == "paid", f"order {order['name']} is {status}, not paid.")
        self._say(
            "Payment",
            f"{move['name']}: {self._money(payment, 'amount')},",
            f"{payment['journal_id'][1]}; {self._money(move, 'amount_residual')} due;",
            f"order {order['name']} {status}",
        )

    def _credit(self, order, move_id):
        move = self._move(move_id, "journal_id")
        values = {
            "reason": "Wrong amount",
            "journal_id": move["journal_id"][0],
            "fsm_work": "refund",
        }
        wizard = self.clerk.call(
            "account.move.reversal",
            "create",
            [values],
            context={"active_model": "account.move", "active_ids": [move_id]},
        )[0]
        action = self.clerk.call(
            "account.move.reversal", "action_fsm_confirm", [wizard]
        )
        credit_id = isinstance(action, dict) and action.get("res_id")
        expect(credit_id, f"Add credit note on {move['name']} opened no credit note.")
        credit = self._move(credit_id)
        expect(
            credit["amount_total"] == move["amount_total"],
            f"the credit note is over {credit['amount_total']:.2f}, "
            f"{move['name']} over {move['amount_total']:.2f}.",
        )
        move = self._move(move_id)
        expect(credit["state"] == "posted", f"the credit note is {credit['state']}.")
        expect(
            move["amount_residual"] == 0,
            f"{self._money(move, 'amount_residual')} are still due on {move['name']} "
            f"after the credit note {credit['name']}.",
        )
        status = self._order_status(order)
        expect(
            status == "credited", f"order {order['name']} is {status}, not credited."
        )
        self._say(
            "Credit note",
            f"{credit['name']} of {move['name']}: "
            f"{self._money(credit, 'amount_total')};",
            f"{self._money(move, 'amount_residual')} due; order {order['name']} "
            f"{status}",
        )

    def _books(self):
        """Check the trial balance: what all accounts come to together."""
        companies = [one["id"] for one in self.admin.search("res.company", [], "id")]
        [total] = self.admin.call(
            "account.move.line",
            "formatted_read_group",
            [("parent_state", "=", "posted")],
            [],
            ["debit:sum", "credit:sum", "balance:sum"],
            context={"allowed_company_ids": companies},
        )
        debit, credit = total["debit:sum"], total["credit:sum"]
        balance = total["balance:sum"]
        expect(debit > 0, "nothing is posted in the books.")
        expect(
            round(balance, 2) == 0 and round(debit - credit, 2) == 0,
            f"the books do not balance: debit {debit:.2f}, credit {credit:.2f}.",
        )
        self._say(
            "Books",
            f"debit {debit:.2f}, credit {credit:.2f}: the trial balance is "
            f"{abs(balance):.2f}",
        )
