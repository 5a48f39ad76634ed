from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError
from odoo.fields import Command, Date
from odoo.service.model import call_kw
from odoo.tests import tagged

from .portal_common import PortalCommon

PRICED = ("fsm_order_report_service_priced", "fsm_order_report_proforma")


@tagged("post_install", "-at_install")
class TestAccessDocuments(PortalCommon):
    """Documents and sentences tell their amounts to those alone who may know them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anybody = cls._create_role("anybody", "base.group_user")
        cls.open_order = cls._create_order(hours=1, parts=1)

    # --- reports ---
    def _create_template(self, user, report, order):
        report = self.env.ref(f"fieldservice_invoicing.{report}")
        return (
            self.env["mail.template"]
            .with_user(user)
            .create(
                {
                    "name": "Report",
                    "model_id": self.env["ir.model"].sudo()._get_id("fsm.order"),
                    "subject": "Report",
                    "body_html": "<p>Report</p>",
                    "partner_to": str(self.customer.id),
                    "report_template_ids": [Command.set(report.ids)],
                }
            )
        )

    def _compose(self, user, template, order, mode="comment"):
        """Write an e-mail with ``template``, as the dialog of ``user`` does."""
        composer = (
            self.env["mail.compose.message"]
            .with_user(user)
            .create(
                {
                    "composition_mode": mode,
                    "model": order._name,
                    "res_ids": order.ids,
                    "template_id": template.id,
                }
            )
        )
        composer._action_send_mail()
        return composer

    def _send(self, user, template, order):
        return template.with_user(user).send_mail(order.id)

    def _get_roads(self, user, template, report):
        """:return: list of functions that print the report for ``user``"""
        order = self.open_order
        reports = self.env["ir.actions.report"].with_user(user).sudo()
        return [
            lambda: self._send(user, template, order),
            lambda: template.with_user(user).sudo().send_mail(order.id),
            lambda: self._compose(user, template, order),
            lambda: self._compose(user, template, order, "mass_mail"),
            lambda: reports._render_qweb_html(
                f"fieldservice_invoicing.{report}", order.ids
            ),
        ]

    def test_no_template_gives_amounts_to_who_may_not_see_them(self):
        for report in PRICED:
            template = self._create_template(self.env.user, report, self.open_order)
            for user in (self.anybody, self.technician):
                for print_report in self._get_roads(user, template, report):
                    with (
                        self.subTest(user=user.login, report=report),
                        self.assertRaises(AccessError),
                    ):
                        print_report()

    def test_template_gives_no_report_of_an_order_out_of_reach(self):
        template = self._create_template(
            self.env.user, "fsm_order_report_service", self.open_order
        )
        other = self._create_company(name="Other company")
        self.anybody.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        with self.assertRaises(AccessError):
            self.env["ir.actions.report"].with_user(
                self.anybody
            ).sudo()._render_qweb_html(
                "fieldservice_invoicing.report_service", self.open_order.ids
            )
        with self.assertRaises(AccessError):
            self._send(self.anybody, template, self.open_order)

    def test_who_bills_sends_the_report_with_amounts(self):
        for user in (self.clerk, self.dispatcher):
            template = self._create_template(
                self.env.user, "fsm_order_report_service_priced", self.open_order
            )
            with self.subTest(user=user.login):
                composer = self._compose(user, template, self.open_order)
                self.assertEqual(len(composer.attachment_ids), 1)

    def test_scheduled_action_sends_the_report_with_amounts(self):
        template = self._create_template(
            self.env.user, "fsm_order_report_service_priced", self.open_order
        )
        robot = self.env["res.users"].browse(SUPERUSER_ID)
        mail_id = self._send(robot, template, self.open_order)
        mail = self.env["mail.mail"].sudo().browse(mail_id)
        self.assertEqual(len(mail.attachment_ids), 1)

    def test_technician_sends_the_report_without_amounts(self):
        template = self.env.ref("fieldservice_invoicing.mail_template_service_report")
        self._compose(self.technician, template, self.open_order)
        attachments = self.open_order.message_ids.attachment_ids
        self.assertEqual(len(attachments), 1)

    # --- invoices ---
    def test_drafts_are_opened_by_who_may_read_them(self):
        self._invoice(self.open_order)
        for user in (self.anybody, self.technician, self.dispatcher):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                call_kw(
                    self.env["fsm.order"].with_user(user),
                    "action_open_drafts",
                    [self.open_order.ids],
                    {},
                )
        action = self.open_order.with_user(self.clerk).action_open_drafts()
        self.assertEqual(action["res_id"], self.open_order.invoice_lines.move_id.id)

    def _get_hint(self, order, user):
        self.env.flush_all()
        self.env.invalidate_all()
        return order.with_user(user).billing_hint

    def test_hint_tells_no_amount_of_an_invoice_of_others(self):
        self.policy.grouping = "customer"
        orders = self._create_order() | self._create_order()
        invoice = self._post_invoice(orders)
        self.assertEqual(len(invoice), 1)
        hint = self._get_hint(orders[0], self.dispatcher)
        self.assertIn(invoice.name, hint)
        self.assertNotIn("506.00", hint)
        self.assertIn("506.00", self._get_hint(orders[0], self.clerk))
        invoice.button_draft()
        invoice.invoice_date_due = Date.subtract(Date.today(), days=5)
        invoice.invoice_payment_term_id = False
        invoice.action_post()
        self.assertNotIn("506.00", self._get_hint(orders[0], self.dispatcher))

    def test_hint_tells_the_amount_of_an_invoice_of_the_order_alone(self):
        self.assertIn("253.00", self._get_hint(self.order, self.dispatcher))

    # --- portal ---
    def test_portal_reads_no_billing_policy(self):
        partner = self.portal_user.partner_id.with_user(self.portal_user)
        self.assertNotIn("fsm_billing_policy_id", partner.fields_get())
        with self.assertRaises(AccessError):
            partner.read(["fsm_billing_policy_id"])

    def test_old_link_is_closed_when_the_invoice_goes_to_somebody_else(self):
        invoice = self.invoice
        token = invoice._portal_ensure_token()
        url = self._get_service_url(invoice, self.order, token)
        page = f"/my/invoices/{invoice.id}?access_token={token}"
        self.assertEqual(
            self._open(url, None).headers["Content-Type"], "application/pdf"
        )
        invoice.button_draft()
        invoice.with_user(self.clerk).partner_id = self.stranger
        invoice.action_post()
        for login in (None, "reader"):
            response = self._open(url, login)
            self.assertNotEqual(response.headers["Content-Type"], "application/pdf")
            self.assertNotIn(self.order.name, self._open(page, login).text)
        token = invoice._portal_ensure_token()
        url = self._get_service_url(invoice, self.order, token)
        self.assertEqual(
            self._open(url, None).headers["Content-Type"], "application/pdf"
        )

    def test_link_stays_when_the_customer_is_written_unchanged(self):
        token = self.invoice._portal_ensure_token()
        self.invoice.button_draft()
        self.invoice.write({"partner_id": self.invoice.partner_id.id, "ref": "PO 7"})
        self.assertEqual(self.invoice.access_token, token)
