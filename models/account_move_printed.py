from collections import defaultdict

from odoo import fields, models


class AccountMove(models.Model):
    """Posted documents keep saying what they said of their service orders."""

    _inherit = "account.move"

    # --- Field service ---
    fsm_printed_ids = fields.One2many(
        "fsm.billing.printed",
        "move_id",
        string="Printed",
        copy=False,
        groups="base.group_system",
    )

    # --- lifecycle ---
    def _post(self, soft=True):
        posted = super()._post(soft)
        # sudo: who posts may not read service orders; what is kept is what they print
        posted.sudo()._fsm_keep_printed()
        return posted

    def _fsm_keep_printed(self):
        """Write down what these documents say of their service orders today."""
        self.fsm_printed_ids.unlink()
        vals_list = []
        for move in self:
            if move.is_sale_document() and move.fsm_order_ids:
                # as it is printed
                move = move.with_context(lang=move.partner_id.lang or self.env.lang)
                vals_list += [
                    {"move_id": move.id, "order_id": order.id, "facts": facts}
                    for order, facts in move._prepare_fsm_facts().items()
                ]
        self.env["fsm.billing.printed"].create(vals_list)

    # --- facts ---
    def _prepare_fsm_facts(self):
        """Gather what this document says of its service orders, by today's records.

        Nothing but texts, numbers and days, so that it can be kept.

        :return: dict order -> dict: ``summary`` (see ``fsm.order``), ``portal`` (site
            and days) and ``report`` (None where the policy prints none)
        """
        self.ensure_one()
        sources = defaultdict(list)
        lines = self.invoice_line_ids
        for entry in (lines | lines.fsm_origin_line_id).fsm_billing_entry_ids:
            sources[entry.order_id].append(entry._get_source())
        orders = self._get_fsm_printed_orders()
        photos = orders._get_photo_attachments()
        return {
            order: {
                "summary": order._prepare_report_facts(sources.get(order)),
                "portal": {
                    "site": order._get_portal_site(),
                    "days": [
                        fields.Date.to_string(day) for day in self._get_fsm_days(order)
                    ],
                },
                "report": {
                    **order._prepare_intervention_facts(),
                    "photos": photos[order].ids,
                }
                if order.billing_policy_id.is_report_printed
                else None,
            }
            for order in orders
        }

    def _get_fsm_facts(self):
        """Say what this document tells of its service orders: what it was posted with.

        :return: dict order -> dict, see :meth:`_prepare_fsm_facts`
        """
        self.ensure_one()
        kept = {}
        if self.state != "draft":
            kept = {row.order_id: row.facts for row in self.fsm_printed_ids}
        if self._get_fsm_printed_orders() <= self.env["fsm.order"].union(*kept):
            return kept
        # a draft, or an order that was linked after it was posted
        return {**self._prepare_fsm_facts(), **kept}
