import logging

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.groups import INVOICE_READERS
from ...tools.locking import lock_rows
from ...tools.notification import notify
from ..runs.fsm_billing_run import CONCURRENCY
from .values import ReminderPlan

_logger = logging.getLogger(__name__)

#: in which something is left to pay
OPEN_STATES = ("not_paid", "partial", "blocked")
#: reminders that are sent while somebody waits: a statement is printed for each
AT_ONCE = 5


class AccountMove(models.Model):
    """Reminds customers of what is overdue, with the statement of what is open."""

    _inherit = "account.move"

    # --- Field service ---
    fsm_reminded_on = fields.Date(
        string="Reminded on",
        copy=False,
        readonly=True,
        groups=INVOICE_READERS,
        help="The day of the last reminder that its customer got.",
    )
    fsm_reminder_count = fields.Integer(
        string="Reminders",
        copy=False,
        readonly=True,
        aggregator=None,
        groups=INVOICE_READERS,
    )

    fsm_reminder_user_id = fields.Many2one(
        "res.users",
        string="Reminder asked for by",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups=INVOICE_READERS,
        help="It is sent in the background, on behalf of this user.",
    )

    # --- which ones ---
    def _filter_fsm_overdue(self):
        """:return: those of these invoices whose customers are late"""
        today = fields.Date.context_today(self)
        return self.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type in ("out_invoice", "out_receipt")
                and move.payment_state in OPEN_STATES
                and (move.invoice_date_due or move.date) < today
            )
        ).sorted(lambda move: (move.invoice_date_due or move.date, move.id))

    def _get_fsm_reminded(self):
        """:return: the invoices that reminders to the customers of these are about"""
        overdue = self._get_fsm_open_documents()._filter_fsm_overdue()
        return overdue - overdue._get_fsm_followed()

    def _get_fsm_open_documents(self):
        """:return: what the customers of these documents have open, by company"""
        customers = self._group_by_fsm_customer()
        found = self.search(
            Domain("company_id", "in", self.company_id.ids)
            & Domain("commercial_partner_id", "in", self.commercial_partner_id.ids)
            & Domain("move_type", "in", ("out_invoice", "out_receipt", "out_refund"))
            & Domain("state", "=", "posted")
            & Domain("payment_state", "in", OPEN_STATES)
            & Domain("amount_residual", "!=", 0),
            order="invoice_date_due, name, id",
        )
        return found.filtered(lambda move: move._get_fsm_customer() in customers)

    def _get_fsm_customer(self):
        """:return: whom this document is for, with its company"""
        return self.company_id, self.commercial_partner_id

    def _group_by_fsm_customer(self):
        """:return: dict customer -> those of these documents that are theirs"""
        return self.grouped(lambda move: move._get_fsm_customer())

    def _get_fsm_followed(self):
        """:return: those whose customers get the letters of another module

        OCA's ``account_credit_control`` follows an invoice by its own policy, else by
        that of the customer, else by that of the company.
        """
        if "credit.control.policy" not in self.env:
            return self.browse()

        def is_followed(move):
            policy = (
                move.credit_policy_id
                or move.commercial_partner_id.credit_policy_id
                or move.company_id.credit_policy_id
            )
            lines = move.line_ids
            accounts = lines.filtered(lambda line: line.display_type == "payment_term")
            return (
                not policy.do_nothing
                and policy.active
                and (policy.account_ids & accounts.account_id)
            )

        # sudo: who is followed how is for the people of credit control
        return self.sudo().filtered(is_followed).with_env(self.env)

    def _get_fsm_statements(self):
        """:return: one of these documents for each customer, whose statement it is"""
        customers = self._group_by_fsm_customer()
        return self.browse([moves[0].id for moves in customers.values()])

    # --- send ---
    def action_fsm_remind(self):
        """Send one reminder to each customer of these invoices who is late.

        It names all overdue invoices of the customer, and has the statement of what is
        open with it. More than a few are sent in the background.

        :return: client action that says who gets one, and who does not and why
        :raise UserError: if none of these is overdue
        """
        self.check_access("write")
        overdue = self._filter_fsm_overdue()
        if not overdue:
            raise UserError(
                self.env._(
                    "None of these invoices is overdue: a reminder is for posted "
                    "invoices that are not paid, after their due date."
                )
            )
        # who presses it at the same time waits, and finds them reminded
        lock_rows(overdue)
        overdue.invalidate_recordset(["fsm_reminded_on", "fsm_reminder_user_id"])
        plan = overdue._plan_fsm_reminders()
        if len(plan.due) > AT_ONCE:
            # sudo: clerks may not read scheduled actions
            cron = self.env.ref("fieldservice_invoicing.ir_cron_remind").sudo()
            if not cron.active:
                raise UserError(
                    self.env._(
                        "So many reminders are sent in the background, and the "
                        "scheduled action “%(action)s” is switched off. Ask an "
                        "administrator to switch it on, or tick fewer invoices.",
                        action=cron.name,
                    )
                )
            plan.due._fsm_note({"fsm_reminder_user_id": self.env.uid})
            cron._trigger()
        else:
            plan.due._fsm_send_reminders()
        return self._prepare_fsm_reminded_action(plan)

    def _plan_fsm_reminders(self):
        """:return: ReminderPlan for the customers of these overdue invoices"""
        followed = self._get_fsm_followed()
        # the oldest of each customer carries the reminder
        first = (self - followed)._get_fsm_statements()
        credited = first._filter_fsm_credited()
        first -= credited
        mute = first.filtered(lambda move: not move.partner_id.email)
        today = fields.Date.context_today(self)
        # sudo: what the engine wrote down
        told = first._get_fsm_reminded().sudo()
        told = told.filtered(
            lambda move: move.fsm_reminded_on == today or move.fsm_reminder_user_id
        )
        customers = told.with_env(self.env)._group_by_fsm_customer()
        told = (first - mute).filtered(
            lambda move: move._get_fsm_customer() in customers
        )
        return ReminderPlan(
            due=first - mute - told,
            told=told,
            mute=mute,
            followed=followed._get_fsm_statements(),
            credited=credited,
        )

    def _filter_fsm_credited(self):
        """:return: those of these whose customers have paid as much as is overdue

        500.00 of credit notes, or of payments that nobody matched, are open beside
        overdue invoices of 100.00.
        """
        overdue = self._get_fsm_open_documents()._filter_fsm_overdue()
        late = {
            customer: sum(moves.mapped("amount_residual_signed"))
            for customer, moves in overdue._group_by_fsm_customer().items()
        }
        groups = self.env["account.move.line"]._read_group(
            Domain("company_id", "in", self.company_id.ids)
            & Domain("partner_id", "in", self.commercial_partner_id.ids)
            & Domain("account_id.account_type", "=", "asset_receivable")
            & Domain("parent_state", "=", "posted")
            & Domain("reconciled", "=", False)
            & Domain("amount_residual", "<", 0),
            ["company_id", "partner_id"],
            ["amount_residual:sum"],
        )
        credits = {(company, partner): amount for company, partner, amount in groups}

        def is_credited(move):
            customer = move._get_fsm_customer()
            left = late.get(customer, 0.0) + credits.get(customer, 0.0)
            return move.company_currency_id.compare_amounts(left, 0) <= 0

        return self.filtered(is_credited)

    @api.model
    def _cron_fsm_remind(self):
        """Send the reminders that somebody asked for, each in its own transaction."""
        cron = self.env["ir.cron"]
        waiting = self.search([("fsm_reminder_user_id", "!=", False)], order="id")
        cron._commit_progress(remaining=len(waiting))
        for move in waiting:
            if not move.exists():
                continue
            user = move.fsm_reminder_user_id
            try:
                move._fsm_remind_for(user)
                # what the database refuses is refused here, and not at the commit
                self.env.flush_all()
            except CONCURRENCY:
                # it is sent the next time
                self.env.cr.rollback()
                cron._commit_progress()
                continue
            except Exception as error:
                self.env.cr.rollback()
                _logger.exception("The reminder of %s failed", move.name)
                move._fsm_note({"fsm_reminder_user_id": False})
                move._fsm_tell_not_reminded(user, str(error))
            if not cron._commit_progress(1):
                return

    def _fsm_remind_for(self, user):
        """Send the reminder that ``user`` asked for, unless all is paid meanwhile."""
        self._fsm_note({"fsm_reminder_user_id": False})
        move = self.with_user(user).with_company(self.company_id)
        move.check_access("write")
        # what carried the mark may be paid, and others of the customer not
        overdue = move._get_fsm_open_documents()._filter_fsm_overdue()
        plan = overdue._plan_fsm_reminders()
        plan.due._fsm_send_reminders()
        unsent = plan.mute | plan.credited
        if unsent or (plan.followed and not plan.due):
            texts = unsent._get_fsm_unsent_texts(plan)
            move._fsm_tell_not_reminded(user, " ".join(texts))

    def _fsm_tell_not_reminded(self, user, reason):
        """Tell ``user``, who asked for the reminder of this customer, why none went."""
        move = self.with_context(lang=user.lang)
        move.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=user.id,
            summary=move.env._("The reminder was not sent."),
            note=reason,
        )

    def _fsm_send_reminders(self):
        """Post a reminder on each of these, and remember it on all that it is about."""
        template = self.env.ref("fieldservice_invoicing.mail_template_reminder")
        layout = "mail.mail_notification_layout_with_responsible_signature"
        for move in self:
            # else the statement is read like a bill that came in
            post = move.with_context(disable_attachment_import=True)
            post.message_post_with_source(
                template,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                email_layout_xmlid=layout,
            )
            reminded = move._get_fsm_reminded()
            # sudo: who reads it is let to it above
            for count, moves in reminded.sudo().grouped("fsm_reminder_count").items():
                moves._fsm_note(
                    {
                        "fsm_reminded_on": fields.Date.context_today(self),
                        "fsm_reminder_count": count + 1,
                    }
                )

    def _fsm_note(self, vals):
        """Write down what became of reminders, which is nothing to the lines."""
        # sudo: the engine alone writes it
        self.sudo().with_context(skip_invoice_sync=True).write(vals)

    def _prepare_fsm_reminded_action(self, plan):
        """Say whose reminders are sent, and whose are not and why."""
        texts = []
        if len(plan.due) > AT_ONCE:
            texts.append(
                self.env._(
                    "%(count)s reminders are being sent in the background. Reminded "
                    "on, a column of this list, says which are out.",
                    count=len(plan.due),
                )
            )
        elif plan.due:
            texts.append(
                self.env._(
                    "Reminded: %(customers)s.", customers=plan.due._get_fsm_customers()
                )
            )
        if plan.told:
            texts.append(
                self.env._(
                    "Reminded today already, or about to be: %(customers)s.",
                    customers=plan.told._get_fsm_customers(),
                )
            )
        texts += self._get_fsm_unsent_texts(plan)
        is_heard = not (plan.mute or plan.followed or plan.credited)
        kind = "success" if is_heard else "warning"
        return notify(" ".join(texts), kind, is_sticky=not is_heard)

    def _get_fsm_customers(self):
        """:return: the names of the customers of these documents"""
        return ", ".join(self.commercial_partner_id.mapped("display_name"))

    @api.model
    def _get_fsm_unsent_texts(self, plan):
        """:return: list of sentences: who of a ReminderPlan gets none, and why"""
        texts = []
        if plan.followed:
            texts.append(
                self.env._(
                    "Followed by credit control, which sends its own letters: "
                    "%(customers)s.",
                    customers=plan.followed._get_fsm_customers(),
                )
            )
        if plan.credited:
            texts.append(
                self.env._(
                    "As much is open to their credit: %(customers)s. Match their "
                    "payments and credit notes first.",
                    customers=plan.credited._get_fsm_customers(),
                )
            )
        if plan.mute:
            texts.append(
                self.env._(
                    "No e-mail address: %(customers)s. Print the statement instead.",
                    customers=plan.mute._get_fsm_customers(),
                )
            )
        return texts

    # --- the statement ---
    def _render_fsm_outstanding(self):
        """Let OCA's ``partner_statement`` write the statement of this customer.

        :return: Markup, or None where it is not installed
        """
        self.ensure_one()
        name = "partner_statement.outstanding_statement"
        if f"report.{name}" not in self.env:
            return None
        partner = self.commercial_partner_id
        report = self.env[f"report.{name}"].with_company(self.company_id)
        values = report._get_report_values(partner.ids)
        lang = self.partner_id.lang
        html = (
            self.env["ir.actions.report"]
            .with_context(lang=lang)
            ._render_template(
                f"{name}_document",
                {**values, "o": partner, "d": values["data"][partner.id], "lang": lang},
            )
        )
        return Markup(html.decode())

    def _prepare_fsm_statement(self):
        """Gather what the customer of this document has open, for print.

        :return: dict: ``rows`` (of dict) and ``totals`` (currency -> total, overdue)
        """
        self.ensure_one()
        today = fields.Date.context_today(self)
        rows, totals = [], {}
        for move in self._get_fsm_open_documents():
            sign = -1 if move.move_type == "out_refund" else 1
            due = move.invoice_date_due or move.date
            is_late = sign > 0 and due < today
            left = sign * move.amount_residual
            rows.append(
                {
                    "move": move,
                    "due": due,
                    "days": (today - due).days if is_late else 0,
                    "total": sign * move.amount_total,
                    "left": left,
                }
            )
            total, late = totals.get(move.currency_id, (0.0, 0.0))
            totals[move.currency_id] = total + left, late + (left if is_late else 0.0)
        return {"rows": rows, "totals": totals, "today": today}
