from .common import InvoicingCommon


class CreditCommon(InvoicingCommon):
    """The dialog of Add credit note, line by line, as the clerk fills it in."""

    def _post_invoice(self, order):
        invoice = self._invoice(order)
        invoice.action_post()
        return invoice

    def _open_dialog(self, invoice, **values):
        """Press Add credit note on ``invoice``."""
        return (
            self.env["account.move.reversal"]
            .with_user(self.clerk)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, **values})
        )

    def _choose(self, dialog, choices):
        """Choose lines: {product: quantity, or (quantity or amount, work)}."""
        dialog.action_fsm_choose_none()
        for line in dialog.fsm_credit_line_ids:
            product = line.move_line_id.product_id
            if product not in choices:
                continue
            choice = choices[product]
            number, work = choice if isinstance(choice, tuple) else (choice, None)
            line.work = work or line.work
            line["amount_to_credit" if work == "price" else "qty_to_credit"] = number
        return dialog

    def _confirm(self, invoice, choices=None, **values):
        """Credit ``choices``, or all, of ``invoice``; return the credit note."""
        dialog = self._open_dialog(invoice, **values)
        if choices is not None:
            self._choose(dialog, choices)
        dialog.action_fsm_confirm()
        return dialog.new_move_ids

    def _line(self, records, product):
        """:return: the line of a dialog or a document for ``product``"""
        if records._name == "account.move.reversal":
            return records.fsm_credit_line_ids.filtered(
                lambda line: line.move_line_id.product_id == product
            )
        return self._product_lines(records).filtered(
            lambda line: line.product_id == product
        )
