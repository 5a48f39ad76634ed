from collections import defaultdict

from odoo import models


class AccountMove(models.Model):
    """What the documents of service orders say beside Odoo's own words."""

    _inherit = "account.move"

    # --- print ---
    def _prepare_fsm_print(self):
        """Gather what the printed document says of its service orders.

        :return: dict: ``orders`` (summaries of orders that no section of their own
            stands for), ``sections`` (section line -> summary of its order), ``sites``
            (amounts by site, where there are several) ``reports`` (the annex) and
            ``is_origin_shown`` (whether the source says more than they do)
        """
        self.ensure_one()
        # sudo: who may read the document may read which work it bills; lines of other
        # documents are never reached
        move = self.sudo()
        if not (move.is_sale_document() and move.fsm_order_ids):
            return {
                "orders": [],
                "sections": {},
                "sites": [],
                "reports": [],
                "is_origin_shown": bool(move.invoice_origin),
            }
        facts = move._get_fsm_facts()
        summaries = move._get_fsm_summaries(facts)
        sections = move._get_fsm_sections() if len(summaries) > 1 else {}
        return {
            "orders": [
                summary
                for order, summary in summaries.items()
                if order not in sections.values()
            ],
            "sections": {
                section: summaries[order] for section, order in sections.items()
            },
            "sites": move._get_fsm_site_amounts(facts),
            "reports": move._get_fsm_reports(facts),
            # names of the orders stand with their sites and days
            "is_origin_shown": not set((move.invoice_origin or "").split(", "))
            <= {"", *(summary["number"] for summary in summaries.values())},
        }

    def _get_fsm_title(self):
        """:return: what this document is, and its number"""
        self.ensure_one()
        is_credit = self.move_type == "out_refund"
        if self.state == "draft":
            return (
                self.env._("Draft credit note")
                if is_credit
                else self.env._("Draft invoice")
            )
        return (
            self.env._("Credit note %(number)s", number=self.name)
            if is_credit
            else self.env._("Invoice %(number)s", number=self.name)
        )

    def _get_fsm_printed_orders(self):
        """:return: the service orders of this document in the order of its lines"""
        lines = self.invoice_line_ids.sorted(lambda line: (line.sequence, line.id))
        return lines.fsm_order_ids

    def _get_fsm_summaries(self, facts):
        """:return: dict order -> where, when and by whom the work billed was done"""
        return {
            order: order._print_report_facts(facts[order]["summary"])
            for order in self._get_fsm_printed_orders()
        }

    def _get_fsm_sections(self):
        """:return: dict section line -> the one order whose lines are in it"""
        orders = defaultdict(self.env["fsm.order"].browse)
        for line in self.invoice_line_ids:
            if line.display_type == "product":
                section = line.parent_id.parent_id or line.parent_id
                orders[section] |= line.fsm_order_ids
        return {
            section: order
            for section, order in orders.items()
            if section and len(order) == 1
        }

    def _get_fsm_site_amounts(self, facts):
        """:return: list of dict: ``site``, ``orders`` (their numbers) and ``amount``

        Empty unless the document is about several sites.
        """
        amounts = defaultdict(float)
        numbers = defaultdict(dict)
        names = {}
        for line in self.invoice_line_ids:
            if line.display_type == "product":
                summaries = [facts[order]["summary"] for order in line.fsm_order_ids]
                site = summaries[0]["site_id"] if summaries else False
                names[site] = summaries[0]["place"] if summaries else ""
                amounts[site] += line.price_subtotal
                numbers[site].update((each["number"], None) for each in summaries)
        if len([site for site in amounts if site]) < 2:
            return []
        return [
            {
                "site": names[site],
                "orders": ", ".join(numbers[site]),
                "amount": amount,
            }
            for site, amount in sorted(amounts.items(), key=lambda item: not item[0])
        ]

    def _get_fsm_reports(self, facts):
        """:return: list of the intervention reports that follow an invoice"""
        if self.move_type != "out_invoice":
            return []
        orders = self._get_fsm_printed_orders().filtered(
            lambda order: facts[order]["report"]
        )
        kept = {order: facts[order]["report"] for order in orders}
        return [
            report
            for report in orders._prepare_intervention_reports(kept)
            if not report["is_empty"]
        ]

    # --- e-mail ---
    def _get_mail_template(self):
        """Propose our own words where all documents are about service orders."""
        # sudo: who sends an invoice may not read its service orders
        if all(move.fsm_order_ids for move in self.sudo()):
            kinds = set(self.mapped("move_type"))
            name = {
                ("out_invoice",): "mail_template_invoice",
                ("out_refund",): "mail_template_credit_note",
            }.get(tuple(kinds))
            template = name and self.env.ref(
                f"fieldservice_invoicing.{name}", raise_if_not_found=False
            )
            if template:
                return template
        return super()._get_mail_template()

    def _get_fsm_mail_words(self):
        """:return: dict: numbers and sites of the service orders, as an e-mail says"""
        self.ensure_one()
        # sudo: who sends an invoice may not read its service orders
        move = self.sudo()
        facts = move._get_fsm_facts()
        orders = move._get_fsm_printed_orders()
        summaries = [facts[order]["summary"] for order in orders]
        numbers = dict.fromkeys(each["number"] for each in summaries)
        sites = dict.fromkeys(each["place"] for each in summaries)
        return {"orders": ", ".join(numbers), "sites": ", ".join(sites)}
