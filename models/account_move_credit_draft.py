from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class AccountMove(models.Model):
    """What a draft credit note will do, before it is confirmed."""

    _inherit = "account.move"

    # --- Field service ---
    fsm_credit_notice = fields.Char(
        string="When it is confirmed",
        compute="_compute_fsm_credit_notice",
        groups="base.group_user",
        help="The work that a draft credit note will open again, and the lines of "
        "which it corrects the price only.",
    )

    @api.depends(
        "invoice_date",
        "invoice_line_ids.discount",
        "invoice_line_ids.fsm_credit_work",
        "invoice_line_ids.price_unit",
        "invoice_line_ids.quantity",
        "state",
    )
    def _compute_fsm_credit_notice(self):
        for move in self:
            # sudo: who credits invoices may not read the ledger
            sentences = move.sudo()._get_fsm_credit_sentences()
            move.fsm_credit_notice = " ".join(filter(None, sentences))

    def _get_fsm_credit_sentences(self):
        """:return: list of what people should know before they confirm this draft"""
        self.ensure_one()
        if self.state != "draft" or self.move_type != "out_refund":
            return []
        lines = self.invoice_line_ids.filtered(
            lambda line: line.fsm_origin_line_id.fsm_order_ids
        )
        repriced = self._get_fsm_repriced_lines()
        words = lines._get_fsm_opened_words(repriced)
        return [
            words
            and self.env._("When it is confirmed, this is open again: %s.", words),
            *(line._get_fsm_repriced_text() for line in repriced),
            self._get_fsm_date_problem(),
        ]

    # --- prices ---
    def _get_fsm_repriced_lines(self):
        """Find lines of draft credit notes that people gave another price.

        They open no work. Parts that came back do so, at whatever price they are
        credited.
        """
        amounts = self.env["fsm.credit.amounts"]
        repriced = self.invoice_line_ids.browse()
        left = {}
        for line in self.invoice_line_ids:
            origin = line.fsm_origin_line_id
            if (
                not origin.fsm_order_ids
                or line.move_id.state != "draft"
                or line.move_id.move_type != "out_refund"
                or line.fsm_credit_work in ("price", "returned")
                or line._is_fsm_return()
                or line._is_fsm_at_price(origin.price_subtotal, origin.quantity)
            ):
                continue
            if origin not in left:
                left |= amounts._get_left(origin.move_id)
            # what earlier credit notes took off the price is not credited again
            if not line._is_fsm_at_price(
                amounts._get_untaxed(left[origin]),
                origin.quantity - origin.fsm_qty_credited,
            ):
                repriced |= line
        return repriced

    # --- dates ---
    def _fsm_check_credit_dates(self):
        """:raise UserError: if a credit note is dated before what it credits"""
        for move in self.filtered(lambda move: move.move_type == "out_refund"):
            problem = move._get_fsm_date_problem()
            if problem:
                raise UserError(problem)

    def _get_fsm_date_problem(self):
        """:return: what is wrong with the date of this credit note, and what to do"""
        self.ensure_one()
        invoices = self.reversed_entry_id | self.line_ids.fsm_origin_line_id.move_id
        day = self.invoice_date or fields.Date.context_today(self)
        return invoices._get_fsm_early_credit_message(day)

    def _get_fsm_early_credit_message(self, day):
        """:return: why these invoices of service orders are not credited on ``day``"""
        late = self.filtered(
            lambda move: (
                move.fsm_order_ids
                and move.move_type == "out_invoice"
                and move.invoice_date
                and move.invoice_date > day
            )
        ).sorted("invoice_date")[-1:]
        if not late:
            return ""
        return self.env._(
            "%(invoice)s is of %(date)s, and a credit note can't be dated before its "
            "invoice. Choose that day, or a later one.",
            invoice=late._get_fsm_names(),
            date=format_date(self.env, late.invoice_date),
        )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_fsm_opened_words(self, repriced):
        """Say what these lines of a draft credit note will open, as "2 h of Marc".

        :param repriced: those among them that open nothing, see
            ``_get_fsm_repriced_lines``
        """
        quantities = {}
        quoted = []
        for line in self:
            if line.fsm_credit_work != "bill_again" or line in repriced:
                continue
            quantity = line._get_fsm_credited_quantity()
            for entry, part in line.fsm_origin_line_id._get_fsm_opened(quantity):
                source = entry._get_source()
                quantities[source] = quantities.get(source, 0.0) + part
            quoted.append(line._get_fsm_quoted_words(quantity))
        work = self.env["fsm.billing.source"]._get_words(quantities)
        return ", ".join(filter(None, [work, *quoted]))

    def _get_fsm_repriced_text(self):
        """:return: sentence: why this credit line opens no work, and what to do"""
        self.ensure_one()
        return self.env._(
            "%(line)s has another price than on its invoice, so this is a correction "
            "of the price only: its work stays billed, and its cost stays booked. To "
            "bill the work again, set the price back.",
            line=(self.name or "").split("\n")[0],
        )
