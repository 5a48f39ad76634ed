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
        return ", ".join(move._get_fsm_name() for move in self)

    def _get_fsm_name(self):
        self.ensure_one()
        if self.name and self.name != "/":
            return self.name
        customer = self.partner_id.display_name or self.invoice_origin
        if self.move_type == "out_refund":
            return self.env._(
                "the draft credit note of %(customer)s", customer=customer
            )
        return self.env._("the draft invoice of %(customer)s", customer=customer)

    # --- lifecycle ---
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
        moves._fsm_lock_concerned()
        moves._fsm_before_state(vals["state"])
        posting = moves.filtered(lambda move: vals["state"] == "posted" != move.state)
        res = super().write(vals)
        moves._fsm_after_state(posting)
        return res

    def _fsm_lock_concerned(self):
        """Make everybody else wait who bills what these documents are about."""
        self._get_fsm_concerned_orders()._lock_for_billing()

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
        leaving._fsm_take_back_credit()
        if state != "cancel":
            revived = self.filtered(lambda move: move.state == "cancel")
            revived._fsm_check_work_exists()
            revived.line_ids.fsm_billing_entry_ids._check_revive()

    def _fsm_after_state(self, posting):
        """Do what the new state of these documents asks for.

        :param posting: those among them that are posted by now
        """

    def _get_fsm_credit_notes(self, state="posted"):
        """:return: credit notes of these invoices, or of lines of them, in ``state``"""
        return self.browse()

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
