from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.groups import COST_READERS, INVOICE_READERS
from ..tools.one_record import check_one


class FsmBillingReport(models.Model):
    """What service orders bring in, and what they cost: the ledger, line by line.

    Read only, for pivots and graphs. The rows are made in
    ``fsm_billing_report_query.py``, of ``fsm_billing_report_documents.py``.
    """

    _name = "fsm.billing.report"
    _description = "Service Invoicing Analysis"
    _auto = False
    _order = "date desc, id desc"
    _depends = {
        "account.analytic.line": [
            "amount",
            "billing_mode",
            "date",
            "employee_id",
            "fsm_labor_product_id",
            "fsm_order_id",
            "is_billed_elsewhere",
            "product_uom_id",
            "qty_billed",
            "qty_recorded",
        ],
        "account.move": [
            "commercial_partner_id",
            "date",
            "fsm_order_ids",
            "invoice_date",
            "move_type",
            "reversed_entry_id",
            "state",
        ],
        "account.move.line": [
            "balance",
            "cogs_origin_id",
            "company_id",
            "display_type",
            "fsm_credit_work",
            "fsm_credited_line_id",
            "fsm_order_ids",
            "fsm_replaced_line_id",
            "move_id",
            "name",
            "product_id",
            "product_uom_id",
            "quantity",
            "sale_line_ids",
            "tax_repartition_line_id",
        ],
        "fsm.billing.entry": ["kind", "move_line_id", "order_id", "quantity"],
        "fsm.location": ["calendar_id", "partner_id"],
        "fsm.order": [
            "bill_to_id",
            "company_id",
            "location_id",
            "person_id",
            "stage_id",
            "type",
        ],
        "fsm.order.charge": [
            "billing_mode",
            "date",
            "fsm_order_id",
            "is_billed_elsewhere",
            "product_id",
            "qty_billed",
            "qty_recorded",
        ],
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id", "uom_id"],
        "res.company": ["currency_id", "partner_id", "resource_calendar_id"],
        "res.currency": ["decimal_places"],
        "res.partner": ["commercial_partner_id", "tz"],
        "resource.calendar": ["tz"],
        "stock.move": [
            "billing_mode",
            "date",
            "fsm_order_id",
            "is_billed_elsewhere",
            "product_id",
            "product_uom",
            "qty_billed",
            "qty_recorded",
            "value",
        ],
        "uom.uom": ["factor", "parent_path"],
    }

    # --- what it is ---
    state = fields.Selection(
        selection=[
            ("none", "Not invoiced"),
            ("draft", "Draft"),
            ("posted", "Posted"),
        ],
        string="Status",
        readonly=True,
        help="Of the invoice or credit note; cancelled ones are left out.\n"
        "Not invoiced: hours, parts and charges that stand on no invoice, and that no "
        "invoiced quotation includes.",
    )
    kind = fields.Selection(
        selection="_get_kinds",
        string="Kind of work",
        readonly=True,
        help="Quotation: the lines of an approved quotation; the hours and parts that "
        "its price includes are listed under their own kind, with their cost.\n"
        "Other lines: what people added to an invoice by hand, and cash rounding.",
    )
    billing_mode = fields.Selection(
        selection=lambda self: self.env["fsm.billing.source"]._get_billing_modes(),
        string="Billing",
        readonly=True,
        help="Not billed: also what cancelled service orders have on no invoice.",
    )
    move_type = fields.Selection(
        selection=[("out_invoice", "Invoice"), ("out_refund", "Credit note")],
        string="Document",
        readonly=True,
    )
    name = fields.Char(string="Description", readonly=True)

    # --- what it is sorted by ---
    date = fields.Date(
        readonly=True,
        help="Of the invoice or the credit note; of the work that is not invoiced.",
    )
    work_date = fields.Date(string="Day of the work", readonly=True)
    done_day = fields.Date(
        string="Done on",
        readonly=True,
        help="The day on which the service order was done.",
    )
    order_id = fields.Many2one(
        "fsm.order",
        string="Service order",
        readonly=True,
        help="Lines without an order of their own belong to that of their invoice, if "
        "it bills only one.",
    )
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    location_id = fields.Many2one("fsm.location", string="Site", readonly=True)
    employee_id = fields.Many2one(
        "hr.employee",
        string="Technician",
        readonly=True,
        help="Who logged the hours. Parts and charges have none.",
    )
    person_id = fields.Many2one(
        "fsm.person",
        string="Assigned to",
        readonly=True,
        help="Whom the service order is assigned to, for all that it brings in.",
    )
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one(
        "product.category", string="Product category", readonly=True
    )
    order_type_id = fields.Many2one(
        "fsm.order.type", string="Order type", readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True)

    # --- quantities ---
    uom_id = fields.Many2one("uom.uom", string="Unit", readonly=True)
    qty_recorded = fields.Float(
        string="Recorded",
        readonly=True,
        help="The work behind it, in hours, or in the unit of the product. What a "
        "credit note opened again is deducted, and stands as not invoiced.",
    )
    qty_billed = fields.Float(
        string="Billed",
        readonly=True,
        help="What the invoices say, in hours, or in the unit of the product. "
        "Rounding, minimums and gestures make it differ from what was recorded.",
    )
    qty_credited = fields.Float(
        string="Credited",
        readonly=True,
        help="What the credit notes say. A correction of the price has no quantity.",
    )

    # --- amounts ---
    currency_id = fields.Many2one("res.currency", readonly=True)
    revenue = fields.Monetary(
        readonly=True,
        groups=INVOICE_READERS,
        help="Untaxed amount of invoices less credit notes, as it is booked, in the "
        "company's currency. Hours and parts on one line share it by quantity.",
    )
    cost = fields.Monetary(
        readonly=True,
        groups=COST_READERS,
        help="Of hours: what the timesheets cost. Of parts: the value at which they "
        "left stock, whether it was booked with the transfer or with the invoice. Of "
        "lines added by hand: the cost of goods that the invoice booked.\n"
        "Work that a credit note opened again takes its cost along; what was refunded "
        "keeps it.",
    )
    margin = fields.Monetary(
        readonly=True, groups=COST_READERS, help="Revenue less cost."
    )
    margin_rate = fields.Float(
        string="Margin (%)",
        readonly=True,
        groups=COST_READERS,
        aggregator="avg",
        help="Margin in percent of the revenue.",
    )

    @api.model
    def _get_kinds(self):
        """:return: list of (section, label): each kind of work, and other lines"""
        return [
            *(
                (source._billing_section, source._get_billing_heading())
                for source in self.env["fsm.billing.entry"]._get_source_models()
            ),
            ("quotation", self.env._("Quotation")),
            ("other", self.env._("Other lines")),
        ]

    def _search(self, *args, **kwargs):
        # PostgreSQL takes the query of the rows for far more work than it is, and
        # compiles it first, which takes longer than to run it.
        self.env.cr.execute("SET LOCAL jit = off")
        return super()._search(*args, **kwargs)

    def _read_group_select(self, aggregate_spec, query):
        """Weigh the margin of each row by its revenue."""
        if aggregate_spec != "margin_rate:avg":
            return super()._read_group_select(aggregate_spec, query)
        # the right to read it is checked here
        self._field_to_sql(self._table, "margin_rate", query)
        return SQL(
            "SUM(%(margin)s) / NULLIF(SUM(%(revenue)s), 0)",
            margin=self._field_to_sql(self._table, "margin", query),
            revenue=self._field_to_sql(self._table, "revenue", query),
        )

    # --- screens ---
    def action_open(self):
        """Open the invoice of this row, or the service order of what has none."""
        check_one(self)
        return self.action_open_invoice() if self.move_id else self.action_open_order()

    def action_open_invoice(self):
        check_one(self)
        return self.order_id._get_invoice_action(self.move_id)

    def action_open_order(self):
        check_one(self)
        return self.order_id._get_records_action()
