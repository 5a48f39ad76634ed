from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_compare

from ...tools.splitting import fill
from ...tools.tolerance import NOISE

#: what a credit line can say about the work of the line that it credits; it says
#: nothing where the work itself was taken back, and is on this line in the ledger
CREDIT_WORK = [
    ("bill_again", "Bill again"),
    ("refund", "Refund"),
    ("returned", "Returned to stock"),
    ("price", "Price only"),
]
#: what it can say of all lines of an invoice
CREDIT_WORK_OF_ALL = [
    ("bill_again", "Bill the work again"),
    ("refund", "Refund: the work stays billed"),
]


class AccountMoveLine(models.Model):
    """Lines of credit notes: what they credit, and which work they open again."""

    _inherit = "account.move.line"

    # --- Field service ---
    fsm_credited_line_id = fields.Many2one(
        "account.move.line",
        string="Credits",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",  # only lines without service orders can be deleted
        help="The invoice line that this line credits.",
    )
    fsm_credit_line_ids = fields.One2many(
        "account.move.line", "fsm_credited_line_id", string="Credited by"
    )
    fsm_replaced_line_id = fields.Many2one(
        "account.move.line",
        string="Replaces",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",  # only lines without service orders can be deleted
        help="The credited invoice line whose work this line bills once more.",
    )
    fsm_credit_work = fields.Selection(
        CREDIT_WORK,
        string="Work",
        copy=False,
        help="What a credit note does with the work of its line.\n"
        "Bill again: it is open on the service order once more.\n"
        "Refund: it stays billed, the customer gets his money back.\n"
        "Returned to stock: the parts came back, and are not billed any more.\n"
        "Price only: the price was corrected; nothing is open.",
    )
    fsm_qty_credited = fields.Float(
        string="Credited",
        compute="_compute_fsm_qty_credited",
        store=True,
        copy=False,
        recursive=True,
        help="Quantity on posted credit notes.",
    )

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
            for entry, part in line.fsm_credited_line_id._get_fsm_opened(quantity):
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

    @api.depends(
        "fsm_credit_line_ids.quantity",
        "fsm_credit_line_ids.product_uom_id",
        "fsm_credit_line_ids.fsm_credit_work",
        "fsm_credit_line_ids.fsm_qty_credited",
        "fsm_credit_line_ids.move_id.state",
        "fsm_credit_line_ids.move_id.move_type",
    )
    def _compute_fsm_qty_credited(self):
        for line in self:
            line.fsm_qty_credited = sum(
                sign * credit._get_fsm_quantity_in_unit_of(line)
                for credit, sign in line._get_fsm_signed_credits()
                if credit.fsm_credit_work != "price"
            )

    # --- guards ---
    def unlink(self):
        lines = self.sudo()  # sudo: whoever deletes may not read the ledger
        of_orders = lines.filtered("move_id.fsm_order_ids")
        credits = (of_orders.fsm_credit_line_ids - lines).move_id
        credits._fsm_check_deleted_before(lines.move_id)
        return super().unlink()

    def write(self, vals):
        res = super().write(vals)
        if "fsm_credit_work" in vals:
            # sudo: who credits invoices may not read sales
            self.sudo()._fsm_settle_sale_lines()
        return res

    def _fsm_settle_sale_lines(self):
        """Let what was quoted count as invoiced still, unless it is billed again.

        A down payment that is given back is not there to be deducted.
        """
        for line in self:
            origin = line.fsm_credited_line_id
            if not origin.sale_line_ids or line.parent_state != "draft":
                continue
            sale_lines = origin._get_fsm_sale_lines_credited(line.fsm_credit_work)
            if line.sale_line_ids != sale_lines:
                line.sale_line_ids = sale_lines

    def _get_fsm_sale_lines_credited(self, work):
        """:return: the sale order lines that are credited with this invoice line

        :param work: see ``fsm_credit_work``
        """
        self.ensure_one()
        # sudo: who credits invoices may not read sales
        sale_lines = self.sudo().sale_line_ids
        stays = work in ("refund", "price") and not self.is_downpayment
        return sale_lines.browse() if stays else sale_lines

    @api.model
    def _get_fsm_final_fields(self):
        return super()._get_fsm_final_fields() | {"fsm_credit_work"}

    def _get_fsm_lines_behind(self):
        lines = super()._get_fsm_lines_behind()
        return lines | self.fsm_credited_line_id | self.fsm_replaced_line_id

    def _is_fsm_of_orders(self):
        behind = self.fsm_credited_line_id | self.fsm_replaced_line_id
        return super()._is_fsm_of_orders() or bool(behind.move_id.fsm_order_ids)

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not self.env.su:
            lines._check_fsm_links()
        return lines

    @api.model
    def _get_engine_fields_copied(self):
        return super()._get_engine_fields_copied() | {
            "fsm_credited_line_id",
            "fsm_replaced_line_id",
        }

    def _check_fsm_links(self):
        """:raise AccessError: if a new line names one that it is no copy of"""
        for line in self.sudo():  # sudo: who credits invoices may not read the ledger
            for name in ("fsm_credited_line_id", "fsm_replaced_line_id"):
                if line[name] and not line._is_fsm_copy_of(line[name]):
                    self._raise_engine_only(name)

    def _is_fsm_copy_of(self, origin):
        """:return: True if this line may credit the line ``origin``, or replace it"""
        self.ensure_one()
        move, invoice = self.move_id, origin.move_id
        if move.company_id != invoice.company_id:
            return False
        if move.move_type == "out_refund":
            return move.reversed_entry_id == invoice
        # what replaces an invoice comes after its credit note
        return move.move_type == "out_invoice" and bool(invoice.reversal_move_ids)

    # --- copies ---
    def _copy_data_extend_business_fields(self, values):
        """Let credit notes know their service order and the line they credit."""
        res = super()._copy_data_extend_business_fields(values)
        if self.display_type == "product" and self.move_id.move_type == "out_invoice":
            # Odoo says so to what it copies for a credit note
            is_reversed = "move_reverse_cancel" in self.env.context
            name = "fsm_credited_line_id" if is_reversed else "fsm_replaced_line_id"
            values[name] = self.id
            # sudo: who credits invoices may not read service orders
            orders = self.sudo().fsm_order_ids
            values["fsm_order_ids"] = [Command.set(orders.ids)]
            if orders:
                values["fsm_credit_work"] = "bill_again"
        return res

    # --- quantities ---
    def _get_fsm_posted_credits(self):
        """:return: the lines of posted documents that credit these lines"""
        return self.fsm_credit_line_ids.filtered(
            lambda line: line.parent_state == "posted"
        )

    def _get_fsm_signed_credits(self):
        """List what counts as credited of this line.

        Invoices of earlier versions deduct parts that came back, by a negative
        quantity; and a credit note of such an invoice takes that back.

        :return: list of (posted line, 1, or -1 where its figures count the other way)
        """
        self.ensure_one()
        credits = []
        for line in self._get_fsm_posted_credits():
            sign = line._get_fsm_credit_sign()
            credits.append((line, sign))
            if sign < 0:  # nobody credits a credit note
                credits += line._get_fsm_signed_credits()
        return credits

    def _get_fsm_credit_sign(self):
        """:return: factor from the figures of this line to what they credit"""
        self.ensure_one()
        return 1 if self.move_id.move_type == "out_refund" else -1

    def _is_fsm_return(self):
        """:return: True if this line credits work that was taken back, such as a part

        Negative work is on it; the work that it comes off stays billed.
        """
        self.ensure_one()
        return any(entry.kind == "bill" for entry in self.fsm_billing_entry_ids)

    def _get_fsm_open_quantity(self):
        """:return: quantity of this invoice line that no posted credit note credits

        Nothing where more was credited, as Odoo allows without service orders.
        """
        self.ensure_one()
        left = self.quantity - self.fsm_qty_credited
        return left if left * self.quantity > 0 else 0.0

    def _get_fsm_quantity_left(self):
        """:return: quantity of this invoice line that no credit note takes off it

        Drafts of parts that came back count as well.
        """
        self.ensure_one()
        drafts = self.fsm_credit_line_ids.filtered(
            lambda line: line.parent_state == "draft" and line._is_fsm_return()
        )
        pending = sum(line._get_fsm_credited_quantity() for line in drafts)
        return self.quantity - self.fsm_qty_credited - pending

    def _is_fsm_creditable(self, unit):
        """:return: True if quantities in ``unit`` can be credited of this line"""
        self.ensure_one()
        return bool(
            self.parent_state == "posted"
            and self.move_id.move_type == "out_invoice"
            and self._is_fsm_in_unit_like(unit)
        )

    def _is_fsm_in_unit_like(self, unit):
        """:return: True if quantities of this line can be said in ``unit``"""
        self.ensure_one()
        return bool(
            self.product_uom_id and self.product_uom_id._has_common_reference(unit)
        )

    def _get_fsm_credited_quantity(self):
        """:return: quantity of this credit line in the unit of the line it credits"""
        quantity = self._get_fsm_quantity_in_unit_of(self.fsm_credited_line_id)
        return quantity * self._get_fsm_credit_sign()

    def _get_fsm_quantity_in_unit_of(self, other):
        """:return: quantity of this line in the unit of the line ``other``"""
        self.ensure_one()
        unit = other.product_uom_id
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

    def _is_fsm_at_price(self, untaxed, quantity):
        """Tell a credit of hours or parts from a correction of their price.

        :return: True if this line credits its share of ``quantity``, which comes to
            ``untaxed``, within a cent
        """
        self.ensure_one()
        share = self._get_fsm_credited_quantity() / quantity if quantity else 1.0
        currency = self.fsm_credited_line_id.currency_id
        difference = abs(self.price_subtotal - untaxed * share)
        return currency.compare_amounts(difference, currency.rounding) <= 0

    # --- checks ---
    def _fsm_check_posted(self):
        """Check that these lines are on posted invoices, and so can be credited.

        :raise UserError: naming the invoice that is not posted
        """
        for move in self.move_id.filtered(lambda move: move.state != "posted"):
            raise UserError(
                self.env._(
                    "%(invoice)s is not posted, so there is nothing to credit. Confirm "
                    "it first, or delete this document.",
                    invoice=move._get_fsm_names(),
                )
            )

    def _fsm_check_credited(self):
        """Check that these lines are not credited beyond what they invoiced.

        :raise UserError: naming the line and its credit notes
        """
        show = self.env["fsm.billing.source"]._format_billing_quantity
        for line in self.filtered(lambda line: not line._is_fsm_credited_within()):
            credits = line._get_fsm_posted_credits()
            raise UserError(
                self.env._(
                    "%(credits)s would credit %(credited)s of %(line)s "
                    "(%(credited_amount)s), but %(invoice)s invoiced %(quantity)s "
                    "(%(amount)s). Correct the quantity or the price there. Parts that "
                    "came back after they were credited are not credited once more: "
                    "delete their line, and set them to Not billed on the service "
                    "order.",
                    credits=credits.move_id._get_fsm_names(),
                    credited=show(line.fsm_qty_credited),
                    credited_amount=line.currency_id.format(
                        line._get_fsm_amount_credited()
                    ),
                    quantity=show(line.quantity),
                    amount=line.currency_id.format(line.price_subtotal),
                    line=(line.name or "").split("\n")[0],
                    invoice=line.move_id._get_fsm_names(),
                )
            )

    def _get_fsm_amount_credited(self):
        """:return: untaxed amount that posted documents credit of this line

        In the currency of this line.
        """
        self.ensure_one()
        convert = self.move_id._convert_fsm_amount
        return sum(
            sign * convert(line.price_subtotal, line.move_id)
            for line, sign in self._get_fsm_signed_credits()
        )

    def _is_fsm_credited_within(self):
        """:return: True if no more of this line is credited than it invoiced"""
        self.ensure_one()
        credits = self._get_fsm_posted_credits()
        # each of them may be rounded by a cent
        cents = self.currency_id.rounding * len(credits)
        return (
            self._compare_fsm_quantities(abs(self.fsm_qty_credited), abs(self.quantity))
            <= 0
            and self.currency_id.compare_amounts(
                abs(self._get_fsm_amount_credited()), abs(self.price_subtotal) + cents
            )
            <= 0
            # a line the other way round would bill, not credit
            and all(
                line._get_fsm_credited_quantity() * self.quantity >= 0
                for line in credits
                if line.fsm_credit_work != "price"
            )
        )

    def _get_fsm_total_booked(self):
        """:return: what these lines of one document come to, taxes included

        To the cent, also where taxes are rounded on the document as a whole.
        """
        if not self:
            return 0.0
        amounts = self.env["fsm.credit.amounts"]
        figures = amounts._read(self.move_id)
        return sum(
            amounts._get_untaxed(figures[line]) + amounts._get_tax(figures[line])
            for line in self
        )

    def _is_fsm_credited(self):
        self.ensure_one()
        return bool(
            self._compare_fsm_quantities(self.fsm_qty_credited, self.quantity) == 0
            # work that is given away by a quantity of zero
            and self._get_fsm_posted_credits()
        )

    def _prepare_fsm_printed_opened(self, quantity, opened):
        """:return: list of dict: further values of the entries that open work again"""
        return [{} for _entry, _quantity in opened]

    def _is_fsm_as_booked(self):
        """:return: True if this credit line has figures, and nobody changed it since"""
        return False

    # --- what is opened ---
    def _is_fsm_opening(self):
        """:return: True if this credit line opens work again when it is posted"""
        return self.fsm_credit_work in ("bill_again", "returned")

    def _prepare_reopen_entries(self):
        """Say which work this posted credit line opens again.

        :return: list of values of billing entries
        """
        self.ensure_one()
        origin = self.fsm_credited_line_id
        credited = self._get_fsm_credited_quantity()
        opened = origin._get_fsm_opened(credited)
        printed = origin._prepare_fsm_printed_opened(credited, opened)
        return [
            {
                **entry._prepare_same_source(),
                **values,
                "kind": "reopen",
                "move_line_id": self.id,
                "quantity": -quantity,
            }
            for (entry, quantity), values in zip(opened, printed, strict=True)
        ]

    def _get_fsm_opened(self, quantity):
        """Say which work crediting ``quantity`` more of this invoice line opens.

        The last work billed is opened first, so that a partial credit touches as few
        sources as possible.

        :return: list of (billing entry, quantity in the unit of its source)
        """
        self.ensure_one()
        bills = self.fsm_billing_entry_ids.filtered(lambda e: e.kind == "bill")
        standing = self._get_fsm_standing_quantities()
        # what was refunded stays billed, also when the rest is credited; so does what
        # came back in Inventory
        opened = sum(
            credit._get_fsm_credited_quantity()
            for credit in self._get_fsm_posted_credits()
            if any(entry.kind == "reopen" for entry in credit.fsm_billing_entry_ids)
        )
        is_whole = self._compare_fsm_quantities(opened + quantity, self.quantity) == 0
        share = self._get_fsm_share(quantity)
        result = []
        for alike in self._get_fsm_bills_alike(bills.sorted("id", reverse=True)):
            parts = [standing[entry._get_source()] for entry in alike]
            if not is_whole:
                parts = fill(share * sum(alike.mapped("quantity")), parts)
            result += zip(alike, parts, strict=True)
        return [(entry, part) for entry, part in result if abs(part) > NOISE]

    def _get_fsm_bills_alike(self, bills):
        """:return: list of recordsets: those of ``bills`` that open one for another"""
        return [bills]

    def _get_fsm_quoted_words(self, quantity):
        """Say what of a quotation is to be invoiced once more, such as "1 Inspection".

        :return: text, empty for lines that bill hours, parts or charges
        """
        self.ensure_one()
        # sudo: who credits invoices may read neither the ledger nor sales
        origin = (self.fsm_credited_line_id or self).sudo()
        if origin.fsm_billing_entry_ids or not origin.sale_line_ids:
            return ""
        name = (origin.name or "").split("\n")[0]
        format_quantity = self.env["fsm.billing.source"]._format_billing_quantity
        return f"{format_quantity(quantity)} {name}"

    def _get_fsm_share(self, quantity):
        """:return: the share of this invoice line that ``quantity`` of it makes"""
        self.ensure_one()
        covered = self._get_fsm_covered_quantity()
        # a line that was rounded for printing counts as what it covers, so that one
        # hour credited is one hour opened again
        is_rounded = self._compare_fsm_quantities(covered, self.quantity) == 0
        base = covered if is_rounded else self.quantity
        return quantity / base if base else 1.0

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
