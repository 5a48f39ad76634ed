from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tests import tagged

from ..common import InvoicingCommon
from ..models_common import ModelsCommon


def _get_definitions():
    """:return: what OCA's fieldservice_equipment_warranty declares, and its host"""

    class Product(models.Model):
        """Of OCA's product_warranty."""

        _module = None
        _inherit = ["product.template"]
        _name = "product.template"

        warranty = fields.Integer()
        warranty_type = fields.Selection([("day", "Days"), ("year", "Years")])

    class Equipment(models.Model):
        _module = None
        _inherit = ["fsm.equipment"]
        _name = "fsm.equipment"

        product_id = fields.Many2one("product.product")
        product_warranty = fields.Integer(related="product_id.warranty")
        warranty_start_date = fields.Date(default=fields.Date.today, copy=False)
        warranty_end_date = fields.Date(
            compute="_compute_warranty_end_date", store=True, readonly=False
        )

        @api.depends("product_id.warranty", "warranty_start_date")
        def _compute_warranty_end_date(self):
            for equipment in self:
                product = equipment.product_id
                end = fields.Date.today()
                if product.warranty and product.warranty_type == "year":
                    start = equipment.warranty_start_date
                    end = start + relativedelta(years=product.warranty)
                elif product.warranty:
                    end += relativedelta(days=product.warranty)
                equipment.warranty_end_date = end

    return Product, Equipment


@tagged("post_install", "-at_install")
class TestEquipmentWarranty(ModelsCommon, InvoicingCommon):
    """Beside OCA's ``fieldservice_equipment_warranty`` its rule is the product's.

    It fills in the day on which equipment without a warranty is created.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "product_warranty" not in cls.env["fsm.equipment"]._fields:
            definitions = _get_definitions()
            cls._declare(*definitions)
            cls._create_tables(*(definition._name for definition in definitions))

    def _create_equipment(self, warranty, **values):
        self.pump.write({"warranty": warranty, "warranty_type": "year"})
        return self.env["fsm.equipment"].create(
            {"name": "Boiler", "product_id": self.pump.id, **values}
        )

    def _get_mode(self, equipment):
        """:return: how new work on ``equipment`` is billed"""
        order = self._create_order(equipment_ids=[Command.set(equipment.ids)])
        return order.timesheet_ids.billing_mode

    def _ago(self, days):
        return fields.Date.today() - timedelta(days=days)

    def test_new_equipment_without_a_product_warranty_is_billed(self):
        boiler = self._create_equipment(warranty=0)
        self.assertEqual(boiler.warranty_end_date, fields.Date.today())
        self.assertEqual(self._get_mode(boiler), "billable")

    def test_equipment_of_no_product_is_billed(self):
        boiler = self.env["fsm.equipment"].create({"name": "Boiler"})
        self.assertEqual(boiler.warranty_end_date, fields.Date.today())
        self.assertEqual(self._get_mode(boiler), "billable")

    def test_new_equipment_with_a_product_warranty_is_not_billed(self):
        self.assertEqual(self._get_mode(self._create_equipment(2)), "warranty")

    def test_last_day_of_a_product_warranty_is_not_billed(self):
        start = fields.Date.today() - relativedelta(years=2)
        boiler = self._create_equipment(2, warranty_start_date=start)
        self.assertEqual(self._get_mode(boiler), "warranty")

    def test_product_warranty_that_ended_is_billed(self):
        boiler = self._create_equipment(2, warranty_start_date=self._ago(3 * 366))
        self.assertEqual(self._get_mode(boiler), "billable")

    def test_typed_end_of_warranty_counts_without_a_product_warranty(self):
        boiler = self._create_equipment(warranty=0)
        boiler.warranty_end_date = self._ago(-5)
        self.assertEqual(self._get_mode(boiler), "warranty")

    def test_one_of_two_under_warranty_is_not_enough(self):
        boilers = self._create_equipment(2)
        boilers |= self.env["fsm.equipment"].create({"name": "Burner"})
        self.assertEqual(self._get_mode(boilers), "billable")

    def test_technician_logs_time_who_may_not_read_products(self):
        boiler = self._create_equipment(2)
        order = self._create_order(
            hours=0, parts=0, done=False, equipment_ids=[Command.set(boiler.ids)]
        )
        self.env["hr.employee"].create({"name": "Tom", "user_id": self.technician.id})
        self.env.invalidate_all()
        time = order.timesheet_ids.with_user(self.technician).create(
            {
                "name": "Visit",
                "project_id": self.project.id,
                "fsm_order_id": order.id,
                "unit_amount": 1,
            }
        )
        self.assertEqual(time.billing_mode, "warranty")
