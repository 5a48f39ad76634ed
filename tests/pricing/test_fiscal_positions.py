from unittest.mock import patch

from odoo.tests import tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestFiscalPositions(InvoicingCommon):
    """Odoo is asked once for customers that it can't tell apart."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # those of the chart of accounts
        cls.env["account.fiscal.position"].search([]).auto_apply = False
        cls.france, cls.belgium = cls.env.ref("base.fr"), cls.env.ref("base.be")
        cls.state = cls.env["res.country.state"].create(
            {"name": "North", "code": "N", "country_id": cls.belgium.id}
        )

    def _create_position(self, name, **values):
        return self.env["account.fiscal.position"].create(
            {
                "name": name,
                "auto_apply": True,
                "company_id": self.company.id,
                **values,
            }
        )

    def _create_order_of(self, **values):
        customer = self.env["res.partner"].create({"name": "Customer", **values})
        site = self._create_site("Site", customer)
        site.partner_id.write(
            {"type": "delivery", **values},
        )
        return self._create_order(hours=1, parts=0, location_id=site.id)

    def _assert_positions(self, orders, positions):
        found = self.env["fsm.billing.pricing"]._get_fiscal_positions(orders)
        self.assertEqual([found[order] for order in orders], positions)
        asked = [
            self.env["account.fiscal.position"]._get_fiscal_position(
                order.bill_to_id, order.location_id.partner_id
            )
            for order in orders
        ]
        self.assertEqual(asked, positions)

    def test_country_and_state(self):
        state = self._create_position(
            "State", country_id=self.belgium.id, state_ids=self.state.ids, sequence=1
        )
        belgium = self._create_position(
            "Belgium", country_id=self.belgium.id, sequence=2
        )
        orders = self._create_order_of(country_id=self.belgium.id)
        orders |= self._create_order_of(
            country_id=self.belgium.id, state_id=self.state.id
        )
        orders |= self._create_order_of(country_id=self.france.id)
        orders |= self._create_order_of(country_id=self.belgium.id)
        self._assert_positions(orders, [belgium, state, belgium.browse(), belgium])

    def test_zip_code(self):
        island = self._create_position(
            "Island", country_id=self.france.id, zip_from="20000", zip_to="20999"
        )
        orders = self._create_order_of(country_id=self.france.id, zip="20100")
        orders |= self._create_order_of(country_id=self.france.id, zip="75001")
        self._assert_positions(orders, [island, island.browse()])

    def test_tax_number(self):
        business = self._create_position(
            "Business", country_id=self.belgium.id, vat_required=True
        )
        orders = self._create_order_of(country_id=self.belgium.id)
        orders |= self._create_order_of(country_id=self.belgium.id, vat="BE0477472701")
        self._assert_positions(orders, [business.browse(), business])

    def test_tax_number_of_the_own_country(self):
        # Odoo goes by the customer then, and not by the site
        belgium = self._create_position("Belgium", country_id=self.belgium.id)
        france = self._create_position("France", country_id=self.france.id)
        self.company.vat = "BE0477472701"
        orders = self.env["fsm.order"].union(
            *(
                self._create_order_of(country_id=self.france.id, vat=vat)
                for vat in ("BE0428759497", "FR23334175221")
            )
        )
        orders.location_id.partner_id.country_id = self.belgium
        self._assert_positions(orders, [france, belgium])

    def test_tax_number_that_was_checked(self):
        business = self._create_position(
            "Business", country_id=self.belgium.id, vat_required=True
        )
        orders = self.env["fsm.order"].union(
            *(
                self._create_order_of(country_id=self.belgium.id, vat=vat)
                for vat in ("BE0428759497", "BE0477472701")
            )
        )
        with patch.object(
            self.env.registry["res.partner"],
            "_get_vat_required_valid",
            lambda partner, company=None: partner.vat == "BE0477472701",
        ):
            self._assert_positions(orders, [business.browse(), business])

    def test_position_of_one_customer(self):
        own = self._create_position("Own", auto_apply=False)
        orders = self._create_order_of(country_id=self.france.id)
        orders |= self._create_order_of(
            country_id=self.france.id, property_account_position_id=own.id
        )
        self._assert_positions(orders, [own.browse(), own])

    def test_site_in_another_country_than_the_customer(self):
        belgium = self._create_position("Belgium", country_id=self.belgium.id)
        orders = self._create_order_of(country_id=self.france.id)
        orders |= self._create_order_of(country_id=self.france.id)
        orders[1].location_id.partner_id.country_id = self.belgium
        self._assert_positions(orders, [belgium.browse(), belgium])

    def test_site_without_a_country_is_where_the_customer_is(self):
        home = self._create_position("Home", country_id=self.belgium.id)
        self._create_position("Abroad")
        orders = self._create_order_of(country_id=self.belgium.id)
        orders |= self._create_order_of(country_id=self.belgium.id)
        sites = orders.location_id.partner_id
        sites.country_id = False
        own = self._create_position("Own", auto_apply=False)
        sites[1].property_account_position_id = own
        self._assert_positions(orders, [home, own])
        draft = self._invoice(orders[0])
        self.assertEqual(draft.fiscal_position_id, home)
        draft.partner_shipping_id = False
        draft.partner_shipping_id = sites[0]  # Odoo asks for it again
        self.assertEqual(draft.fiscal_position_id, home)

    def test_criterion_of_another_module(self):
        belgium = self._create_position("Belgium", country_id=self.belgium.id)
        orders = self.env["fsm.order"].union(
            *(
                self._create_order_of(country_id=self.belgium.id, comment=comment)
                for comment in ("<p>public</p>", "<p>private</p>")
            )
        )
        Position = self.env.registry["account.fiscal.position"]
        get_functions = Position._get_fpos_validation_functions

        def add_criterion(positions, partner):
            return [
                *get_functions(positions, partner),
                lambda _position: "public" in (partner.comment or ""),
            ]

        self.patch(Position, "_get_fpos_validation_functions", add_criterion)
        self._assert_positions(orders, [belgium, belgium.browse()])

    def test_customers_alike_are_one_question(self):
        self._create_position("Belgium", country_id=self.belgium.id)
        orders = self.env["fsm.order"].union(
            *(
                self._create_order_of(country_id=self.belgium.id, zip=code)
                for code in ("1000", "2000", "3000")
            )
        )
        pricing = self.env["fsm.billing.pricing"]
        pricing._get_fiscal_positions(orders)
        with self.assertQueryCount(2):
            pricing._get_fiscal_positions(orders)
