import logging

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Command, Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, retrying
from odoo.tools import format_date

from ...tools.groups import CLERK_GROUP
from ...tools.locking import lock_rows
from ...tools.one_record import check_one
from ..pricing.values import BillingChoices
from .values import (
    STEPS,
    STEPS_OF,
    RunCounts,
    RunDocument,
    get_connected,
    pack_visits,
    unpack_visits,
)

_logger = logging.getLogger(__name__)

#: orders, or documents, of one transaction: others wait for the locks of so many
CHUNK_SIZE = 50
#: what the scheduled action has nobody to wait for: it comes back by itself
CONCURRENCY = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError)


class FsmBillingRun(models.Model):
    """Many service orders that are invoiced in the background.

    A line for each invoice to come. Odoo's scheduled action takes the lines in small
    transactions: what is written on a line is committed with the documents it speaks
    of, so whoever comes next, after a stop, an error or a killed server, goes on with
    the lines that are left.
    """

    _name = "fsm.billing.run"
    _inherit = ["fsm.field.guard", "mail.thread", "mail.activity.mixin"]
    _description = "Billing Run"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(string="Run", readonly=True, required=True, copy=False)
    company_id = fields.Many2one(
        "res.company", readonly=True, required=True, index=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Started by",
        readonly=True,
        required=True,
        help="The run acts with their rights.",
    )
    policy_id = fields.Many2one(
        "fsm.billing.policy",
        string="Schedule of",
        readonly=True,
        index="btree_not_null",
        help="The billing policy whose schedule started the run.",
    )
    state = fields.Selection(
        [("running", "Running"), ("stopped", "Stopped"), ("done", "Done")],
        default="running",
        required=True,
        readonly=True,
        index=True,
    )
    # --- what is chosen ---
    grouping = fields.Char(readonly=True)
    detail = fields.Char(readonly=True)
    invoice_date = fields.Date(string="Invoice date", readonly=True)
    until = fields.Date(string="Work until", readonly=True)
    interim = fields.Boolean(
        string="Also orders that are not done yet",
        readonly=True,
        help="Of these, what was recorded when it was their turn.",
    )
    visits = fields.Json(readonly=True, help="The days of work that were chosen.")
    after = fields.Selection(
        selection="_get_afters",
        string="Then",
        default="draft",
        required=True,
        readonly=True,
    )
    left_out = fields.Char(string="Left out", readonly=True)
    # --- how far it is ---
    line_ids = fields.One2many("fsm.billing.run.line", "run_id", string="Invoices")
    started_on = fields.Datetime(
        readonly=True, help="When it was started, or started again."
    )
    open_at_start = fields.Integer(
        readonly=True, help="Steps that were to be taken when it was started."
    )
    ended_on = fields.Datetime(string="Ended", readonly=True)
    order_count = fields.Integer(string="Service orders", compute="_compute_counts")
    line_count = fields.Integer(string="Invoices to come", compute="_compute_counts")
    created_count = fields.Integer(string="Created", compute="_compute_counts")
    confirmed_count = fields.Integer(string="Confirmed", compute="_compute_counts")
    sent_count = fields.Integer(string="Sent or being sent", compute="_compute_counts")
    to_print_count = fields.Integer(string="To print", compute="_compute_counts")
    printed_count = fields.Integer(string="Printed", compute="_compute_counts")
    sending_count = fields.Integer(
        compute="_compute_sending_count",
        compute_sudo=True,
        help="Invoices that wait for Odoo's sending in the background.",
    )
    failed_count = fields.Integer(string="Failed", compute="_compute_counts")
    skipped_count = fields.Integer(string="Nothing to do", compute="_compute_counts")
    returned_count = fields.Integer(
        string="Not delivered",
        compute="_compute_returned_count",
        compute_sudo=True,
        help="Invoices whose e-mail did not arrive.",
    )
    steps_left = fields.Integer(compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts", help="In percent.")
    time_left = fields.Char(string="Time left", compute="_compute_time_left")

    @api.model
    def _get_afters(self):
        """:return: selection of what happens once the drafts are there"""
        afters = {
            "draft": self.env._("Leave drafts"),
            "post": self.env._("Confirm"),
            "send": self.env._("Confirm and send"),
        }
        return list(afters.items())

    @api.depends("line_ids.state", "after", "line_ids.order_count")
    def _compute_counts(self):
        groups = self.env["fsm.billing.run.line"]._read_group(
            [("run_id", "in", self.ids)],
            ["run_id", "state", "failed_step"],
            ["__count", "order_count:sum"],
        )
        counts = {run: RunCounts(run.after) for run in self}
        for run, *group in groups:
            counts[run].add(*group)
        for run in self:
            run.update(counts[run].get_figures())

    @api.depends("line_ids.state", "line_ids.move_ids.sending_data")
    def _compute_sending_count(self):
        counts = dict(
            self.env["fsm.billing.run.line"]._read_group(
                self._get_sending_domain(), ["run_id"], ["__count"]
            )
        )
        for run in self:
            run.sending_count = counts.get(run, 0)

    def _compute_returned_count(self):
        lines = self.env["fsm.billing.run.line"]._find_returned(self)
        returned = lines.grouped("run_id")
        for run in self:
            run.returned_count = len(returned.get(run, lines.browse()))

    def _get_sending_domain(self):
        """:return: domain of lines whose invoices wait to be sent"""
        return [
            ("run_id", "in", self.ids),
            ("state", "=", "sent"),
            ("move_ids.sending_data", "!=", False),
        ]

    @api.depends("steps_left", "state", "started_on", "open_at_start")
    def _compute_time_left(self):
        now = fields.Datetime.now()
        for run in self:
            run.time_left = False
            taken = run.open_at_start - run.steps_left
            if run.state != "running" or taken <= 0 or not run.steps_left:
                continue
            seconds = (now - run.started_on).total_seconds() * run.steps_left / taken
            run.time_left = run._get_time_text(seconds)

    @api.model
    def _get_time_text(self, seconds):
        """:return: how long it takes still: 150 seconds are *about 3 minutes*"""
        minutes = int(-(-seconds // 60))
        if minutes <= 1:
            return self.env._("less than a minute")
        if minutes < 120:
            return self.env._("about %(count)s minutes", count=minutes)
        return self.env._("about %(count)s hours", count=round(minutes / 60))

    # --- start ---
    @api.model
    def _start(self, orders, after="draft", policy=None, **choices):
        """Invoice ``orders`` in the background.

        :param after: what happens then: draft, post or send
        :param policy: the billing policy whose schedule asks for it
        :param choices: fields of BillingChoices
        :return: the runs, one for each company
        :raise UserError: if there is nothing to do, or it may not be done
        """
        orders._check_billing_access()
        self._check_after(after)
        self._check_invoice_date(after, choices.get("invoice_date"))
        choices["visits"] = pack_visits(choices.get("visits"))
        # sudo: runs and their lines are written by the engine alone; access to the
        # orders was checked above
        runs = self.sudo()
        busy = runs.env["fsm.billing.run.line"]._get_busy(orders)
        free = orders.sudo() - busy.order_ids
        waiting = free._get_run_waiting()
        if not free or len(waiting) == len(free):
            raise UserError(
                free._get_run_left_out(waiting)
                or runs._get_nothing_message(orders, busy)
            )
        for company, members in orders.sudo().grouped("company_id").items():
            taken = (members & free).filtered(lambda order: order not in waiting)
            if not taken:
                continue
            runs += runs.create(
                {
                    "name": runs._get_next_name(company, policy),
                    "company_id": company.id,
                    "user_id": self.env.uid,
                    "policy_id": policy.id if policy else False,
                    "after": after,
                    "left_out": members._get_run_left_out(waiting),
                    **choices,
                    "line_ids": taken._prepare_run_lines(choices.get("grouping")),
                }
            )
        runs._resume()
        return runs.with_env(self.env)

    @api.model
    def _get_next_name(self, company, policy):
        """:return: name of a run, which says where it comes from"""
        number = (
            self.env["ir.sequence"]
            .with_company(company)
            .next_by_code("fsm.billing.run")
        )
        return f"{number} {policy.name}" if policy else number

    @api.model
    def _check_after(self, after):
        """:raise UserError: if whoever asks may not confirm and send invoices"""
        if after == "draft" or self.env.su:
            return
        if not self.env.user.has_group(CLERK_GROUP):
            raise UserError(
                self.env._(
                    "You may create drafts, but not confirm them. Choose “Leave "
                    "drafts”; an invoicing clerk confirms and sends them."
                )
            )

    @api.model
    def _check_invoice_date(self, after, day):
        """:raise UserError: if invoices of a day to come would be confirmed unasked"""
        day = fields.Date.to_date(day or None)
        if after != "draft" and day and day > fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "%(day)s is a day to come. Choose “Leave drafts”, or another "
                    "invoice date.",
                    day=format_date(self.env, day),
                )
            )

    @api.model
    def _get_nothing_message(self, orders, busy):
        """:return: why a run was not started"""
        if busy:
            return self.env._(
                "These service orders are being invoiced by %(runs)s already. Open it "
                "to see how far it is.",
                runs=", ".join(busy.run_id.mapped("name")),
            )
        return orders._get_nothing_to_invoice_message()

    def _resume(self):
        """Let the scheduled action go on with these runs."""
        self.write(
            {
                "state": "running",
                "started_on": fields.Datetime.now(),
                "ended_on": False,
            }
        )
        for run in self:
            run.open_at_start = run.steps_left
        self._trigger()

    def _trigger(self):
        """Wake who works on these runs: Odoo's scheduled action.

        :raise UserError: if it is switched off, so that nothing would ever be done
        """
        cron = self.env.ref("fieldservice_invoicing.fsm_billing_run_cron")
        cron = cron.sudo()  # sudo: who bills may not read scheduled actions
        is_watched = self.env.context.get("fsm_is_watched")
        if not (cron.active or is_watched):
            raise UserError(
                self.env._(
                    "Nothing is invoiced in the background: the scheduled action "
                    "“%(action)s” is switched off. Ask an administrator to switch it "
                    "on.",
                    action=cron.name,
                )
            )
        cron._trigger()

    # --- buttons ---
    def action_stop(self):
        """Take no further step; the one that is being taken is finished."""
        self._check_may_steer()
        # sudo: runs are written by the engine alone; access was checked above
        self.filtered(lambda run: run.state == "running").sudo()._end("stopped")

    def action_stop_sending(self):
        """Take back what waits to be sent; what is on its way is sent.

        *Retry what failed* gives it to sending again.

        :raise UserError: if nothing waits, or the user may not send invoices
        """
        self._check_may_steer()
        self._check_after("send")
        # sudo: runs are written by the engine alone; access was checked above
        lines = (
            self.sudo().env["fsm.billing.run.line"].search(self._get_sending_domain())
        )
        if not lines:
            raise UserError(
                self.env._("All of it was sent, so there is nothing to stop.")
            )
        lines.move_ids.sending_data = False
        problem = self.env._(
            "%(user)s stopped the sending. Press Retry what failed to send it.",
            user=self.env.user.name,
        )
        lines.write(lines._prepare_failure("send", problem))

    def action_resume(self):
        """Go on where it was stopped, with the rights of whoever presses it."""
        runs = self.filtered(lambda run: run.state == "stopped")
        runs._take_over()._resume()

    def _take_over(self):
        """:return: these runs, which act for whoever asks from now on

        :raise AccessError: if they may not bill, or not in this company
        :raise UserError: if they may not do what a run does after the drafts
        """
        self._check_may_steer()
        for run in self:
            self._check_after(run.after)
        # sudo: runs are written by the engine alone; access was checked above
        runs = self.sudo()
        if not self.env.su:
            runs.user_id = self.env.user
        return runs

    def action_retry(self):
        """Try once more what failed, with the rights of whoever presses it.

        A run that is stopped stays so.

        :raise UserError: if nothing failed
        """
        runs = self._take_over()
        failed = runs.line_ids.filtered(lambda line: line.state == "failed")
        if not failed:
            raise UserError(self.env._("Nothing failed, so there is nothing to retry."))
        failed._reopen()
        failed.run_id.filtered(lambda run: run.state != "stopped")._resume()

    def _check_may_steer(self):
        """:raise AccessError: if the user may not bill, or not in this company"""
        self.check_access("read")
        if not self.env.su:
            self.line_ids.order_ids._check_billing_access()

    def _get_action(self):
        """:return: window action on these runs"""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "fieldservice_invoicing.fsm_billing_run_action"
        )
        if len(self) == 1:
            return {**action, "views": [(False, "form")], "res_id": self.id}
        return {**action, "domain": [("id", "in", self.ids)]}

    def action_open_documents(self):
        """:return: window action on the invoices and credit notes of this run"""
        check_one(self)
        return self.env["fsm.order"]._get_invoice_action(self.line_ids.move_ids)

    def action_open_returned(self):
        """:return: window action on the lines whose e-mail did not arrive"""
        check_one(self)
        lines = self.env["fsm.billing.run.line"].sudo()._find_returned(self)
        return self._get_lines_action(
            [("id", "in", lines.ids)], self.env._("Not delivered")
        )

    def action_open_problems(self):
        """:return: window action on the lines that need a person"""
        check_one(self)
        return self._get_lines_action(
            [("run_id", "=", self.id), ("state", "=", "failed")],
            self.env._("Needs a person"),
        )

    @api.model
    def _get_lines_action(self, domain, name):
        """:return: window action on lines of runs"""
        return {
            "type": "ir.actions.act_window",
            "res_model": "fsm.billing.run.line",
            "view_mode": "list,form",
            "domain": domain,
            "name": name,
        }

    # --- work ---
    @api.model
    def _cron_work(self):
        """Take the steps that are left, a chunk in each transaction."""
        cron = self.env["ir.cron"]
        domain = self._get_unfinished_domain()
        left = self.browse()  # nothing to do in them, for this process
        # in turns: 50 orders need not wait for the 10,000 that came before them
        while runs := self.search(
            domain & Domain("id", "not in", left.ids), order="id"
        ):
            for run in runs:
                try:
                    if not run._work():
                        left |= run
                except Exception:
                    # the others go on, and it is tried again the next time
                    _logger.exception("Billing run %s could not go on", run.id)
                    self.env.cr.rollback()
                    left |= run
                remaining = max(sum(runs.exists().mapped("steps_left")), 1)
                if not cron._commit_progress(CHUNK_SIZE, remaining=remaining):
                    return
        cron._commit_progress(0, remaining=0)

    def _work_at_once(self):
        """Take all steps in this transaction: of few orders, while somebody waits.

        ``fsm_is_watched`` in the context says so.
        """
        # sudo: runs are written by the engine alone; _start checked the access
        for run in self.sudo():
            while run._take_step():
                pass

    def _work(self):
        """Take one step with one chunk of lines, and commit it.

        Several processes may do this at the same time: each takes lines that nobody
        else has locked.

        :return: whether there may be more to do
        """
        self.ensure_one()
        return retrying(self._take_step, self.env)

    def _take_step(self):
        """:return: see :meth:`_work`"""
        self.invalidate_recordset()
        # what is written on lines is for whoever started it to read
        return self.with_context(lang=self.user_id.lang)._take_step_in_words()

    def _take_step_in_words(self):
        if self.state != "running":
            return self._take_other_step()
        if not self._has_starter():
            return self._stop_without_starter()
        for state, step in STEPS.items():
            if step not in STEPS_OF[self.after]:
                continue
            # not by line_ids: they may be thousands, and a chunk needs its own alone
            model = self.env["fsm.billing.run.line"]
            lines = model._take(self, state, CHUNK_SIZE)
            if lines:
                lines._do(step)
                self._tell_progress()
                return True
        self._end_if_done()
        return self._take_other_step()

    @api.model
    def _get_unfinished_domain(self):
        """:return: domain of the runs that there is something to do for"""
        return Domain("state", "=", "running")

    def _take_other_step(self):
        """Do what there is to do for a run that is not running, in a room above.

        :return: whether there may be more to do
        """
        return False

    def _end_if_done(self):
        """End the run, unless others still work on lines of it."""
        self.env.flush_all()
        lock_rows(self)
        self.invalidate_recordset()
        if self.state == "running" and not self.steps_left:
            self._end("done")
            self._summarize()

    def _end(self, state):
        self.write({"state": state, "ended_on": fields.Datetime.now()})
        for run in self:
            run._tell_progress()

    def _tell_progress(self):
        """Let the screens that show this run read it again, after the commit."""
        self.user_id._bus_send("fsm_billing_run", {"id": self.id})

    def _has_starter(self):
        """:return: True if whoever started this run may still do something"""
        return self.user_id.active or self.user_id._is_superuser()

    def _stop_without_starter(self):
        """Stop where it is, and tell who can go on, once: not on each line.

        :return: whether there may be more to do, beside what waits for Go on
        """
        self._end("stopped")
        for told in self._by_told():
            told._tell(
                told.env._(
                    "%(user)s, who started this run, is archived. Press Go on to "
                    "finish it with your rights.",
                    user=told.user_id.name,
                )
            )
        return self._take_other_step()

    def _as_starter(self, records):
        """:return: ``records`` with the rights of whoever started this run"""
        user = self.user_id
        return records.with_user(user).with_context(
            allowed_company_ids=self.company_id.ids, lang=user.lang, tz=user.tz
        )

    def _get_options(self):
        """:return: dict: what was chosen, as the engine wants it"""
        return {
            "grouping": self.grouping or None,
            "detail": self.detail or None,
            "invoice_date": self.invoice_date or None,
            "until": self.until or None,
            "interim": self.interim,
            "visits": unpack_visits(self.visits),
        }

    def _get_choices(self):
        """:return: BillingChoices: the same"""
        return BillingChoices(**self._get_options())

    def _create_documents(self, orders):
        """Create the drafts of ``orders``, as whoever started this run.

        :return: list of RunDocument: each order is on one of them
        """
        earlier = self.env["fsm.billing.run.line"]._get_earlier(orders, self)
        reasons = orders._get_run_obstacles() | {
            order: self.env._("It is being invoiced by %(run)s already.", run=run.name)
            for order, run in earlier.items()
        }
        allowed = self._as_starter(orders.filtered(lambda order: order not in reasons))
        result = allowed._create_invoices_apart(**self._get_options())
        reasons |= result.left_out
        documents = get_connected(orders, result.moves.sudo())
        created = orders.browse().union(*(each.orders for each in documents))
        none = self.env["account.move"]
        return documents + [
            RunDocument(
                order,
                none,
                reasons.get(order) or order._get_nothing_to_invoice_message(),
                is_left=order in earlier,
            )
            for order in orders - created
        ]

    def _prepare_line(self, document):
        """:return: dict: values of the line of a RunDocument"""
        values = {
            "order_ids": [Command.set(document.orders.ids)],
            "move_ids": [Command.set(document.moves.ids)],
            "partner_id": document.orders[0].bill_to_id.id,
            "problem": document.problem or False,
            "failed_step": False,
            "state": "draft" if document.moves else "waiting",
        }
        if document.problem:
            # what others invoice, or have invoiced, or is for later, is no failure
            is_open = not document.is_left and document.orders._has_work_to_invoice(
                self._get_choices()
            )
            values["state"] = "failed" if is_open else "skipped"
            values["failed_step"] = is_open and "create"
        return values

    # --- what people are told ---
    @api.model
    def _record_refusal(self, policy, company, problem, until=None):
        """Say to whom a schedule acts for why it could not start a run, once.

        :param until: the day of the schedule, of which it is said once
        """
        last = self.search(
            [("policy_id", "=", policy.id), ("company_id", "=", company.id)], limit=1
        )
        is_told = last.left_out == problem and (last.until or None) == until
        if is_told and not last.line_ids:
            return
        run = self.create(
            {
                "name": self._get_next_name(company, policy),
                "company_id": company.id,
                "user_id": policy.run_user_id.id,
                "policy_id": policy.id,
                "after": policy.after,
                "until": until,
                "state": "done",
                "left_out": problem,
            }
        )
        run._tell(problem)

    def _summarize(self):
        """Tell whoever started this run what it came to, and what needs a person."""
        summary = self._get_summary()
        # of orders that are invoiced one by one, only what went wrong is worth a word;
        # who waited for it sees the run itself
        is_worth_it = self.policy_id.moment != "done" or self.failed_count
        is_watched = self.env.context.get("fsm_is_watched")
        self._tell(summary, is_worth_it and not is_watched)

    def _tell_unsent(self):
        """Tell whoever started these runs that something was not sent after all."""
        for run in self._by_told():
            text = run.env._(
                "Invoices could not be sent: see why on the lines that failed."
            )
            if text not in run.activity_ids.mapped("summary"):
                run._tell(text)

    def _by_told(self):
        """:return: list of these runs, each in the language of who is told of it"""
        return [run.with_context(lang=run._get_told().lang) for run in self]

    def _get_told(self):
        """:return: the user who is told what this run came to, or nobody

        Whoever started it; else whoever the office is, in a room above.
        """
        self.ensure_one()
        user = self.user_id
        return user if user.active and not user._is_superuser() else user.browse()

    def _tell(self, text, is_worth_it=True):
        """Say something in the history of this run, and to a person by an activity."""
        self.message_post(body=text)
        user = self._get_told()
        if is_worth_it and user:
            self.activity_schedule(
                "mail.mail_activity_data_todo", summary=text, user_id=user.id
            )

    def _get_summary(self):
        """:return: one sentence for each thing that is worth one"""
        self.ensure_one()
        parts = [self._get_created_text()]
        if self.after != "draft":
            parts.append(self.env._("%(count)s confirmed.", count=self.confirmed_count))
        if self.after == "send":
            parts.append(
                self.env._("%(count)s sent or being sent.", count=self.sent_count)
            )
        if self.to_print_count:
            parts.append(
                self.env._(
                    "%(count)s to print, for customers who get their invoices on "
                    "paper.",
                    count=self.to_print_count,
                )
            )
        if self.left_out:
            parts.append(self.left_out)
        if self.failed_count == 1:
            parts.append(
                self.env._(
                    "1 failed: see why on its line, mend it and press Retry what "
                    "failed."
                )
            )
        elif self.failed_count:
            parts.append(
                self.env._(
                    "%(count)s failed: see why on their lines, mend it and press "
                    "Retry what failed.",
                    count=self.failed_count,
                )
            )
        return " ".join(parts)

    def _get_created_text(self):
        """:return: sentence: what this run had to do, and how much of it is there"""
        if self.line_count == 1:
            return self.env._(
                "%(created)s of 1 invoice created.", created=self.created_count
            )
        return self.env._(
            "%(created)s of %(count)s invoices created.",
            created=self.created_count,
            count=self.line_count,
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if any(run.state == "running" for run in self):
            raise UserError(self.env._("Stop a billing run before you delete it."))
