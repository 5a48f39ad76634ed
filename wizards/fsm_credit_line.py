from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.credit.account_move_line import CREDIT_WORK


class FsmCreditLine(models.TransientModel):
    """One line of an invoice in the dialog that credits it."""

    _name = "fsm.credit.line"
    _inherit = "fsm.field.guard"
    _description = "Line to Credit"
    _order = "id"

    wizard_id = fields.Many2one(
        "account.move.reversal", required=True, ondelete="cascade"
    )
    move_line_id = fields.Many2one(
        "account.move.line", string="Invoice line", required=True, ondelete="cascade"
    )
    name = fields.Char(compute="_compute_name", string="Description")
    currency_id = fields.Many2one(related="move_line_id.currency_id")
    uom_id = fields.Many2one(related="move_line_id.product_uom_id", string="Unit")
    quantity = fields.Float(
        related="move_line_id.quantity", string="Invoiced", digits="Product Unit"
    )
    qty_credited = fields.Float(
        related="move_line_id.fsm_qty_credited",
        string="Credited",
        digits="Product Unit",
        help="On credit notes that are posted, and deducted on later invoices.",
    )
    qty_left = fields.Float(compute="_compute_left", digits="Product Unit")
    amount_left = fields.Monetary(
        compute="_compute_left",
        string="Left",
        help="Untaxed amount of this line that is not credited yet.",
    )
    #: what is left, figure by figure: [name, tax id, amount]
    figures_left = fields.Json(compute="_compute_left")
    qty_to_credit = fields.Float(
        string="To credit",
        digits="Product Unit",
        compute="_compute_qty_to_credit",
        store=True,
        readonly=False,
        precompute=True,
        help="Quantity of this line to credit; zero for none of it.",
    )
    amount_to_credit = fields.Monetary(
        string="Amount",
        compute="_compute_amount_to_credit",
        store=True,
        readonly=False,
        precompute=True,
        help="Untaxed. Type it for a credit of the price only; otherwise it follows "
        "from the quantity.",
    )
    work = fields.Selection(
        CREDIT_WORK,
        compute="_compute_work",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Bill again: the work is open on its service order once more (wrong "
        "price, wrong customer).\n"
        "Refund: the customer gets his money back, and the work stays billed.\n"
        "Returned to stock: the parts came back; their return is entered as well.\n"
        "Price only: an amount is taken off, whatever the quantity.",
    )
    has_work = fields.Boolean(compute="_compute_has_work")
    has_parts = fields.Boolean(compute="_compute_has_work")
    is_beyond = fields.Boolean(
        compute="_compute_is_beyond",
        help="The number is not between zero and what is left.",
    )

    # --- compute ---
    @api.depends("move_line_id")
    def _compute_name(self):
        for line in self:
            lines = (line.move_line_id.name or "").split("\n")
            line.name = ", ".join(part for part in lines if part)

    @api.depends("move_line_id")
    def _compute_has_work(self):
        for line in self:
            # sudo: who credits invoices may not read the ledger
            origin = line.move_line_id.sudo()
            entries = origin.fsm_billing_entry_ids
            line.has_work = bool(entries or origin.sale_line_ids)
            line.has_parts = bool(entries.stock_move_id)

    @api.depends("move_line_id")
    def _compute_left(self):
        amounts = self.env["fsm.credit.amounts"]
        left = {}
        for move in self.move_line_id.move_id:
            left |= amounts._get_left(move)
        for line in self:
            origin = line.move_line_id
            # programs may ask about a row before they name its invoice line
            line.qty_left = origin._get_fsm_open_quantity() if origin else 0.0
            figures = left.get(origin)
            line.amount_left = amounts._get_untaxed(figures) if figures else 0.0
            line.figures_left = [
                [*key, amount] for key, amount in (figures or {}).items()
            ]

    def _get_figures_left(self):
        """:return: what is left of the invoice line, see ``fsm.credit.amounts``"""
        self.ensure_one()
        return {
            (name, tax_id): amount for name, tax_id, amount in self.figures_left or []
        }

    def _forget_left(self):
        """Read again what is left: somebody may have credited in the meantime."""
        self.invalidate_recordset(["amount_left", "figures_left", "qty_left"])

    @api.depends("move_line_id", "wizard_id.fsm_work")
    def _compute_work(self):
        for line in self:
            # what people chose for this line alone stays
            is_own = line.work in ("price", "returned")
            line.work = line.work if is_own else line._get_usual_work()

    def _get_usual_work(self):
        """:return: what happens with the work of this line unless people say else"""
        self.ensure_one()
        return self.wizard_id.fsm_work if self.has_work else "refund"

    @api.depends("move_line_id")
    def _compute_qty_to_credit(self):
        for line in self:
            line.qty_to_credit = line.qty_left

    @api.depends("move_line_id", "qty_to_credit", "work")
    def _compute_amount_to_credit(self):
        for line in self:
            if line.work == "price" or not line.move_line_id:
                # what people type stays
                line.amount_to_credit = line.amount_to_credit
                continue
            factor = line._get_factor()
            line.amount_to_credit = line.currency_id.round(line.amount_left * factor)

    @api.depends("qty_to_credit", "amount_to_credit", "work")
    def _compute_is_beyond(self):
        for line in self:
            line.is_beyond = bool(line._get_surplus_message())

    @api.onchange("work")
    def _onchange_work(self):
        if self.work == "price":
            self.qty_to_credit = 0.0
            self.amount_to_credit = 0.0
            return {}
        if not self.qty_to_credit:
            self.qty_to_credit = self.qty_left
        is_possible = {"returned": self.has_parts, "bill_again": self.has_work}
        if is_possible.get(self.work, True):
            return {}
        self.work = self._get_usual_work()
        return {"warning": self._get_work_warning()}

    def _get_work_warning(self):
        """:return: title and message for people whose choice this line can't do"""
        self.ensure_one()
        if self.has_work:
            return {
                "title": self.env._("No parts"),
                "message": self.env._(
                    "This line bills no parts that could come back to stock. Choose "
                    "Bill again, Refund, or Price only."
                ),
            }
        return {
            "title": self.env._("Nothing to open"),
            "message": self.env._(
                "This line bills neither hours nor parts of a service order. Choose "
                "Refund, or Price only."
            ),
        }

    def _get_factor(self):
        """:return: the share of what is left of the line that is credited now"""
        self.ensure_one()
        if self.work == "price":
            left = self.amount_left
            return self.amount_to_credit / left if left else 0.0
        if self._is_rest():
            return 1.0
        return self.qty_to_credit / self.qty_left if self.qty_left else 0.0

    def _is_rest(self):
        """:return: True if all that is left of the line is credited now"""
        self.ensure_one()
        if self.work == "price":
            return (
                self.currency_id.compare_amounts(
                    self.amount_to_credit, self.amount_left
                )
                == 0
            )
        compare = self.move_line_id._compare_fsm_quantities
        return compare(self.qty_to_credit, self.qty_left) == 0 and bool(self.qty_left)

    def _is_chosen(self):
        """:return: True if something of the line is credited"""
        self.ensure_one()
        if self.work == "price":
            return not self.currency_id.is_zero(self.amount_to_credit)
        return self.move_line_id._compare_fsm_quantities(self.qty_to_credit, 0) != 0

    # --- checks ---
    @api.constrains("move_line_id")
    def _check_move_line_id(self):
        """Show what is left of a line only to those who may read the line.

        :raise AccessError: if it is of another company, or out of reach otherwise
        """
        self.sudo(False).move_line_id.check_access("read")

    def _check(self):
        """:raise UserError: naming the first line that can't be credited like this"""
        for line in self:
            problem = line._get_surplus_message()
            if problem:
                raise UserError(problem)
            if line.work == "returned" and not line.has_parts:
                raise UserError(
                    self.env._(
                        "%(line)s bills no parts of a service order that could come "
                        "back to stock. Choose Refund for it.",
                        line=line.name,
                    )
                )

    def _get_surplus_message(self):
        """:return: what is wrong with the number of this line, and what to do"""
        self.ensure_one()
        if not self.move_line_id or self._is_within(
            *(
                (self.amount_to_credit, self.amount_left)
                if self.work == "price"
                else (self.qty_to_credit, self.qty_left)
            )
        ):
            return ""
        show = self.env["fsm.billing.source"]._format_billing_quantity
        return self.env._(
            "Of %(line)s, %(quantity)s %(unit)s (%(amount)s before tax) is left to "
            "credit. Enter a number between zero and that.",
            line=self.name,
            quantity=show(self.qty_left),
            unit=self.uom_id.name or "",
            amount=self.currency_id.format(self.amount_left),
        )

    def _is_within(self, value, left):
        """:return: True if ``value`` lies between zero and what is ``left``"""
        self.ensure_one()
        compare = (
            self.currency_id.compare_amounts
            if self.work == "price"
            else self.move_line_id._compare_fsm_quantities
        )
        sign = -1 if left < 0 else 1
        return compare(value * sign, 0) >= 0 and compare(value * sign, left * sign) <= 0

    # --- values ---
    def _prepare_credit_line(self):
        """:return: values of the line of the credit note"""
        self.ensure_one()
        figures = self._get_figures_left()
        amounts = self.env["fsm.credit.amounts"]
        origin = self.move_line_id
        share = amounts._get_share(origin.move_id, figures, self._get_factor())
        return amounts._prepare_credit_line(
            origin,
            figures if self._is_rest() else share,
            self.qty_to_credit,
            self.work,
        )
