from lxml import html

from .common import InvoicingCommon


class PreviewCommon(InvoicingCommon):
    """Compares the preview on the Billing tab with the invoice made of it."""

    def _get_preview(self, order):
        return html.fromstring(order.with_user(self.clerk).billing_preview)

    def _get_number(self, cell):
        """:return: the number that a cell of the preview shows"""
        text = cell.text_content().split("Hours")[0]
        return float("".join(c for c in text if c.isdigit() or c in ".-"))

    def _get_amounts(self, order):
        """:return: the figures at the foot of the preview: untaxed, tax, total"""
        cells = self._get_preview(order).xpath("//tfoot//td[last()]")
        return [self._get_number(cell) for cell in cells]

    def _get_rows(self, order):
        """:return: quantity, price and amount of each line of the preview"""
        rows = self._get_preview(order).xpath("//tbody/tr[td]")
        return [
            tuple(
                self._get_number(cell)
                for cell in (*row.xpath("td")[2:4], row.xpath("td")[-1])
            )
            for row in rows
        ]

    def _create_invoice(self, order):
        """Press Create invoice as the clerk; return the new draft."""
        before = order.invoice_ids
        order.with_user(self.clerk).action_create_invoice()
        return order.invoice_ids - before

    def _assert_preview_is_invoice(self, order):
        """Compare figures at the foot, lines and the amount to bill; return the drafts.

        A credit note shows positive what the preview shows negative.
        """
        amounts, rows = self._get_amounts(order), self._get_rows(order)
        to_bill = order.with_user(self.clerk).amount_to_bill
        documents = self._create_invoice(order).sorted("id")
        signs = {
            move: -1 if move.move_type == "out_refund" else 1 for move in documents
        }
        self.assertEqual(
            amounts,
            [
                round(signs[move] * move[name], 2)
                for move in documents
                for name in ("amount_untaxed", "amount_tax", "amount_total")
            ],
        )
        lines = [line for move in documents for line in self._product_lines(move)]
        self.assertEqual(
            rows,
            [
                (
                    signs[line.move_id] * line.quantity,
                    round(line.price_unit, 6),
                    -line.amount_currency,
                )
                for line in lines
            ],
        )
        self.assertAlmostEqual(to_bill, -sum(line.balance for line in lines), places=6)
        return documents
