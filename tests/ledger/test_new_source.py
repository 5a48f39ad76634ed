from psycopg2.errors import CheckViolation

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import InvoicingCommon
from ..models_common import ModelsCommon

NAME = "fsm.test.rental"


def _get_definitions():
    """:return: what an addon with another kind of work would declare, and no more"""

    class Rental(models.Model):
        """A machine lent to the customer, billed by the day."""

        _module = None
        _name = NAME
        _inherit = ["fsm.billing.source"]
        _description = "Rental on a Service Order"

        _billing_entry_field = "rental_id"
        _billing_order_field = "rental_ids"
        _billing_section = "rentals"
        _billing_sequence = 15

        fsm_order_id = fields.Many2one("fsm.order", required=True)
        company_id = fields.Many2one(related="fsm_order_id.company_id", store=True)
        product_id = fields.Many2one("product.product")
        date = fields.Date(default=fields.Date.context_today)
        days = fields.Float()
        billing_entry_ids = fields.One2many("fsm.billing.entry", "rental_id")

        @api.depends("days")
        def _compute_qty_recorded(self):
            for rental in self:
                rental.qty_recorded = rental.days

        def _get_billing_protected_fields(self):
            return super()._get_billing_protected_fields() + ["days"]

        def _get_billing_heading(self):
            return "Rentals"

        def _get_billing_product(self, policy):
            return self.product_id

        def _get_billing_unit(self):
            return self.product_id.uom_id

        def _get_billing_date(self):
            return self.date

    class Entry(models.Model):
        _module = None
        _inherit = ["fsm.billing.entry"]
        _name = "fsm.billing.entry"

        rental_id = fields.Many2one(NAME, ondelete="restrict")

    class Order(models.Model):
        _module = None
        _inherit = ["fsm.order"]
        _name = "fsm.order"

        rental_ids = fields.One2many(NAME, "fsm_order_id")

    return Rental, Entry, Order


@tagged("post_install", "-at_install")
class TestNewSource(ModelsCommon, InvoicingCommon):
    """Another kind of work is a model that inherits the mixin, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        definitions = _get_definitions()
        cls._declare(*definitions)
        cls._create_tables(*(definition._name for definition in definitions))
        cls.env["ir.model.access"].sudo().create(
            {
                "name": "Rentals of the office",
                "model_id": cls.env["ir.model"]._get_id(NAME),
                "group_id": cls.env.ref("fieldservice.group_fsm_user").id,
                "perm_create": True,
                "perm_read": True,
                "perm_write": True,
            }
        )
        cls.machine = cls._create_service("Heating mobile, per day", 45.0)

    def _rent(self, order, days, **values):
        return self.env[NAME].create(
            {
                "fsm_order_id": order.id,
                "product_id": self.machine.id,
                "days": days,
                **values,
            }
        )

    def test_it_is_billed_under_its_own_heading(self):
        order = self._create_order(hours=1, parts=1)
        self._rent(order, 3)
        invoice = self._invoice(order)
        headings = invoice.invoice_line_ids.filtered(
            lambda line: line.display_type == "line_section"
        )
        self.assertEqual(headings.mapped("name"), ["Labor", "Rentals", "Parts"])
        line = self._product_lines(invoice)[1]
        self.assertRecordValues(
            line, [{"name": self.machine.name, "quantity": 3, "price_subtotal": 135}]
        )

    def test_preview_and_amount_have_it(self):
        order = self._create_order(hours=0, parts=1)
        self._rent(order, 2)
        self.assertEqual(order.with_user(self.clerk).amount_to_bill, 190)
        self.assertIn("Rentals", order.with_user(self.clerk).billing_preview)

    def test_status_follows_it(self):
        order = self._create_order(hours=0, parts=0)
        self.assertEqual(order.billing_status, "nothing")
        rental = self._rent(order, 2)
        self.assertEqual(order.billing_status, "to_invoice")
        rental.billing_mode = "not_billed"
        self.assertEqual(order.billing_status, "nothing")

    def test_ledger_has_exactly_it(self):
        order = self._create_order(hours=0, parts=0)
        rental = self._rent(order, 2)
        invoice = self._invoice(order)
        self.assertEqual(rental.qty_billed, 2)
        self.assertEqual(order.billing_entry_ids.rental_id, rental)
        self.assertLedgerHolds(order)
        invoice.unlink()
        self.assertEqual(rental.qty_to_bill, 2)

    def test_billed_one_is_not_changed(self):
        order = self._create_order(hours=0, parts=0)
        rental = self._rent(order, 2)
        self._invoice(order)
        with self.assertRaisesRegex(UserError, "can't be changed"):
            rental.days = 5

    def test_credit_opens_that_much_of_it(self):
        order = self._create_order(hours=0, parts=0)
        rental = self._rent(order, 3)
        invoice = self._post_invoice(order)
        self._credit(invoice, {self.machine: 1})
        self.assertEqual(rental.qty_to_bill, 1)
        self.assertEqual(order.billing_status, "to_invoice")

    def test_without_a_product_the_problem_names_it(self):
        order = self._create_order(hours=0, parts=0)
        rental = self._rent(order, 3, product_id=False)
        with self.assertRaisesRegex(UserError, f"{NAME},{rental.id} has no product"):
            self._invoice(order)

    @mute_logger("odoo.sql_db")
    def test_database_wants_exactly_one_source(self):
        order = self._create_order(hours=1, parts=0)
        rental = self._rent(order, 1)
        self._invoice(order)
        self.env.flush_all()
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.cr.execute(
                "UPDATE fsm_billing_entry SET rental_id = %s WHERE order_id = %s",
                [rental.id, order.id],
            )
