from odoo.tests import Form, tagged

from ..prices_common import PricesCommon


class DiscountsCommon(PricesCommon):
    def _get_figures(self, lines):
        return [(line.price_unit, line.discount) for line in lines]


@tagged("post_install", "-at_install")
class TestPriceDiscounts(DiscountsCommon):
    """A price list that shows its discount does so on our documents, as on a sale."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.group_user")._apply_group(
            cls.env.ref("sale.group_discount_per_so_line")
        )

    def _quote(self, product):
        """:return: the line of Odoo's own sale of one ``product``"""
        sale = self._create_sale(product)
        return sale.order_line

    def test_hours_and_parts_are_printed_as_on_a_sale(self):
        self._create_pricelist(self._percent(20))
        order = self._create_order(hours=1, parts=1)
        invoice = self._assert_preview_is_invoice(order)
        lines = self._product_lines(invoice)
        sold = self._quote(self.labor) | self._quote(self.pump)
        self.assertEqual(self._get_figures(lines), [(60.0, 20.0), (100.0, 20.0)])
        self.assertEqual(self._get_figures(lines), self._get_figures(sold))
        self.assertEqual(invoice.amount_untaxed, 128.0)

    def test_charge_is_printed_as_on_a_sale(self):
        self._create_pricelist(self._percent(20))
        order = self._create_order(hours=0, parts=0)
        charge = self._add_charge(order)
        self.assertEqual(self._get_figures(charge), [(60.0, 20.0)])
        invoice = self._assert_preview_is_invoice(order)
        self.assertEqual(
            self._get_figures(self._product_lines(invoice)), [(60.0, 20.0)]
        )

    def test_charge_with_a_price_typed_has_no_discount(self):
        self._create_pricelist(self._percent(20))
        charge = self._add_charge(self._create_order(hours=0, parts=0), price_unit=55.0)
        charge.quantity = 2
        self.assertEqual(self._get_figures(charge), [(55.0, 0.0)])

    def _create_charge(self, **values):
        self._create_pricelist(self._percent(20))
        return self._add_charge(self._create_order(hours=0, parts=0), **values)

    def test_discount_of_the_list_goes_with_its_price(self):
        charge = self._create_charge()
        charge.with_user(self.clerk).price_unit = 55
        self.assertEqual(self._get_figures(charge), [(55.0, 0.0)])
        charge.quantity = 2
        self.assertEqual(self._get_figures(charge), [(55.0, 0.0)])

    def test_discount_of_the_list_comes_back_with_its_price(self):
        charge = self._create_charge().with_user(self.clerk)
        charge.price_unit = 55
        charge.price_unit = 60
        self.assertEqual(self._get_figures(charge), [(60.0, 20.0)])

    def test_discount_typed_with_a_price_stays(self):
        charge = self._create_charge()
        charge.with_user(self.clerk).write({"price_unit": 55, "discount": 20})
        charge.quantity = 2
        self.assertEqual(self._get_figures(charge), [(55.0, 20.0)])

    def test_discount_typed_stays_when_a_price_is_typed(self):
        charge = self._create_charge(discount=30)
        charge.with_user(self.clerk).price_unit = 55
        self.assertEqual(self._get_figures(charge), [(55.0, 30.0)])

    def test_screen_shows_that_the_discount_goes_with_the_price(self):
        charge = self._create_charge()
        order = charge.fsm_order_id.with_user(self.clerk)
        with Form(order) as form:
            with form.charge_ids.edit(0) as row:
                row.price_unit = 55
                self.assertEqual(row.discount, 0)
            with form.charge_ids.new() as row:
                row.product_id = self.labor
                self.assertEqual(row.discount, 20)
                row.price_unit = 50
                self.assertEqual(row.discount, 0)
        self.assertEqual(
            self._get_figures(order.charge_ids), [(55.0, 0.0), (50.0, 0.0)]
        )

    def test_charge_keeps_a_discount_typed(self):
        self._create_pricelist(self._percent(20))
        charge = self._add_charge(self._create_order(hours=0, parts=0))
        charge.discount = 30
        charge.quantity = 2
        self.assertEqual(self._get_figures(charge), [(60.0, 30.0)])

    def test_warranty_wins(self):
        self._create_pricelist(self._percent(20))
        order = self._create_order(hours=0, parts=1)
        order.part_ids.billing_mode = "warranty"
        lines = self._product_lines(self._assert_preview_is_invoice(order))
        self.assertEqual(self._get_figures(lines), [(100.0, 100.0)])

    def test_surcharge_is_in_the_price(self):
        self._create_pricelist(self._percent(-20))
        lines = self._product_lines(self._create_invoice(self._create_order(parts=0)))
        self.assertEqual(self._get_figures(lines), [(72.0, 0.0)])
        self.assertEqual(
            self._get_figures(lines), self._get_figures(self._quote(self.labor))
        )

    def test_price_list_on_a_price_list(self):
        base = self._create_pricelist(self._percent(10))
        self._create_pricelist(
            self._percent(20, base="pricelist", base_pricelist_id=base.id)
        )
        lines = self._product_lines(self._create_invoice(self._create_order(parts=0)))
        self.assertEqual(
            self._get_figures(lines), self._get_figures(self._quote(self.labor))
        )

    def test_fixed_price_has_no_discount(self):
        self._create_pricelist(self._fixed(self.labor, 48))
        lines = self._product_lines(self._create_invoice(self._create_order(parts=0)))
        self.assertEqual(self._get_figures(lines), [(48.0, 0.0)])

    def test_return_is_credited_with_the_discount(self):
        self._create_pricelist(self._percent(20))
        order = self._create_order(hours=0, parts=3)
        self._post(order)
        self._return_part(order.part_ids, 1)
        credit = self._assert_preview_is_invoice(order)
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual(credit.amount_untaxed, 80)


@tagged("post_install", "-at_install")
class TestHiddenDiscounts(DiscountsCommon):
    """Where Odoo shows no discounts of price lists, neither do we."""

    def test_discount_is_in_the_price(self):
        self._create_pricelist(self._percent(20))
        lines = self._product_lines(self._create_invoice(self._create_order(parts=0)))
        self.assertEqual(self._get_figures(lines), [(48.0, 0.0)])
