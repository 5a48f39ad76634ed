from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from .values import PortalServices


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

    def _get_fsm_settled_label(self, settlement):
        """:return: what this document is settled by, or "" where it is a payment

        :param dict settlement: an item of ``invoice_payments_widget``
        """
        self.ensure_one()
        # sudo: customers read what their own document is set off against
        move = self.sudo()
        other = move.browse(settlement["move_id"])
        if not (move | other).fsm_order_ids:
            return ""
        if move.move_type == "out_refund" and other.move_type == "out_invoice":
            return self.env._("Set off against %(invoice)s", invoice=other.name)
        if move.move_type == "out_invoice" and other.move_type == "out_refund":
            return self.env._("Credit note %(credit)s", credit=other.name)
        return ""

    def _fsm_keep_printed(self):
        """Write down what these documents say of their service orders today."""
        moves = self.filtered(
            lambda move: move.is_sale_document() and move.fsm_order_ids
        )
        moves.fsm_printed_ids.unlink()
        vals_list = []
        for move in moves:
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
        for entry in (lines | lines.fsm_credited_line_id).fsm_billing_entry_ids:
            sources[entry.order_id].append(entry._get_source())
        orders = self._get_fsm_printed_orders()
        photos = orders._get_photo_attachments()
        days = self._get_fsm_days()
        return {
            order: {
                "summary": order._prepare_report_facts(sources.get(order)),
                "portal": order._prepare_portal_facts(days[order]),
                "report": {
                    **order._prepare_intervention_facts(),
                    "photos": photos[order].ids,
                }
                if order._is_report_due()
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

    # --- what the documents of service orders say beside Odoo's own words ---
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

    # --- what a customer sees of the service orders that an invoice bills ---
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
    def _get_fsm_services(self):
        """Say what this document bills in the words of its customer.

        Nothing but texts: the records are of no concern to whoever reads the page.

        :return: list of dicts: name, site, first and last day of the work, url of the
            service report or ``""``
        """
        self.ensure_one()
        told = self._get_fsm_services_told().get(self)
        return [
            {
                **service,
                "url": self.get_portal_url(suffix=f"/service/{service['order_id']}")
                if service["is_reported"]
                else "",
            }
            for service in (told.services if told else ())
        ]

    def _get_fsm_services_told(self, limit=None):
        """Say what each of these documents bills in the words of its customer.

        A credit note without orders of its own tells of those of its invoice.

        :param limit: so many orders of each document, the first ones
        :return: dict document -> PortalServices; none of those that tell nothing
        """
        # sudo: a customer may read his invoice, and not the records of service orders
        moves = self.sudo().filtered(
            lambda move: move.state == "posted" and move.is_sale_document()
        )
        orders = (moves | moves.reversed_entry_id)._get_fsm_orders_by_move()
        documents = {
            move: move if move in orders else move.reversed_entry_id for move in moves
        }
        documents = {move: each for move, each in documents.items() if each in orders}
        services = moves._prepare_fsm_services(
            {each: orders[each][:limit] for each in documents.values()}
        )
        return {
            move.with_env(self.env): PortalServices(
                services[each], len(orders[each]) - len(services[each])
            )
            for move, each in documents.items()
        }

    def _get_fsm_orders_by_move(self):
        """:return: dict document -> the service orders of its lines, by their ids;
        documents without any are left out
        """
        domain = Domain("move_id", "in", self.ids) & Domain(
            "fsm_order_ids", "!=", False
        )
        domain &= self._fields["invoice_line_ids"].get_comodel_domain(self)
        found = defaultdict(list)
        for move, order in self.env["account.move.line"]._read_group(
            domain, ["move_id", "fsm_order_ids"]
        ):
            found[move].append(order.id)
        orders = self.env["fsm.order"]
        return {move: orders.browse(sorted(ids)) for move, ids in found.items()}

    @api.model
    def _prepare_fsm_services(self, orders):
        """Gather what documents tell of some of their orders on the portal.

        :param dict orders: document -> orders
        :return: dict document -> list of dicts
        """
        known = [move.id for move in orders if move.state != "draft"]
        wanted = self.env["fsm.order"].union(*orders.values())
        kept = {
            (row.move_id, row.order_id): row.facts
            for row in self.env["fsm.billing.printed"].search(
                [("move_id", "in", known), ("order_id", "in", wanted.ids)]
            )
        }
        services = {}
        for move, members in orders.items():
            left = members.filtered(lambda order, move=move: (move, order) not in kept)
            # those of all documents are read together
            left = left.with_prefetch(wanted._ids)
            facts = move._prepare_fsm_service_facts(left) if left else {}
            services[move] = [
                order._prepare_portal_service(facts.get(order) or kept[move, order])
                for order in members
            ]
        return services

    def _prepare_fsm_service_facts(self, orders):
        """:return: dict order -> what the portal needs of :meth:`_prepare_fsm_facts`"""
        days = self._get_fsm_days()
        return {
            order: {
                "summary": {"number": order.name},
                "portal": order._prepare_portal_facts(days[order]),
                "report": order._is_report_due(),
            }
            for order in orders
        }

    def _get_fsm_days(self):
        """:return: dict order -> the days of its hours that are billed here"""
        days = defaultdict(set)
        for entry in self.line_ids.fsm_billing_entry_ids:
            if entry.timesheet_id:
                days[entry.order_id].add(entry.timesheet_id.date)
        return days

    @api.model
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
