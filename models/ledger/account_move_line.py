from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.groups import BILLING_GROUP


class AccountMoveLine(models.Model):
    """Lines of documents: their entries in the ledger, and what stays as it is."""

    _name = "account.move.line"
    _inherit = ["account.move.line", "fsm.field.guard"]

    # --- Field service ---
    fsm_billing_entry_ids = fields.One2many(
        "fsm.billing.entry",
        "move_line_id",
        string="Billing entries",
        copy=False,
        groups=BILLING_GROUP,  # or reading all fields fails for everybody else
    )
    fsm_is_work_deleted = fields.Boolean(
        string="Work deleted",
        copy=False,
        readonly=True,
        groups="base.group_user",  # customers read the lines of their invoices
        help="Hours or parts that this line of a cancelled invoice had billed are "
        "not there any more.",
    )

    # --- guards ---
    @api.constrains("fsm_order_ids")
    def _check_fsm_order_ids(self):
        """Keep lines linked to the orders they bill: the lifecycle hooks go by it."""
        for line in self.sudo():  # sudo: whoever writes may not read the ledger
            orders = line._get_fsm_lines_behind().fsm_billing_entry_ids.order_id
            missing = orders - line.fsm_order_ids
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

        :raise UserError: naming the document
        """
        if "move_id" in vals:
            self._fsm_check_stays(vals["move_id"])
        self._fsm_check_final(vals)

    def _fsm_check_final(self, vals):
        """Refuse to change quantities and prices that are posted.

        Odoo lets those of posted lines be written by RPC.

        :raise UserError: naming the document
        """
        protected = vals.keys() & self._get_fsm_final_fields()
        if not protected:
            return
        for line in self.sudo():  # sudo: whoever writes may not read the ledger
            if (
                line.parent_state == "posted"
                and line._is_fsm_of_orders()
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

    @api.model
    def _get_fsm_final_fields(self):
        """:return: set of the fields that say what a posted line comes to"""
        return {"quantity", "product_uom_id", "price_unit", "discount"}

    def _get_fsm_lines_behind(self):
        """:return: these lines, and those whose work they are about"""
        return self

    def _is_fsm_of_orders(self):
        """:return: True if the ledger goes by this line; all others are up to Odoo"""
        self.ensure_one()
        return bool(self.fsm_billing_entry_ids)

    def _fsm_check_stays(self, move_id):
        """:raise UserError: if a line of the ledger would go to another document"""
        for line in self.sudo():  # sudo: whoever writes may not read the ledger
            if line.move_id.id != move_id and line._is_fsm_of_orders():
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
        lines.fsm_billing_entry_ids._take_back()
        # that empties the cache, and with it what Odoo would read together: it would
        # ask for line after line
        return super(AccountMoveLine, self.with_prefetch()).unlink()

    # --- screens ---
    def action_register_payment(self, ctx=None):
        # the title of the dialog says what the button said
        action = super().action_register_payment(ctx=ctx)
        return {**action, "name": self.env._("Register payment")}

    # --- what is left of an invoice when credit notes have taken their part back ---
    def _is_fsm_standing(self):
        """:return: True if this line bills something that no credit note took back

        A line that was typed, or that a quotation is billed by, is in no ledger.
        """
        self.ensure_one()
        if self.fsm_billing_entry_ids:
            return any(entry._is_standing() for entry in self.fsm_billing_entry_ids)
        move = self.move_id
        return (
            self.display_type == "product"
            and move.move_type == "out_invoice"
            and move.state != "cancel"
            and move.payment_state != "reversed"
            and not self._is_fsm_credited()
        )

    def _is_fsm_credited(self):
        """:return: True if credit notes took all of this line back"""
        return False
