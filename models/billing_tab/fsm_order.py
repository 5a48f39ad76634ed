from odoo import api, fields, models

from ...tools.groups import BILLING_GROUP


class FsmOrder(models.Model):
    """What the next invoice of a service order will look like."""

    _inherit = "fsm.order"
    _check_company_auto = True

    labor_work_ids = fields.One2many(
        "fsm.billing.work",
        "order_id",
        string="Hours",
        domain=[("section", "=", "labor")],
    )
    part_work_ids = fields.One2many(
        "fsm.billing.work",
        "order_id",
        string="Parts used and returned",
        domain=[("section", "=", "parts")],
    )
    quoted_work_ids = fields.One2many(
        "fsm.billing.quoted", "order_id", string="Quotation", groups=BILLING_GROUP
    )
    #: terms and lines of the next invoice, as the pricing returns them: reckoned once
    #: for the amounts of a list and the preview of a form; never leaves the server
    billing_priced = fields.Binary(
        compute="_compute_billing_priced", exportable=False, groups=fields.NO_ACCESS
    )
    amount_to_bill = fields.Monetary(
        string="Amount to bill",
        compute="_compute_amount_to_bill",
        groups=BILLING_GROUP,
        help="Untaxed amount of the next invoice, in the company's currency.",
    )
    amount_once_done = fields.Monetary(
        string="To bill once done",
        compute="_compute_amount_once_done",
        groups=BILLING_GROUP,
        help="What the next invoice would come to if the order were done today: "
        "untaxed, in the company's currency.",
    )
    billing_problem = fields.Char(
        string="Can't be invoiced yet",
        compute="_compute_amount_to_bill",
        groups=BILLING_GROUP,
        help="What stands in the way of the next invoice, and what to do about it.",
    )
    billing_hint = fields.Char(
        string="Billing",
        compute="_compute_billing_hint",
        groups=BILLING_GROUP,
        help="How far this order is on its way from work done to money received.",
    )
    billing_preview = fields.Html(
        string="Next invoice",
        compute="_compute_billing_preview",
        sanitize=False,
        groups=BILLING_GROUP,
        help="The lines of the next invoice, in the customer's currency.",
    )

    @api.depends(
        lambda self: (
            "billing_status",
            "billing_policy_id",
            "bill_to_id",
            "is_invoiceable",
            "billing_again_price",
            # what stands on invoices is paid for
            "invoice_lines.quantity",
            "invoice_lines.fsm_qty_credited",
            *self._get_source_paths("_get_price_depends"),
        )
    )
    def _compute_billing_priced(self):
        # sudo: prices come from records a biller may not read, such as timesheets of
        # others; what is made of them is for billers only
        orders = self.sudo().filtered(
            lambda order: order.billing_status == "to_invoice"
        )
        priced = self.env["fsm.billing.pricing"].sudo()._price(orders)
        for order in self:
            order.billing_priced = priced.get(order.sudo())

    def _get_entries_taken_back(self):
        """:return: dict source -> entry of the invoice that it is credited of next"""
        # sudo: as for the prices
        return {
            item.source: line.origin.fsm_billing_entry_ids[:1]
            for order in self._origin.sudo()
            for line in (order.billing_priced.lines if order.billing_priced else ())
            if line.origin
            for item in line.items
        }

    @api.depends("billing_priced")
    def _compute_amount_to_bill(self):
        for order in self:
            # sudo: nobody reads the records behind the amount
            priced = order.sudo().billing_priced
            order.billing_problem = priced and (
                order.sudo()._get_billing_obstacle() or priced.problem
            )
            order.amount_to_bill = order._get_untaxed_amount(priced)

    @api.depends("billing_priced", "is_invoiceable", "stage_id")
    def _compute_amount_once_done(self):
        # sudo: as for what is to be invoiced; prices come from records of others
        open_orders = self.sudo().filtered(
            lambda order: not order.is_invoiceable and not order._is_cancelled()
        )
        priced = self.env["fsm.billing.pricing"].sudo()._price(open_orders)
        for order in self:
            order.amount_once_done = order._get_untaxed_amount(priced.get(order.sudo()))

    def _get_untaxed_amount(self, priced):
        """:return: what a PricedOrder comes to in company currency, as it will be
        booked
        """
        self.ensure_one()
        if not priced or not priced.lines:
            return 0.0
        pricing = self.env["fsm.billing.pricing"].sudo()
        # sudo: nobody reads the records behind the amount
        rate = pricing._get_document_rate(self.sudo(), priced.lines, priced.terms)
        amounts = pricing._get_company_amounts(priced.lines, priced.terms, rate)
        return self.currency_id.round(sum(amounts))

    @api.depends("billing_status", "is_invoiceable", "bill_to_id", "billing_due_date")
    @api.depends_context("uid")  # not everybody may read what is due of an invoice
    def _compute_billing_hint(self):
        for order in self:
            # sudo: says to those who bill what is in invoices they may not read
            order.billing_hint = order.sudo()._get_billing_hint()

    def _get_billing_hint(self):
        """:return: one sentence on how far billing is, and what comes next"""
        self.ensure_one()
        if self.billing_status == "to_invoice":
            return False  # amounts, and what stands in the way, are on the screen
        if self.billing_status == "nothing":
            return (
                self._get_billing_obstacle() or self._get_nothing_to_invoice_message()
            )
        unpaid = self._get_unpaid_invoices()
        if self.billing_status in ("posted", "partial"):
            return " ".join(move._get_fsm_due_text_on(self) for move in unpaid)
        moves = self.invoice_lines.move_id.sorted(
            lambda move: (move.move_type == "out_refund", move.id)
        )
        texts = {
            "draft": self._get_draft_hint(
                moves.filtered(lambda move: move.state == "draft")
            ),
            "paid": self._get_paid_hint(moves),
            "credited": self.env._(
                "What was invoiced is credited in full: %(invoices)s.",
                invoices=moves._get_fsm_names(),
            ),
        }
        left = moves._get_fsm_left_text_on(self)
        return " ".join(filter(None, [texts[self.billing_status], left]))

    def _get_paid_hint(self, moves):
        """:return: sentence: ``moves`` are paid, and are all that is to be invoiced"""
        if not self.is_invoiceable:
            return self.env._(
                "Invoiced and paid so far: %(invoices)s. The order is not done yet.",
                invoices=moves._get_fsm_names(),
            )
        return self.env._(
            "Everything is invoiced and paid: %(invoices)s.",
            invoices=moves._get_fsm_names(),
        )

    def _get_draft_hint(self, drafts):
        """:return: two sentences: whether more is to come, and who goes on"""
        more = (
            self.env._("Nothing is left to invoice.")
            if self.is_invoiceable
            else self.env._("The order is not done yet: what comes is invoiced later.")
        )
        names = drafts._get_fsm_names()
        if self.env["account.move"].sudo(False).has_access("write"):
            next_step = self.env._("Review and confirm %(drafts)s.", drafts=names)
        else:
            next_step = self.env._(
                "An invoicing clerk reviews and confirms %(drafts)s.", drafts=names
            )
        return f"{more} {next_step}"

    @api.depends("billing_priced")
    def _compute_billing_preview(self):
        for order in self:
            # sudo: nobody reads the records behind the preview
            priced = order.sudo().billing_priced
            is_shown = bool(priced and priced.lines)
            order.billing_preview = is_shown and self.env["ir.qweb"]._render(
                "fieldservice_invoicing.fsm_billing_previews",
                {"documents": order._prepare_billing_previews(priced)},
            )

    def _prepare_billing_previews(self, priced):
        """:return: list of dict, one for each document to come: the values of the
        template that shows it, and ``credited``, the name of an invoice
        """
        [group] = self.sudo()._plan_documents([priced])
        return [
            {
                **self._prepare_billing_preview(document.lines, document),
                "credited": document.credited and document.credited.name,
            }
            for document in group.documents
        ]

    @api.model
    def _get_price_digits(self):
        """:return: the least decimals that prices of one unit show, as on invoices"""
        return self.env["decimal.precision"].precision_get("Product Price")

    def _prepare_billing_preview(self, lines, document):
        """:return: values of the template that shows a document to come

        :param document: PlannedDocument of the ``lines``
        """
        pricing = self.env["fsm.billing.pricing"].sudo()
        sections = {}
        for line in lines:
            name, *details = pricing._get_line_name(line, document.terms).split("\n")
            sections.setdefault(pricing._get_heading(line, document.terms), []).append(
                {"line": line, "name": name, "details": details}
            )
        return {
            "sections": sections,
            "currency": document.currency,
            "price_digits": self._get_price_digits(),
            "is_discounted": any(line.discount for line in lines),
            "untaxed": document.untaxed,
            "tax": document.currency.round(document.total - document.untaxed),
            "total": document.total,
        }
