from odoo import fields, models

#: service orders that a list of invoices names one by one
LISTED = 2


class AccountMove(models.Model):
    """What a customer sees of the service orders that an invoice bills."""

    _inherit = "account.move"

    def write(self, vals):
        """Close the links that were sent for this document when its customer changes.

        They lead to the reports of its service orders as well.
        """
        if "partner_id" in vals:
            # sudo: whoever writes may not read service orders
            moved = self.sudo().filtered(
                lambda move: (
                    move.access_token
                    and move.partner_id.id != vals["partner_id"]
                    and move.fsm_order_ids
                )
            )
            moved.access_token = False
        return super().write(vals)

    # --- portal ---
    def _get_invoice_portal_extra_values(self, custom_amount=None):
        values = super()._get_invoice_portal_extra_values(custom_amount=custom_amount)
        services = self._get_fsm_services()
        return {
            **values,
            "fsm_services": services,
            "fsm_services_listed": LISTED,
            "fsm_services_more": self._get_fsm_services_more(len(services) - LISTED),
        }

    def _get_fsm_services_more(self, count):
        """:return: sentence: ``count`` more orders than are listed, or ``""``"""
        if count < 1:
            return ""
        if count == 1:
            return self.env._("and one more service order")
        return self.env._("and %(count)s more service orders", count=count)

    def _get_fsm_portal_facts(self):
        """Say what the customer may see of the service orders of this document.

        A credit note without orders of its own shows those of its invoice.

        :return: dict order -> dict, see :meth:`_prepare_fsm_facts`
        """
        self.ensure_one()
        if self.state != "posted" or not self.is_sale_document():
            return {}
        # sudo: a customer may read his invoice, and not the records of service orders
        move = self.sudo()
        document = move if move._get_fsm_printed_orders() else move.reversed_entry_id
        facts = document and document._get_fsm_facts()
        return {order: facts[order] for order in document._get_fsm_printed_orders()}

    def _prepare_fsm_portal_report(self, order):
        """:return: dict: the report of ``order`` as this document was posted with it;
        None where it has none
        """
        kept = self._get_fsm_portal_facts().get(order, {}).get("report")
        return kept and order._prepare_intervention_reports({order: kept})[0]

    def _get_fsm_services(self):
        """Say what this document bills in the words of its customer.

        Nothing but texts: the records are of no concern to whoever reads the page.

        :return: list of dicts: name, site, first and last day of the work, url of the
            service report or ``""``
        """
        facts = self._get_fsm_portal_facts()
        return [
            {
                "name": facts[order]["summary"]["number"],
                "site": facts[order]["portal"]["site"],
                "days": tuple(
                    fields.Date.to_date(day) for day in facts[order]["portal"]["days"]
                ),
                "url": self.get_portal_url(suffix=f"/service/{order.id}")
                if facts[order]["report"]
                else "",
            }
            for order in sorted(facts, key=lambda order: order.id)
        ]

    def _get_fsm_days(self, order):
        """:return: first and last day of the work of ``order`` that is billed here"""
        # sudo: a customer may not read the ledger
        entries = self.sudo().line_ids.fsm_billing_entry_ids.filtered(
            lambda entry: entry.order_id == order and entry.timesheet_id
        )
        days = {entry.timesheet_id.date for entry in entries} or {
            order._get_work_date()
        }
        return min(days), max(days)
