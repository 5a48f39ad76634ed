from odoo import models

from .one_record import check_one


class FsmOrder(models.Model):
    """Printing and sending the documents of a service order."""

    _inherit = "fsm.order"

    # --- buttons ---
    def action_print_report(self):
        """Print the service report, without prices."""
        report = self.env.ref("fieldservice_invoicing.fsm_order_report_service")
        # sudo: technicians may not read reports; what is printed is checked there
        return report.sudo().report_action(self, config=False)

    def action_send_report(self):
        """Open an e-mail to the customer with the service report, without prices."""
        check_one(self)
        self._check_report_access(with_prices=False)
        template = self.env.ref(
            "fieldservice_invoicing.mail_template_service_report",
            raise_if_not_found=False,
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send report"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_template_id": template.id if template else False,
                "default_email_layout_xmlid": "mail.mail_notification_light",
                "force_email": True,
            },
        }

    # --- e-mail ---
    def _get_report_recipient(self):
        """:return: who gets the service report: the site's contact, else who pays"""
        self.ensure_one()
        site = self.location_id.partner_id
        return site if site.email else self.bill_to_id

    def _get_report_lang(self):
        """:return: the language of documents about this order"""
        self.ensure_one()
        return self.bill_to_id.lang or self.location_id.partner_id.lang or self.env.lang
