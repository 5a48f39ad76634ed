import re

from odoo import api, models
from odoo.tools import SQL
from odoo.tools.sql import table_columns

from .values import Watch

PREFIX = "fsm_billing_fact_watch_"
STALE = "fsm_billing_fact_stale"
ALL_IS_STALE = f"INSERT INTO {STALE} DEFAULT VALUES"
#: what makes the untaxed total of a document
AMOUNTS = ("product", "rounding")


def is_changed(*names):
    """:return: SQL, whether one of the columns ``names`` is another than before"""
    old, new = (
        ", ".join(f'{side}."{name}"' for name in names) for side in ("OLD", "NEW")
    )
    return f"ROW({old}) IS DISTINCT FROM ROW({new})"


def either(condition):
    """:return: SQL, whether ``condition`` of ``{row}`` holds before or after"""
    return " OR ".join(f"({condition.format(row=row)})" for row in ("OLD", "NEW"))


class FsmBillingWatch(models.AbstractModel):
    """Who marks as stale what a change makes of the rows of ``fsm.billing.fact``.

    Triggers of the database see each change, whichever way it comes. A mark is a row:
    nobody waits for anybody, and who rolls back takes his marks along. They say no more
    than what changed; what else goes by it is found by whoever reads the marks. Rows
    that have nothing to do with service orders are left at a condition of the trigger,
    or at one look into an index.
    """

    _name = "fsm.billing.watch"
    _description = "Field Service Billing Watch"

    @api.model
    def _begin(self):
        """Watch all tables from now on; what changed before is not known."""
        self._end()
        for number, watch in enumerate(self._get_watches()):
            # nothing of it comes from outside
            name = f"{PREFIX}{watch.event.lower()}_{number}"
            self.env.cr.execute(watch.get_sql(name))
        self.env.cr.execute(SQL(ALL_IS_STALE))

    @api.model
    def _end(self):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT proname FROM pg_proc
                 WHERE pronamespace = current_schema::regnamespace
                   AND starts_with(proname, %s)
                """,
                PREFIX,
            )
        )
        for (name,) in rows:
            self.env.cr.execute(SQL("DROP FUNCTION %s CASCADE", SQL.identifier(name)))

    @api.model
    def _get_watches(self):
        """:return: list of Watch: all that the rows are made of"""
        watches = [
            *self._watch_documents(),
            *self._watch_lines(),
            *self._watch_links(),
            *self._watch_entries(),
            *self._watch_orders(),
            *self._watch_rare(),
        ]
        for name in self.env["fsm.billing.entry"]._get_source_fields():
            watches += self._watch_sources(name)
        return watches

    # --- documents ---
    @api.model
    def _get_concern(self, *moves):
        """:return: SQL, whether one of the documents ``moves`` bills service orders"""
        return f"""
            EXISTS (
                SELECT FROM account_move_fsm_order_rel
                 WHERE account_move_id = ANY(ARRAY[{", ".join(moves)}])
            )
        """

    @api.model
    def _watch_documents(self):
        body = f"""
            INSERT INTO {STALE} (move_id)
            SELECT OLD.id
             WHERE {self._get_concern("OLD.id", "OLD.reversed_entry_id")}
        """
        link = "NEW.reversed_entry_id"
        is_ours = "{row}.move_type IN ('out_invoice', 'out_refund')"
        columns = is_changed(
            "commercial_partner_id",
            "date",
            "invoice_date",
            "move_type",
            "reversed_entry_id",
            "state",
        )
        return [
            Watch(
                "account_move",
                "UPDATE",
                f"{body} OR {self._get_concern(link)}",
                f"({either(is_ours)}) AND {columns}",
            ),
            # their lines may be gone by then
            Watch("account_move", "DELETE", body, is_ours.format(row="OLD")),
        ]

    @api.model
    def _watch_lines(self):
        is_ours = (
            f"{{row}}.display_type IN {AMOUNTS} OR {{row}}.cogs_origin_id IS NOT NULL"
        )
        together = f"""
            INSERT INTO {STALE} (move_id)
            SELECT DISTINCT move.id
              FROM changed
              JOIN account_move move ON move.id = changed.move_id
             WHERE ({is_ours.format(row="changed")})
               AND {self._get_concern("move.id", "move.reversed_entry_id")}
        """
        alone = f"""
            INSERT INTO {STALE} (move_id)
            SELECT move.id
              FROM account_move move
             WHERE move.id IN (OLD.move_id, NEW.move_id)
               AND {self._get_concern("move.id", "move.reversed_entry_id")}
        """
        columns = is_changed(
            "balance",
            "cogs_origin_id",
            "company_id",
            "display_type",
            "fsm_credit_work",
            "fsm_credited_line_id",
            "fsm_replaced_line_id",
            "move_id",
            "name",
            "product_id",
            "product_uom_id",
            "quantity",
            "tax_repartition_line_id",
        )
        return [
            Watch("account_move_line", "INSERT", together),
            Watch("account_move_line", "DELETE", together),
            Watch(
                "account_move_line",
                "UPDATE",
                alone,
                f"({either(is_ours)}) AND {columns}",
            ),
        ]

    @api.model
    def _watch_links(self):
        """Watch which orders documents and lines bill, and which quotations."""
        bodies = {
            "account_move_fsm_order_rel": f"""
                INSERT INTO {STALE} (move_id, order_id)
                SELECT account_move_id, fsm_order_id FROM changed
                 UNION
                SELECT credit.id, NULL
                  FROM changed
                  JOIN account_move credit
                    ON credit.reversed_entry_id = changed.account_move_id
            """,
            "fsm_order_account_move_line_rel": f"""
                INSERT INTO {STALE} (move_id, order_id)
                SELECT DISTINCT line.move_id, changed.fsm_order_id
                  FROM changed
                  JOIN account_move_line line ON line.id = changed.account_move_line_id
            """,
            "sale_order_line_invoice_rel": f"""
                INSERT INTO {STALE} (move_id)
                SELECT DISTINCT move.id
                  FROM changed
                  JOIN account_move_line line ON line.id = changed.invoice_line_id
                  JOIN account_move move ON move.id = line.move_id
                 WHERE {self._get_concern("move.id", "move.reversed_entry_id")}
            """,
        }
        return [
            Watch(table, event, body)
            for table, body in bodies.items()
            for event in ("INSERT", "DELETE")
        ]

    @api.model
    def _watch_entries(self):
        together = f"""
            INSERT INTO {STALE} (move_id)
            SELECT DISTINCT line.move_id
              FROM changed
              JOIN account_move_line line ON line.id = changed.move_line_id
        """
        alone = f"""
            INSERT INTO {STALE} (move_id)
            SELECT DISTINCT line.move_id
              FROM account_move_line line
             WHERE line.id IN (OLD.move_line_id, NEW.move_line_id)
        """
        columns = is_changed(
            "kind",
            "move_line_id",
            "order_id",
            "quantity",
            *self.env["fsm.billing.entry"]._get_source_fields(),
        )
        return [
            Watch("fsm_billing_entry", "INSERT", together),
            Watch("fsm_billing_entry", "DELETE", together),
            Watch("fsm_billing_entry", "UPDATE", alone, columns),
        ]

    # --- work ---
    @api.model
    def _watch_sources(self, name):
        """Watch one kind of work.

        :param str name: the field of ``fsm.billing.entry`` that names the source
        """
        source = self.env[self.env["fsm.billing.entry"]._fields[name].comodel_name]
        shown = {"billing_mode", *self._get_columns_read(source)}
        figures = {"fsm_order_id", "is_billed_elsewhere", "qty_billed", "qty_recorded"}
        is_ours = "{row}.fsm_order_id IS NOT NULL"
        orders = f"""
            INSERT INTO {STALE} (order_id)
            SELECT DISTINCT order_id
              FROM unnest(ARRAY[OLD.fsm_order_id, NEW.fsm_order_id]) AS order_id
             WHERE order_id IS NOT NULL
        """
        documents = f"""
            INSERT INTO {STALE} (move_id)
            SELECT DISTINCT line.move_id
              FROM fsm_billing_entry entry
              JOIN account_move_line line ON line.id = entry.move_line_id
             WHERE entry.{name} = NEW.id
        """
        return [
            Watch(source._table, "INSERT", orders, is_ours.format(row="NEW")),
            Watch(source._table, "DELETE", orders, is_ours.format(row="OLD")),
            Watch(
                source._table,
                "UPDATE",
                orders,
                f"({either(is_ours)}) AND {is_changed(*sorted(shown | figures))}",
            ),
            Watch(
                source._table,
                "UPDATE",
                documents,
                f"({either(is_ours)}) AND {is_changed(*sorted(shown))}",
            ),
        ]

    @api.model
    def _get_columns_read(self, source):
        """:return: set: the columns of a kind of work that the analysis shows

        They are named in its SQL. What that reads in other tables is not watched,
        but for the day on site.
        """
        names = {
            name
            for expression in source._get_analysis_columns().values()
            for name in re.findall(r'\bsource"?\."?(\w+)', expression.code)
        }
        return names & table_columns(self.env.cr, source._table).keys()

    @api.model
    def _watch_orders(self):
        """Watch what the rows read of orders, and who pays for them.

        The site says which day it was; all else of orders is joined when it is read.
        """
        entry = self.env["fsm.billing.entry"]
        days = " UNION ".join(
            f"""
            SELECT line.move_id, NULL::int
              FROM {self.env[entry._fields[name].comodel_name]._table} source
              JOIN fsm_billing_entry entry ON entry.{name} = source.id
              JOIN account_move_line line ON line.id = entry.move_line_id
             WHERE source.fsm_order_id = NEW.id
            """
            for name in entry._get_source_fields()
        )
        return [
            Watch(
                "fsm_order",
                "UPDATE",
                f"INSERT INTO {STALE} (order_id) VALUES (NEW.id)",
                is_changed("bill_to_id", "stage_id"),
            ),
            Watch(
                "fsm_order",
                "UPDATE",
                f"INSERT INTO {STALE} (move_id, order_id) {days} "
                "UNION SELECT NULL, NEW.id",
                is_changed("company_id", "location_id"),
            ),
            # new contacts get this after they were written
            Watch(
                "res_partner",
                "UPDATE",
                f"INSERT INTO {STALE} (partner_id) VALUES (NEW.id)",
                "OLD.commercial_partner_id IS NOT NULL AND "
                + is_changed("commercial_partner_id"),
            ),
        ]

    # --- what rarely changes: all is stale then ---
    @api.model
    def _watch_rare(self):
        of_orders = """
            EXISTS (
                SELECT FROM fsm_location site
                  JOIN fsm_order visit ON visit.location_id = site.id
                 WHERE {link} = NEW.id
            )
        """
        of_companies = "EXISTS (SELECT FROM res_company WHERE {link} = NEW.id)"
        #: table -> columns, and a condition: units are computed after they are written
        rare = {
            "res_company": (["currency_id", "partner_id", "resource_calendar_id"], ""),
            "res_currency": (["decimal_places"], "OLD.decimal_places IS NOT NULL"),
            "product_product": (["product_tmpl_id"], ""),
            "product_template": (["uom_id"], ""),
            "uom_uom": (
                ["factor", "parent_path"],
                "OLD.factor IS NOT NULL AND OLD.parent_path IS NOT NULL",
            ),
        }
        watches = [
            Watch(
                table,
                "UPDATE",
                ALL_IS_STALE,
                f"{condition or True} AND {is_changed(*columns)}",
            )
            for table, (columns, condition) in rare.items()
        ]
        #: table -> columns, the link from the site, and from the company
        zones = {
            "res_partner": (["tz"], "site.partner_id", "partner_id"),
            "resource_calendar": (["tz"], "site.calendar_id", "resource_calendar_id"),
        }
        for table, (columns, site, company) in zones.items():
            body = (
                f"IF {of_orders.format(link=site)} "
                f"OR {of_companies.format(link=company)} "
                f"THEN {ALL_IS_STALE}; END IF"
            )
            watches.append(Watch(table, "UPDATE", body, is_changed(*columns)))
        body = f"IF {of_orders.format(link='site.id')} THEN {ALL_IS_STALE}; END IF"
        columns = is_changed("calendar_id", "partner_id")
        return [*watches, Watch("fsm_location", "UPDATE", body, columns)]
