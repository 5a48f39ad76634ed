import contextlib
import datetime

from psycopg2 import Error

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..quotation_common import QuotationCommon

ADDON = "fieldservice_invoicing"
#: stored by others, and reckoned by us as well
EXTENDED = (
    ("account.analytic.line", "so_line"),
    ("sale.order.line", "qty_delivered"),
    ("sale.order.line", "qty_invoiced"),
)
#: records that are set up once; figures are not reckoned again when they change
SETTINGS = {
    "account.fiscal.position",
    "decimal.precision",
    "fsm.billing.policy",
    "fsm.equipment",
    "fsm.order.type",
    "ir.model.data",
    "product.pricelist",
    "product.pricelist.item",
    "product.product",
    "product.template",
    "project.project",
    "res.company",
    "res.currency",
    "res.currency.rate",
    "res.groups",
    "res.lang",
    "res.partner",
    "res.users",
    "stock.location",
    "uom.uom",
}
#: Odoo itself leaves its figures as they are when these change
RECKONED_APART = {"sale.order.line.product_uom_id"}


class Undo(Exception):
    """Take back what was written in a savepoint."""


@tagged("post_install", "-at_install")
class TestStoredValues(QuotationCommon):
    """What the database holds is what would be reckoned now, whatever was changed."""

    def setUp(self):
        super().setUp()
        self._create_work()

    def _create_work(self):
        """Create orders of all kinds, and documents in all states."""
        sale = self._confirm_quotation(self.service_per_sale, self.pump)
        self._pay_in_advance(sale, 57.5)
        self._validate(sale.picking_ids)
        visits = self._confirm_quotation(self.service_per_line, self.service_per_line)
        self._pay_in_advance(visits, 460)
        hours = self._confirm_quotation(self.sold_hours)
        plain = self._create_order()
        self._return_part(plain.part_ids)
        orders = sale.fsm_order_ids | visits.fsm_order_ids
        orders |= self._create_order(hours=0, parts=0, sale_id=hours.id)
        for order in orders:
            self._log_hours(order, 2)
            self._log_hours(order, 1, fsm_is_extra=True)
            self._use_part(order, 2)
            self._add_charge(order, self.sold_at_once)
        orders.timesheet_ids[-2:].so_line = hours.order_line
        orders.action_complete()
        self._create_documents(orders | plain)
        self.env.flush_all()

    def _create_documents(self, orders):
        first, second, third, *others = orders
        self._invoice_of(first)
        invoice = self._invoice_of(second)
        invoice.action_post()
        self._pay(invoice, 10)
        credited = self._invoice_of(third)
        credited.action_post()
        self._credit(credited)
        for order in others:
            if order.billing_status == "to_invoice":
                self._invoice_of(order).button_cancel()

    # --- what is stored ---
    def _get_stored_fields(self):
        """:return: list of the fields that we compute and the database holds"""
        found = [
            field
            for model in self.env.registry.values()
            if model._auto and not model._abstract and not model._transient
            for field in model._fields.values()
            if field.store and field.compute and ADDON in field._modules
        ]
        return found + [self.env[model]._fields[name] for model, name in EXTENDED]

    def _get_records(self, field):
        return self.env[field.model_name].sudo().search([], order="id desc", limit=20)

    # --- what is read ---
    def _get_values_read(self, field):
        """:return: dict stored field that the computation of ``field`` reads -> ids"""
        self.env.flush_all()
        self.env.invalidate_all()
        records = self._get_records(field).with_context(prefetch_fields=False)
        try:
            with self.env.cr.savepoint():
                field.compute_value(records)
                read = {
                    other: [*other._get_all_cache_ids(self.env)]
                    for other, values in self.env.transaction.field_data.items()
                    if values and self._is_written(other)
                }
                raise Undo
        except Undo:
            self.env.transaction.clear()
        return read

    def _is_written(self, field):
        return (
            field.store
            and field.name not in MAGIC_COLUMNS
            and field.model_name not in SETTINGS
            and str(field) not in RECKONED_APART
        )

    def _get_readers(self):
        """:return: dict stored field -> (ids read, fields that are made of it)"""
        readers = {}
        for field in self._get_stored_fields():
            for other, ids in self._get_values_read(field).items():
                found, made_of_it = readers.setdefault(other, (set(), set()))
                found.update(ids)
                made_of_it.add(field)
        return readers

    # --- what is written ---
    def _get_other_value(self, record, name):
        """:return: another value for a field, or None where there is none"""
        field, value = record._fields[name], record[name]
        if field.type == "boolean":
            return not value
        if field.type in ("integer", "float", "monetary"):
            return value + 1
        if field.type == "selection":
            values = field.get_values(self.env)
            return next((other for other in values if other != value), None)
        if field.type in ("date", "datetime"):
            return value and value - datetime.timedelta(days=3)
        if field.type == "many2one":
            others = self.env[field.comodel_name].sudo().search([], limit=5)
            return (others - value)[:1].id or False
        if field.type in ("one2many", "many2many"):
            return [Command.clear()]
        return None

    def _get_stale(self, fields):
        """:return: list of texts: what the database holds and would be reckoned else"""
        records = {field: self._get_records(field) for field in fields}
        stored = {
            field: [item[field.name] for item in items]
            for field, items in records.items()
        }
        for field, items in records.items():
            self.env.add_to_compute(field, items)
        self.env.flush_all()
        return [
            f"{field} of {item}: {value}, and reckoned anew {item[field.name]}"
            for field, items in records.items()
            for item, value in zip(items, stored[field], strict=True)
            if item[field.name] != value
        ]

    def _write(self, field, record, fields):
        """Write another value, look at what is made of it, and take it back.

        :return: list of texts; None where the value can't be written
        """
        value = self._get_other_value(record, field.name)
        if value is None:
            return None
        stale = None
        try:
            with contextlib.suppress(Undo), self.env.cr.savepoint():
                record.write({field.name: value})
                self.env.flush_all()
                stale = self._get_stale(fields - {field})
                raise Undo
        except (AccessError, UserError, Error, ValueError):
            return None
        finally:
            self.env.transaction.clear()
        return [f"{record}.{field.name} = {value}: {text}" for text in stale]

    @mute_logger("odoo.sql_db")
    def test_what_is_written_is_reckoned_at_once(self):
        stale, written = [], 0
        for field, (ids, fields) in self._get_readers().items():
            ids = sorted(record_id for record_id in ids if record_id)
            for record_id in {*ids[:1], *ids[-1:]}:
                record = self.env[field.model_name].sudo().browse(record_id)
                found = self._write(field, record, fields)
                written += found is not None
                stale += found or []
        self.assertFalse(stale)
        self.assertGreater(written, 50)
