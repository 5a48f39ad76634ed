"""The work to bill: the same hours and parts on service orders and on sale orders."""

from datetime import datetime, timedelta

from odoo import fields
from odoo.fields import Command

TECHNICIANS = 3
PARTS = 3
SITES_OF_A_CUSTOMER = 5
#: invoices posted and paid before: PostgreSQL plans badly for empty tables
HISTORY = 60
GROUPS = (
    "fieldservice.group_fsm_user",
    "account.group_account_invoice",
    "sales_team.group_sale_salesman_all_leads",
)


class Fixture:
    """Makes the records; what is measured starts from their ids."""

    def __init__(self, env, count, with_sales=True):
        self.env = env
        self.count = count
        self.company = env.company
        self._make_company()
        self._make_products()
        sites = self._make_sites()
        self._make_history(sites[0].owner_id)
        self.order_ids = self._make_orders(sites)
        self.sale_ids = self._make_sales(sites) if with_sales else []

    def _make_company(self):
        if not self.company.chart_template:
            self.env["account.chart.template"].try_loading(
                "generic_coa", company=self.company, install_demo=False
            )
        groups = [self.env.ref(name).id for name in GROUPS]
        self.user_id = (
            self.env["res.users"]
            .create(
                {
                    "name": "Clerk",
                    "login": "bench-clerk",
                    "group_ids": [Command.set(groups)],
                    "company_id": self.company.id,
                    "company_ids": [Command.set(self.company.ids)],
                }
            )
            .id
        )
        self.warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self.project = self.env["project.project"].create(
            {"name": "Field service", "allow_timesheets": True}
        )
        self.employees = self.env["hr.employee"].create(
            [{"name": f"Technician {index}"} for index in range(TECHNICIANS)]
        )

    def _make_products(self):
        taxes = [Command.set(self.company.account_sale_tax_id.ids)]
        self.labor, *self.parts = self.env["product.product"].create(
            [
                {
                    "name": "Labor",
                    "type": "service",
                    "uom_id": self.env.ref("uom.product_uom_hour").id,
                    "lst_price": 61.3,
                    "taxes_id": taxes,
                    "service_type": "timesheet",
                    "invoice_policy": "delivery",
                },
                *(
                    {
                        "name": f"Part {index}",
                        "type": "consu",
                        "lst_price": 17.9 + index,
                        "standard_price": 9.0,
                        "taxes_id": taxes,
                        "invoice_policy": "delivery",
                    }
                    for index in range(PARTS)
                ),
            ]
        )
        self.company.fsm_billing_policy_id = self.env["fsm.billing.policy"].create(
            {"name": "Bench", "labor_product_id": self.labor.id}
        )

    def _make_sites(self):
        Partner = self.env["res.partner"]
        customers = Partner.create(
            [
                {"name": f"Customer {index}", "country_id": self.env.ref("base.us").id}
                for index in range(-(-self.count // SITES_OF_A_CUSTOMER))
            ]
        )
        partners = Partner.create(
            [
                {
                    "name": f"Site {index}",
                    "parent_id": customers[index // SITES_OF_A_CUSTOMER].id,
                }
                for index in range(self.count)
            ]
        )
        return self.env["fsm.location"].create(
            [
                {"partner_id": partner.id, "owner_id": partner.parent_id.id}
                for partner in partners
            ]
        )

    def _make_history(self, customer):
        """Post invoices and pay them."""
        invoices = self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": customer.id,
                    "invoice_date": "2026-01-05",
                    "invoice_line_ids": [
                        Command.create({"product_id": part.id, "quantity": 1 + index})
                        for part in self.parts
                    ],
                }
                for index in range(HISTORY)
            ]
        )
        invoices.action_post()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoices.ids
        ).create({"group_payment": False})._create_payments()

    # --- service orders ---
    def _make_orders(self, sites):
        start = datetime(2026, 1, 5, 8)
        orders = self.env["fsm.order"].create(
            [
                {
                    "location_id": site.id,
                    "project_id": self.project.id,
                    "warehouse_id": self.warehouse.id,
                    "scheduled_date_start": start + timedelta(hours=index),
                }
                for index, site in enumerate(sites)
            ]
        )
        self._log_hours([{"fsm_order_id": order.id} for order in orders])
        self._deliver([{"fsm_order_id": order.id} for order in orders])
        orders.action_complete()
        return orders.ids

    def _log_hours(self, owners):
        """Log an hour and a half by each technician, for each dict of ``owners``.

        A list in a dict holds the values for one technician after the other.
        """
        return self.env["account.analytic.line"].create(
            [
                {
                    "name": "Work on site",
                    "project_id": self.project.id,
                    "employee_id": employee.id,
                    "unit_amount": 1.5,
                    "date": fields.Date.today(),
                    **_at(owner, index),
                }
                for owner in owners
                for index, employee in enumerate(self.employees)
            ]
        )

    def _deliver(self, owners):
        """Deliver one of each part to the customer, for each dict of ``owners``."""
        moves = self.env["stock.move"].create(
            [
                {
                    "product_id": part.id,
                    "product_uom_qty": 1 + index,
                    "product_uom": part.uom_id.id,
                    "location_id": self.warehouse.lot_stock_id.id,
                    "location_dest_id": self.env.ref(
                        "stock.stock_location_customers"
                    ).id,
                    **_at(owner, index),
                }
                for owner in owners
                for index, part in enumerate(self.parts)
            ]
        )
        moves._action_confirm(merge=False)
        moves._action_assign()
        moves.picked = True
        moves._action_done()

    # --- sale orders ---
    def _make_sales(self, sites):
        sales = self.env["sale.order"].create(
            [self._prepare_sale(site) for site in sites]
        )
        # what was sold is delivered below, without a transfer for each order
        sales.write({"state": "sale"})
        hours, parts = [], []
        for sale in sales:
            lines = sale.order_line.filtered(lambda line: not line.display_type)
            labor = lines.filtered(lambda line: line.product_id == self.labor)
            hours.append({"so_line": labor.ids, "is_so_line_edited": True})
            parts.append({"sale_line_id": (lines - labor).ids})
        self._log_hours(hours)
        self._deliver(parts)
        return sales.ids

    def _prepare_sale(self, site):
        lines = [
            {"display_type": "line_section", "name": "Labor"},
            *(
                {
                    "product_id": self.labor.id,
                    "product_uom_qty": 1.5,
                    "name": f"Labor\n{employee.name}",
                }
                for employee in self.employees
            ),
            {"display_type": "line_section", "name": "Parts"},
            *(
                {"product_id": part.id, "product_uom_qty": 1 + index}
                for index, part in enumerate(self.parts)
            ),
        ]
        return {
            "partner_id": site.owner_id.id,
            "partner_shipping_id": site.partner_id.id,
            "warehouse_id": self.warehouse.id,
            "order_line": [
                Command.create({"sequence": 10 + index, **line})
                for index, line in enumerate(lines)
            ],
        }


def _at(owner, index):
    """:return: ``owner`` with the values of the technician or part ``index``"""
    return {
        name: value[index] if isinstance(value, list) else value
        for name, value in owner.items()
    }


def multiply_orders(env, order_ids, count):
    """Copy rows of orders until there are ``count``: a list does not ask how.

    The copies have no work of their own, as most orders of a year: they are invoiced.
    """
    columns = [
        name
        for name, field in env["fsm.order"]._fields.items()
        if field.store and field.column_type and name not in ("id", "billing_status")
    ]
    names = ", ".join(f'"{name}"' for name in columns)
    env.cr.execute(
        f"INSERT INTO fsm_order ({names}, billing_status) "
        f"SELECT {names}, 'paid' FROM fsm_order "
        "CROSS JOIN generate_series(1, %s) AS copy WHERE id = ANY(%s) "
        "ORDER BY copy, id LIMIT %s",
        [-(-count // len(order_ids)), order_ids, max(0, count - len(order_ids))],
    )
