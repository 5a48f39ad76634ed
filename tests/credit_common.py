from odoo.fields import Command

from .common import InvoicingCommon


class CreditCommon(InvoicingCommon):
    """The dialog of Add credit note, line by line, as the clerk fills it in."""

    def _post_quotation(self):
        """Invoice an order made of a quotation of 4 hours, billed as ordered.

        :return: the service order and the posted invoice
        """
        sale = self._create_sale(self.labor, quantity=4)
        sale.order_line.product_id.invoice_policy = "order"
        sale.action_confirm()
        order = self._create_order(hours=1, parts=0, sale_line_id=sale.order_line.id)
        order.with_user(self.clerk).action_create_invoice()
        invoice = order.invoice_lines.move_id.with_user(self.clerk)
        invoice.action_post()
        return order, invoice

    def _create_early_term(self):
        return self.env["account.payment.term"].create(
            {
                "name": "2% in 7 days",
                "early_discount": True,
                "discount_days": 7,
                "discount_percentage": 2,
                "early_pay_discount_computation": "mixed",
                "line_ids": [Command.create({"value": "percent", "value_amount": 100})],
            }
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

    def _get_cost(self, moves):
        """:return: (balance of all lines of cost of goods, the expense among them)"""
        lines = moves.sudo().line_ids.filtered(lambda line: line.display_type == "cogs")
        expenses = lines.filtered(
            lambda line: line.account_id.account_type.startswith("expense")
        )
        return sum(lines.mapped("balance")), sum(expenses.mapped("balance"))

    def _line(self, records, product):
        """:return: the line of a dialog or a document for ``product``"""
        if records._name == "account.move.reversal":
            return records.fsm_credit_line_ids.filtered(
                lambda line: line.move_line_id.product_id == product
            )
        return self._product_lines(records).filtered(
            lambda line: line.product_id == product
        )


class CreditedCommon(CreditCommon):
    """An order of ``work`` is invoiced, and its invoice is credited."""

    work = {"hours": 8, "parts": 3}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(**cls.work)

    def setUp(self):
        super().setUp()
        self.invoice = self._post_invoice(self.order)
