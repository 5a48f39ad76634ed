from odoo import models

#: "invoiced object" of UNTDID 1001 (BT-18, BT-128)
OBJECT_CODE = 130


class AccountEdiXmlUblBis3(models.AbstractModel):
    """UBL for Peppol, XRechnung, NLCIUS: which order, site and days it is about."""

    _inherit = "account.edi.xml.ubl_bis3"

    def _add_invoice_config_vals(self, vals):
        res = super()._add_invoice_config_vals(vals)
        if vals["invoice"]._is_fsm_e_invoice():
            document, lines = vals["invoice"]._get_fsm_e_facts()
            vals.update({"fsm_document": document, "fsm_lines": lines})
        return res

    def _add_invoice_header_nodes(self, document_node, vals):
        res = super()._add_invoice_header_nodes(document_node, vals)
        # Odoo names the reference of Dutch credit notes as their invoice
        self._add_fsm_credited_node(document_node, vals)
        document = vals.get("fsm_document")
        if document:
            self._add_fsm_reference_nodes(document_node, document)
            if document.first_day:
                document_node["cac:InvoicePeriod"] = self._get_fsm_period_node(document)
        return res

    def _add_fsm_reference_nodes(self, document_node, document):
        """Name the customer's order, our quotation, our order and the agreement."""
        # who names our quotation has to say that the customer named nothing
        reference = document.reference or ("NA" if document.sale else None)
        document_node["cac:OrderReference"] = {
            "cbc:ID": {"_text": reference},
            "cbc:SalesOrderID": {"_text": document.sale or None},
        }
        if not (reference or document_node["cbc:BuyerReference"]["_text"]):
            # one of the two must be there (PEPPOL-EN16931-R003)
            document_node["cbc:BuyerReference"] = {"_text": "N/A"}
        document_node["cac:ContractDocumentReference"] = {
            "cbc:ID": {"_text": document.contract or None}
        }
        if document.order:
            document_node["cac:AdditionalDocumentReference"] = self._get_fsm_order_node(
                document
            )

    def _get_invoice_line_node(self, vals):
        line_node = super()._get_invoice_line_node(vals)
        facts = vals.get("fsm_lines", {}).get(vals["base_line"]["record"])
        if not facts:
            return line_node
        if facts.note:
            line_node["cbc:Note"] = {"_text": facts.note}
        if facts.first_day:
            line_node["cac:InvoicePeriod"] = self._get_fsm_period_node(facts)
        if facts.reference:
            reference = {"cbc:LineID": {"_text": facts.reference}}
            line_node["cac:OrderLineReference"] = reference
        if facts.order:
            line_node["cac:DocumentReference"] = self._get_fsm_order_node(facts)
        return line_node

    def _get_fsm_period_node(self, facts):
        return {
            "cbc:StartDate": {"_text": facts.first_day},
            "cbc:EndDate": {"_text": facts.last_day},
        }

    def _get_fsm_order_node(self, facts):
        return {
            "cbc:ID": {"_text": facts.order},
            "cbc:DocumentTypeCode": {"_text": OBJECT_CODE},
        }
