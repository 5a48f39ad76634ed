import json

from odoo import fields
from odoo.fields import Command
from odoo.models import BaseModel
from odoo.modules.registry import Registry
from odoo.tests import HttpCase, new_test_user
from odoo.tests.common import get_db_name
from odoo.tools import SQL

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.base.tests.common import BaseCommon

#: parameter of a database where ./dev/test made what all classes begin with
FIXTURES = "fieldservice_invoicing.test_fixtures"


class Factories:
    """One customer, one site, one technician, and what happens with them.

    Labor costs 60.00 an hour, the pump 100.00 (and 40.00 to buy).
    """

    # --- fixtures ---
    @classmethod
    def _create_fixtures(cls):
        hour = cls.env.ref("uom.product_uom_hour")
        cls.labor = cls._create_service("Labor", 60.0, uom_id=hour.id)
        cls.policy = cls.env["fsm.billing.policy"].create(
            {"name": "Test policy", "labor_product_id": cls.labor.id}
        )
        cls.pump = cls._create_part("Pump", 100.0, 40.0)
        cls.customer = cls.env["res.partner"].create(
            {"name": "Heating Cooperative", "email": "billing@example.com"}
        )
        cls.site = cls._create_site("Boiler room", cls.customer)
        cls.project = cls.env["project.project"].create(
            {"name": "Field service", "allow_timesheets": True}
        )
        cls.marc = cls.env["hr.employee"].create({"name": "Marc", "hourly_cost": 25.0})
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls._stock_up(cls.pump)

    # --- factories ---
    @classmethod
    def _create_role(cls, login, groups, **values):
        return new_test_user(
            cls.env,
            login=login,
            password=login,
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            **values,
        )

    @classmethod
    def _create_service(cls, name, price, **values):
        return cls._create_product(name=name, type="service", lst_price=price, **values)

    @classmethod
    def _create_part(cls, name, price, cost, **values):
        return cls._create_product(
            name=name,
            type="consu",
            is_storable=True,
            lst_price=price,
            standard_price=cost,
            **values,
        )

    @classmethod
    def _create_site(cls, name, owner, **values):
        partner = cls.env["res.partner"].create({"name": name, "parent_id": owner.id})
        return cls.env["fsm.location"].create(
            {"partner_id": partner.id, "owner_id": owner.id, **values}
        )

    @classmethod
    def _stock_up(cls, product, quantity=1000):
        cls.env["stock.quant"]._update_available_quantity(
            product, cls.warehouse.lot_stock_id, quantity
        )

    @classmethod
    def _create_order(cls, hours=2, parts=1, done=True, **values):
        """Create a service order with Marc's ``hours`` and ``parts`` pumps."""
        order = cls.env["fsm.order"].create(
            {
                "location_id": cls.site.id,
                "project_id": cls.project.id,
                "warehouse_id": cls.warehouse.id,
                **values,
            }
        )
        if hours:
            cls._log_hours(order, hours)
        if parts:
            cls._use_part(order, parts)
        if done:
            order.action_complete()
        return order

    @classmethod
    def _create_sale(cls, *products, quantity=1, **values):
        """Write a quotation of ``quantity`` of each of ``products``."""
        return cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "product_uom_qty": quantity}
                    )
                    for product in products
                ],
                **values,
            }
        )

    def _confirm_quotation(self, *products, **values):
        """Confirm a quotation for the site, which may make service orders."""
        values = {
            "fsm_location_id": self.site.id,
            "warehouse_id": self.warehouse.id,
            **values,
        }
        sale = self._create_sale(*products, **values)
        sale.action_confirm()
        sale.fsm_order_ids.write(
            {"project_id": self.project.id, "warehouse_id": self.warehouse.id}
        )
        return sale

    @classmethod
    def _log_hours(cls, order, hours, employee=None, env=None, **values):
        """Log time on ``order``; ``hours`` is a number of hours."""
        return (env or cls.env)["account.analytic.line"].create(
            {
                "name": "Work on site",
                "project_id": cls.project.id,
                "employee_id": (employee or cls.marc).id,
                "fsm_order_id": order.id,
                "unit_amount": hours,
                "date": fields.Date.today(),
                **values,
            }
        )

    @classmethod
    def _add_charge(cls, order, product=None, **values):
        return cls.env["fsm.order.charge"].create(
            {
                "fsm_order_id": order.id,
                "product_id": (product or cls.labor).id,
                **values,
            }
        )

    @classmethod
    def _use_part(cls, order, quantity=1, product=None, unit=None, validate=True):
        """Deliver parts to the customer through a real transfer; return its move."""
        return cls._move_part(
            order,
            cls.warehouse.out_type_id,
            product or cls.pump,
            quantity,
            unit,
            validate,
            location_id=cls.warehouse.lot_stock_id.id,
            location_dest_id=cls.env.ref("stock.stock_location_customers").id,
        )

    @classmethod
    def _receive_part(cls, order, quantity=1, product=None):
        """Take parts back by a receipt from Customers, without an origin."""
        return cls._move_part(
            order,
            cls.warehouse.in_type_id,
            product or cls.pump,
            quantity,
            location_id=cls.env.ref("stock.stock_location_customers").id,
            location_dest_id=cls.warehouse.lot_stock_id.id,
        )

    @classmethod
    def _move_part(
        cls,
        order,
        picking_type,
        product,
        quantity,
        unit=None,
        validate=True,
        **places,
    ):
        picking = cls.env["stock.picking"].create(
            {
                "picking_type_id": picking_type.id,
                "fsm_order_id": order.id,
                **places,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "product_uom": (unit or product.uom_id).id,
                            **places,
                        }
                    )
                ],
            }
        )
        cls._prepare_transfer(picking)
        if validate:
            picking.button_validate()
        return picking.move_ids

    @classmethod
    def _open_return(cls, picking, **values):
        """Open Odoo's return dialog, with ``values`` on each of its lines."""
        dialog = (
            cls.env["stock.return.picking"]
            .with_context(active_model="stock.picking", active_id=picking.id)
            .create({})
        )
        dialog.product_return_moves.write(values)
        return dialog

    @classmethod
    def _copy_by_sql(cls, records, count, **values):
        """Insert ``count`` copies of each of ``records``, which Odoo takes long for.

        :param values: SQL of the columns that differ; ``number`` counts the copies
        """
        names = [
            name
            for name, field in records._fields.items()
            if field.store and field.column_type and name not in {"id", *values}
        ]
        columns = [SQL.identifier(name) for name in names]
        cls.env.flush_all()
        cls.env.cr.execute(
            SQL(
                "INSERT INTO %(table)s (%(columns)s) SELECT %(values)s "
                "FROM %(table)s, GENERATE_SERIES(1, %(count)s) AS number "
                "WHERE id IN %(ids)s",
                table=SQL.identifier(records._table),
                columns=SQL(", ").join([*columns, *map(SQL.identifier, values)]),
                values=SQL(", ").join([*columns, *map(SQL, values.values())]),
                count=count,
                ids=records._ids,
            )
        )
        cls.env.invalidate_all()

    @classmethod
    def _return_part(cls, move, quantity=1, **values):
        """Take parts back into stock by Odoo's return wizard; return the new move."""
        dialog = cls._open_return(move.picking_id, quantity=quantity, **values)
        action = dialog.action_create_returns()
        picking = cls.env["stock.picking"].browse(action["res_id"])
        cls._validate(picking)
        return picking.move_ids

    @classmethod
    def _validate(cls, picking):
        cls._prepare_transfer(picking)
        picking.button_validate()

    @classmethod
    def _prepare_transfer(cls, picking):
        picking.action_confirm()
        picking.action_assign()
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True

    # --- steps ---
    @classmethod
    def _reverse(cls, invoice, is_modify=False, **values):
        """Go through Odoo's credit note wizard as the clerk; return what it made."""
        wizard = (
            invoice.env["account.move.reversal"]
            .with_user(cls.clerk)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, **values})
        )
        wizard.reverse_moves(is_modify=is_modify)
        return wizard.new_move_ids

    def _open_dialog(self, invoice, **values):
        """Press Add credit note on ``invoice``."""
        return (
            invoice.env["account.move.reversal"]
            .with_user(self.clerk)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create(
                {"journal_id": invoice.journal_id.id, "reason": "Complaint", **values}
            )
        )

    @classmethod
    def _pay(cls, invoice, amount=None, **values):
        """Register a payment as the clerk."""
        wizard = (
            invoice.env["account.payment.register"]
            .with_user(cls.clerk)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({**values, **({"amount": amount} if amount else {})})
        )
        return wizard._create_payments()

    @classmethod
    def _product_lines(cls, invoice):
        return invoice.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )

    def assertLedgerHolds(self, orders):
        """Check the ledger's invariants on every source of ``orders``."""
        self.env.flush_all()
        self.env.invalidate_all()
        sources = [source for kind in orders._get_billing_sources() for source in kind]
        for source in sources:
            live = source.billing_entry_ids.filtered(
                lambda entry: entry.move_id.state != "cancel"
            )
            self.assertAlmostEqual(
                source.qty_billed, sum(live.mapped("quantity")), places=6
            )
            self.assertLessEqual(
                abs(source.qty_billed), abs(source.qty_recorded) + 1e-5
            )
            self.assertGreaterEqual(source.qty_billed * source.qty_recorded, 0)
            # what is stored is what the rule says today
            self.assertEqual(
                source.is_billed_elsewhere, source.sudo()._is_billed_elsewhere()
            )


def _describe(value):
    """Say as JSON which records ``value`` is, or holds by name; None for others."""
    if isinstance(value, BaseModel):
        return [value._name, value.ids]
    if isinstance(value, dict):
        found = {name: _describe(record) for name, record in value.items()}
        return {name: record for name, record in found.items() if record}
    return None


def _find(env, described):
    if isinstance(described, dict):
        return {name: _find(env, value) for name, value in described.items()}
    model, ids = described
    return env[model].browse(ids)


class TourCase(HttpCase):
    """Tours in a browser, with patience for a busy machine."""

    def start_tour(self, url_path, tour_name, **kwargs):
        return super().start_tour(url_path, tour_name, **{"timeout": 300, **kwargs})


class InvoicingCommon(Factories, AccountTestInvoicingCommon):
    """A company with one customer, one site, two technicians, hours and parts.

    Labor costs 60.00 an hour, the pump 100.00 (and 40.00 to buy). Taxes are 15 %.
    Tests act as ``clerk``, ``technician``, ``dispatcher`` or ``accountant``; the
    fixtures themselves are made by a user who may do everything.
    """

    @classmethod
    def get_default_groups(cls):
        groups = super().get_default_groups()
        for xmlid in (
            "fieldservice.group_fsm_manager",
            "hr_timesheet.group_timesheet_manager",
            "project.group_project_manager",
            "sales_team.group_sale_manager",
            "hr.group_hr_manager",
        ):
            groups |= cls.quick_ref(xmlid)
        return groups

    @classmethod
    def setUpClass(cls):
        with Registry(get_db_name()).cursor() as cr:
            cr.execute(
                "SELECT value FROM ir_config_parameter WHERE key = %s", [FIXTURES]
            )
            kept = cr.fetchone()
        if kept:
            # a transaction, without what the classes between would make in it
            super(BaseCommon, cls).setUpClass()
            cls._take_fixtures(json.loads(kept[0]))
        else:
            super().setUpClass()
            cls._make_fixtures()

    @classmethod
    def _keep_fixtures(cls):
        """Let all classes of this database begin with what this one has made."""
        kept = {name: _describe(value) for name, value in vars(cls).items()}
        cls.env["ir.config_parameter"].sudo().set_param(
            FIXTURES, json.dumps({name: value for name, value in kept.items() if value})
        )

    @classmethod
    def _take_fixtures(cls, kept):
        _model, user_ids = kept["user"]
        cls.env = cls.env(user=user_ids[0], context=cls.default_env_context())
        for name, value in kept.items():
            setattr(cls, name, _find(cls.env, value))
        cls.maxDiff = None
        cls.tax_number = 0

    @classmethod
    def _make_fixtures(cls):
        cls.company = cls.env.company
        # the host's data belong to the first company of the database
        cls.env["fsm.stage"].sudo().search([]).company_id = False
        cls.env["fsm.team"].create({"name": "Team", "company_id": cls.company.id})
        cls.clerk = cls._create_role(
            "clerk", "fieldservice.group_fsm_user,account.group_account_invoice"
        )
        cls.technician = cls._create_role(
            "technician",
            "fieldservice.group_fsm_user_own,hr_timesheet.group_hr_timesheet_user",
        )
        cls.dispatcher = cls._create_role(
            "dispatcher",
            "fieldservice.group_fsm_dispatcher,"
            "fieldservice_invoicing.fieldservice_invoicing_group_billing",
        )
        cls.accountant = cls._create_role(
            "accountant", "fieldservice.group_fsm_user,account.group_account_manager"
        )
        cls._create_fixtures()
        cls.company.fsm_billing_policy_id = cls.policy
        cls.lea = cls.env["hr.employee"].create({"name": "Léa", "hourly_cost": 30.0})

    # --- steps, as the clerk takes them ---
    @classmethod
    def _invoice(cls, order):
        """Press Create invoice as the clerk; return the draft."""
        order.with_user(cls.clerk).action_create_invoice()
        return order.billing_entry_ids.move_id.filtered(
            lambda move: move.state == "draft"
        ).with_user(cls.clerk)

    @classmethod
    def _invoice_of(cls, order):
        """Press Create invoice as the clerk; return the draft, quotation or not."""
        before = order.invoice_ids
        order.with_user(cls.clerk).action_create_invoice()
        return (order.invoice_ids - before).with_user(cls.clerk)

    @classmethod
    def _post_invoice(cls, order):
        invoice = cls._invoice(order)
        invoice.action_post()
        return invoice

    @classmethod
    def _create_foreign_invoice(cls, order):
        """Invoice an order as people did without the addon: no ledger knows of it."""
        line = {
            "name": "Repair",
            "price_unit": 200,
            "fsm_order_ids": [Command.set(order.ids)],
        }
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.customer.id,
                "invoice_line_ids": [Command.create(line)],
            }
        )
        invoice.action_post()
        return invoice

    @classmethod
    def _credit(cls, invoice, quantities=None, **values):
        """Credit ``quantities`` ({product: quantity}), or all, and confirm it."""
        credit = cls._reverse(invoice, **values)
        if quantities is not None:
            credit.invoice_line_ids = [
                Command.update(line.id, {"quantity": quantities[line.product_id]})
                if line.product_id in quantities
                else Command.delete(line.id)
                for line in cls._product_lines(credit)
            ]
        credit.action_post()
        return credit

    def _run_autopost(self):
        """Let Odoo's scheduled action post what is due."""
        with self.enter_registry_test_mode():
            self.env.ref(
                "account.ir_cron_auto_post_draft_entry"
            ).sudo().method_direct_trigger()
