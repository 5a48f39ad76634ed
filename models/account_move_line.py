from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # --- Field service ---
    fsm_billing_entry_ids = fields.One2many(
        "fsm.billing.entry", "move_line_id", string="Billing entries", copy=False
    )

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
        by_engine = {"fsm_origin_line_id", "fsm_qty_credited"} & vals.keys()
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
            "fsm_credit_work",
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
        of_orders = lines.filtered("fsm_order_ids")
        for credit in (of_orders.fsm_credit_line_ids - lines).move_id:
            raise UserError(
                self.env._(
                    "%(credit)s credits %(invoice)s. Delete that credit note first.",
                    credit=credit._get_fsm_names(),
                    invoice=lines.move_id._get_fsm_names(),
                )
            )
        lines.fsm_billing_entry_ids._take_back()
        return super().unlink()

    # --- cost of goods ---
    def _eligible_for_stock_account(self):
        """Leave the cost of goods alone where no goods are given back.

        A refund leaves parts with the customer, and so does a correction of a price.
        """
        # sudo: who posts a credit note may not read the ledger
        line = self.sudo()
        is_of_order = bool(line.fsm_origin_line_id.fsm_order_ids)
        if line.move_id.move_type == "out_refund" and (
            line.fsm_credit_work == "price"
            or (line.fsm_credit_work == "refund" and is_of_order)
        ):
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
