from odoo import api, models
from odoo.tools import SQL

from ..tools.tolerance import NOISE

#: room for the entries of one invoice line in the id of a row
ENTRIES_PER_LINE = 65536


class FsmBillingReport(models.Model):
    """Where the rows of the analysis come from.

    Each line of a document that bills service orders makes one row, or one for each
    entry of the ledger on it, or on the line that it credits. The entries share the
    amount of the line by quantity, the last one takes the rest: the rows of a document
    come to its untaxed total. Work that stands on no line follows.
    """

    _inherit = "fsm.billing.report"

    @property
    def _table_query(self):
        """The rows that are stored, and those of stale units as they are now."""
        fact = self.env["fsm.billing.fact"]
        self._flush_what_it_reads()
        units = fact._get_stale()
        if units is None:
            return self._get_rows_sql(self._get_work_sql())
        rows = fact._get_fresh_sql(units)
        if units:
            rows = SQL("%s UNION ALL %s", rows, self._get_work_sql(units))
        return self._get_rows_sql(rows)

    @api.model
    def _flush_what_it_reads(self):
        """Let the database mark what waits to be written."""
        for name, names in self._depends.items():
            self.env[name].flush_model(names)

    @api.model
    def _get_rows_sql(self, work):
        """:return: SQL of ``work``, with what is known of its order and product"""
        return SQL(
            """
            SELECT work.id, work.move_id, work.state, work.date, work.company_id,
                   work.partner_id, work.order_id, work.kind, work.name,
                   work.work_date, work.employee_id, work.product_id, work.uom_id,
                   work.billing_mode, work.move_type, work.qty_recorded,
                   work.qty_billed, work.qty_credited, work.revenue, work.cost,
                   work.revenue - work.cost AS margin,
                   (work.revenue - work.cost) / NULLIF(work.revenue, 0) AS margin_rate,
                   company.currency_id, template.categ_id,
                   fsm_order.location_id, fsm_order.person_id,
                   fsm_order.type AS order_type_id,
                   fsm_order.billing_done_day AS done_day
              FROM (%(work)s) work
              -- outer joins, which are left out where nobody asks for them
              LEFT JOIN res_company company ON company.id = work.company_id
              LEFT JOIN fsm_order ON fsm_order.id = work.order_id
              LEFT JOIN product_product product ON product.id = work.product_id
              LEFT JOIN product_template template
                     ON template.id = product.product_tmpl_id
            """,
            work=work,
        )

    @api.model
    def _get_work_sql(self, units=None):
        """:return: SQL of the columns of ``fsm.billing.fact``, as the books are now

        :param units: which of them (``Units``); else all
        """
        names = self.env["fsm.billing.entry"]._get_source_fields()
        concerned = None if units is None else self._get_concerned_sql(units)
        asked = None if units is None else list(units.move_ids)
        return SQL(
            """
            SELECT %(columns)s FROM (
                WITH %(documents)s, %(lines)s, entry AS (%(entries)s),
                     %(shares)s, %(quoted)s
                SELECT FALSE AS is_open, billed.* FROM (%(billed)s) billed
                 UNION ALL
                SELECT TRUE AS is_open, open.* FROM (%(open)s) open
            ) live
            """,
            columns=self.env["fsm.billing.fact"]._get_columns_sql(SQL("live")),
            documents=self._get_documents_sql(concerned, asked),
            lines=self._get_lines_sql(),
            entries=SQL(" UNION ALL ").join(
                self._get_entries_sql(name, units) for name in names
            ),
            shares=self._get_shares_sql(),
            quoted=self._get_quoted_sql(),
            billed=self._get_billed_sql(),
            open=SQL(" UNION ALL ").join(
                self._get_open_work_sql(name, number, units)
                for number, name in enumerate(names, start=1)
            ),
        )

    @api.model
    def _count_kinds_of_rows(self):
        """:return: by how much ids of rows are apart: lines, and each kind of work"""
        return 1 + len(self.env["fsm.billing.entry"]._get_source_fields())

    # --- the ledger ---
    @api.model
    def _get_source_sql(self, name):
        """:return: SQL, what rows say of a source, and the table that it is in

        :param str name: the field of ``fsm.billing.entry`` that names the source
        """
        Source = self.env[self.env["fsm.billing.entry"]._fields[name].comodel_name]
        columns = SQL(", ").join(
            SQL("%s AS %s", expression, SQL.identifier(column))
            for column, expression in sorted(Source._get_analysis_columns().items())
        )
        columns = SQL(
            "source.billing_mode, source.is_billed_elsewhere AS is_quoted, "
            "%(section)s AS section, %(is_time)s AS is_time, %(columns)s",
            section=Source._billing_section,
            is_time=Source._is_billing_time,
            columns=columns,
        )
        return columns, SQL.identifier(Source._table)

    @api.model
    def _get_entries_sql(self, name, units=None):
        """The entries of one kind of work, with what the work says."""
        columns, table = self._get_source_sql(name)
        return SQL(
            """
            SELECT entry.id AS entry_id, entry.kind AS entry_kind, entry.move_line_id,
                   entry.order_id AS entry_order_id,
                   entry.quantity AS entry_quantity, %(columns)s
              FROM fsm_billing_entry entry
              JOIN %(table)s source ON source.id = entry.%(field)s
             WHERE %(is_asked)s
            """,
            is_asked=SQL("TRUE")
            if units is None
            else SQL(
                """
                entry.move_line_id IN (
                    SELECT id FROM line WHERE is_asked
                     UNION
                    SELECT origin_id FROM line WHERE is_asked
                )
                """
            ),
            columns=columns,
            table=table,
            field=SQL.identifier(name),
        )

    @api.model
    def _get_shares_sql(self):
        """Say which part of a line falls to which entry.

        A credit line that opened no work (a refund, another price) is shared like the
        line that it credits.
        """
        return SQL(
            """
            basis AS (%(basis)s), weighted AS (%(weighted)s), ratioed AS (
                SELECT weighted.*,
                       CASE WHEN abs(sum(weight) OVER by_line)
                               > %(noise)s * sum(abs(weight)) OVER by_line
                            THEN weight / sum(weight) OVER by_line
                            -- used and taken back on one line: no share is right
                            ELSE (number = entries)::int END AS ratio
                  FROM weighted
                -- in one order: the sum of floats goes by it
                WINDOW by_line AS (
                    PARTITION BY line_id ORDER BY entry_id
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                )
            ), rounded AS (
                SELECT ratioed.*,
                       round(
                           (line.revenue * ratio)::numeric, currency.decimal_places
                       ) AS part
                  FROM ratioed
                  JOIN line ON line.id = ratioed.line_id
                  JOIN res_company company ON company.id = line.company_id
                  JOIN res_currency currency ON currency.id = company.currency_id
            ), share AS (
                SELECT rounded.*, sum(part) OVER (PARTITION BY line_id) AS parts
                  FROM rounded
            )
            """,
            noise=NOISE,
            basis=self._get_basis_sql(),
            weighted=self._get_weighted_sql(),
        )

    @api.model
    def _get_basis_sql(self):
        """The entries that share each line: its own, or those of what it credits."""
        return SQL(
            """
            SELECT line.id AS line_id, TRUE AS is_own, entry.*
              FROM line
              JOIN entry ON entry.move_line_id = line.id
             WHERE line.is_asked
             UNION ALL
            SELECT line.id AS line_id, FALSE AS is_own, entry.*
              FROM line
              JOIN entry ON entry.move_line_id = line.origin_id
             WHERE line.is_asked AND entry.entry_kind = 'bill'
               AND NOT EXISTS (
                   SELECT FROM fsm_billing_entry own
                    WHERE own.move_line_id = line.id
               )
            """
        )

    @api.model
    def _get_weighted_sql(self):
        """The same with the weight of each, and its place on its line."""
        return SQL(
            """
            SELECT basis.*, entry_quantity * COALESCE(unit.factor, 1) AS weight,
                   row_number() OVER by_id AS number,
                   count(*) OVER by_line AS entries
              FROM basis
              LEFT JOIN uom_uom unit ON unit.id = basis.uom_id
            WINDOW by_line AS (PARTITION BY line_id),
                   by_id AS (PARTITION BY line_id ORDER BY entry_id)
            """
        )

    # --- rows ---
    @api.model
    def _get_billed_sql(self):
        """The rows of documents."""
        return SQL(
            """
            SELECT (line.id::bigint * %(room)s + COALESCE(share.number, 0))
                   * %(kinds)s AS id,
                   line.move_id, line.state, line.move_type, line.date,
                   line.company_id, line.partner_id,
                   COALESCE(share.entry_order_id, line.order_id) AS order_id,
                   CASE WHEN share.line_id IS NOT NULL THEN share.section
                        WHEN line.is_quoted THEN 'quotation'
                        ELSE 'other' END AS kind,
                   line.name, COALESCE(share.work_date, line.date) AS work_date,
                   share.employee_id, line.product_id, share.billing_mode,
                   %(figures)s
              FROM line
              LEFT JOIN share ON share.line_id = line.id
              LEFT JOIN goods ON goods.line_id = line.id
              %(units)s
             WHERE line.is_asked
            """,
            room=ENTRIES_PER_LINE,
            kinds=self._count_kinds_of_rows(),
            figures=self._get_billed_figures_sql(),
            units=self._get_billed_units_sql(),
        )

    @api.model
    def _get_billed_figures_sql(self):
        """What the rows of documents say in figures, and the unit of these."""
        return SQL(
            """
            CASE WHEN is_time.yes THEN hour.id
                 ELSE COALESCE(unit.id, line.uom_id) END AS uom_id,
            CASE WHEN share.is_own
                 THEN share.entry_quantity * work_factor.factor
                 ELSE 0 END AS qty_recorded,
            CASE WHEN line.move_type = 'out_invoice'
                 THEN quantity.value ELSE 0 END AS qty_billed,
            CASE WHEN line.move_type = 'out_refund'
                 THEN quantity.value ELSE 0 END AS qty_credited,
            CASE WHEN share.line_id IS NULL THEN line.revenue
                 WHEN share.number = share.entries
                 THEN line.revenue - share.parts + share.part
                 ELSE share.part END AS revenue,
            CASE WHEN share.line_id IS NULL THEN COALESCE(goods.cost, 0)
                 WHEN share.is_own
                 THEN COALESCE(share.entry_quantity * share.unit_cost, 0)
                 ELSE 0 END AS cost
            """
        )

    @api.model
    def _get_billed_units_sql(self):
        """Say time in hours where a unit of time bills it, else in the product's."""
        return SQL(
            """
              LEFT JOIN uom_uom line_unit ON line_unit.id = line.uom_id
              %(units)s
             CROSS JOIN LATERAL (
                 SELECT COALESCE(share.is_time, FALSE) AND (
                     split_part(line_unit.parent_path, '/', 1)
                     = split_part(hour.parent_path, '/', 1)
                 ) IS TRUE AS yes
             ) is_time
             CROSS JOIN LATERAL (
                 SELECT COALESCE(
                     work_unit.factor / CASE WHEN share.is_time THEN hour.factor
                                             ELSE unit.factor END, 1
                 ) AS factor
             ) work_factor
             CROSS JOIN LATERAL (
                 SELECT COALESCE(share.ratio, 1) * line.quantity * COALESCE(
                     line_unit.factor / CASE WHEN is_time.yes THEN hour.factor
                                             ELSE unit.factor END, 1
                 ) AS value
             ) quantity
            """,
            units=self._get_units_sql(SQL("line"), SQL("share")),
        )

    @api.model
    def _get_open_work_sql(self, name, number, units=None):
        """What of one kind of work stands on no line: not invoiced, or in a quotation.

        :param str name: the field of ``fsm.billing.entry`` that names the source
        :param int number: of this kind of work, to tell its rows
        """
        return SQL(
            """
            SELECT work.id::bigint * %(kinds)s + %(number)s AS id,
                   quoted.move_id, COALESCE(quoted.state, 'none') AS state,
                   NULL AS move_type, COALESCE(quoted.date, work.work_date) AS date,
                   fsm_order.company_id,
                   COALESCE(quoted.partner_id, partner.commercial_partner_id)
                   AS partner_id,
                   fsm_order.id AS order_id, work.section AS kind, NULL AS name,
                   work.work_date, work.employee_id, work.product_id,
                   CASE WHEN fsm_order.stage_id = %(cancelled)s
                             AND quoted.move_id IS NULL
                        THEN 'not_billed' ELSE work.billing_mode END AS billing_mode,
                   CASE WHEN work.is_time THEN hour.id
                        ELSE COALESCE(unit.id, work.uom_id) END AS uom_id,
                   work.quantity * COALESCE(
                       work_unit.factor / CASE WHEN work.is_time THEN hour.factor
                                               ELSE unit.factor END, 1
                   ) AS qty_recorded,
                   0 AS qty_billed, 0 AS qty_credited, 0 AS revenue,
                   COALESCE(work.quantity * work.unit_cost, 0) AS cost
              FROM (%(sources)s) work
              JOIN fsm_order ON fsm_order.id = work.fsm_order_id
              LEFT JOIN res_partner partner ON partner.id = fsm_order.bill_to_id
              LEFT JOIN quoted ON quoted.order_id = fsm_order.id AND work.is_quoted
              %(units)s
            """,
            kinds=self._count_kinds_of_rows(),
            number=number,
            sources=self._get_open_sources_sql(name, units),
            cancelled=self.env["fsm.order"]._get_cancelled_stage_id(),
            units=self._get_units_sql(SQL("work"), SQL("work")),
        )

    @api.model
    def _get_units_sql(self, row, work):
        """Join the unit of ``work``, that of the product of ``row``, and the hour."""
        return SQL(
            """
              LEFT JOIN uom_uom work_unit ON work_unit.id = %(work)s.uom_id
              LEFT JOIN product_product product ON product.id = %(row)s.product_id
              LEFT JOIN product_template template
                     ON template.id = product.product_tmpl_id
              LEFT JOIN uom_uom unit ON unit.id = template.uom_id
              JOIN uom_uom hour ON hour.id = %(hour)s
            """,
            work=work,
            row=row,
            hour=self.env.ref("uom.product_uom_hour").id,
        )

    @api.model
    def _get_open_sources_sql(self, name, units=None):
        """The sources of one kind of work, with how much of each stands on no line."""
        columns, table = self._get_source_sql(name)
        return SQL(
            """
            SELECT source.id, source.fsm_order_id,
                   source.qty_recorded - COALESCE(source.qty_billed, 0) AS quantity,
                   %(columns)s
              FROM %(table)s source
             WHERE %(is_asked)s
               AND abs(source.qty_recorded - COALESCE(source.qty_billed, 0)) > %(noise)s
            """,
            columns=columns,
            table=table,
            noise=NOISE,
            is_asked=SQL("source.fsm_order_id IS NOT NULL")
            if units is None
            else SQL("source.fsm_order_id = ANY(%s::int[])", list(units.order_ids)),
        )
