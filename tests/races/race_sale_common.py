from odoo.fields import Command
from odoo.tests import new_test_user

from .race_common import RaceCommon


class RaceSaleCommon(RaceCommon):
    """One repair at 250.00, ordered, and two hours that it includes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.committed
        cls.repair = cls._create_product(lst_price=250, field_service_tracking="sale")
        cls.sold_part = cls._create_product(
            type="consu", lst_price=10, invoice_policy="delivery"
        )
        cls.salesman = new_test_user(
            env,
            login="race_salesman",
            groups="fieldservice.group_fsm_user,"
            "sales_team.group_sale_salesman_all_leads",
        )
        env.cr.commit()

    def setUp(self):
        super().setUp()
        self._sell((self.repair, 1))

    def _sell(self, *products, hours=2):
        """Commit a confirmed quotation, and complete its service order."""
        self.sale = self.committed["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "fsm_location_id": self.site.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "product_uom_qty": quantity}
                    )
                    for product, quantity in products
                ],
            }
        )
        self.sale.action_confirm()
        self.order = self.sale.fsm_order_ids
        self.order.write(
            {"project_id": self.project.id, "billing_policy_id": self.policy.id}
        )
        if hours:
            self._log_hours(self.committed, hours)
        self.order.action_complete()
        self.orders |= self.order
        self.committed.cr.commit()

    # --- requests ---
    def _press_in_sale(self, final=True):
        return self._call(self.sale, "_create_invoices", False, final)

    def _pay_in_advance(self, amount):
        """Press Create invoice on the quotation: a down payment of ``amount``."""

        def pay(env):
            env["sale.advance.payment.inv"].create(
                {
                    "sale_order_ids": [Command.set(self.sale.ids)],
                    "advance_payment_method": "fixed",
                    "fixed_amount": amount,
                }
            ).create_invoices()
            return "done"

        return pay

    def _write_line(self, product, **values):
        line = self._get_sold(product)
        return self._call(line, "write", values)

    def _get_sold(self, product):
        return self.sale.order_line.filtered(lambda line: line.product_id == product)

    def _race_salesman(self, first, second):
        """Let a salesman go first, and a clerk second."""
        return self._race((self.salesman.id, first), (self.clerk.id, second))

    def _race_clerk(self, first, second):
        """Let a clerk go first, and a salesman second."""
        return self._race((self.clerk.id, first), (self.salesman.id, second))

    # --- what must hold ---
    def _assert_sold(self, status, *invoiced):
        """Check that the quotation, its invoices and the order say the same.

        :param invoiced: quantity invoiced of each line sold, without down payments
        """
        sold = self.sale.order_line.filtered(
            lambda line: not line.display_type and not line.is_downpayment
        )
        self.assertEqual(sold.mapped("qty_invoiced"), list(invoiced))
        for line in sold:
            self.assertEqual(
                line.qty_invoiced, sum(line.invoice_lines.mapped("quantity"))
            )
        self.assertEqual(self.order.billing_status, status)

    def _get_amounts(self):
        return sorted(self.sale.invoice_ids.mapped("amount_untaxed_signed"))
