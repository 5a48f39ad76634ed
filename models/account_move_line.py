from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tools import float_compare


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # --- Field service ---
    fsm_billing_entry_ids = fields.One2many(
        "fsm.billing.entry", "move_line_id", string="Billing entries", copy=False
    )
    fsm_origin_line_id = fields.Many2one(
        "account.move.line",
        string="Line of origin",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The invoice line that this line credits, or that it bills once more.",
    )
    fsm_credit_line_ids = fields.One2many(
        "account.move.line", "fsm_origin_line_id", string="Made from this line"
    )
    fsm_bill_again = fields.Boolean(
        string="Bill again",
        default=True,
        copy=False,
        help="On a credit note: the work credited is open again. "
        "Otherwise it stays billed.",
    )
    fsm_is_work_deleted = fields.Boolean(
        string="Work deleted",
        copy=False,
        readonly=True,
        help="Hours or parts that this line of a cancelled invoice had billed are "
        "not there any more.",
    )
    fsm_qty_credited = fields.Float(
        string="Credited",
        compute="_compute_fsm_qty_credited",
        store=True,
        copy=False,
        help="Quantity on posted credit notes.",
    )

    @api.depends(
        "fsm_credit_line_ids.quantity",
        "fsm_credit_line_ids.product_uom_id",
        "fsm_credit_line_ids.price_subtotal",
        "fsm_credit_line_ids.move_id.state",
        "fsm_credit_line_ids.move_id.move_type",
    )
    def _compute_fsm_qty_credited(self):
        for line in self:
            line.fsm_qty_credited = sum(
                credit._get_fsm_credited_quantity()
                for credit in line._get_fsm_posted_credits()
                if credit._is_fsm_credit_of_work()
            )

    def _get_fsm_posted_credits(self):
        """:return: the lines of posted credit notes that credit these lines"""
        return self.fsm_credit_line_ids.filtered(
            lambda line: line.move_id._is_fsm_posted_credit()
        )

    def _get_fsm_credited_quantity(self):
        """:return: quantity of this credit line in the unit of the line it credits"""
        self.ensure_one()
        unit = self.fsm_origin_line_id.product_uom_id
        if not self.product_uom_id or self.product_uom_id == unit:
            return self.quantity
        return self.product_uom_id._compute_quantity(self.quantity, unit, round=False)

    def _compare_fsm_quantities(self, first, second):
        """:return: -1, 0 or 1, within the precision of this line's unit"""
        if self.product_uom_id:
            return self.product_uom_id.compare(first, second)
        # a line typed by hand may have no unit
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return float_compare(first, second, precision_digits=digits)

    def _is_fsm_credit_of_work(self):
        """Tell a credit of hours or parts from a correction of their price.

        :return: True if this line credits its quantity at the price invoiced
        """
        self.ensure_one()
        origin = self.fsm_origin_line_id
        currency = origin.currency_id
        share = 1.0
        if origin.quantity:
            share = self._get_fsm_credited_quantity() / origin.quantity
        difference = self.price_subtotal - origin.price_subtotal * share
        return currency.compare_amounts(abs(difference), currency.rounding) <= 0

    # --- guards ---
    @api.constrains("fsm_order_ids")
    def _check_fsm_order_ids(self):
        """Keep lines linked to the orders they bill: the lifecycle hooks go by it."""
        for line in self.sudo():  # sudo: whoever writes may not read the ledger
            billing = line | line.fsm_origin_line_id
            missing = billing.fsm_billing_entry_ids.order_id - line.fsm_order_ids
            if missing:
                raise ValidationError(
                    self.env._(
                        "A line of %(invoice)s bills work of %(orders)s and stays "
                        "linked to it. Delete the line instead.",
                        invoice=line.move_id._get_fsm_names(),
                        orders=", ".join(missing.mapped("name")),
                    )
                )

    def write(self, vals):
        self._check_fsm_unchanged(vals)
        return super().write(vals)

    def _check_fsm_unchanged(self, vals):
        """Refuse to change behind the ledger's back what it relies on.

        Odoo lets quantities of posted lines be written by RPC, and the host gives
        every field service user the right to write lines.

        :raise UserError: naming the document
        """
        by_engine = vals.keys() & {
            "fsm_is_work_deleted",
            "fsm_origin_line_id",
            "fsm_qty_credited",
        }
        if by_engine and not self.env.su:
            raise AccessError(
                self.env._("What a line credits is known by the billing ledger alone.")
            )
        if "move_id" in vals:
            self._fsm_check_stays(vals["move_id"])
        protected = vals.keys() & {
            "quantity",
            "product_uom_id",
            "price_unit",
            "discount",
            "fsm_bill_again",
        }
        if not protected:
            return
        for line in self.sudo():  # sudo: whoever writes may not read the ledger
            if (
                line.parent_state == "posted"
                and (line.fsm_billing_entry_ids or line.fsm_origin_line_id)
                and any(
                    line.move_id._field_will_change(line, vals, name)
                    for name in protected
                )
            ):
                raise UserError(
                    self.env._(
                        "%(document)s is posted, and its quantities and prices are "
                        "final. Reset it to draft first, or add a credit note.",
                        document=line.move_id._get_fsm_names(),
                    )
                )

    def _fsm_check_stays(self, move_id):
        """:raise UserError: if a line of the ledger would go to another document"""
        for line in self.sudo():  # sudo: whoever writes may not read the ledger
            if line.move_id.id != move_id and (
                line.fsm_billing_entry_ids or line.fsm_origin_line_id
            ):
                raise UserError(
                    self.env._(
                        "A line that bills service orders stays on %(document)s. "
                        "Delete it there instead, and create the invoice again.",
                        document=line.move_id._get_fsm_names(),
                    )
                )

    # --- lifecycle ---
    def unlink(self):
        lines = self.sudo()  # sudo: the ledger is written by the engine alone
        for credit in (lines.fsm_credit_line_ids - lines).move_id:
            raise UserError(
                self.env._(
                    "%(credit)s credits %(invoice)s. Delete that credit note first.",
                    credit=credit._get_fsm_names(),
                    invoice=lines.move_id._get_fsm_names(),
                )
            )
        lines.fsm_billing_entry_ids._take_back()
        return super().unlink()

    def _copy_data_extend_business_fields(self, values):
        """Let credit notes know their service order and the line they credit."""
        res = super()._copy_data_extend_business_fields(values)
        if self.display_type == "product" and self.move_id.sudo().fsm_order_ids:
            values["fsm_origin_line_id"] = self.id
            values["fsm_order_ids"] = [Command.set(self.sudo().fsm_order_ids.ids)]
        return res

    # --- credit ---
    def _fsm_check_posted(self):
        """Check that these lines are on posted invoices, and so can be credited.

        :raise UserError: naming the invoice that is not posted
        """
        for move in self.move_id.filtered(lambda move: move.state != "posted"):
            raise UserError(
                self.env._(
                    "%(invoice)s is not posted, so there is nothing to credit. Confirm "
                    "it first, or delete this credit note.",
                    invoice=move._get_fsm_names(),
                )
            )

    def _fsm_check_credited(self):
        """Check that these lines are not credited beyond what they invoiced.

        :raise UserError: naming the line and its credit notes
        """
        for line in self:
            credits = line._get_fsm_posted_credits()
            is_within = (
                line._compare_fsm_quantities(
                    abs(line.fsm_qty_credited), abs(line.quantity)
                )
                <= 0
            )
            currency = line.currency_id
            amount = sum(credits.mapped("price_subtotal"))
            is_amount_within = (
                currency.compare_amounts(
                    abs(amount),
                    abs(line.price_subtotal) + currency.rounding * len(credits),
                )
                <= 0
            )
            # a line the other way round would bill, not credit
            if (
                is_within
                and is_amount_within
                and all(credit.quantity * line.quantity >= 0 for credit in credits)
            ):
                continue
            raise UserError(
                self.env._(
                    "%(credits)s would credit %(credited)s of %(line)s "
                    "(%(credited_amount)s), but %(invoice)s invoiced %(quantity)s "
                    "(%(amount)s). Correct the quantity or the price on the credit "
                    "note.",
                    credits=credits.move_id._get_fsm_names(),
                    credited=round(line.fsm_qty_credited, 2),
                    credited_amount=currency.format(amount),
                    quantity=round(line.quantity, 2),
                    amount=currency.format(line.price_subtotal),
                    line=(line.name or "").split("\n")[0],
                    invoice=line.move_id._get_fsm_names(),
                )
            )

    def _prepare_reopen_entries(self):
        """Say which work this posted credit line opens again.

        The last work billed is opened first, so that a partial credit touches as few
        sources as possible.

        :return: list of values of billing entries
        """
        self.ensure_one()
        origin = self.fsm_origin_line_id
        bills = origin.fsm_billing_entry_ids.filtered(lambda e: e.kind == "bill")
        standing = origin._get_fsm_standing_quantities()
        is_whole = origin._is_fsm_opened_in_full(self)
        left = self._get_fsm_opened_share() * sum(bills.mapped("quantity"))
        vals_list = []
        for entry in bills.sorted("id", reverse=True):
            quantity = standing[entry._get_source()]
            if not is_whole:
                same_sign = quantity * left > 0
                quantity = min(quantity, left, key=abs) if same_sign else 0.0
            left -= quantity
            if abs(quantity) > 1e-9:
                vals_list.append(self._prepare_reopen_entry(entry, quantity))
        return vals_list

    def _prepare_reopen_entry(self, entry, quantity):
        """:return: values that open again ``quantity`` of what ``entry`` billed"""
        return {
            **entry._prepare_same_source(),
            "kind": "reopen",
            "move_line_id": self.id,
            "quantity": -quantity,
        }

    def _is_fsm_opened_in_full(self, credit_line):
        """:return: True if ``credit_line`` opens the rest of this line's work"""
        self.ensure_one()
        # what was refunded stays billed, also when the rest is credited
        opened = sum(
            credit._get_fsm_credited_quantity()
            for credit in self._get_fsm_posted_credits()
            if credit == credit_line or credit.fsm_billing_entry_ids
        )
        return self._compare_fsm_quantities(opened, self.quantity) == 0

    def _get_fsm_opened_share(self):
        """:return: the share of the invoice line that this credit line opens again"""
        self.ensure_one()
        origin = self.fsm_origin_line_id
        covered = origin._get_fsm_covered_quantity()
        # a line that was rounded for printing counts as what it covers, so that one
        # hour credited is one hour opened again
        is_rounded = origin._compare_fsm_quantities(covered, origin.quantity) == 0
        base = covered if is_rounded else origin.quantity
        return self._get_fsm_credited_quantity() / base if base else 1.0

    def _get_fsm_covered_quantity(self):
        """:return: what the sources of this line come to, in the line's own unit"""
        self.ensure_one()
        return sum(
            entry._get_source()._convert_billing_quantity(
                entry.quantity, self.product_uom_id
            )
            for entry in self.fsm_billing_entry_ids
            if entry.kind == "bill"
        )

    def _get_fsm_standing_quantities(self):
        """:return: dict source -> what of it stands on this line, net of credits"""
        entries = (self | self.fsm_credit_line_ids).fsm_billing_entry_ids
        standing = defaultdict(float)
        for entry in entries:
            if entry.is_live and (entry.move_line_id == self or entry.kind == "reopen"):
                standing[entry._get_source()] += entry.quantity
        return standing

    # --- cost of goods ---
    def _eligible_for_stock_account(self):
        """Leave the cost of goods alone where no goods are given back.

        A refund leaves parts with the customer, and so does a correction of a price.
        """
        # sudo: who posts a credit note may not read the ledger
        line = self.sudo()
        is_credit = line.move_id.move_type == "out_refund" and line.fsm_origin_line_id
        if is_credit and not (line.fsm_bill_again and line._is_fsm_credit_of_work()):
            return False
        return super()._eligible_for_stock_account()

    def _get_stock_moves(self):
        return super()._get_stock_moves() | self._get_billed_parts().stock_move_id

    def _get_billed_parts(self):
        """:return: billing entries of the parts that these lines bill or credit"""
        # sudo: who posts an invoice may not read the ledger
        lines = self.sudo()
        entries = (lines | lines.fsm_origin_line_id).fsm_billing_entry_ids
        return entries.filtered(
            lambda entry: entry.stock_move_id and entry.kind == "bill"
        )

    def _get_cogs_value(self):
        """Book the delivered value of the parts, not today's cost.

        :return: cost of one unit of the product, in its own unit
        """
        entries = self._get_billed_parts()
        if not entries:
            return super()._get_cogs_value()
        origin = self.sudo().fsm_origin_line_id
        booked = origin.move_id.line_ids.filtered(
            lambda line: line.cogs_origin_id == origin and line.price_unit >= 0
        )
        if booked:
            return booked[0].price_unit
        line = origin or self
        quantity = line.product_uom_id._compute_quantity(
            line.quantity, line.product_id.uom_id, round=False
        )
        if not quantity:
            return 0.0
        value = sum(
            entry.stock_move_id.value
            * entry.quantity
            / abs(entry.stock_move_id.qty_recorded)
            for entry in entries
            if entry.stock_move_id.qty_recorded
        )
        return abs(value) / abs(quantity)

    # --- screens ---
    def action_register_payment(self, ctx=None):
        # the title of the dialog says what the button said
        action = super().action_register_payment(ctx=ctx)
        return {**action, "name": self.env._("Register payment")}
