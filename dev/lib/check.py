"""The main job without a person: `./dev/demo --check`.

A clerk, over HTTP like a browser, takes a done order of the demo data through invoice,
posting, PDF, e-mail and payment, and another one through a credit note. It happens in a
copy of the demo database, so the demo stays as it was. The screens are for the tests.
"""

import email
import email.policy
import shutil
import subprocess
import time
import urllib.error

from . import paths, ports, rpc, server, templates
from .say import Fail, note, step

MAIL_SECONDS = 30
FRESH = "run ./dev/demo --fresh --check for new demo data."
#: runs inside the environment: the number of pages of a PDF, and its words
READ_PDF = """
import io, sys
try: from PyPDF2 import PdfReader
except ImportError: from pypdf import PdfReader
pages = PdfReader(io.BytesIO(sys.stdin.buffer.read())).pages
print(len(pages), *" ".join(page.extract_text() for page in pages).split())
"""


def run(host, database, port=None):
    """Drive the main job.

    :return: 0
    :raise Fail: with the reason, when a step does not do what it should
    """
    copy = _copy(host, database)
    log = paths.log_file("check")
    shutil.rmtree(paths.cache() / "mail-check", ignore_errors=True)
    try:
        with server.mail_sink(host, "mail-check") as (mail_port, mails):
            options = {
                "smtp_server": ports.LOOPBACK,
                "smtp_port": mail_port,
                "email_from": "billing@example.com",
            }
            port = port or ports.prefer(8069)
            with server.running(host, copy, port, log, **options) as (address, _child):
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
            fresh = templates.with_addon(host, demo=True)
            return templates.run_copy(host, fresh, "check")


def expect(condition, sentence):
    if not condition:
        raise Fail(f"the check failed: {sentence}")


def tell(what, *facts):
    print(f"{what:<12} {'  '.join(facts)}", flush=True)


def money(move, field):
    return f"{move[field]:.2f} {move['currency_id'][1]}"


class _Check:
    def __init__(self, host, address, database, mails):
        self.host = host
        self.mails = mails / "new"
        self.admin = rpc.Session(address, database, "admin", "admin")
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

    def _demo_data(self):
        """Check that there is an order to look at in every billing status."""
        status = ["billing_status"]
        fields = self.clerk.call("fsm.order", "fields_get", status, ["selection"])
        groups = self.clerk.call(
            "fsm.order", "formatted_read_group", [], status, ["__count"]
        )
        counts = {group["billing_status"]: group["__count"] for group in groups}
        words = dict(fields["billing_status"]["selection"])
        missing = " or ".join(word for key, word in words.items() if key not in counts)
        expect(not missing, f"no order of the demo data is {missing}; {FRESH}")
        listed = ", ".join(f"{counts[key]} {word}" for key, word in words.items())
        tell("Demo data", f"{sum(counts.values())} orders:", listed)

    def _orders_to_bill(self):
        """Return two done orders whose customer has an e-mail address."""
        domain = [
            ("billing_status", "=", "to_invoice"),
            ("bill_to_id.email", "!=", False),
        ]
        orders = self.clerk.search(
            "fsm.order", domain, "name", "bill_to_id", order="id"
        )
        expect(
            len(orders) >= 2,
            f"the demo data have {len(orders)} done orders to invoice, two are needed; "
            + FRESH,
        )
        first, *rest = orders
        # Another customer when there is one: the more of the demo data is used.
        others = [one for one in rest if one["bill_to_id"] != first["bill_to_id"]]
        return first, (others or rest)[0]

    # --- The steps ---

    def _expect_status(self, order, expected):
        status = self.clerk.read("fsm.order", order["id"], "billing_status")
        status = status["billing_status"]
        expect(
            status == expected, f"order {order['name']} is {status}, not {expected}."
        )
        return f"order {order['name']} {status}"

    def _move(self, move_id):
        return self.clerk.read(
            "account.move",
            move_id,
            *("name", "state", "payment_state", "journal_id", "currency_id"),
            *("amount_untaxed", "amount_tax", "amount_total", "amount_residual"),
        )

    def _dialog(self, model, move_id, method, **values):
        """Open a dialog on an invoice and press its button.

        :return: id of the dialog, and what the button returned
        """
        context = {"active_model": "account.move", "active_ids": [move_id]}
        [dialog] = self.clerk.call(model, "create", [values], context=context)
        return dialog, self.clerk.call(model, method, [dialog])

    def _invoice(self, order):
        """Create the invoice of an order and post it; return the move's id."""
        name = order["name"]
        action = self.clerk.call("fsm.order", "action_create_invoice", [order["id"]])
        move_id = isinstance(action, dict) and action.get("res_id")
        expect(move_id, f"Create invoice on {name} opened no draft ({action}).")
        draft = self._move(move_id)
        expect(draft["state"] == "draft", f"the invoice is {draft['state']}, no draft.")
        expect(draft["amount_total"] > 0, f"the invoice of {name} is empty.")
        self._expect_status(order, "draft")
        tell(
            "Invoice",
            f"order {name}, {order['bill_to_id'][1]}:",
            f"{money(draft, 'amount_untaxed')} + tax {draft['amount_tax']:.2f}",
            f"= {money(draft, 'amount_total')}",
        )
        self.clerk.call("account.move", "action_post", [move_id])
        posted = self._move(move_id)
        expect(posted["state"] == "posted", f"{posted['name']} is {posted['state']}.")
        expect(posted["name"] not in (False, "/"), "the posted invoice has no number.")
        status = self._expect_status(order, "posted")
        due = f"{money(posted, 'amount_residual')} due"
        tell("Posted", f"{posted['name']}: {due}; {status}")
        return move_id

    def _read_pdf(self, body, number):
        """Return (pages, text) of a PDF that shows a number."""
        command = [self.host.python, "-c", READ_PDF]
        result = subprocess.run(command, input=body, capture_output=True)
        expect(not result.returncode, f"the PDF of {number} cannot be read.")
        pages, _space, text = result.stdout.decode(errors="replace").partition(" ")
        expect(number in text, f"the PDF does not show the number {number}.")
        return pages, text

    def _pdf(self, move_id):
        number = self._move(move_id)["name"]
        report = "account.report_invoice_with_payments"
        kind, body = self.clerk.get(f"/report/pdf/{report}/{move_id}")
        expect(kind == "application/pdf", f"the report is {kind}, not a PDF.")
        pages, _text = self._read_pdf(body, number)
        tell("PDF", f"{number}: {pages} pages, {len(body) // 1024} kB")

    def _send(self, order, move_id):
        """Send the invoice; the sink must receive it with its PDF and its annex."""
        number = self._move(move_id)["name"]
        self._dialog(
            *("account.move.send.wizard", move_id, "action_send_and_print"),
            sending_methods=["email"],
        )
        limit = time.monotonic() + MAIL_SECONDS
        while not (arrived := list(self.mails.glob("*"))):
            expect(
                time.monotonic() < limit,
                f"{number} was sent, and no e-mail arrived in {MAIL_SECONDS} s.",
            )
            time.sleep(0.2)
        message = email.message_from_bytes(
            arrived[0].read_bytes(), policy=email.policy.default
        )
        subject = message["Subject"].strip()
        attached = {
            part.get_content_type(): part for part in message.iter_attachments()
        }
        pdf = attached.get("application/pdf")
        expect(pdf, f"the e-mail of {number} carries no PDF.")
        _pages, text = self._read_pdf(pdf.get_content(), number)
        expect(
            order["name"] in subject,
            f'the e-mail "{subject}" does not name order {order["name"]}.',
        )
        expect(
            f"Intervention Report {order['name']}" in text,
            f"the PDF of {number} has no report of order {order['name']}.",
        )
        tell(
            "E-mail",
            f'{number} to {message["To"]}: "{subject}"',
            f"with {pdf.get_filename()}",
        )

    def _pay(self, order, move_id):
        model = "account.payment.register"
        dialog, _action = self._dialog(model, move_id, "action_create_payments")
        payment = self.clerk.read(model, dialog, "amount", "currency_id", "journal_id")
        move = self._move(move_id)
        state = move["payment_state"]
        expect(state in ("paid", "in_payment"), f"{move['name']} is {state} when paid.")
        status = self._expect_status(order, "paid")
        tell(
            "Payment",
            f"{move['name']}: {money(payment, 'amount')}, {payment['journal_id'][1]};",
            f"{money(move, 'amount_residual')} due; {status}",
        )

    def _credit(self, order, move_id):
        before = self._move(move_id)
        _dialog, action = self._dialog(
            *("account.move.reversal", move_id, "action_fsm_confirm"),
            reason="Wrong amount",
            journal_id=before["journal_id"][0],
            fsm_work="refund",
        )
        credit_id = isinstance(action, dict) and action.get("res_id")
        expect(
            credit_id, f"Add credit note on {before['name']} opened none ({action})."
        )
        credit, move = self._move(credit_id), self._move(move_id)
        expect(
            credit["amount_total"] == move["amount_total"],
            f"the credit note is over {money(credit, 'amount_total')}, "
            f"{move['name']} over {money(move, 'amount_total')}.",
        )
        expect(credit["state"] == "posted", f"the credit note is {credit['state']}.")
        due = f"{money(move, 'amount_residual')} due"
        expect(
            move["amount_residual"] == 0,
            f"{due} on {move['name']} after the credit note {credit['name']}.",
        )
        status = self._expect_status(order, "credited")
        total = money(credit, "amount_total")
        tell(
            "Credit note",
            f"{credit['name']} of {move['name']}: {total}; {due}; {status}",
        )

    def _books(self):
        """Check the trial balance: what all accounts come to together."""
        companies = [one["id"] for one in self.admin.search("res.company", [], "id")]
        [total] = self.admin.call(
            *("account.move.line", "formatted_read_group"),
            *([("parent_state", "=", "posted")], [], ["debit:sum", "credit:sum"]),
            context={"allowed_company_ids": companies},
        )
        debit, credit = total["debit:sum"], total["credit:sum"]
        words = f"debit {debit:.2f}, credit {credit:.2f}"
        expect(debit > 0, "nothing is posted in the books.")
        expect(round(debit - credit, 2) == 0, f"the books do not balance: {words}.")
        tell("Books", f"{words}: the trial balance is {abs(debit - credit):.2f}")
