from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.credit.account_move import SILENT_LINES
from ..tools.one_record import check_one


class AccountMoveReversal(models.TransientModel):
    """Crediting the lines that people chose: totals, and the documents."""

    _inherit = "account.move.reversal"

    # --- totals ---
    fsm_amount_untaxed = fields.Monetary(
        string="Untaxed amount", compute="_compute_fsm_amounts"
    )
    fsm_amount_tax = fields.Monetary(string="Taxes", compute="_compute_fsm_amounts")
    fsm_amount_total = fields.Monetary(
        string="Credit total", compute="_compute_fsm_amounts"
    )
    fsm_amount_due_after = fields.Monetary(
        string="Amount due after it", compute="_compute_fsm_amounts"
    )
    fsm_amount_open = fields.Monetary(
        string="Left for the customer",
        compute="_compute_fsm_amounts",
        help="Beyond what is due: pay it out, or use it for the next invoice.",
    )
    fsm_opened = fields.Char(
        string="Open again",
        compute="_compute_fsm_opened",
        help="The work that can be invoiced once more.",
    )
    fsm_problem = fields.Char(
        string="To correct",
        compute="_compute_fsm_problem",
        help="Why what is chosen can't be credited.",
    )
    fsm_draft_names = fields.Char(string="Drafts", compute="_compute_fsm_draft_names")
    fsm_invoice_name = fields.Char(
        string="Invoice to credit", compute="_compute_fsm_invoice_name"
    )

    @api.depends(
        "fsm_credit_line_ids.qty_to_credit",
        "fsm_credit_line_ids.amount_to_credit",
        "fsm_credit_line_ids.work",
    )
    def _compute_fsm_amounts(self):
        amounts = self.env["fsm.credit.amounts"]
        for wizard in self:
            move = wizard.move_ids._origin[:1]
            currency = move.currency_id
            untaxed = tax = 0.0
            for line in wizard.fsm_credit_line_ids:
                if line._is_chosen():
                    share = amounts._get_share(
                        move, line._get_figures_left(), line._get_factor()
                    )
                    untaxed += amounts._get_untaxed(share)
                    tax += amounts._get_tax(share)
            total = untaxed + tax
            rounding = move.invoice_cash_rounding_id
            if rounding and not currency.is_zero(total):
                total = (
                    move._get_fsm_rest()
                    if wizard._is_fsm_rest()
                    else total + rounding.compute_difference(currency, total)
                )
            due = move.amount_residual
            wizard.fsm_amount_untaxed = untaxed
            wizard.fsm_amount_tax = total - untaxed
            wizard.fsm_amount_total = total
            wizard.fsm_amount_due_after = max(due - total, 0.0)
            wizard.fsm_amount_open = max(total - due, 0.0)

    @api.depends("date", "fsm_credit_line_ids.is_beyond", "fsm_amount_total")
    def _compute_fsm_problem(self):
        for wizard in self:
            beyond = wizard.fsm_credit_line_ids.filtered("is_beyond")
            wizard.fsm_problem = (
                beyond[0]._get_surplus_message()
                if beyond
                else wizard._get_fsm_date_problem()
                or wizard.move_ids._origin[:1]._get_fsm_negative_message(
                    wizard.fsm_amount_total
                )
            )

    def _get_fsm_date_problem(self):
        """:return: what is wrong with the date chosen, and what to do; or ``""``"""
        self.ensure_one()
        # sudo: who credits invoices may not read service orders
        invoices = self.move_ids._origin.sudo()
        return invoices._get_fsm_early_credit_message(self.date) if self.date else ""

    def _is_fsm_rest(self):
        """:return: True if nothing of the invoice is left to credit afterwards"""
        self.ensure_one()
        whole = self.fsm_credit_line_ids.filtered(lambda line: line._is_rest())
        return self.move_ids._origin._is_fsm_rest(whole.move_line_id._origin)

    def _get_fsm_free_lines(self):
        """Find work that the invoice gives away by a quantity of zero.

        There is nothing of it to choose: it goes with the rest of the invoice.

        :return: lines of quantity zero that bill work, and are not credited; none
            if something else of the invoice is left
        """
        self.ensure_one()
        if not self._is_fsm_rest():
            return self.move_ids.invoice_line_ids.browse()
        # sudo: who credits invoices may not read the ledger
        lines = self.move_ids._origin.sudo().invoice_line_ids
        return lines.filtered(
            lambda line: (
                line.display_type == "product"
                and line._compare_fsm_quantities(line.quantity, 0) == 0
                and line.fsm_billing_entry_ids
                and not line._get_fsm_posted_credits()
            )
        ).with_env(self.env)

    @api.depends(
        "fsm_work",
        "fsm_credit_line_ids.qty_to_credit",
        "fsm_credit_line_ids.amount_to_credit",
        "fsm_credit_line_ids.work",
    )
    def _compute_fsm_opened(self):
        for wizard in self:
            quantities = {}
            quoted = []
            for line in wizard.fsm_credit_line_ids:
                if line.work == "bill_again" and line._is_chosen():
                    # sudo: who credits invoices may not read the ledger
                    origin = line.move_line_id._origin.sudo()
                    opened = origin._get_fsm_opened(line.qty_to_credit)
                    wizard._add_fsm_opened(quantities, opened)
                    quoted.append(origin._get_fsm_quoted_words(line.qty_to_credit))
            if wizard.fsm_work == "bill_again":
                # sudo: who credits invoices may not read the ledger
                for origin in wizard._get_fsm_free_lines().sudo():
                    wizard._add_fsm_opened(quantities, origin._get_fsm_opened(0.0))
            work = self.env["fsm.billing.source"]._get_words(quantities)
            wizard.fsm_opened = ", ".join(filter(None, [work, *quoted]))

    @api.model
    def _add_fsm_opened(self, quantities, opened):
        """Add work that is opened to the ``quantities``, source by source.

        :param list opened: (billing entry, quantity) of one invoice line
        """
        for entry, quantity in opened:
            source = entry._get_source()
            quantities[source] = quantities.get(source, 0.0) + quantity

    @api.depends("move_ids")
    def _compute_fsm_draft_names(self):
        for wizard in self:
            move = wizard.move_ids._origin
            # sudo: parts deducted on the draft of another order's clerk count as well
            drafts = move.sudo()._get_fsm_crediting_documents("draft")
            wizard.fsm_draft_names = ", ".join(
                f"{move.display_name} ({move.currency_id.format(move.amount_total)})"
                for move in drafts
            )

    @api.depends("move_ids")
    def _compute_fsm_invoice_name(self):
        for wizard in self:
            move = wizard.move_ids._origin[:1]
            words = (
                move.name,
                move.partner_id.display_name,
                move.currency_id.format(move.amount_total) if move else "",
            )
            wizard.fsm_invoice_name = ", ".join(filter(None, words))

    # --- buttons ---
    def action_fsm_choose_all(self):
        check_one(self)
        for line in self.fsm_credit_line_ids.filtered(lambda line: line.qty_left):
            line.work = self.fsm_work if line.has_work else "refund"
            line.qty_to_credit = line.qty_left
        return self._get_fsm_dialog()

    def action_fsm_choose_none(self):
        check_one(self)
        self.fsm_credit_line_ids.write({"qty_to_credit": 0.0, "amount_to_credit": 0.0})
        return self._get_fsm_dialog()

    def _check_fsm_reason(self):
        """:raise UserError: if people do not say why they credit the invoice"""
        if not (self.fsm_reason_id or (self.reason or "").strip()):
            raise UserError(
                self.env._(
                    "Say why the invoice is credited: choose a reason from the list, "
                    "or type one. It is printed on the credit note."
                )
            )

    def action_fsm_confirm(self):
        """Credit the lines chosen, and set the credit note off against the invoice."""
        check_one(self)
        credit = self._create_fsm_credit()
        if self.date <= fields.Date.context_today(self):
            credit.action_post()
        return credit._get_records_action(name=self.env._("Credit note"))

    def action_fsm_save_draft(self):
        """Credit the lines chosen on a draft, for somebody to review."""
        check_one(self)
        credit = self._create_fsm_credit()
        return credit._get_records_action(name=self.env._("Credit note"))

    def action_fsm_correct(self):
        """Credit the lines chosen, and open a new draft of the same lines."""
        check_one(self)
        self._check_fsm_date()
        self._check_fsm_correct()
        self.fsm_work = "bill_again"
        self.fsm_credit_line_ids.filtered("has_work").work = "bill_again"
        move = self.move_ids
        is_whole = self._is_fsm_rest()
        credit = self._create_fsm_credit()
        if is_whole:
            # what was paid is for the invoice that takes its place
            move._fsm_release_payments()
        credit.action_post()
        draft = self._create_fsm_replacement(credit)
        return draft._get_records_action(name=self.env._("Invoice"))

    def _get_fsm_dialog(self):
        """:return: action that shows this dialog once more"""
        return {
            **self.move_ids.action_reverse(),
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": self.env.context,
        }

    # --- documents ---
    def _create_fsm_credit(self):
        """Create the draft credit note of the lines chosen.

        :raise UserError: if no line is chosen, or more than what is left of one
        """
        self.ensure_one()
        self._check_fsm_reason()
        date_problem = self._get_fsm_date_problem()
        if date_problem:
            raise UserError(date_problem)
        move = self.move_ids
        move._fsm_lock_for_credit()
        self.fsm_credit_line_ids._forget_left()
        lines = self._get_fsm_chosen_lines()
        rest = move._get_fsm_rest() if self._is_fsm_rest() else None
        chosen = {
            line.move_line_id.id: line._prepare_credit_line() for line in lines
        } | {
            line.id: {"fsm_credit_work": self.fsm_work}
            for line in self._get_fsm_free_lines()
        }
        self.with_context(fsm_credited=chosen).reverse_moves()
        credit = self.new_move_ids
        credit._fsm_drop_unchosen()
        credit._fsm_finish_credit(rest)
        problem = credit._get_fsm_negative_message(credit.amount_total)
        if problem:
            raise UserError(problem)
        return credit

    def _get_fsm_chosen_lines(self):
        """:return: the lines to credit, checked"""
        self.ensure_one()
        lines = self.fsm_credit_line_ids.filtered(lambda line: line._is_chosen())
        if not self.fsm_is_by_line or lines.move_line_id.move_id - self.move_ids:
            raise UserError(
                self.env._(
                    "These lines are not on one posted invoice. Open the invoice and "
                    "press Add credit note."
                )
            )
        if not lines and not self._get_fsm_free_lines():
            raise UserError(
                self.env._(
                    "No line is chosen. Enter the quantity to credit, or an amount, on "
                    "one line at least."
                )
            )
        lines._check()
        return lines

    def _check_fsm_correct(self):
        """:raise UserError: if people chose what a correction does not do"""
        for line in self.fsm_credit_line_ids:
            if line.work in ("returned", "price") and line._is_chosen():
                raise UserError(
                    self.env._(
                        "A correction bills its lines again, and %(line)s is to be "
                        "credited otherwise (%(work)s). Choose Bill again for it, or "
                        "press Confirm credit note.",
                        line=line.name,
                        work=dict(
                            line._fields["work"]._description_selection(self.env)
                        )[line.work],
                    )
                )

    def _create_fsm_replacement(self, credit):
        """Create a draft of the lines that ``credit`` took back, with their sources.

        :param credit: the posted credit note
        """
        self.ensure_one()
        move = self.move_ids.with_context(include_business_fields=True)
        [data] = move.copy_data(self._modify_default_reverse_values(move))
        lines = self._prepare_fsm_replaced_lines(data.pop("line_ids"), credit)
        data["line_ids"] = [Command.create(vals) for vals in lines]
        draft = self.env["account.move"].create(data)
        draft._fsm_drop_empty_sections()
        draft._fsm_take_over_entries(credit)
        draft._message_log(
            body=self.env._(
                "Replaces %(invoice)s, which is credited by %(credit)s",
                invoice=self.move_ids._get_html_link(),
                credit=credit._get_html_link(),
            )
        )
        return draft

    def _prepare_fsm_replaced_lines(self, commands, credit):
        """:return: list of values: what ``credit`` took back of the lines copied"""
        credited = {
            line.fsm_credited_line_id.id: line
            for line in credit.invoice_line_ids.filtered("fsm_credited_line_id")
            if line.fsm_credit_work != "price"
        }
        lines = [
            vals
            for _command, _id, vals in commands
            if vals.get("display_type") in SILENT_LINES
            or vals.get("fsm_replaced_line_id") in credited
        ]
        for vals in lines:
            line = credited.get(vals.get("fsm_replaced_line_id"))
            # what was taken off the price before is not billed again
            if line and (line.quantity, line.price_unit) != (
                vals["quantity"],
                vals["price_unit"],
            ):
                vals.update(
                    quantity=line.quantity,
                    price_unit=line.price_unit,
                    extra_tax_data=line._prepare_fsm_base_alone(),
                )
        return lines
