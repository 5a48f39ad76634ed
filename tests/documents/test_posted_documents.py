from odoo.tests import tagged

from ..documents_common import DocumentsCommon

INVOICE = "account.report_invoice"


@tagged("post_install", "-at_install")
class TestPostedDocuments(DocumentsCommon):
    """What is posted says what it was posted with, whatever becomes of its order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls.env["res.partner"].create({"name": "Stranger"})
        cls.strange_site = cls._create_site("Oven", cls.stranger)
        cls.strange_site.partner_id.write({"street": "Oven street 9", "city": "Ghent"})

    def _read(self, invoice):
        """:return: all that the document, its e-mail and the portal say"""
        self.env.flush_all()
        self.env.invalidate_all()
        page = self._print(INVOICE, invoice)
        words = invoice._get_fsm_mail_words()
        return self._text(page), invoice._get_fsm_services(), words

    def _assert_unchanged(self, invoice, change):
        before = self._read(invoice)
        change()
        self.assertEqual(self._read(invoice), before)
        return before

    def test_order_moved_after_a_credit_in_full(self):
        order = self._create_report_order()
        invoice = self._post_invoice(order)
        credit = self._credit(invoice)
        for document in (invoice, credit):
            with self.subTest(document=document.name):
                text, _services, words = self._assert_unchanged(
                    document, lambda: order.write({"location_id": self.strange_site.id})
                )
                self.assertIn("Boiler street 7", text)
                self.assertNotIn("Oven street 9", text)
                self.assertNotIn("Oven", words["sites"])
                order.location_id = self.site

    def test_site_renamed_and_moved_elsewhere(self):
        invoice = self._post_invoice(self._create_report_order())
        self._assert_unchanged(
            invoice,
            lambda: self.site.partner_id.write(
                {"name": "Cellar", "street": "New street 1", "city": "Namur"}
            ),
        )

    def test_customer_reference_changed(self):
        order = self._create_report_order()
        other = self._create_order(customer_reference="PO-78")
        invoice = self._group_by("customer", order, other)
        self._assert_unchanged(
            invoice, lambda: (order | other).write({"customer_reference": "X-1"})
        )

    def test_hours_logged_late(self):
        order = self._create_report_order()
        invoice = self._post_invoice(order)
        self._assert_unchanged(
            invoice, lambda: self._log_hours(order, 3, self.lea, date="2026-01-05")
        )

    def test_hours_logged_late_beside_a_quotation(self):
        order = self._create_order(hours=0, parts=0, done=False)
        sale = self._create_sale(self.labor)
        sale.order_line.product_id.invoice_policy = "order"
        sale.action_confirm()
        order.sale_id = sale
        self._log_hours(order, 2, fsm_is_extra=False)
        order.action_complete()
        invoice = self._post_invoice(order) or order.invoice_lines.move_id
        invoice = invoice or order.invoice_lines.move_id
        self.assertTrue(invoice)
        self._assert_unchanged(
            invoice, lambda: self._log_hours(order, 3, self.lea, date="2026-01-05")
        )

    def test_parts_used_late(self):
        order = self._create_report_order()
        invoice = self._post_invoice(order)
        self._assert_unchanged(invoice, lambda: self._use_part(order, 4))

    def test_work_changed_after_it_was_credited(self):
        order = self._create_report_order()
        invoice = self._post_invoice(order)
        self._credit(invoice)
        self._assert_unchanged(
            invoice, lambda: order.timesheet_ids.write({"date": "2026-01-05"})
        )

    def test_technician_renamed(self):
        invoice = self._post_invoice(self._create_report_order())
        self._assert_unchanged(invoice, lambda: self.marc.write({"name": "Marcel"}))

    def test_report_written_later(self):
        order = self._create_report_order()
        invoice = self._post_invoice(order)
        text, _services, _words = self._assert_unchanged(
            invoice, lambda: order.write({"resolution": "<p>All is well.</p>"})
        )
        self.assertIn("The pump was blocked", text)

    # --- the intervention report behind it ---
    def test_policy_prints_no_report_any_more(self):
        invoice = self._post_invoice(self._create_report_order())
        text, [service], _words = self._assert_unchanged(
            invoice, lambda: self.policy.write({"is_report_printed": False})
        )
        self.assertIn("The pump was blocked", text)
        self.assertTrue(service["url"])

    def test_policy_prints_the_report_since(self):
        self.policy.is_report_printed = False
        invoice = self._post_invoice(self._create_report_order())
        text, [service], _words = self._assert_unchanged(
            invoice, lambda: self.policy.write({"is_report_printed": True})
        )
        self.assertNotIn("The pump was blocked", text)
        self.assertFalse(service["url"])

    def test_another_policy_after_a_credit(self):
        order = self._create_report_order()
        invoice = self._post_invoice(order)
        self._credit(invoice)
        other = self.policy.copy({"is_report_printed": False})
        self._assert_unchanged(
            invoice, lambda: order.write({"billing_policy_id": other.id})
        )

    def _count_pictures(self, invoice, name):
        self.env.flush_all()
        self.env.invalidate_all()
        page = self._print(INVOICE, invoice)
        return len(page.xpath(f"//*[@name='{name}']//img"))

    def test_photos_added_later(self):
        order = self._create_report_order()
        self._attach(order)
        invoice = self._post_invoice(order)
        self._attach(order, self._get_picture(color="blue"))
        self.assertEqual(self._count_pictures(invoice, "photos"), 1)

    def test_photo_made_internal_later_stays_away(self):
        order = self._create_report_order()
        photo = self._attach(order)
        invoice = self._post_invoice(order)
        order.message_post(
            body="Not for the customer",
            subtype_xmlid="mail.mt_note",
            attachment_ids=photo.ids,
        )
        self.assertEqual(self._count_pictures(invoice, "photos"), 0)

    def test_signature_given_before(self):
        order = self._create_report_order()
        self._sign(order)
        invoice = self._post_invoice(order)
        self.assertEqual(self._count_pictures(invoice, "signature"), 1)
        text, _services, _words = self._read(invoice)
        self.assertIn("Mrs Customer", text)

    def test_signature_given_later(self):
        order = self._create_report_order()
        invoice = self._post_invoice(order)
        text, _services, _words = self._assert_unchanged(
            invoice, lambda: self._sign(order)
        )
        self.assertNotIn("Mrs Customer", text)
        self.assertEqual(self._count_pictures(invoice, "signature"), 0)

    def test_service_report_says_what_is_so_today(self):
        order = self._create_report_order()
        self._post_invoice(order)
        order.resolution = "<p>All is well.</p>"
        page = self._print("fieldservice_invoicing.report_service", order)
        self.assertIn("All is well", self._text(page))

    def test_draft_follows_its_order(self):
        order = self._create_report_order()
        draft = self._invoice(order)
        self.site.partner_id.street = "New street 1"
        self.assertIn("New street 1", self._text(self._print(INVOICE, draft)))

    def test_document_posted_again_says_what_is_so_then(self):
        order = self._create_report_order()
        invoice = self._post_invoice(order)
        self.site.partner_id.street = "New street 1"
        invoice.button_draft()
        invoice.action_post()
        text, _services, _words = self._read(invoice)
        self.assertIn("New street 1", text)
        self.assertNotIn("Boiler street 7", text)

    def test_sites_of_a_document_of_several(self):
        plant = self._create_site("Plant", self.customer)
        first = self._create_order(hours=1, parts=0)
        second = self._create_order(hours=4, parts=0, location_id=plant.id)
        invoice = self._group_by("customer", first, second)
        self._credit(invoice)
        self._assert_unchanged(
            invoice, lambda: second.write({"location_id": self.strange_site.id})
        )

    def test_language_is_the_customers(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        order = self._create_report_order()
        order.timesheet_ids.date = "2026-03-04"
        invoice = self._post_invoice(order)
        self.assertIn("04/03/2026", self._text(self._print(INVOICE, invoice)))

    def test_nobody_changes_what_was_kept(self):
        invoice = self._post_invoice(self._create_report_order())
        kept = invoice.sudo().fsm_printed_ids
        self.assertEqual(len(kept), 1)
        for user in (self.clerk, self.accountant, self.dispatcher, self.technician):
            for operation in ("read", "write", "create", "unlink"):
                with self.subTest(user=user.login, operation=operation):
                    self.assertFalse(kept.with_user(user).has_access(operation))

    def test_credit_note_is_set_off_and_not_paid(self):
        invoice = self._post_invoice(self._create_report_order())
        credit = self._credit(invoice)
        self.assertEqual(credit.payment_state, "paid")
        self.assertTrue(credit.fsm_is_set_off)
        page = self._print("account.report_invoice_with_payments", credit)
        self.assertEqual(
            self._find(page, "fsm_settled"), f"Set off against {invoice.name}"
        )
        self.assertNotIn("Paid on", self._text(page))
        page = self._print("account.report_invoice_with_payments", invoice)
        self.assertEqual(self._find(page, "fsm_settled"), f"Credit note {credit.name}")

    def test_credit_note_that_was_paid_out_is_paid(self):
        invoice = self._post_invoice(self._create_report_order())
        self._pay(invoice)
        credit = self._credit(invoice)
        self._pay(credit)
        self.assertEqual(credit.payment_state, "paid")
        self.assertFalse(credit.fsm_is_set_off)
        page = self._print("account.report_invoice_with_payments", credit)
        self.assertIn("Paid on", self._text(page))
