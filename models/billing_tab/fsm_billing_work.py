from collections.abc import Collection

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.groups import BILLING_GROUP
from ...tools.one_record import check_one
from ..policy.labor_product import labor_product_field

#: what is edited here, and its name on the timesheet or part
SOURCE_FIELDS = {
    "billing_mode": "billing_mode",
    "is_extra": "fsm_is_extra",
    "labor_product_id": "fsm_labor_product_id",
    "taken_back_entry_id": "taken_back_entry_id",
}

#: conditions of a domain that name rows
ID_CONDITIONS = {("id", "="), ("id", "in")}


class FsmBillingWork(models.Model):
    """The billable work of service orders, as everybody on the order may read it.

    Odoo keeps timesheets from invoicing clerks and stock moves from technicians, so
    neither could check an order before it is invoiced. These rows show what was
    recorded and what is billed, without prices or costs.

    A new kind of source adds its own query to :meth:`_get_source_queries`.
    """

    _name = "fsm.billing.work"
    _inherit = "fsm.billing.row"
    _description = "Work on Service Orders"
    _auto = False
    _order = "date, id"

    _depends = {
        "account.analytic.line": [
            "billing_mode",
            "company_id",
            "date",
            "employee_id",
            "fsm_is_extra",
            "fsm_labor_product_id",
            "fsm_order_id",
            "name",
            "product_uom_id",
            "project_id",
            "qty_billed",
            "qty_recorded",
        ],
        # the time zones that days are in
        "fsm.location": ["calendar_id", "partner_id"],
        "fsm.order": ["company_id", "location_id"],
        "res.company": ["partner_id", "resource_calendar_id"],
        "res.partner": ["tz"],
        "resource.calendar": ["tz"],
        "stock.move": [
            "billing_mode",
            "company_id",
            "date",
            "fsm_order_id",
            "origin_returned_move_id",
            "product_id",
            "product_uom",
            "qty_billed",
            "qty_recorded",
            "state",
        ],
    }
    section = fields.Selection(
        selection=[("labor", "Hours"), ("parts", "Parts")], readonly=True
    )
    date = fields.Date(readonly=True)
    employee_id = fields.Many2one("hr.employee", string="Technician", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    qty_recorded = fields.Float(string="Recorded", readonly=True)
    qty_returned = fields.Float(
        string="Returned", readonly=True, help="What came back of the parts recorded."
    )
    qty_billed = fields.Float(string="Billed", readonly=True)
    qty_to_bill = fields.Float(string="To bill", compute="_compute_qty_to_bill")
    billing_mode = fields.Selection(
        selection=lambda self: self.env["fsm.billing.source"]._get_billing_modes(),
        string="Billing",
    )
    is_extra = fields.Boolean(
        string="Extra work",
        help="Time beyond what was agreed in the quotation: it is billed as well.",
    )
    labor_product_id = labor_product_field(string="Billed as", check_company=True)
    taken_back_entry_id = fields.Many2one(
        "fsm.billing.entry",
        string="Takes back",
        compute="_compute_taken_back_entry_id",
        readonly=False,
        groups=BILLING_GROUP,
        help="The invoiced work that this is credited of; choose another, if need be.",
    )
    included_in = fields.Char(
        string="Included in",
        compute="_compute_qty_to_bill",
        help="The quotation whose price includes this work, or an invoice of it that "
        "was not created from the service order.",
    )
    source_model = fields.Char(readonly=True)
    source_id = fields.Many2oneReference(model_field="source_model", readonly=True)

    @property
    def _table_query(self):
        """Number the rows apart: a source's id times the number of kinds, plus its own.

        Ids stay the same from one reading to the next, as the web client expects.
        """
        queries = self._get_source_queries()
        return SQL(" UNION ALL ").join(
            SQL(
                "SELECT work.source_id * %(kinds)s + %(kind)s AS id, work.* "
                "FROM (%(query)s) AS work",
                kinds=len(queries),
                kind=kind,
                query=query,
            )
            for kind, query in enumerate(queries)
        )

    @api.model
    def _get_source_queries(self):
        """:return: list of SQL queries, one for each kind of source"""
        return [self._get_labor_query(), self._get_parts_query()]

    @api.model
    def _get_labor_query(self):
        return SQL(
            """
            SELECT 'account.analytic.line' AS source_model, id AS source_id,
                   fsm_order_id AS order_id, company_id, 'labor' AS section,
                   date, name, employee_id,
                   NULL::int AS product_id, product_uom_id AS uom_id,
                   qty_recorded, 0.0 AS qty_returned, qty_billed, billing_mode,
                   COALESCE(fsm_is_extra, FALSE) AS is_extra,
                   fsm_labor_product_id AS labor_product_id
              FROM account_analytic_line
             WHERE fsm_order_id IS NOT NULL AND project_id IS NOT NULL
            """
        )

    @api.model
    def _get_parts_query(self):
        """:return: SQL query of parts; what came back is on the row of its delivery"""
        return SQL(
            """
            SELECT 'stock.move' AS source_model, part.id AS source_id,
                   part.fsm_order_id AS order_id, part.company_id,
                   'parts' AS section,
                   %(day)s AS date,
                   NULL AS name, NULL::int AS employee_id,
                   part.product_id, part.product_uom AS uom_id,
                   GREATEST(part.qty_recorded, 0) AS qty_recorded,
                   GREATEST(-part.qty_recorded, 0)
                       - COALESCE(later.qty_recorded, 0) AS qty_returned,
                   part.qty_billed + COALESCE(later.qty_billed, 0) AS qty_billed,
                   part.billing_mode, FALSE AS is_extra,
                   NULL::int AS labor_product_id
              FROM stock_move AS part
         LEFT JOIN stock_move AS origin
                ON origin.id = part.origin_returned_move_id
               AND origin.id <> part.id
               AND origin.fsm_order_id = part.fsm_order_id
               AND origin.qty_recorded <> 0
 LEFT JOIN LATERAL (%(later)s) AS later ON TRUE
             WHERE part.fsm_order_id IS NOT NULL AND part.qty_recorded <> 0
               AND origin.id IS NULL
            """,
            day=self.env["fsm.order"]._get_site_day_sql(
                SQL("part.date"), SQL("part.fsm_order_id")
            ),
            later=self._get_returns_query(),
        )

    @api.model
    def _get_returns_query(self):
        """:return: SQL query of what came back of ``part``, and went out again

        It is on the row of the part, so that people read "4 used, 1 returned". UNION
        ends where moves take back each other.
        """
        return SQL(
            """
            WITH RECURSIVE later AS (
                SELECT back.id, back.fsm_order_id, back.product_uom,
                       back.qty_recorded, back.qty_billed
                  FROM stock_move AS back
                 WHERE back.origin_returned_move_id = part.id
                   AND back.id <> part.id
                   AND back.fsm_order_id = part.fsm_order_id
                   AND back.qty_recorded <> 0
             UNION
                SELECT back.id, back.fsm_order_id, back.product_uom,
                       back.qty_recorded, back.qty_billed
                  FROM stock_move AS back
                  JOIN later ON later.id = back.origin_returned_move_id
                   AND later.fsm_order_id = back.fsm_order_id
                 WHERE back.qty_recorded <> 0
            )
            SELECT SUM(later.qty_recorded * unit.factor / own.factor) AS qty_recorded,
                   SUM(later.qty_billed * unit.factor / own.factor) AS qty_billed
              FROM later
              JOIN uom_uom AS unit ON unit.id = later.product_uom
              JOIN uom_uom AS own ON own.id = part.product_uom
            """
        )

    # --- read ---
    @api.model
    def _search(self, domain, *args, **kwargs):
        """Look for rows by their sources too, which have an index; ids have none.

        Odoo reads rows by their ids, and would look at all hours and parts there are.
        """
        domain = Domain(domain).map_conditions(self._add_sources)
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _add_sources(self, condition):
        """:return: a condition on ids, and the same on what the ids are made of"""
        values = [condition.value] if condition.operator == "=" else condition.value
        if (condition.field_expr, condition.operator) not in ID_CONDITIONS:
            return condition
        if not isinstance(values, Collection):
            return condition  # a query, which says nothing of sources
        kinds = len(self._get_source_queries())
        sources = {id_ // kinds for id_ in values if id_}
        return condition & Domain("source_id", "in", sources)

    # --- compute ---
    @api.depends("source_model", "source_id")
    def _compute_qty_to_bill(self):
        for work, (source, *returns) in self._get_works().items():
            work.qty_to_bill = source.qty_to_bill + sum(
                back._convert_billing_quantity(back.qty_to_bill, source.product_uom)
                for back in returns
            )
            is_included = source.qty_recorded and source.is_billed_elsewhere
            sales = source._get_quotation_lines().order_id
            names = (
                ", ".join(sales.mapped("name"))
                or source._get_moves_elsewhere()._get_fsm_names()
            )
            work.included_in = names if is_included else False

    @api.depends("source_model", "source_id")
    def _compute_taken_back_entry_id(self):
        found = self.order_id._get_entries_taken_back()
        for work, (source, *_returns) in self._get_works().items():
            work.taken_back_entry_id = source.taken_back_entry_id or found.get(source)

    def _get_works(self):
        works = {}
        for model, rows in self.grouped("source_model").items():
            # sudo: whoever reads the order may not read its timesheets or moves
            sources = self.env[model].sudo().browse(rows.mapped("source_id"))
            for row, source in zip(rows, sources, strict=True):
                works[row] = [source, *source._get_billing_returns()]
        return works

    def _get_reason_not_billed(self):
        if self.included_in:
            return self.env._("Included in %(quotation)s", quotation=self.included_in)
        if self.qty_returned and self.qty_returned == self.qty_recorded:
            return self.env._("Returned")
        if self.qty_to_bill and not self.order_id._is_cancelled():
            return self.env._("Taken back")
        return ""

    # --- edit in place ---
    def write(self, vals):
        """Say how work is billed; nothing else of it is changed here.

        :raise UserError: if the work stands on an invoice
        """
        if set(vals) - set(SOURCE_FIELDS):
            raise UserError(
                self.env._(
                    "Hours are changed on the Timesheets tab, and parts on their "
                    "transfer. Here you say how they are billed."
                )
            )
        res = super().write({})  # checks the right to write here, and writes nothing
        self.order_id.check_access("write")
        for model, works in self.grouped("source_model").items():
            # sudo: the right to bill was checked on the orders; neither timesheets
            # nor moves are open to everybody who has it
            sources = self.env[model].sudo().browse(works.mapped("source_id"))
            sources.write(
                {
                    SOURCE_FIELDS[name]: value
                    for name, value in vals.items()
                    if SOURCE_FIELDS[name] in sources._fields
                }
            )
        self.env.flush_all()
        self.invalidate_model()
        return res

    def action_open_order(self):
        """:return: the order of a row of a list"""
        check_one(self)
        return self.order_id._get_records_action()
