import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ...tools.groups import INVOICE_READERS
from .fsm_billing_run import CONCURRENCY
from .values import STEPS, RunDocument

_logger = logging.getLogger(__name__)


class FsmBillingRunLine(models.Model):
    """One invoice to come of a billing run: its orders, and how far it is."""

    _name = "fsm.billing.run.line"
    _inherit = "fsm.field.guard"
    _description = "Line of a Billing Run"
    _order = "run_id desc, sequence, id"

    run_id = fields.Many2one(
        "fsm.billing.run", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True, index=True)
    sequence = fields.Integer(readonly=True, help="The place of the customer.")
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    order_ids = fields.Many2many("fsm.order", string="Service orders", readonly=True)
    order_count = fields.Integer(
        string="Orders", compute="_compute_order_count", store=True
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("draft", "Draft"),
            ("posted", "Confirmed"),
            ("sent", "Given to sending"),
            ("print", "To print"),
            ("printed", "Printed"),
            ("skipped", "Nothing to do"),
            ("failed", "Failed"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
    )
    failed_step = fields.Selection(
        [("create", "Create"), ("confirm", "Confirm"), ("send", "Send")],
        string="Failed at",
        readonly=True,
    )
    problem = fields.Char(string="Why, and what to do", readonly=True)
    move_ids = fields.Many2many(
        "account.move", string="Documents", readonly=True, groups=INVOICE_READERS
    )
    document_names = fields.Char(string="Document", compute="_compute_document_names")
    how_far = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("draft", "Draft"),
            ("posted", "Confirmed"),
            ("sending", "Being sent"),
            ("sent", "Sent"),
            ("print", "To print"),
            ("printed", "Printed"),
            ("returned", "Not delivered"),
            ("skipped", "Nothing to do"),
            ("failed", "Failed"),
        ],
        string="How far",
        compute="_compute_how_far",
        compute_sudo=True,
        help="With what became of the e-mail since.",
    )

    @api.depends("order_ids")
    def _compute_order_count(self):
        for line in self:
            line.order_count = len(line.order_ids)

    @api.depends("move_ids.name", "move_ids.state")
    def _compute_document_names(self):
        # sudo: numbers of documents tell no amounts
        for line, known in zip(self, self.sudo(), strict=True):
            # a draft has no number, and "Draft" stands beside it
            moves = known.move_ids.filtered(lambda move: move.state == "posted")
            line.document_names = ", ".join(moves.mapped("name"))

    @api.depends("state", "move_ids.sending_data", "move_ids.is_move_sent")
    def _compute_how_far(self):
        returned = self._get_returned()
        for line in self:
            moves = line.move_ids
            line.how_far = line.state
            if moves & returned:
                line.how_far = "returned"
            elif line.state in ("sent", "print"):
                is_sent = all(moves.mapped("is_move_sent"))
                unsent = "print" if line.state == "print" else "sending"
                line.how_far = "sent" if is_sent else unsent

    def _get_returned(self):
        """:return: documents of these lines whose last e-mail to others did not arrive

        What goes to our own people, who follow an invoice or are named in a note, says
        nothing of the customer.
        """
        moves = self.move_ids
        notifications = self.env["mail.notification"].search(
            [
                ("notification_type", "=", "email"),
                ("res_partner_id.partner_share", "=", True),
                ("mail_message_id.model", "=", "account.move"),
                ("mail_message_id.res_id", "in", moves.ids),
            ],
            order="id",
        )
        last = {}
        for message, sent in notifications.grouped("mail_message_id").items():
            last[message.res_id] = set(sent.mapped("notification_status"))
        return moves.filtered(
            lambda move: last.get(move.id, set()) & {"bounce", "exception"}
        )

    @api.model
    def _find_returned(self, runs):
        """:return: lines of ``runs`` whose e-mail did not arrive"""
        lines = self.search(
            [
                ("run_id", "in", runs.ids),
                (
                    "move_ids.message_ids.notification_ids.notification_status",
                    "in",
                    ("bounce", "exception"),
                ),
            ]
        )
        return lines.filtered(lambda line: line.how_far == "returned")

    # --- take ---
    @api.model
    def _get_failed(self, orders):
        """:return: lines that failed to create invoices of some of ``orders``"""
        return self.search(
            [
                ("order_ids", "in", orders.ids),
                ("state", "=", "failed"),
                ("failed_step", "=", "create"),
            ]
        )

    @api.model
    def _get_busy(self, orders):
        """:return: lines of runs that are about to invoice some of ``orders``"""
        return self.search(
            [
                ("order_ids", "in", orders.ids),
                ("state", "=", "waiting"),
                ("run_id.state", "=", "running"),
            ]
        )

    @api.model
    def _get_stopped(self, orders, policy):
        """:return: lines with ``orders`` of runs of ``policy`` that a person stopped"""
        lines = self.search(
            [
                ("order_ids", "in", orders.ids),
                ("state", "=", "waiting"),
                ("run_id.state", "=", "stopped"),
                ("run_id.policy_id", "=", policy.id),
            ]
        )
        # else it stopped by itself, and nobody may go on for a while
        return lines.filtered(lambda line: line.run_id._has_starter())

    @api.model
    def _get_earlier(self, orders, run):
        """Say which of ``orders`` are on a run that was started before ``run``.

        Two that are started at the same moment don't see each other.

        :return: dict order -> that run
        """
        busy = self._get_busy(orders)
        earlier = {}
        for line in busy.filtered(lambda line: line.run_id.id < run.id):
            earlier |= dict.fromkeys(line.order_ids & orders, line.run_id)
        return earlier

    @api.model
    def _take(self, run, state, size):
        """Lock the next lines of ``run``, so that nobody else takes them.

        :param size: orders of all of them together, but at least one line
        :return: lines
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT id, order_count FROM fsm_billing_run_line"
                " WHERE run_id = %s AND state = %s ORDER BY sequence, id"
                " LIMIT %s FOR UPDATE SKIP LOCKED",
                run.id,
                state,
                size,
            )
        )
        ids, orders = [], 0
        for id_, count in self.env.cr.fetchall():
            if ids and orders + count > size:
                break
            ids.append(id_)
            orders += count
        lines = self.browse(ids)
        lines.invalidate_recordset()
        return lines

    @api.model
    def _get_given_up(self, orders):
        """:return: lines that failed on some of ``orders`` and wait for a person

        No schedule tries them again.
        """
        return self._get_failed(orders)

    # --- what others did meanwhile ---
    @api.model
    def _close_invoiced(self, orders):
        """Close lines that failed to invoice ``orders``, if nothing is left of them."""
        failed = self._get_failed(orders).filtered(
            lambda line: (
                not line.order_ids._has_work_to_invoice(line.run_id._get_choices())
            )
        )
        for lines in failed._by_language():
            lines._skip(lines.env._("It has been invoiced since."))

    @api.model
    def _close_confirmed(self, moves):
        """Close lines that failed to confirm ``moves``, which are confirmed now.

        Where the run sends them as well, whoever presses Retry goes on with that.
        """
        lines = self._get_failed_documents("confirm", moves).filtered(
            lambda line: (
                line.run_id.after == "post"
                and set(line.move_ids.mapped("state")) == {"posted"}
            )
        )
        for closed in lines._by_language():
            closed._skip(closed.env._("It has been confirmed since."))

    @api.model
    def _close_sent(self, moves):
        """Close lines that failed to send ``moves``, which are sent now."""
        lines = self._get_failed_documents("send", moves).filtered(
            lambda line: all(line.move_ids.mapped("is_move_sent"))
        )
        for closed in lines._by_language():
            closed._skip(closed.env._("It has been sent or printed since."))

    @api.model
    def _fail_unsent(self, moves):
        """Say on lines that gave ``moves`` to sending that it came to nothing."""
        lines = self._get_sending(moves)
        for failed in lines._by_language():
            problem = failed.env._(
                "It could not be sent: the history of the invoice says why. Mend it, "
                "and press Retry what failed."
            )
            failed.write(self._prepare_failure("send", problem))
        lines.run_id._tell_unsent()

    @api.model
    def _get_sending(self, moves):
        """:return: lines that gave some of ``moves`` to sending, and wait for it"""
        lines = self.search([("move_ids", "in", moves.ids), ("state", "=", "sent")])
        return lines.filtered(
            lambda line: not all(line.move_ids.mapped("is_move_sent"))
        )

    @api.model
    def _hold_back(self, moves):
        """Take those of ``moves`` out of the sending that their runs may not send.

        Somebody put an order or its customer on hold since.

        :return: those of them
        """
        held = self.browse()
        for lines in self._get_sending(moves)._by_language():
            for line in lines:
                if stops := line.order_ids._get_run_stops():
                    problem = " ".join(dict.fromkeys(stops.values()))
                    line.write(line._prepare_failure("send", problem))
                    held += line
        waiting = held.move_ids.filtered("sending_data")
        waiting.sending_data = False
        held.run_id._tell_unsent()
        return waiting

    @api.model
    def _leave_unsent(self, moves):
        """Say on lines that gave ``moves`` to sending that nobody gets them by it.

        Their customers had an address, or wanted no paper, when the run got there.
        """
        for lines in self._get_sending(moves)._by_language():
            for line in lines:
                unsent = line.move_ids & moves
                if unreachable := unsent._get_fsm_unreachable().partner_id:
                    problem = line._get_unreachable_problem(unreachable)
                    line.write(line._prepare_failure("send", problem))
                    line.run_id._tell_unsent()
                else:
                    line.state = "print"

    def _get_unreachable_problem(self, customers):
        """:return: why nothing is sent to ``customers``, and what to do"""
        return self.env._(
            "%(customers)s has no e-mail address. Enter it on the contact, then press "
            "Retry what failed; or print the invoice.",
            customers=", ".join(customers.mapped("display_name")),
        )

    def _by_language(self):
        """:return: list of some of these lines, as whoever started their run reads"""
        languages = self.grouped(lambda line: line.run_id.user_id.lang)
        return [lines.with_context(lang=lang) for lang, lines in languages.items()]

    @api.model
    def _get_failed_documents(self, step, moves):
        """:return: lines that failed to take ``step`` with some of ``moves``"""
        return self.search(
            [
                ("move_ids", "in", moves.ids),
                ("state", "=", "failed"),
                ("failed_step", "=", step),
            ]
        )

    # --- steps ---
    def _do(self, step):
        """Take a step with these lines; where it can't be taken, a line says why.

        All at once, as that is fast. Where something refuses, halves are tried: of
        50 lines with a bad one among them, 49 are done and one has failed.
        """
        if not self:
            return
        # before anything else: who logs time on these orders meanwhile waits; else
        # their hour would undo all that is done until they are locked, again and again.
        # What is locked within a savepoint would be free again when a half is undone
        self._lock_for(step)
        self._try(step)

    def _lock_for(self, step):
        """Let nobody else change what a step goes by, until it is committed."""
        if step == "create":
            self.order_ids._lock_for_billing()
        elif step == "confirm":
            self.move_ids._fsm_lock_concerned()

    def _try(self, step):
        """See :meth:`_do`; what it goes by is locked."""
        try:
            with self.env.cr.savepoint():
                getattr(self, f"_do_{step}")()
        except CONCURRENCY:
            raise
        except psycopg2.InterfaceError:
            # the connection is gone, and with it the transaction
            raise
        except Exception as error:
            if len(self) > 1:
                middle = len(self) // 2
                self[:middle]._try(step)
                self[middle:]._try(step)
            elif step == "create" and len(self.order_ids) > 1:
                self._do_apart(error)
            else:
                self._fail(step, error)

    def _do_apart(self, error):
        """Create what can be created of a line, and name the orders that can't."""
        self.ensure_one()
        run = self.run_id
        bad = {}
        for order in self.order_ids:
            try:
                with self.env.cr.savepoint():
                    run._create_documents(order)
                    raise _UndoError
            except _UndoError:
                continue
            except CONCURRENCY:
                raise
            except Exception as refused:
                bad[order] = refused
        if not bad:
            # each goes by itself, and they don't go together
            self._fail("create", error)
            return
        none = self.env["account.move"]
        good = self.order_ids.filtered(lambda order: order not in bad)
        parts = [RunDocument(good, none)] if good else []
        lines = self._split(parts + [RunDocument(order, none) for order in bad])
        for line in lines[len(parts) :]:
            line._fail("create", bad[line.order_ids])
        if parts:
            lines[0]._try("create")

    def _fail(self, step, error):
        """Say on this line why a step could not be taken."""
        if isinstance(error, UserError):
            problem = str(error.args[0])
        else:
            _logger.error(
                "%s: step %s of %s failed",
                self.run_id.name,
                step,
                ", ".join(self.order_ids.mapped("name")),
                exc_info=error,
            )
            problem = self._get_error_text(error)
        self.write(self._prepare_failure(step, problem))

    @api.model
    def _get_error_text(self, error):
        """:return: what is said of an ``error`` that nobody thought of"""
        return self.env._(
            "Unexpected error: %(error)s. Show it to an administrator; the log of the "
            "server has all of it.",
            error=f"{type(error).__name__}: {error}",
        )

    @api.model
    def _prepare_failure(self, step, problem):
        """:return: dict: values of a line whose ``step`` failed"""
        return {"state": "failed", "failed_step": step, "problem": problem}

    def _reopen(self):
        """Put lines that failed where the step can be tried again."""
        states = {step: state for state, step in STEPS.items()}
        for step, lines in self.grouped("failed_step").items():
            lines.write({"state": states[step], "failed_step": False, "problem": False})

    def _skip(self, problem):
        self.write({"state": "skipped", "problem": problem})

    # --- create ---
    def _do_create(self):
        """Create the drafts; each document and each order left out gets a line."""
        self._split(self.run_id._create_documents(self.order_ids))

    def _split(self, documents):
        """Give each RunDocument a line: one of these, else a new one.

        :return: lines, in the order of ``documents``
        """
        free = list(self)
        run = self.run_id
        places = {order: line.sequence for line in self for order in line.order_ids}
        lines = self.browse()
        for document in documents:
            values = run._prepare_line(document)
            old = [line for line in free if line.order_ids & document.orders]
            if old:
                free.remove(old[0])
                old[0].write(values)
                lines += old[0]
            else:
                place = places[document.orders[0]]
                lines += self.create({**values, "run_id": run.id, "sequence": place})
        self.browse().union(*free).unlink()
        return lines

    # --- confirm and send ---
    def _do_confirm(self):
        """Confirm the drafts; those that somebody confirmed meanwhile stay so."""
        run = self.run_id
        moves = run._as_starter(self.move_ids)
        drafts = moves.filtered(lambda move: move.state == "draft")
        self._check_lock_dates(drafts)
        # Odoo asks for what must be there on the form alone
        drafts.with_context(validate_analytic=True).action_post()
        self._set_state_of_posted(
            "posted", self.env._("The draft was deleted or cancelled by somebody.")
        )

    @api.model
    def _check_lock_dates(self, drafts):
        """Book nothing on a day that nobody chose.

        Odoo books a draft of a closed period on a later day: on the form it says so.

        :raise UserError: if the books are closed on the day of one of ``drafts``
        """
        for move in drafts:
            # without a date, an invoice is of the day on which it is confirmed
            day = move.date if move.invoice_date else fields.Date.context_today(move)
            locks = move._get_violated_lock_dates(day, move._affect_tax_report())
            if locks:
                raise UserError(
                    self.env._(
                        "The invoice is of %(day)s, and the books are closed: "
                        "%(locks)s. Choose another invoice date on the draft, or ask "
                        "an accountant to open that period; then press Retry what "
                        "failed. Confirmed by hand, it is booked on a later day.",
                        day=format_date(self.env, day),
                        locks=move.company_id._format_lock_dates(locks),
                    )
                )

    def _set_state_of_posted(self, state, problem):
        """Put lines with a confirmed document in ``state``; the others end with why."""
        posted = self.filtered(lambda line: "posted" in line.move_ids.mapped("state"))
        posted.state = state
        (self - posted)._skip(problem)

    def _do_send(self):
        """Hand the documents to Odoo's own sending, which works in the background.

        :raise UserError: if nobody can be written to, or somebody holds an order
        """
        run = self.run_id
        if stops := self.order_ids._get_run_stops():
            raise UserError(" ".join(dict.fromkeys(stops.values())))
        moves = run._as_starter(self.move_ids).filtered(
            lambda move: move.state == "posted" and not move.is_move_sent
        )
        to_print = moves._get_fsm_to_print()
        moves -= to_print
        unreachable = moves._get_fsm_unreachable().partner_id
        if unreachable:
            raise UserError(self._get_unreachable_problem(unreachable))
        moves._fsm_send_in_background()
        self._set_state_of_posted(
            "sent", self.env._("Somebody reset or cancelled it, so it was not sent.")
        )
        self.filtered(lambda line: line.move_ids & to_print.sudo()).state = "print"


class _UndoError(Exception):
    """Undoes what was only tried."""
