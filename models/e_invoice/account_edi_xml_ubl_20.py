from odoo import models


class AccountEdiXmlUbl20(models.AbstractModel):
    _inherit = "account.edi.xml.ubl_20"

    def _add_invoice_header_nodes(self, document_node, vals):
        res = super()._add_invoice_header_nodes(document_node, vals)
        self._add_fsm_credited_node(document_node, vals)
        return res

    def _add_fsm_credited_node(self, document_node, vals):
        """Name the invoice that a credit note credits (EN 16931, BG-3)."""
        credited = vals["invoice"].reversed_entry_id
        if vals["invoice"].move_type == "out_refund" and credited:
            document_node["cac:BillingReference"] = {
                "cac:InvoiceDocumentReference": {
                    "cbc:ID": {"_text": credited.name},
                    "cbc:IssueDate": {"_text": credited.invoice_date},
                }
            }
