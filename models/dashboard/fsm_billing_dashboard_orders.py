from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

OLDEST_ORDERS = 8


LATE_HOURS = 8


#: orders that are priced at once; more would keep people waiting
PRICED_ORDERS = 200


#: delay -> days from done to invoiced, from and to
DELAYS = {
    "0": (0, 0),
    "1_3": (1, 3),
    "4_7": (4, 7),
    "8_14": (8, 14),
    "15_30": (15, 30),
    "over_30": (31, None),
}


class FsmBillingDashboard(models.AbstractModel):
    """Service orders: what waits to be invoiced, and how long it took."""

    _inherit = "fsm.billing.dashboard"

    # --- orders to invoice ---
    @api.model
    def _get_orders_to_invoice(self, scope):
        """:return: dict: the ``card``, and the ``rows`` of the oldest orders"""
        domain = self._get_to_invoice_domain(scope)
        rows = self.env.execute_query_dict(self._get_oldest_sql(scope, domain))
        oldest = rows[0]["oldest"] if rows else None
        return {
            "card": {
                "count": rows[0]["count"] if rows else 0,
                "oldest": fields.Date.to_string(oldest) if rows else False,
                "oldest_days": self._get_age(scope, oldest) if rows else False,
                "list": self._get_list(
                    "fieldservice_invoicing.fsm_order_action_to_invoice", domain
                ),
            },
            "rows": [
                {
                    "id": row["id"],
                    "name": row["name"],
                    "customer": row["customer"] or "",
                    "site": row["site"] or "",
                    "done": fields.Date.to_string(row["done"]),
                    "days": self._get_age(scope, row["done"]),
                }
                for row in rows
            ],
        }

    @api.model
    def _get_oldest_sql(self, scope, domain):
        """:return: SQL of the oldest orders, with the count and oldest day of all"""
        query = self.env["fsm.order"]._search(domain)
        return SQL(
            """
            SELECT item.id, item.name, customer.complete_name AS customer,
                   site.name AS site, item.done,
                   COUNT(*) OVER () AS count, MIN(item.done) OVER () AS oldest
              FROM (
                    SELECT item.*, item.billing_done_day AS done
                      FROM (%(orders)s) AS item
                   ) AS item
              LEFT JOIN res_partner AS customer ON customer.id = item.bill_to_id
              LEFT JOIN fsm_location AS location ON location.id = item.location_id
              LEFT JOIN res_partner AS site ON site.id = location.partner_id
             ORDER BY item.done NULLS LAST, item.id
             LIMIT %(limit)s
            """,
            orders=self._select_orders(
                query, "id", "name", "bill_to_id", "location_id", "billing_done_day"
            ),
            limit=OLDEST_ORDERS,
        )

    @api.model
    @api.readonly
    def get_amount_to_invoice(self, company_ids=None):
        """Price the orders to invoice, as their next invoices would.

        Pricing takes price lists, policies and quotations; it is done when somebody
        asks for it, and no figure is kept that could be out of date.

        :return: dict: ``amount`` before tax, ``count`` of the orders priced, whether
            they ``is_all``, and the ``problems``: how many can't be invoiced yet
        """
        self._check_dashboard_access()
        dashboard = self._with_companies(company_ids)
        scope = dashboard._get_scope("month", None, None)
        Order = dashboard.env["fsm.order"]
        if not dashboard._can_see_orders():
            raise AccessError(
                self.env._(
                    "What is to be invoiced is for those who create invoices. Ask an "
                    "administrator for the right to create them."
                )
            )
        orders = Order.search_fetch(
            dashboard._get_to_invoice_domain(scope),
            ["company_id"],
            order="billing_done_day, id",
            limit=PRICED_ORDERS + 1,
        )
        priced = orders[:PRICED_ORDERS]
        return {
            "amount": scope.currency.round(
                sum(
                    order.amount_to_bill * scope.rates[order.company_id.id]
                    for order in priced
                )
            ),
            "currency_id": scope.currency.id,
            "count": len(priced),
            "is_all": len(priced) == len(orders),
            "problems": len(priced.filtered("billing_problem")),
        }

    @api.model
    def _get_to_invoice_domain(self, scope):
        return Domain("billing_status", "=", "to_invoice") & self._get_company_domain(
            scope
        )

    @api.model
    def _get_age(self, scope, day):
        """:return: days since ``day``, or False where nobody knows when it was"""
        return max((scope.today - day).days, 0) if day else False

    @api.model
    def _select_orders(self, query, *names):
        """:return: SQL of the columns ``names`` of orders"""
        Order = self.env["fsm.order"]
        return query.select(
            *(Order._field_to_sql(query.table, name, query) for name in names)
        )

    # --- days from done to invoiced ---
    @api.model
    def _get_delays(self, scope):
        """Count the orders first invoiced in the period by how long it took.

        An order that was invoiced before it was done took no time; one of which nobody
        knows when it was done is left out.

        :return: dict: ``counts`` for each of ``DELAYS``, ``average`` and ``median``
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT days, COUNT(*) FROM (%s) AS item GROUP BY days ORDER BY days",
                self._get_delays_sql(scope),
            )
        )
        total = sum(count for _days, count in rows)
        return {
            "count": total,
            "average": total and sum(days * count for days, count in rows) / total,
            "median": self._get_median(rows),
            "counts": [
                {
                    "key": key,
                    "count": sum(
                        count
                        for days, count in rows
                        if days >= first and (last is None or days <= last)
                    ),
                }
                for key, (first, last) in DELAYS.items()
            ],
        }

    @api.model
    def _get_delays_sql(self, scope):
        """:return: SQL of the orders first invoiced in the period: id, days it took"""
        # Who bills orders, and may not read invoices, may know when they were
        # invoiced: nothing but the day is taken from them.
        query = self.env["fsm.order"]._search(self._get_company_domain(scope))
        return SQL(
            """
            SELECT item.id, GREATEST(item.day - item.done, 0) AS days
              FROM (
                    SELECT item.id, item.day, item.done
                      FROM (
                            SELECT item.id, item.billing_done_day AS done,
                                   MIN(move.invoice_date) AS day
                              FROM (%(orders)s) AS item
                              JOIN account_move_fsm_order_rel AS rel
                                   ON rel.fsm_order_id = item.id
                              JOIN account_move AS move
                                   ON move.id = rel.account_move_id
                             WHERE move.state = 'posted'
                               AND move.move_type = 'out_invoice'
                             GROUP BY item.id, item.billing_done_day
                           ) AS item
                     WHERE item.day BETWEEN %(first)s AND %(last)s
                   ) AS item
             WHERE item.done IS NOT NULL
            """,
            first=scope.date_from,
            last=scope.date_to,
            orders=self._select_orders(query, "id", "billing_done_day"),
        )

    @api.model
    @api.readonly
    def get_delay_list(
        self, delay, period, date_from=None, date_to=None, company_ids=None
    ):
        """Find the orders behind a bar of the delays, when somebody opens it.

        :param str delay: a name of ``DELAYS``
        :return: dict by which the client opens their list
        """
        self._check_dashboard_access()
        dashboard = self._with_companies(company_ids)
        dashboard._check_delay(delay)
        dashboard.env.flush_all()  # what follows reads the database itself
        scope = dashboard._get_scope(period, date_from, date_to)
        first, last = DELAYS[delay]
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM (%s) AS item WHERE days >= %s AND days <= %s",
                dashboard._get_delays_sql(scope),
                first,
                2**31 - 1 if last is None else last,
            )
        )
        return self._get_list(
            "fieldservice_invoicing.fsm_order_action_to_invoice",
            Domain("id", "in", sorted(order_id for (order_id,) in rows)),
        )

    @api.model
    def _check_delay(self, delay):
        """Check that the user may open the bar ``delay``, and that it is one.

        :raise AccessError: if the user does not bill orders
        :raise UserError: if there is no such bar
        """
        if not self._can_see_orders():
            raise AccessError(
                self.env._(
                    "These orders are for those who create invoices. Ask an "
                    "administrator for the right to create them."
                )
            )
        if not isinstance(delay, str) or delay not in DELAYS:
            raise UserError(
                self.env._(
                    "%(delay)s is none of the bars of days from done to invoiced. "
                    "Open the dashboard again and choose one.",
                    delay=delay,
                )
            )

    # --- hours ---
    @api.model
    def _get_hours_lists(self, scope):
        """:return: list of lists: the time on orders in each step of the period"""
        orders = Domain("order_id", "any", self._get_company_domain(scope))
        labor = Domain("section", "=", "labor") & orders
        return [
            self._get_list(
                "fieldservice_invoicing.fsm_billing_work_action_hours",
                labor & self._get_days_domain(*days),
            )
            for days in map(scope.get_days, scope.starts)
        ]

    @api.model
    def _get_median(self, rows):
        """:return: the middle of values that are given as sorted (value, count)"""
        total = sum(count for _value, count in rows)
        if not total:
            return 0
        middle = [(total - 1) // 2, total // 2]
        found, seen = [], 0
        for value, count in rows:
            found += [value for index in middle if seen <= index < seen + count]
            seen += count
        return sum(found) / 2
