from odoo import api, fields, models


class AccountMoveLine(models.Model):
    """Parts that came back, deducted on an invoice of other work.

    A deduction counts as a credit of the line that billed the part, so that nobody
    gives the same part back twice. A credit note of the deduction names that line as
    well: it takes the deduction back.
    """

    _inherit = "account.move.line"

    # --- Field service ---
    fsm_deducted_line_id = fields.Many2one(
        "account.move.line",
        string="Deducted from",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",  # a line with deductions can't be deleted
        help="The invoice line that billed the parts that came back.",
    )
    fsm_deduction_line_ids = fields.One2many(
        "account.move.line", "fsm_deducted_line_id", string="Deductions"
    )

    @api.depends(
        "fsm_deduction_line_ids.quantity",
        "fsm_deduction_line_ids.product_uom_id",
        "fsm_deduction_line_ids.fsm_credit_work",
        "fsm_deduction_line_ids.move_id.state",
        "fsm_deduction_line_ids.move_id.move_type",
    )
    def _compute_fsm_qty_credited(self):
        res = super()._compute_fsm_qty_credited()
        for line in self:
            deductions = line._get_fsm_deductions()
            if deductions:
                line.fsm_qty_credited += sum(
                    deduction._get_fsm_deducted_quantity() for deduction in deductions
                )
        return res

    # --- copies ---
    def _copy_data_extend_business_fields(self, values):
        """Let what credits or replaces a deduction know the line it is taken off."""
        res = super()._copy_data_extend_business_fields(values)
        if self.fsm_deducted_line_id:
            values["fsm_deducted_line_id"] = self.fsm_deducted_line_id.id
        return res

    def _fsm_take_over_deductions(self):
        """Let drafts deduct from these lines what they would from those replaced."""
        for line in self:
            origin = line.fsm_origin_line_id
            drafts = origin._get_fsm_draft_deductions()
            if (
                drafts
                and origin._compare_fsm_quantities(origin._get_fsm_open_quantity(), 0)
                == 0
            ):
                drafts.fsm_deducted_line_id = line

    # --- quantities and amounts ---
    def _get_fsm_deductions(self, state="posted"):
        """:return: lines that deduct from these lines, or take that back

        :param str state: of the documents that they are on
        """
        return self.fsm_deduction_line_ids.filtered(
            lambda line: line.parent_state == state
        )

    def _get_fsm_draft_deductions(self):
        """:return: lines of draft invoices that would deduct from these lines"""
        return self._get_fsm_deductions("draft").filtered(
            lambda line: line.move_id.move_type == "out_invoice"
        )

    def _get_fsm_deduction_sign(self):
        """:return: factor from the figures of this deduction to what they credit

        A deduction is negative on an invoice. So is what a credit note takes back of
        it, which credits that much less.
        """
        self.ensure_one()
        return 1 if self.move_id.move_type == "out_refund" else -1

    def _get_fsm_deducted_quantity(self):
        """:return: what this deduction credits, in the unit of the line it is off"""
        self.ensure_one()
        if self.fsm_credit_work == "price":
            return 0.0
        return (
            self._get_fsm_quantity_in_unit_of(self.fsm_deducted_line_id)
            * self._get_fsm_deduction_sign()
        )

    def _get_fsm_quantity_left(self):
        left = super()._get_fsm_quantity_left()
        return left - sum(
            line._get_fsm_deducted_quantity()
            for line in self._get_fsm_draft_deductions()
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
