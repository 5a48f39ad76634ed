from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Drafts that another module merges into one.

    OCA's ``account_invoice_merge`` makes a new draft, with one line for all those that
    look alike, and cancels the old ones. We don't depend on it: the context of both
    calls has ``is_merge``.
    """

    _inherit = "account.move"

    def button_cancel(self):
        res = super().button_cancel()
        if self.env.context.get("is_merge"):
            # sudo: who merges invoices may not read service orders; the ledger is
            # written by the engine alone
            self.sudo()._fsm_move_to_merged()
        return res

    def _fsm_move_to_merged(self):
        """Move work, links and orders of these cancelled drafts to what replaces them.

        :raise UserError: if that can't be done, and they are not to be merged
        """
        timesheets = self.timesheet_ids.filtered("fsm_order_id")
        parts = self.env["stock.move"]._get_parts_by_line(self.invoice_line_ids)
        if not (self.fsm_order_ids or timesheets or parts):
            return
        self._fsm_check_mergeable()
        merged = self._get_fsm_merged_invoice()
        lines = merged._fsm_take_over_lines(self) if self.fsm_order_ids else {}
        merged._fsm_take_over_ledger(lines)
        # what others billed stays billed by them
        timesheets.timesheet_invoice_id = merged
        for old, moves in parts.items():
            alike = merged.invoice_line_ids.filtered(
                lambda line, old=old: line.product_id == old.product_id
            )
            moves._set_on_line(lines.get(old, alike[:1]))

    def _fsm_check_mergeable(self):
        """:raise UserError: if one of these drafts has to stay by itself"""
        for move in self.filtered("fsm_order_ids"):
            if move.move_type != "out_invoice":
                raise UserError(
                    self.env._(
                        "%(document)s is set off against the invoice that it credits "
                        "and can't be merged. Confirm it by itself.",
                        document=move._get_fsm_names(),
                    )
                )

    def _get_fsm_merged_invoice(self):
        """:return: the draft that was made of these invoices just now

        :raise UserError: if there is none
        """
        first = self[:1]
        merged = self.search(
            [
                ("id", ">", max(self.ids)),
                ("state", "=", "draft"),
                ("move_type", "=", first.move_type),
                ("partner_id", "=", first.partner_id.id),
                ("currency_id", "=", first.currency_id.id),
                ("journal_id", "=", first.journal_id.id),
            ],
            order="id DESC",
            limit=1,
        )
        # made in this very transaction
        now = self.env.cr.now().replace(microsecond=0)
        if not merged or merged.create_date.replace(microsecond=0) != now:
            raise UserError(
                self.env._(
                    "%(invoices)s can't be merged in this way, as the work on them "
                    "would be invoiced twice. Delete the drafts, then press Create "
                    "invoices on the list of the service orders, and choose one "
                    "invoice for each customer.",
                    invoices=self._get_fsm_names(),
                )
            )
        return merged

    # --- lines ---
    def _fsm_take_over_lines(self, invoices):
        """Replace the lines of this draft by those of ``invoices``, each for itself.

        If the pumps of two orders were one line, nobody could say which of them is
        credited, or at which site it is. Headings come along, and lines of a quantity
        of zero.

        :return: dict old line -> new line
        """
        self.ensure_one()
        self.invoice_line_ids.unlink()
        is_headed = len(invoices.fsm_order_ids) > 1
        last = self.env["fsm.order"]
        olds = []  # None for a heading that is new
        vals_list = []
        # a heading stands for all that comes below it
        for invoice in invoices.sorted(
            lambda move: (bool(move.fsm_order_ids), move.id)
        ):
            orders = invoice.fsm_order_ids
            is_lowered = is_headed and len(orders) == 1
            if is_lowered and orders != last:
                olds.append(None)
                name = orders._get_heading_for(invoice.partner_id)
                vals_list.append({"display_type": "line_section", "name": name})
            last = orders
            for line in invoice.invoice_line_ids.sorted(
                lambda line: (line.sequence, line.id)
            ):
                olds.append(line)
                vals_list.append(line._prepare_fsm_merged_line(is_lowered))
        lines = self.env["account.move.line"].create(
            [
                {**vals, "move_id": self.id, "sequence": 10 + index}
                for index, vals in enumerate(vals_list)
            ]
        )
        self.write(self._prepare_fsm_merged(invoices.filtered("fsm_order_ids")))
        return {old: line for old, line in zip(olds, lines, strict=True) if old}

    def _prepare_fsm_merged(self, invoices):
        """:return: what this draft takes over from ``invoices``, beside their lines"""
        sites = invoices.partner_shipping_id
        names = ", ".join(filter(None, invoices.mapped("invoice_origin"))).split(", ")
        days = [day for day in invoices.mapped("delivery_date") if day]
        return {
            "partner_shipping_id": (sites if len(sites) == 1 else self.partner_id).id,
            "fiscal_position_id": self.fiscal_position_id.id,  # not by the address
            "invoice_origin": ", ".join(dict.fromkeys(names)),
            "ref": ", ".join(dict.fromkeys(filter(None, invoices.mapped("ref")))),
            **({"delivery_date": max(days)} if days else {}),
        }

    def _fsm_take_over_ledger(self, lines):
        """Let this draft bill what cancelled ones did.

        :param dict lines: line of a cancelled draft -> line of this one
        """
        for old, new in lines.items():
            old.fsm_credit_line_ids.fsm_credited_line_id = new
        self.env["fsm.billing.entry"]._record(
            [
                {
                    **entry._prepare_same_source(),
                    "kind": "bill",
                    "move_line_id": new.id,
                    "quantity": entry.quantity,
                    # the line is as it was, and so is what it prints of the work
                    "qty_exact": entry.qty_exact,
                    "qty_printed": entry.qty_printed,
                }
                for old, new in lines.items()
                for entry in old.fsm_billing_entry_ids
            ]
        )
        orders = self.fsm_order_ids
        if orders:
            orders._log_documents([orders], self)
