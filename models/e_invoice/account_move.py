from odoo import models

from .values import DocumentFacts


class AccountMove(models.Model):
    """What the customer's computer reads of the service orders of a document."""

    _inherit = "account.move"

    def _is_fsm_e_invoice(self):
        """:return: True if this document, or the one that it credits, bills service
        orders or is a down payment of their quotation
        """
        self.ensure_one()
        # sudo: who sends an invoice may not read its service orders
        documents = (self | self.reversed_entry_id).sudo()
        return self.is_sale_document() and any(
            document.fsm_order_ids or document._is_fsm_down_payment()
            for document in documents
        )

    def _get_fsm_e_attachment(self):
        """:return: the e-invoice that was made of this document, as it was sent"""
        self.ensure_one()
        attachment = self.ubl_cii_xml_id
        return attachment if self._is_fsm_e_invoice() else attachment.browse()

    def _get_fsm_e_faulty(self):
        """:return: the record that lacks what an e-invoice of this document needs: the
        contact of our company, the customer, else the document itself
        """
        self.ensure_one()
        seller = self.company_id.partner_id.commercial_partner_id
        needed = seller.country_id, seller.vat, seller.phone, seller.email
        if not all(needed) or not (self.partner_bank_id or seller.bank_ids):
            return seller
        customer = self.commercial_partner_id
        return self if customer.country_id else customer

    def _get_fsm_e_facts(self):
        """Say which order, site and days this document and its lines are about.

        What is the same for all lines is said once, of the document.

        :return: (DocumentFacts, dict line -> LineFacts)
        """
        self.ensure_one()
        # sudo: who sends an invoice may not read its service orders
        move = self.sudo()
        summaries = {
            order: facts["summary"] for order, facts in move._get_fsm_facts().items()
        }
        orders = move._get_fsm_printed_orders()
        numbers = dict.fromkeys(summaries[order]["number"] for order in orders)
        sites = {summaries[order]["site_id"] for order in orders} - {False}
        references = dict.fromkeys(summaries[order]["reference"] for order in orders)
        reference = move._get_fsm_e_reference(references)
        lines = {
            line: line._get_fsm_e_facts(
                summaries,
                is_order_told=len(numbers) > 1,
                is_site_told=len(sites) > 1,
                is_reference_told=not reference and len(references) > 1,
            )
            for line in move.invoice_line_ids
            if line.display_type == "product"
        }
        sales = move.invoice_line_ids.sale_line_ids.order_id
        days = [
            day
            for line in lines.values()
            for day in (line.first_day, line.last_day)
            if day
        ]
        document = DocumentFacts(
            order="".join(numbers) if len(numbers) == 1 else "",
            sale=sales.name if len(sales) == 1 else "",
            reference=reference,
            contract=move._get_fsm_e_contract(orders),
            first_day=min(days, default=None),
            last_day=max(days, default=None),
        )
        return document, lines

    def _get_fsm_e_contract(self, orders):
        """:return: number of the agreement that all of ``orders`` are under, or ``""``

        Agreements are those of OCA's ``fieldservice_agreement``. What a clerk wrote on
        the invoice, for a French authority, goes first.
        """
        written = "contract_reference" in self._fields and self.contract_reference
        if written or "agreement_id" not in orders._fields:
            return written or ""
        codes = {order.agreement_id.code for order in orders}
        return (codes.pop() or "") if len(codes) == 1 else ""

    def _get_fsm_e_reference(self, references):
        """:return: the one number by which the customer knows what is invoiced, or ""

        Never our own number, nor several in one: theirs stand on the lines.

        :param references: those of the service orders
        """
        credited = self.reversed_entry_id
        reference = self.ref or ""
        if credited.name and credited.name in reference:
            reference = credited.ref or ""
        is_several = reference not in references and any(
            part in references for part in reference.split(", ")
        )
        return "" if is_several else reference
