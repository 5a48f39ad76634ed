from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.groups import INVOICE_READERS

#: in which something is left to pay
OPEN_STATES = ("not_paid", "partial", "blocked")


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
        """:return: the overdue invoices of the customer of this one"""
        self.ensure_one()
        return self._get_fsm_open_documents()._filter_fsm_overdue()

    def _get_fsm_open_documents(self):
        """:return: what the customer of this document has open with its company"""
        self.ensure_one()
        if not self.commercial_partner_id:
            return self.browse()
        return self.search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("commercial_partner_id", "=", self.commercial_partner_id.id)
            & Domain("move_type", "in", ("out_invoice", "out_receipt", "out_refund"))
            & Domain("state", "=", "posted")
            & Domain("payment_state", "in", OPEN_STATES)
            & Domain("amount_residual", "!=", 0),
            order="invoice_date_due, name, id",
        )

    def _get_fsm_statements(self):
        """:return: one of these documents for each customer, whose statement it is"""
        customers = self.grouped(
            lambda move: (move.company_id, move.commercial_partner_id)
        )
        return self.browse([moves[0].id for moves in customers.values()])

    # --- send ---
    def action_fsm_remind(self):
        """Send one reminder to each customer of these invoices who is late.

        It names all overdue invoices of the customer, and has the statement of what is
        open with it.

        :return: client action that says who got one, and who has no address
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
        self.env.cr.execute(
            "SELECT id FROM account_move WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
            [sorted(overdue.ids)],
        )
        overdue.invalidate_recordset(["fsm_reminded_on"])
        customers = overdue.grouped(
            lambda move: (move.company_id, move.commercial_partner_id)
        )
        # the oldest of each customer carries the reminder
        first = self.browse([moves[0].id for moves in customers.values()])
        mute = first.filtered(lambda move: not move.partner_id.email)
        today = fields.Date.context_today(self)
        # sudo: what the engine wrote down
        told = (first - mute).filtered(
            lambda move: (
                today in move._get_fsm_reminded().sudo().mapped("fsm_reminded_on")
            )
        )
        sent = first - mute - told
        sent._fsm_send_reminders()
        return self._prepare_fsm_reminded_action(sent, mute, told)

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
            # sudo: the engine alone writes down what was sent
            for count, moves in reminded.sudo().grouped("fsm_reminder_count").items():
                moves.write(
                    {
                        "fsm_reminded_on": fields.Date.context_today(self),
                        "fsm_reminder_count": count + 1,
                    }
                )

    def _prepare_fsm_reminded_action(self, sent, mute, told):
        """:return: client action: whose reminders were sent, who has no address, and
        who was told today already
        """

        def get_names(moves):
            return ", ".join(moves.commercial_partner_id.mapped("display_name"))

        texts = []
        if sent:
            texts.append(
                self.env._("Reminded: %(customers)s.", customers=get_names(sent))
            )
        if told:
            texts.append(
                self.env._(
                    "Reminded today already: %(customers)s.", customers=get_names(told)
                )
            )
        if mute:
            texts.append(
                self.env._(
                    "No e-mail address: %(customers)s. Print the statement instead.",
                    customers=get_names(mute),
                )
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if mute else "success",
                "sticky": bool(mute),
                "message": " ".join(texts),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # --- the statement ---
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
