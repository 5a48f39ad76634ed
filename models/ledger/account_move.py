from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError

from ...tools.one_record import check_one


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "fsm.field.guard"]

    # --- Field service ---
    @api.depends("line_ids.fsm_order_ids")
    def _compute_fsm_order_ids(self):
        # the host searches the orders of each move on its own
        for move in self:
            move.fsm_order_ids = move.line_ids.fsm_order_ids
            move.fsm_order_count = len(move.fsm_order_ids)

    def _get_fsm_names(self):
        """:return: the documents' numbers, or what a draft is known by, as one text"""
        return ", ".join(
            move.name
            if move.name and move.name != "/"
            else self.env._(
                "the draft invoice of %(customer)s",
                customer=move.partner_id.display_name or move.invoice_origin,
            )
            for move in self
        )

    # --- lifecycle ---
    def _post(self, soft=True):
        # sudo: who posts a credit note may not read the ledger; before the cost of
        # goods is booked, which goes by it
        self.sudo()._fsm_check_credit_dates()
        self.sudo()._fsm_settle_work()
        posted = super()._post(soft)
        # sudo: who posts a credit note may not move stock; the parts are those of the
        # orders that it credits
        lines = posted.sudo().line_ids.filtered(
            lambda line: line.fsm_credit_work == "returned"
        )
        lines.env["stock.move"]._fsm_return_credited(lines)
        return posted

    def write(self, vals):
        """Keep the ledger right on every road a document can change its state by."""
        if "move_type" in vals:
            self._fsm_check_move_type(vals["move_type"])
        if "state" not in vals:
            return super().write(vals)
        # sudo: orders and ledger may be out of reach of whoever posts
        moves = self.sudo().filtered(
            lambda move: (
                move.fsm_order_ids
                # lines typed by hand are of no order
                or (
                    move.move_type == "out_refund"
                    and move.reversed_entry_id.fsm_order_ids
                )
            )
        )
        if not moves:
            return super().write(vals)
        moves._get_fsm_concerned_orders()._lock_for_billing()
        moves.reversed_entry_id._fsm_lock_rows()
        moves._fsm_before_state(vals["state"])
        posting = moves.filtered(lambda move: vals["state"] == "posted" != move.state)
        res = super().write(vals)
        posting._fsm_apply_credit()
        moves._fsm_check_deductions()
        return res

    def _check_draftable(self):
        """Say what to do instead where a journal secures what is posted."""
        # sudo: who resets an invoice may not read service orders
        for move in self.sudo().filtered("fsm_order_ids"):
            if move.inalterable_hash:
                raise UserError(
                    self.env._(
                        "%(document)s is secured by its journal and can't be changed "
                        "any more. Create a new invoice on the service order to "
                        "correct it.",
                        document=move._get_fsm_names(),
                    )
                    if move.move_type == "out_refund"
                    else self.env._(
                        "%(document)s is secured by its journal and can't be changed "
                        "any more. Add a credit note to correct it.",
                        document=move._get_fsm_names(),
                    )
                )
        return super()._check_draftable()

    def _get_fsm_concerned_orders(self):
        """:return: orders of these documents, and of the invoices that they credit"""
        return self.fsm_order_ids | self.reversed_entry_id.fsm_order_ids

    def _fsm_check_move_type(self, move_type):
        """:raise UserError: if an invoice of service orders would change its nature"""
        for move in self.sudo():  # sudo: whoever writes may not read the ledger
            if move.move_type != move_type and move.line_ids.fsm_billing_entry_ids:
                raise UserError(
                    self.env._(
                        "%(document)s bills service orders and can't be turned into "
                        "another kind of document. Delete it; its hours and parts "
                        "can be invoiced again.",
                        document=move._get_fsm_names(),
                    )
                )

    def _fsm_before_state(self, state):
        """Check and prepare the ledger for the new state.

        :raise UserError: if the books would no longer agree with the ledger
        """
        leaving = self.filtered(lambda move: state != "posted" == move.state)
        for move in leaving:
            credits = move._get_fsm_crediting_documents()
            if credits:
                raise UserError(
                    self.env._(
                        "%(invoice)s is credited by %(credits)s. Reset or cancel that "
                        "one first.",
                        invoice=move._get_fsm_names(),
                        credits=credits._get_fsm_names(),
                    )
                )
        leaving._fsm_take_back_credit()
        if state != "cancel":
            revived = self.filtered(lambda move: move.state == "cancel")
            revived._fsm_check_work_exists()
            revived.line_ids.fsm_billing_entry_ids._check_revive()

    def _fsm_check_work_exists(self):
        """:raise UserError: if work that these cancelled invoices bill was deleted"""
        for move in self.line_ids.filtered("fsm_is_work_deleted").move_id:
            raise UserError(
                self.env._(
                    "Work that %(invoice)s had billed was deleted after it was "
                    "cancelled. Create a new invoice from the service order instead.",
                    invoice=move._get_fsm_names(),
                )
            )

    def _fsm_take_back_credit(self):
        """Bill again what posted credit notes had opened, or refuse."""
        entries = self.line_ids.fsm_billing_entry_ids
        entries.filtered(lambda entry: entry.kind == "reopen")._take_back()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        credits = self.filtered(
            lambda move: move.move_type == "out_refund" and move.fsm_order_ids
        )
        if credits:
            raise UserError(
                self.env._(
                    "%(credits)s is a credit note for a service order. Reset it to "
                    "draft or cancel it instead: what it credited is billed again "
                    "then.",
                    credits=credits[0]._get_fsm_names(),
                )
            )
        return super()._reverse_moves(default_values_list, cancel)

    def _fsm_take_over_entries(self, credits):
        """Let new drafts bill what ``credits`` opened of the lines they replace."""
        # sudo: the ledger is written by the engine alone
        credit_lines = credits.sudo().line_ids.grouped("fsm_credited_line_id")
        lines = self.sudo().line_ids.filtered("fsm_replaced_line_id")
        lines.fsm_credit_work = False
        vals_list = [
            {
                **entry._prepare_same_source(),
                "kind": "bill",
                "move_line_id": line.id,
                "quantity": -entry.quantity,
                "qty_exact": -entry.qty_exact,
                "qty_printed": -entry.qty_printed,
            }
            for line in lines
            for entry in credit_lines.get(
                line.fsm_replaced_line_id, line.browse()
            ).fsm_billing_entry_ids
            if entry.kind == "reopen"
        ]
        # sudo: the ledger is written by the engine alone
        self.env["fsm.billing.entry"].sudo()._record(vals_list)

    # --- messages ---
    def _creation_message(self):
        orders = self.sudo().fsm_order_ids  # sudo: names orders, to whoever bills them
        if not orders:
            return super()._creation_message()
        links = Markup(", ").join(order._get_html_link() for order in orders)
        if self.move_type == "out_refund":
            return self.env._("Credit note created for service order %s", links)
        return self.env._("Invoice created from service order %s", links)

    # --- screens ---
    def action_view_journal_entry(self):
        """Show what this document wrote in the books, to read."""
        check_one(self)
        view = self.env.ref(
            "fieldservice_invoicing.account_move_view_form_journal_entry"
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Journal entries"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(view.id, "form")],
        }

    def action_reverse(self):
        # the title of the dialog says what the button said
        action = super().action_reverse()
        if self.is_invoice():
            action["name"] = self.env._("Add credit note")
        return action
