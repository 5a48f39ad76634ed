import contextlib

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...tools.groups import INVOICE_READERS
from ...tools.notification import notify
from ...tools.one_record import check_one
from ..runs.fsm_billing_run import CHUNK_SIZE

#: nobody gives it from outside: whoever resets an invoice that was sent was asked
ASKED = object()


#: drafts that have an activity each
MANY = 5
REVIEW = "fieldservice_invoicing.mail_activity_type_review"


class AccountMove(models.Model):
    """What comes next with a document: confirm, send, and what is asked before."""

    _inherit = "account.move"

    # --- Field service ---
    fsm_is_reset_asked = fields.Boolean(
        compute="_compute_fsm_is_reset_asked",
        groups="base.group_user",
        help="The customer has it: Reset to draft offers the credit note.",
    )
    fsm_companion_ids = fields.Many2many(
        "account.move",
        string="Sent along",
        compute="_compute_fsm_companion_ids",
        groups=INVOICE_READERS,
        help="Credit notes of the invoice that this one replaces, which were not sent.",
    )

    @api.depends("is_move_sent", "state", "line_ids.fsm_order_ids")
    def _compute_fsm_is_reset_asked(self):
        asked = self._get_fsm_sent()
        for move in self:
            move.fsm_is_reset_asked = move in asked

    def _get_fsm_sent(self):
        """:return: those of these that are invoices of service orders customers have"""
        # sudo: who resets an invoice may not read service orders
        return self.filtered(
            lambda move: (
                move.state == "posted"
                and move.is_move_sent
                and move.move_type == "out_invoice"
                and move.sudo().fsm_order_ids
            )
        )

    @api.depends("line_ids.fsm_replaced_line_id")
    def _compute_fsm_companion_ids(self):
        for move in self:
            credits = move.fsm_replaced_id._get_fsm_credit_notes()
            move.fsm_companion_ids = credits.filtered(
                lambda credit: not credit.is_move_sent
            )

    # --- confirm and send ---
    def action_fsm_confirm(self):
        """Confirm the drafts among these, or among all that the list shows.

        :return: Odoo's dialog that asks before it confirms; or the run that confirms
            many in the background
        """
        moves = self._get_fsm_listed()
        drafts = moves.filtered(lambda move: move.state == "draft")
        if len(drafts) > CHUNK_SIZE:
            return drafts._fsm_go_on_in_background("post")
        held = drafts._get_fsm_held()
        if len(held) == len(drafts):
            held = {}  # refused, which says why
        free = moves.filtered(lambda move: move not in held)
        # Odoo asks for what must be there on the form alone
        free = free.with_context(validate_analytic=True)
        question = free.action_validate_moves_with_confirmation()
        return self._fsm_tell_held(held, question)

    def _fsm_go_on_in_background(self, after):
        """Confirm these drafts by a run, or send them too: a request ends in time.

        :return: window action on the run
        """
        run = self.env["fsm.billing.run"]
        return run._start_with_drafts(self, after)._get_action()

    def _fsm_check_sure(self):
        """:raise UserError: if Odoo asks something before one of these is confirmed"""
        for move in self._get_moves_requiring_confirmation():
            raise UserError(
                self.env._(
                    "%(invoices)s has a date to come, or would be locked by its "
                    "journal. Tick up to %(count)s like it in the list of invoices, "
                    "and press Confirm, which asks about that.",
                    invoices=move._get_fsm_names(),
                    count=CHUNK_SIZE,
                )
            )

    def action_fsm_confirm_and_send(self):
        """Confirm the drafts among these, or all that are listed, and ask how to send.

        What an invoice replaces was credited: the credit note is sent along.

        :return: Odoo's dialog that sends, or the one that asks before it confirms; or
            the run that does it in the background
        :raise UserError: if a draft can't be confirmed without a question of its own
        """
        moves = self._get_fsm_listed()
        drafts = moves.filtered(lambda move: move.state == "draft")
        if len(drafts) > CHUNK_SIZE:
            return (drafts | moves._filter_fsm_unsent())._fsm_go_on_in_background(
                "send"
            )
        unsure = drafts._get_moves_requiring_confirmation()
        if unsure and len(moves) > 1:
            raise UserError(
                self.env._(
                    "%(invoices)s has a date to come, or would be locked by its "
                    "journal. Press Confirm, which asks about that, and Send after it.",
                    invoices=unsure[0]._get_fsm_names(),
                )
            )
        if unsure and not unsure._get_fsm_held():
            return unsure.action_validate_moves_with_confirmation()
        held = drafts._get_fsm_held()
        free = moves.filtered(lambda move: move not in held)
        if not free:
            held, free = {}, moves  # refused, which says why
        drafts &= free
        question = drafts.with_context(validate_analytic=True).action_post()
        if question:
            return question
        others = (free | free.fsm_companion_ids) - drafts
        sendable = drafts | others._filter_fsm_unsent()
        return self._fsm_tell_held(held, sendable.action_fsm_send())

    def _get_fsm_held(self):
        """:return: dict: those of these drafts that are on hold -> why, what to do"""
        invoices = self.filtered(lambda move: move.move_type == "out_invoice")
        # sudo: whoever confirms invoices may not read service orders
        stops = invoices.sudo().fsm_order_ids._get_run_stops()
        texts = {
            move: [stops[each] for each in move.sudo().fsm_order_ids if each in stops]
            for move in invoices
        }
        return {
            move: " ".join(dict.fromkeys(reasons))
            for move, reasons in texts.items()
            if reasons
        }

    @api.model
    def _fsm_tell_held(self, held, action):
        """Do ``action``, and say which drafts were left out, and why.

        :param dict held: see :meth:`_get_fsm_held`
        :return: client action, or ``action`` itself if nothing was left out
        """
        if not held:
            return action
        return notify(
            " ".join(dict.fromkeys(held.values())),
            then=action or None,
            title=self.env._("%(count)s left out: on hold", count=len(held)),
        )

    def _filter_fsm_unsent(self):
        """:return: those of these posted documents that nobody has sent"""
        return self.filtered(
            lambda move: (
                move.state == "posted" and not (move.is_move_sent or move.sending_data)
            )
        )

    def action_fsm_send(self):
        """Ask how to send these documents, or all of the list that are not sent yet."""
        moves = self or self._get_fsm_listed()._filter_fsm_unsent()
        if not moves:
            raise UserError(
                self.env._(
                    "All that is listed was sent. Tick a document to send it again."
                )
            )
        if len(moves) == 1:
            return moves.action_invoice_sent()
        return moves.action_send_and_print()

    def _get_fsm_listed(self):
        """:return: these documents, else all that the list behind the button shows

        :raise UserError: if there are none
        """
        moves = self
        domain = self.env.context.get("active_domain")
        if not moves and domain is not None:
            # else it is no filter of a list of documents
            with contextlib.suppress(TypeError, ValueError):
                moves = self.search(domain)
        if not moves:
            raise UserError(
                self.env._("Tick invoices in their list, and press the button again.")
            )
        return moves

    # --- what the customer has is not taken back in silence ---
    def write(self, vals):
        if vals.get("state") in ("draft", "cancel") and not self.env.su:
            self._fsm_check_asked()
        res = super().write(vals)
        if vals.get("state") == "draft":
            # sudo: who resets a document may not read service orders
            self.sudo().filtered(
                lambda move: (
                    move.is_move_sent and move.is_sale_document() and move.fsm_order_ids
                )
            ).is_move_sent = False  # what comes of it, nobody has
        return res

    def _fsm_check_asked(self):
        """:raise UserError: if the customer has one of these, and nobody was asked"""
        if self.env.context.get("fsm_asked") is ASKED:
            return
        for move in self._get_fsm_sent():
            raise UserError(
                self.env._(
                    "%(invoice)s was sent to its customer. Add a credit note of it, or "
                    "open it and press Reset to draft, which asks first.",
                    invoice=move._get_fsm_names(),
                )
            )

    def action_fsm_reset_to_draft(self):
        """Ask whether a credit note is not what is wanted."""
        check_one(self)
        return self.env["ir.actions.act_window"]._for_xml_id(
            "fieldservice_invoicing.fsm_invoice_reset_action"
        )

    def _fsm_reset_anyway(self):
        """Reset these to draft, whoever has them: people were asked."""
        return self.with_context(fsm_asked=ASKED).button_draft()

    # --- Odoo's warning of duplicates ---
    def _fetch_duplicate_reference(self, matching_states=("draft", "posted")):
        """Leave out what bills other service orders: visits often cost the same."""
        found = super()._fetch_duplicate_reference(matching_states)

        def get_orders(move):
            # sudo: who reads invoices may not read service orders
            return move._origin.sudo().fsm_order_ids

        kept = {}
        for move, others in found.items():
            own = get_orders(move)
            alike = [
                other
                for other in others
                if not (own and get_orders(other)) or own & get_orders(other)
            ]
            kept[move] = others.browse().union(*alike)
        return kept

    # --- drafts of people without a right to invoices ---
    def _fsm_ask_office(self):
        """Give somebody in the office the review of these drafts to do."""
        for company, moves in self.grouped("company_id").items():
            user = company._get_fsm_reviewer()
            if not user:
                continue
            moves = moves.with_context(lang=user.lang)
            note = moves.env._(
                "Created from service orders by %(dispatcher)s.",
                dispatcher=self.env.user.name,
            )
            # what is open on the orders is for those who confirm
            orders = moves.sudo().fsm_order_ids
            for finding in orders.billing_finding_ids.filtered("is_open")[:MANY]:
                note += " " + finding.with_context(lang=user.lang).message
            if len(moves) > MANY:
                # one activity, and one e-mail, speaks for all
                note += " " + moves.env._(
                    "With it come %(count)s more drafts.", count=len(moves) - 1
                )
                moves = moves[0]
            moves.activity_schedule(REVIEW, user_id=user.id, note=note)

    def _post(self, soft=True):
        posted = super()._post(soft)
        # sudo: whoever confirms a draft has reviewed it, whoever was to do it
        reviews = posted.sudo().filtered("fsm_order_ids")._get_fsm_reviews()
        if reviews:
            reviews.action_feedback()
        return posted

    def _get_fsm_reviews(self):
        """:return: activities by which somebody is to review these drafts"""
        activities = self.activity_ids
        if not activities:
            return activities
        review = self.env.ref(REVIEW, raise_if_not_found=False)
        return activities.filtered(lambda activity: activity.activity_type_id == review)

    # --- in the background ---
    def _prepare_fsm_run_lines(self, after):
        """:return: list of commands: a line of a run for each of these documents"""
        lines = []
        for index, move in enumerate(
            self.sorted(lambda move: move.partner_id.display_name or "")
        ):
            # what an invoice replaces was credited: the credit note is sent along
            moves = move | move.fsm_companion_ids if after == "send" else move
            # sudo: who confirms invoices may not read service orders
            orders = move.sudo().fsm_order_ids
            lines.append(
                Command.create(
                    {
                        "sequence": index,
                        "partner_id": move.partner_id.id,
                        "order_ids": [Command.set(orders.ids)],
                        "move_ids": [Command.set(moves.ids)],
                        "state": move.state,
                    }
                )
            )
        return lines
