from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged

from ..companies_common import CompaniesCommon
from ..parts_common import PartsCommon


class AttachedCommon(PartsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nobody = cls._create_role("nobody", "base.group_user")
        cls.storekeeper = cls._create_role("storekeeper", "stock.group_stock_user")
        cls.order = cls._create_order(hours=0, parts=0)
        cls.part = cls._use_part(cls.order, 2)

    def _rpc(self, user, record, method, *args):
        """Call ``method`` as the web client of ``user`` does."""
        return call_kw(self._as(user, record._name), method, [record.ids, *args], {})

    def _as(self, user, name):
        """:return: the model of this ``name`` as ``user`` works with it"""
        companies = {"allowed_company_ids": user.company_ids.ids}
        return self.env[name].with_user(user).with_context(**companies)


@tagged("post_install", "-at_install")
class TestAttachedParts(AttachedCommon):
    """The detailed operations of a part say how much of it was used."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._create_order(hours=0, parts=0)
        cls.other_part = cls._use_part(cls.other, 5)
        cls.line = cls.other_part.move_line_ids

    def assertDenied(self, user, record, values):
        with self.assertRaises(AccessError):
            self._rpc(user, record, "write", values)
        self.env.invalidate_all()
        self.assertEqual(self.order.part_ids.mapped("quantity"), [2])
        self.assertEqual(self.other.part_ids.mapped("quantity"), [5])

    def test_nobody_moves_parts_to_another_order(self):
        self.assertDenied(self.nobody, self.line, {"move_id": self.part.id})

    def test_nobody_takes_parts_off_an_order(self):
        self.assertDenied(self.nobody, self.line, {"move_id": False})

    def test_nobody_says_how_many_parts_were_used(self):
        self.assertDenied(self.nobody, self.line, {"quantity": 1})

    def test_technician_without_the_stock_moves_no_parts(self):
        self.assertDenied(self.technician, self.line, {"move_id": self.part.id})

    def test_nobody_adds_parts_to_an_order(self):
        values = self.line.copy_data({"move_id": self.part.id})
        model = self._as(self.nobody, "stock.move.line")
        with self.assertRaises(AccessError):
            call_kw(model, "create", [values], {})

    def test_nobody_deletes_parts_of_an_order(self):
        move = self._plan(self.order)
        with self.assertRaises(AccessError):
            self._rpc(self.nobody, move.move_line_ids, "unlink")
        self._rpc(self.storekeeper, move.move_line_ids, "unlink")
        self.assertFalse(move.move_line_ids)

    def test_parts_of_no_order_are_left_to_odoo(self):
        move = self._move(self.order.browse(), self.stock, self.customers)
        self._rpc(
            self.nobody, move.move_line_ids, "write", {"description_picking": "!"}
        )

    def test_parts_are_not_moved_onto_billed_ones(self):
        self._invoice(self.order).action_post()
        link = [Command.link(self.line.id)]
        for record, values in (
            (self.line, {"move_id": self.part.id}),
            (self.part, {"move_line_ids": link}),
        ):
            with (
                self.subTest(model=record._name),
                self.assertRaisesRegex(UserError, self.order.invoice_ids.name),
            ):
                self._rpc(self.storekeeper, record, "write", values)
            self.env.invalidate_all()
            self.assertEqual((self.part.quantity, self.part.qty_billed), (2, 2))
            self.assertEqual(self.other_part.quantity, 5)

    def test_parts_are_not_moved_off_billed_ones(self):
        self._invoice(self.other).action_post()
        for values in ({"move_id": self.part.id}, {"move_id": False}):
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(UserError, self.other.invoice_ids.name),
            ):
                self._rpc(self.storekeeper, self.line, "write", values)
            self.env.invalidate_all()
            self.assertEqual(self.other_part.quantity, 5)

    def test_the_same_move_is_no_change(self):
        self._invoice(self.other).action_post()
        values = {"move_id": self.other_part.id}
        self._rpc(self.storekeeper, self.line, "write", values)
        self.assertEqual(self.other_part.quantity, 5)

    def _plan(self, order):
        """:return: a move of a part that is reserved, and not delivered yet"""
        move = self.env["stock.move"].create(
            {
                "product_id": self.pump.id,
                "product_uom_qty": 1,
                "location_id": self.stock.id,
                "location_dest_id": self.customers.id,
                "fsm_order_id": order.id,
            }
        )
        move._action_confirm()
        move._action_assign()
        return move


@tagged("post_install", "-at_install")
class TestAttachedToOrders(AttachedCommon, CompaniesCommon):
    """Work is given to an order by those who may read the order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tech = cls.env["hr.employee"].create(
            {"name": "Tom", "user_id": cls.technician.id, "hourly_cost": 20.0}
        )

    def setUp(self):
        super().setUp()
        # of a company that none of these users works for
        self.foreign = {"fsm_order_id": self._create_other_order(hours=0).id}

    def test_hours_are_not_given_to_an_order_of_another_company(self):
        line = self._log_hours(self.order, 1, employee=self.tech)
        with self.assertRaises(AccessError):
            self._rpc(self.technician, line, "write", self.foreign)
        other = self._create_order(hours=0, parts=0)
        self._rpc(self.technician, line, "write", {"fsm_order_id": other.id})
        self.assertEqual(line.fsm_order_id, other)

    def test_hours_are_not_logged_on_an_order_of_another_company(self):
        values = {
            "name": "Work",
            "project_id": self.project.id,
            "employee_id": self.tech.id,
            "unit_amount": 1,
        }
        model = self._as(self.technician, "account.analytic.line")
        call_kw(model, "create", [{**values, "fsm_order_id": self.order.id}], {})
        with self.assertRaises(AccessError):
            call_kw(model, "create", [{**values, **self.foreign}], {})

    def test_charge_is_not_given_to_an_order_of_another_company(self):
        charge = self._add_charge(self.order)
        with self.assertRaises(AccessError):
            self._rpc(self.dispatcher, charge, "write", self.foreign)
        other = self._create_order(hours=0, parts=0)
        self._rpc(self.dispatcher, charge, "write", {"fsm_order_id": other.id})
        self.assertEqual(charge.fsm_order_id, other)

    def test_parts_are_not_given_to_an_order_of_another_company(self):
        move = self._use_part(self.order.browse())
        for record in (move, move.picking_id):
            with self.subTest(model=record._name), self.assertRaises(AccessError):
                self._rpc(self.storekeeper, record, "write", self.foreign)
        values = {"fsm_order_id": self.order.id}
        self._rpc(self.storekeeper, move.picking_id, "write", values)
        self.assertEqual(move.fsm_order_id, self.order)

    def test_storekeeper_delivers_the_parts_of_an_order(self):
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "fsm_order_id": self.order.id,
                "location_id": self.stock.id,
                "location_dest_id": self.customers.id,
            }
        )
        picking = self._as(self.storekeeper, "stock.picking").browse(picking.id)
        picking.move_ids = [
            Command.create(
                {
                    "product_id": self.pump.id,
                    "product_uom_qty": 3,
                    "location_id": self.stock.id,
                    "location_dest_id": self.customers.id,
                }
            )
        ]
        picking.action_confirm()
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking._action_done()
        parts = picking.move_ids | picking.backorder_ids.move_ids
        self.assertEqual(len(parts), 2)
        self.assertEqual(parts.sudo().fsm_order_id, self.order)
