import hashlib

from odoo import api, fields, models
from odoo.tools import SQL, ormcache
from odoo.tools.sql import create_index, table_exists

from .values import Units

#: marks that are worked off in one transaction
BATCH = 5000
#: from so many on, all rows are sooner made than those of the stale units
MANY = 20000
#: which version of the SQL the stored rows were made by
SIGNATURE = "fieldservice_invoicing.facts"
#: taken by who works off marks
LOCK = "fieldservice_invoicing.facts"
#: which marks mean everything
ALL = SQL("move_id IS NULL AND order_id IS NULL AND partner_id IS NULL")


class FsmBillingFact(models.Model):
    """The rows of the analysis, stored: the query of all of them reads all books.

    Read by SQL alone, in ``fsm.billing.report``: rows of units that are stale are not
    read, they are made anew on the spot. So what is read is always what the books say,
    within a transaction as well, and how much is stored makes the time alone.
    No foreign keys: rows of what is deleted are stale, and go later.
    """

    _name = "fsm.billing.fact"
    _description = "Field Service Billing Fact"
    _auto = False
    _log_access = False

    #: column -> type; the rows of work that is on no document are open
    _COLUMNS = {
        "id": "bigint",
        "is_open": "boolean",
        "move_id": "integer",
        "state": "varchar",
        "date": "date",
        "company_id": "integer",
        "partner_id": "integer",
        "order_id": "integer",
        "kind": "varchar",
        "name": "varchar",
        "work_date": "date",
        "employee_id": "integer",
        "product_id": "integer",
        "uom_id": "integer",
        "billing_mode": "varchar",
        "move_type": "varchar",
        "qty_recorded": "double precision",
        "qty_billed": "double precision",
        "qty_credited": "double precision",
        "revenue": "numeric",
        "cost": "double precision",
    }
    #: what is looked for: the order of the list, an order, a document
    _INDEXES = {"date_id": ["date", "id"], "order": ["order_id"], "move": ["move_id"]}

    is_open = fields.Boolean(readonly=True)

    def init(self):
        """Create the tables: ids are longer than those of Odoo."""
        cr = self.env.cr
        if not table_exists(cr, self._table):
            columns = SQL(", ").join(
                SQL("%s %s", SQL.identifier(name), SQL(kind))
                for name, kind in self._COLUMNS.items()
            )
            cr.execute(
                SQL(
                    "CREATE TABLE %s (%s, PRIMARY KEY (id))",
                    SQL.identifier(self._table),
                    columns,
                )
            )
        for name, columns in self._INDEXES.items():
            create_index(cr, f"{self._table}_{name}_idx", self._table, columns)
        cr.execute(
            """
            CREATE TABLE IF NOT EXISTS fsm_billing_fact_stale (
                id bigserial PRIMARY KEY, move_id int, order_id int, partner_id int
            )
            """
        )

    @api.model
    def _forget(self):
        """Drop what no model owns: the addon is uninstalled."""
        self.env["fsm.billing.watch"]._end()
        self.env.cr.execute("DROP TABLE fsm_billing_fact_stale")
        # sudo: settings of the system, of our own
        self.env["ir.config_parameter"].sudo().set_param(SIGNATURE, False)

    # --- reading ---
    @api.model
    def _get_columns_sql(self, row):
        """:return: SQL of all columns of ``row``, of the types that are stored"""
        return SQL(", ").join(
            SQL("%s.%s::%s", row, SQL.identifier(name), SQL(kind))
            for name, kind in self._COLUMNS.items()
        )

    @api.model
    @ormcache()
    def _get_signature(self):
        """:return: a word for the SQL that rows are made by

        Another version of it makes other rows, and so does another kind of work.
        """
        query = self.env["fsm.billing.report"]._get_work_sql()
        return hashlib.sha256(f"{query.code}{query.params}".encode()).hexdigest()

    @api.model
    def _get_stale(self):
        """:return: ``Units`` whose rows are not as stored; None if they are too many"""
        rows = self.env.execute_query(
            SQL(
                """
                (SELECT NULL::int, NULL::int, NULL::int WHERE %(is_all)s)
                 UNION ALL
                (SELECT DISTINCT move_id, order_id, partner_id
                   FROM fsm_billing_fact_stale LIMIT %(many)s)
                """,
                is_all=self._get_all_stale_sql(),
                many=MANY,
            )
        )
        if len(rows) >= MANY or (None, None, None) in rows:
            return None
        return self._get_units(rows)

    @api.model
    def _get_all_stale_sql(self):
        """:return: SQL, whether what is stored says nothing of what is now"""
        return SQL(
            """
            NOT EXISTS (
                SELECT FROM ir_config_parameter WHERE key = %(key)s AND value = %(word)s
            ) OR EXISTS (SELECT FROM fsm_billing_fact_stale WHERE %(is_all)s)
            """,
            key=SIGNATURE,
            word=self._get_signature(),
            is_all=ALL,
        )

    @api.model
    def _get_fresh_sql(self, units):
        """:return: SQL of the stored rows, but for those of ``units``"""
        return SQL(
            "SELECT %(columns)s FROM fsm_billing_fact fact WHERE %(is_fresh)s",
            columns=self._get_columns_sql(SQL("fact")),
            is_fresh=SQL(
                """
                CASE WHEN is_open
                     THEN order_id NOT IN (SELECT unnest(%(orders)s::int[]))
                     ELSE move_id NOT IN (SELECT unnest(%(moves)s::int[])) END
                """,
                orders=list(units.order_ids),
                moves=list(units.move_ids),
            )
            if units
            else SQL("TRUE"),
        )

    @api.model
    def _get_units(self, marks):
        """Find all units that go by what was marked.

        Credit notes go by what they credit; the open work that a quotation includes
        goes by the invoice of the quotation.

        :param marks: list of tuples (id of a document, of an order, of who pays orders)
        """
        moves, orders, partners = (
            list({mark[place] for mark in marks if mark[place]}) for place in range(3)
        )
        if not (moves or orders or partners):
            return Units()
        [[moves, orders]] = self.env.execute_query(
            SQL(
                """
                WITH marked AS (SELECT unnest(%(moves)s::int[]) AS id), document AS (
                    SELECT id FROM marked
                     UNION
                    SELECT credit.id
                      FROM account_move credit
                      JOIN marked ON marked.id = credit.reversed_entry_id
                     UNION
                    SELECT line.move_id
                      FROM marked
                      JOIN account_move_line origin ON origin.move_id = marked.id
                      JOIN account_move_line line
                        ON line.fsm_credited_line_id = origin.id
                     UNION
                    SELECT line.move_id
                      FROM marked
                      JOIN account_move_line origin ON origin.move_id = marked.id
                      JOIN account_move_line line
                        ON line.fsm_replaced_line_id = origin.id
                ), visit AS (
                    SELECT unnest(%(orders)s::int[]) AS id
                     UNION
                    SELECT id FROM fsm_order WHERE bill_to_id = ANY(%(partners)s::int[])
                     UNION
                    SELECT rel.fsm_order_id
                      FROM document
                      JOIN account_move_fsm_order_rel rel
                        ON rel.account_move_id = document.id
                     UNION
                    SELECT rel.fsm_order_id
                      FROM document
                      JOIN account_move move ON move.id = document.id
                      JOIN account_move_fsm_order_rel rel
                        ON rel.account_move_id = move.reversed_entry_id
                     UNION
                    SELECT rel.fsm_order_id
                      FROM document
                      JOIN account_move_line line ON line.move_id = document.id
                      JOIN fsm_order_account_move_line_rel rel
                        ON rel.account_move_line_id = COALESCE(
                            line.fsm_credited_line_id, line.fsm_replaced_line_id
                        )
                     WHERE num_nonnulls(
                               line.fsm_credited_line_id, line.fsm_replaced_line_id
                           ) > 0
                     UNION
                    SELECT fact.order_id
                      FROM document
                      JOIN fsm_billing_fact fact
                        ON fact.move_id = document.id AND fact.is_open
                )
                SELECT ARRAY(SELECT id FROM document), ARRAY(SELECT id FROM visit)
                """,
                moves=moves,
                orders=orders,
                partners=partners,
            )
        )
        return Units(tuple(moves), tuple(orders))

    # --- storing ---
    @api.model
    def _cron_refresh(self):
        """Work off what was marked, a batch in each transaction."""
        cron = self.env["ir.cron"]
        while count := self._refresh():
            [[remaining]] = self.env.execute_query(
                SQL("SELECT count(*) FROM fsm_billing_fact_stale")
            )
            if not cron._commit_progress(count, remaining=remaining):
                return

    @api.model
    def _trigger(self):
        """Wake who works off the marks."""
        self.env.ref("fieldservice_invoicing.ir_cron_facts")._trigger()

    @api.model
    def _refresh(self, limit=BATCH):
        """Store the rows of some stale units, and take away the marks that were read.

        Marks of transactions that are not committed yet stay, and so does what they
        change: this reads the books as they were when it began.

        :param limit: of how many marks
        :return: how many marks were worked off
        """
        self.env.flush_all()
        [[is_mine]] = self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(hashtext(%s))", LOCK)
        )
        if not is_mine:
            return 0
        [[is_all]] = self.env.execute_query(SQL("SELECT %s", self._get_all_stale_sql()))
        if is_all:
            return self._mark_each()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT move_id, order_id, partner_id, array_agg(id)
                  FROM fsm_billing_fact_stale
                 GROUP BY move_id, order_id, partner_id
                 ORDER BY min(id)
                 LIMIT %s
                """,
                limit,
            )
        )
        self._store(self._get_units([mark for *mark, _ids in rows]))
        ids = [mark_id for *_mark, mark_ids in rows for mark_id in mark_ids]
        self._take_away(SQL("id = ANY(%s::bigint[])", ids))
        return len(ids)

    @api.model
    def _take_away(self, condition):
        """Delete the marks that meet ``condition``: whoever set them is done with."""
        self.env.cr.execute(
            SQL("DELETE FROM fsm_billing_fact_stale WHERE %s", condition)
        )

    @api.model
    def _mark_each(self):
        """Mark each unit there is, in place of all of them: they are many.

        :return: how many marks that made unnecessary
        """
        report = self.env["fsm.billing.report"]
        names = self.env["fsm.billing.entry"]._get_source_fields()
        self.env.cr.execute("DELETE FROM fsm_billing_fact")
        self._take_away(SQL("TRUE"))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO fsm_billing_fact_stale (move_id)
                SELECT account_move_id FROM account_move_fsm_order_rel
                 UNION
                SELECT credit.id
                  FROM account_move credit
                  JOIN account_move_fsm_order_rel rel
                    ON rel.account_move_id = credit.reversed_entry_id
                """
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO fsm_billing_fact_stale (order_id)
                SELECT DISTINCT fsm_order_id FROM (%s) AS work
                """,
                SQL(" UNION ALL ").join(
                    report._get_open_sources_sql(name) for name in names
                ),
            )
        )
        settings = self.env["ir.config_parameter"].sudo()  # sudo: of the system
        settings.set_param(SIGNATURE, self._get_signature())
        settings.flush_model()
        return 1

    @api.model
    def _store(self, units):
        """Make the rows of ``units`` anew."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM fsm_billing_fact
                 WHERE move_id = ANY(%s::int[]) AND NOT is_open
                """,
                list(units.move_ids),
            )
        )
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM fsm_billing_fact
                 WHERE order_id = ANY(%s::int[]) AND is_open
                """,
                list(units.order_ids),
            )
        )
        if units:
            # what a batch needs is found by indexes, and not by reading all books
            self.env.cr.execute("SET LOCAL jit = off; SET LOCAL random_page_cost = 1.1")
            self.env.cr.execute(
                SQL(
                    "INSERT INTO fsm_billing_fact (%(names)s) %(rows)s",
                    names=SQL(", ").join(map(SQL.identifier, self._COLUMNS)),
                    rows=self.env["fsm.billing.report"]._get_work_sql(units),
                )
            )
