from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import tagged

from ...hooks import WITHHELD, uninstall_hook
from ..common import InvoicingCommon

RIGHTS = ("perm_read", "perm_write", "perm_create", "perm_unlink")
#: modules whose rights are looked through, and what of them is none of our concern
HOST = (
    "fieldservice",
    "fieldservice_account",
    "fieldservice_project",
    "fieldservice_sale",
    "fieldservice_sale_stock",
    "fieldservice_stock",
    "fieldservice_timesheet",
)


@tagged("post_install", "-at_install")
class TestAccessHost(InvoicingCommon):
    """Rights that the host gives away on models of others are withheld."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = cls._create_role("portal customer", "base.group_portal")
        cls.foreman = cls._create_role("foreman", "fieldservice.group_fsm_user")
        cls.part = cls._create_order(hours=0).part_ids

    def _rpc(self, user, record, method, *args):
        """Call ``method`` as the web client of ``user`` does."""
        model = self.env[record._name].with_user(user)
        return call_kw(model, method, [record.ids, *args], {})

    def test_portal_user_neither_reads_nor_writes_stock_moves(self):
        other = self._create_order(hours=0, parts=0)
        for values in (
            {"sale_line_id": False},
            {"fsm_order_id": other.id},
            {"account_move_id": False},
            {"company_id": self._create_company(name="Other").id},
            {"price_unit": 1.0},
            {"fsm_credit_line_id": False},
            {"origin_returned_move_id": self.part.id},
            {"value": 1.0},
            {"quantity": 5.0},
            {"state": "cancel"},
            {"billing_mode": "not_billed"},
            {"qty_billed": 1.0},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                self._rpc(self.portal, self.part, "write", values)
        for name in ("value", "price_unit", "product_id", "fsm_order_id"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                self._rpc(self.portal, self.part, "read", [name])

    def test_portal_user_reads_no_products_of_ours(self):
        for records in (
            self.pump,
            self.pump.product_tmpl_id,
            self.env.ref("uom.product_uom_hour"),
        ):
            with self.subTest(model=records._name), self.assertRaises(AccessError):
                self._rpc(self.portal, records, "read", ["name"])

    def test_field_service_alone_reads_no_quotation(self):
        sale = self._create_sale(self.pump)
        order = self._create_order(sale_id=sale.id)
        for user in (self.technician, self.foreman):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._rpc(user, sale, "read", ["amount_total"])
            self.env.invalidate_all()
            # the order is read as before
            [values] = order.with_user(user).read(["sale_id", "bill_to_id"])
            self.assertEqual(values["sale_id"][0], sale.id)
        # who plans the work goes by it
        self._rpc(self.dispatcher, sale, "read", ["amount_total"])

    def test_host_gives_away_no_other_rights_on_models_of_others(self):
        data = self.env["ir.model.data"].search(
            [("module", "in", HOST), ("model", "=", "ir.model.access")]
        )
        accesses = {
            record.complete_name: self.env["ir.model.access"].browse(record.res_id)
            for record in data
        }
        foreign = {
            name
            for name, access in accesses.items()
            if not access.model_id.model.startswith("fsm.")
        }
        self.assertEqual(foreign, set(WITHHELD))
        for name in foreign:
            self.assertRecordValues(accesses[name], [dict.fromkeys(RIGHTS, False)])

    def test_rights_come_back_when_we_go(self):
        uninstall_hook(self.env)
        for name, rights in WITHHELD.items():
            self.assertRecordValues(
                self.env.ref(name), [{right: right in rights for right in RIGHTS}]
            )
        self.assertTrue(
            self.env["stock.move"].with_user(self.portal).has_access("write")
        )
