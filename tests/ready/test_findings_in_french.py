from odoo.tests import tagged

from ..ready_common import ReadyCommon


@tagged("post_install", "-at_install")
class TestFindingsInFrench(ReadyCommon):
    """What was found by a scheduled action is said in the language of who reads it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.pump.with_context(lang="fr_FR").name = "Pompe"
        cls.labor.with_context(lang="fr_FR").name = "Main-d'œuvre"

    def _read_in_french(self, order, code):
        """:return: what an examination in English found, as a French clerk reads it"""
        self.assertIn(code, self._find(order))
        finding = self._get_findings(order)[code]
        return finding.with_context(lang="fr_FR").message

    def test_price_names_products(self):
        self.pump.lst_price = 30
        order = self._create_complete_order()
        self._add_charge(order, price_unit=60, discount=100)
        message = self._read_in_french(order, "price")
        self.assertIn("Pompe", message)
        self.assertIn("Main-d'œuvre", message)
        self.assertNotIn("Pump", message)

    def test_planned_parts_are_named_with_their_units(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        dozen.with_context(lang="fr_FR").name = "Douzaine"
        order = self._create_complete_order()
        move = self._use_part(order, 3, validate=False)
        move.product_uom = dozen
        message = self._read_in_french(order, "parts_planned")
        self.assertIn("3 Douzaine Pompe", message)

    def test_what_is_in_the_way_is_said(self):
        order = self._create_complete_order(parts=0)
        order.bill_to_id.active = False
        message = self._read_in_french(order, "problem")
        self.assertNotIn("archived", message)
        self.assertIn(order.name, message)

    def test_product_that_was_deleted_is_not_named(self):
        order = self._create_complete_order()
        self._use_part(order, 3, validate=False)
        self._find(order)
        finding = self._get_findings(order)["parts_planned"]
        unit = self.env.ref("uom.product_uom_unit")
        finding.sudo().details = {"parts": [[999999999, 3, unit.id]]}
        self.assertIn("deleted since", finding.message)

    def test_names_are_read_together(self):
        def read(count):
            orders = self.env["fsm.order"].union(
                *(self._create_complete_order() for _each in range(count))
            )
            for order in orders:
                part = self._create_part("Valve", 100, 40)
                self._use_part(order, product=part, validate=False)
            self._examine(orders)
            self.env.invalidate_all()
            findings = orders.sudo().billing_finding_ids
            self.assertEqual(len(findings), count)
            findings.mapped("details")
            before = self.env.cr.sql_log_count
            findings.mapped("message")
            return self.env.cr.sql_log_count - before

        read(1)  # caches
        self.assertLessEqual(read(6), read(2))
