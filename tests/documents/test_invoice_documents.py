from odoo.tests import tagged

from ..documents_common import DocumentsCommon

INVOICE = "account.report_invoice"


@tagged("post_install", "-at_install")
class TestInvoiceDocuments(DocumentsCommon):
    """What the customer reads of his service orders on an invoice."""

    # --- one order ---
    def test_pdf_names_order_site_days_technicians_and_reference(self):
        order = self._create_report_order()
        invoice = self._post_invoice(order)
        first, second = self._print_pdf(INVOICE, invoice)
        for words in (
            invoice.name,
            order.name,
            "Boiler street 7",
            "Marc, Léa",
            "PO-77",
            "Labor",
            "Parts",
        ):
            self.assertIn(words, first)
        self.assertIn(f"Intervention Report {order.name}", second)
        self.assertIn("The pump was blocked.", second)

    def test_number_and_reference_are_printed_once(self):
        order = self._create_report_order()
        page = self._print(INVOICE, self._post_invoice(order))
        self.assertFalse(page.xpath("//*[@name='origin']"))
        self.assertNotIn("PO-77", self._find(page, "fsm_orders"))
        self.assertIn("PO-77", self._find(page, "reference"))

    def test_work_of_this_invoice_alone_is_named(self):
        order = self._create_order(hours=2, parts=0)
        self._post_invoice(order)
        self._log_hours(order, 1, self.lea, date="2026-01-05")
        late = self._post_invoice(order)
        words = self._find(self._print(INVOICE, late), "fsm_orders")
        self.assertIn("Léa", words)
        self.assertIn("01/05/2026", words)
        self.assertNotIn("Marc", words)

    def test_warranty_is_printed_at_its_price(self):
        order = self._create_report_order()
        order.part_ids.billing_mode = "warranty"
        page = self._print(INVOICE, self._post_invoice(order))
        [row] = [
            row
            for row in page.xpath("//*[@class='invoice_tbody']/tr")
            if "Pump" in self._text(row)
        ]
        cells = [self._text(cell) for cell in row.xpath("td")]
        self.assertEqual(
            [cells[index] for index in (2, 3, 5)], ["100.00", "100.00", "$ 0.00"]
        )

    def test_recorded_time_is_beside_the_time_billed(self):
        self.policy.write({"labor_minimum": 4, "is_recorded_printed": True})
        page = self._print(INVOICE, self._post_invoice(self._create_order(hours=2)))
        self.assertIn("Time worked: 2.00 Hours", self._text(page))

    def test_lots_are_printed(self):
        product, lots = self._set_tracked()
        order = self._create_order(hours=0, parts=0, done=False)
        self._use_lot(order, product, lots[0])
        order.action_complete()
        self.policy.is_report_printed = False
        self.assertIn(
            "SN-1", self._text(self._print(INVOICE, self._post_invoice(order)))
        )

    def test_what_odoo_prints_stays(self):
        order = self._create_report_order()
        term = self.env.ref("account.account_payment_term_30days")
        term.note = "Payable in thirty days"
        self.customer.with_company(self.company).property_payment_term_id = term
        invoice = self._post_invoice(order)
        text = self._text(self._print(INVOICE, invoice))
        for words in ("Payable in thirty days", invoice.payment_reference, "454.25"):
            self.assertIn(words, text)

    def test_other_invoices_are_as_before(self):
        invoice = self.init_invoice("out_invoice", amounts=[100], post=True)
        page = self._print(INVOICE, invoice)
        self.assertFalse(self._find(page, "fsm_orders"))
        self.assertFalse(page.xpath("//*[@class='o_fsm_annex']"))

    def test_who_reads_no_service_orders_prints_the_invoice(self):
        invoice = self._post_invoice(self._create_report_order())
        user = self._create_role("books", "account.group_account_invoice")
        text = self._text(self._print(INVOICE, invoice, user))
        self.assertIn("The pump was blocked.", text)

    def test_quotation_is_named_beside_the_order(self):
        order = self._create_report_order()
        invoice = self._invoice(order)
        invoice.invoice_origin = f"S00042, {order.name}"
        page = self._print(INVOICE, invoice)
        self.assertIn("S00042", self._find(page, "origin"))

    # --- several orders ---
    def test_orders_have_sections_with_their_subtotals(self):
        first = self._create_report_order()
        second = self._create_order(hours=1, parts=0, customer_reference="PO-78")
        page = self._print(INVOICE, self._group_by("customer", first, second))
        sections = [
            self._text(row)
            for row in page.xpath("//tr[contains(@class, 'o_line_section')]")
        ]
        self.assertEqual(len(sections), 2)
        self.assertFalse(page.xpath("//*[@name='origin']"))
        for section, order, amount, words in zip(
            sections,
            (first, second),
            ("395.00", "60.00"),
            ("Marc, Léa", "PO-78"),
            strict=True,
        ):
            for text in (order.name, amount, words, "Boiler street 7"):
                self.assertIn(text, section)
        self.assertFalse(page.xpath("//*[@name='fsm_sites']"))

    def test_sites_have_subtotals(self):
        plant = self._create_site("Plant", self.customer)
        orders = [
            self._create_order(hours=1, parts=0),
            self._create_order(hours=2, parts=0),
            self._create_order(hours=4, parts=0, location_id=plant.id),
        ]
        page = self._print(INVOICE, self._group_by("customer", *orders))
        rows = [
            self._text(row) for row in page.xpath("//*[@name='fsm_sites']//tbody/tr")
        ]
        self.assertEqual(len(rows), 2)
        self.assertIn("180.00", rows[0])
        self.assertIn(f"{orders[0].name}, {orders[1].name}", rows[0])
        self.assertIn("240.00", rows[1])

    # --- pages ---
    def test_heading_is_not_alone_at_the_foot_of_a_page(self):
        self.policy.is_report_printed = False
        orders = [self._create_order(hours=1, parts=1) for _i in range(7)]
        invoice = self._group_by("customer", *orders)
        for space in range(0, 200, 25):
            with self.subTest(space=space):
                *pages, _last = self._print_styled_pdf(INVOICE, invoice, space)
                self.assertTrue(pages)
                for page in pages:
                    # a heading ends with its subtotal
                    self.assertNotRegex(page[-3], "^(Service order .*|Labor|Parts)$")

    def test_totals_are_not_alone_on_a_page(self):
        self.policy.is_report_printed = False
        invoice = self._post_invoice(self._create_order(hours=1, parts=1))
        for space in range(0, 400, 50):
            with self.subTest(space=space):
                *_pages, last = self._print_styled_pdf(INVOICE, invoice, space)
                for words in ("Parts", "Pump", "Untaxed Amount"):
                    self.assertIn(words, last)

    # --- annex ---
    def _get_annexes(self, invoice):
        page = self._print(INVOICE, invoice)
        return [self._text(node) for node in page.xpath("//*[@class='o_fsm_annex']")]

    def test_policy_may_leave_the_annex_out(self):
        self.assertTrue(self.policy.is_report_printed)
        draft = self._invoice(self._create_report_order())
        self.assertEqual(len(self._get_annexes(draft)), 1)
        self.policy.is_report_printed = False
        self.assertFalse(self._get_annexes(draft))

    def test_annex_has_no_amount(self):
        [annex] = self._get_annexes(self._post_invoice(self._create_report_order()))
        for amount in ("60.00", "195.00", "100.00", "200.00"):
            self.assertNotIn(amount, annex)

    def test_credit_note_has_no_annex(self):
        order = self._create_report_order()
        credit = self._credit(self._post_invoice(order))
        page = self._print(INVOICE, credit)
        self.assertFalse(page.xpath("//*[@class='o_fsm_annex']"))
        self.assertIn("Boiler street 7", self._find(page, "fsm_orders"))
        self.assertIn("Marc, Léa", self._find(page, "fsm_orders"))

    def test_invoices_printed_together_come_apart(self):
        # sending many at once divides one PDF by its headings
        orders = [self._create_report_order(), self._create_report_order()]
        orders[0].resolution = "<h1>One</h1><h2>Two</h2>"
        invoices = self._post_invoice(orders[0]) | self._post_invoice(orders[1])
        report = self.env.ref("account.account_invoices")
        streams, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.clerk)
            .with_context(force_report_rendering=True)
            ._pre_render_qweb_pdf(report.report_name, invoices.ids)
        )
        self.assertEqual(list(streams), invoices.ids)
        for invoice, order in zip(invoices, orders, strict=True):
            pages = self._read_pdf(streams[invoice.id]["stream"].getvalue())
            self.assertIn(invoice.name, pages[0])
            self.assertIn(f"Intervention Report {order.name}", pages[1])
            self.assertEqual(len(pages), 2)
