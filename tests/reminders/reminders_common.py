from datetime import timedelta

from odoo import fields

from ..common import InvoicingCommon


class RemindersCommon(InvoicingCommon):
    """Invoices that are late, of two customers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.partner"].create(
            {"name": "Other", "email": "other@example.com"}
        )
        cls.cellar = cls._create_site("Cellar", cls.other)

    def _post_due(self, days, **values):
        """:return: a posted invoice that was due ``days`` ago"""
        invoice = self._invoice(self._create_order(**values))
        today = fields.Date.today()
        invoice.write(
            {
                "invoice_date": today - timedelta(days=max(days, 0) + 1),
                "invoice_payment_term_id": False,
                "invoice_date_due": today - timedelta(days=days),
            }
        )
        invoice.action_post()
        return invoice

    def _get_mails(self, invoices):
        return invoices.message_ids.filtered(
            lambda message: "overdue" in (message.subject or "")
        )

    def _create_customers(self, count):
        """:return: invoices that are late, each of another customer"""
        invoices = self.env["account.move"]
        for index in range(count):
            partner = self.other.copy({"name": f"Customer {index}", "email": "a@b.c"})
            site = self._create_site(f"Site {index}", partner)
            invoices |= self._post_due(3, location_id=site.id)
        return invoices

    def _send_in_background(self):
        cron = self.env.ref("fieldservice_invoicing.ir_cron_remind").sudo()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
