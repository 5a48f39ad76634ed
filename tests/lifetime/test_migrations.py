import importlib.util
from pathlib import Path

from odoo.tests import tagged

from ..credit.old_deductions_common import OldDeductionsCommon

MIGRATIONS = Path(__file__).parents[2] / "migrations"


@tagged("post_install", "-at_install")
class TestMigrations(OldDeductionsCommon):
    """What a database of an earlier version becomes."""

    def _migrate(self, version, name):
        path = MIGRATIONS / version / f"{name}.py"
        spec = importlib.util.spec_from_file_location(f"migrate_{name}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.env.flush_all()
        module.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def test_flag_of_credit_lines_becomes_what_happens_with_the_work(self):
        order = self._create_order(hours=8, parts=3)
        invoice = self._post_invoice(order)
        again = self._confirm(invoice, {self.labor: 1})
        refund = self._confirm(invoice, {self.pump: (1, "refund")})
        price = self._confirm(invoice, {self.labor: (5, "price")})
        self.env.flush_all()
        cr = self.env.cr
        cr.execute("ALTER TABLE account_move_line ADD fsm_bill_again boolean")
        cr.execute("UPDATE account_move_line SET fsm_bill_again = true")
        cr.execute(
            "UPDATE account_move_line SET fsm_bill_again = false WHERE move_id = %s",
            [refund.id],
        )
        cr.execute("UPDATE account_move_line SET fsm_credit_work = NULL")
        self._set_links_of_old()
        self._migrate("19.0.1.1.0", "pre-migrate")
        self._migrate("19.0.1.5.0", "pre-links")
        self.assertEqual(
            [
                self._product_lines(credit).fsm_credit_work
                for credit in (again, refund, price)
            ],
            ["bill_again", "refund", "price"],
        )
        self.assertFalse(any(self._product_lines(invoice).mapped("fsm_credit_work")))

    def test_prices_of_charges_stay(self):
        charge = self._add_charge(self._create_order(), price_unit=77)
        self.env.flush_all()
        self.env.cr.execute(
            "ALTER TABLE fsm_order_charge DROP list_price, DROP list_product_id"
        )
        self._migrate("19.0.1.1.0", "pre-migrate")
        self.assertRecordValues(
            charge,
            [
                {
                    "price_unit": 77,
                    "list_price": 77,
                    "list_product_id": self.labor.id,
                }
            ],
        )

    def test_discounts_of_charges_stay(self):
        charge = self._add_charge(self._create_order(), discount=15)
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE fsm_order_charge DROP list_discount")
        self._migrate("19.0.1.4.0", "pre-prices")
        self.assertEqual(charge.list_discount, 0)
        charge.quantity = 2
        self.assertEqual((charge.price_unit, charge.discount), (60, 15))

    def test_database_without_the_flag_stays_as_it_is(self):
        invoice = self._post_invoice(self._create_order())
        credit = self._confirm(invoice, {self.labor: (1, "refund")})
        self._migrate("19.0.1.1.0", "pre-migrate")
        self.assertEqual(self._product_lines(credit).fsm_credit_work, "refund")

    def test_due_dates_of_open_invoices_are_filled_in(self):
        unpaid, paid, draft = (self._create_order() for _index in range(3))
        invoice = self._post_invoice(unpaid)
        self._pay(invoice, 10)
        self._pay(self._post_invoice(paid))
        self._invoice(draft)
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE fsm_order DROP billing_due_date")
        self._migrate("19.0.1.2.0", "pre-migrate")
        orders = unpaid | paid | draft
        self.assertEqual(
            orders.mapped("billing_due_date"), [invoice.invoice_date_due, False, False]
        )

    def _set_links_of_old(self):
        """Give the table of invoice lines the columns of version 19.0.1.4.0."""
        self.env.flush_all()
        # a database of then has no triggers, which would hold the columns
        self.env["fsm.billing.watch"].sudo()._end()
        self.env.cr.execute(
            """
            ALTER TABLE account_move_line ADD fsm_deducted_line_id int4;
            UPDATE account_move_line AS line
               SET fsm_deducted_line_id = CASE
                       WHEN line.fsm_replaced_line_id IS NULL
                       THEN line.fsm_credited_line_id END,
                   fsm_credited_line_id = line.fsm_replaced_line_id
              FROM account_move AS move
             WHERE move.id = line.move_id AND move.move_type = 'out_invoice';
            ALTER TABLE account_move_line DROP fsm_replaced_line_id;
            ALTER TABLE account_move_line
                RENAME fsm_credited_line_id TO fsm_origin_line_id;
            """
        )
        self.env.invalidate_all()

    def test_deductions_name_the_line_that_billed_the_part(self):
        first, second = self._post_deduction()
        self.env.flush_all()
        self.env.cr.execute(
            """
            UPDATE account_move_line
               SET fsm_credited_line_id = NULL, fsm_qty_credited = 0
             WHERE move_id = ANY(%s)
            """,
            [(first | second).ids],
        )
        self.env.invalidate_all()
        self._migrate("19.0.1.3.0", "post-migrate")
        pumps = self._line(first, self.pump)
        self.assertEqual(self._line(second, self.pump).fsm_credited_line_id, pumps)
        self.assertEqual(pumps.fsm_qty_credited, 1)

    def test_links_of_old_say_what_they_mean(self):
        first, second = self._post_deduction()
        credit = self._confirm(first, {self.labor: 1})
        action = self._open_dialog(second).action_fsm_correct()
        third = self.env["account.move"].browse(action["res_id"])
        lines = (first | second | credit | third).sudo().invoice_line_ids
        names = ("fsm_credited_line_id", "fsm_replaced_line_id", "fsm_qty_credited")
        before = [{name: line[name] for name in names} for line in lines]
        self.assertTrue(third.fsm_replaced_id)
        self._set_links_of_old()
        self._migrate("19.0.1.5.0", "pre-links")
        self.env.invalidate_all()
        self.assertEqual(
            [{name: line[name] for name in names} for line in lines], before
        )

    def test_payer_and_policy_that_were_chosen_are_remembered(self):
        insurer = self.env["res.partner"].create({"name": "Insurer"})
        vip = self.policy.copy({"name": "VIP"})
        chosen = self._create_order(
            done=False, bill_to_id=insurer.id, billing_policy_id=vip.id
        )
        other = self._create_order(done=False)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE fsm_order SET is_bill_to_chosen = NULL, is_policy_chosen = NULL"
        )
        self.env.invalidate_all()
        self._migrate("19.0.1.4.0", "post-payer")
        for name in ("is_bill_to_chosen", "is_policy_chosen"):
            self.assertEqual((chosen | other).mapped(name), [True, False])

    def test_site_that_named_the_payer_is_remembered(self):
        order = self._create_order()
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE fsm_order DROP bill_to_site_id")
        self._migrate("19.0.1.4.0", "pre-payer")
        self.assertEqual(order.bill_to_site_id, self.site)

    def test_work_under_warranty_stays_so_on_another_order(self):
        order = self._create_order()
        order.part_ids.billing_mode = "warranty"
        self.env.flush_all()
        self.env.cr.execute("UPDATE stock_move SET is_billing_mode_chosen = NULL")
        self.env.invalidate_all()
        self._migrate("19.0.1.4.0", "post-payer")
        self.assertTrue(order.part_ids.is_billing_mode_chosen)
        self.assertFalse(order.timesheet_ids.is_billing_mode_chosen)

    def test_return_of_work_under_warranty_goes_by_its_delivery(self):
        order = self._create_order(hours=0)
        back = self._return_part(order.part_ids)
        (order.part_ids - back).billing_mode = "warranty"
        self.assertEqual(back.billing_mode, "warranty")
        self._migrate("19.0.1.4.0", "post-payer")
        self.assertFalse(back.is_billing_mode_chosen)

    def test_posted_documents_keep_what_they_say(self):
        invoice = self._post_invoice(self._create_order())
        kept = invoice.sudo().fsm_printed_ids.facts
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM fsm_billing_printed")
        self.env.invalidate_all()
        self._migrate("19.0.1.4.0", "post-payer")
        self.assertEqual(invoice.sudo().fsm_printed_ids.facts, kept)

    def test_open_scrap_is_taken_for_a_return_no_more(self):
        order = self._create_order(hours=0, parts=2)
        scrap = self.env["stock.location"].search(
            [("usage", "=", "inventory"), ("company_id", "=", self.company.id)], limit=1
        )
        [delivery] = order.part_ids
        move = delivery.copy(
            {
                "picking_id": delivery.picking_id.id,
                "location_id": delivery.location_dest_id.id,
                "location_dest_id": scrap.id,
                "product_uom_qty": 1,
            }
        )
        move.write({"quantity": 1, "picked": True})
        move._action_done()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_move SET qty_recorded = -1 WHERE id = %s", [move.id]
        )
        self.env.invalidate_all()
        self._migrate("19.0.1.4.0", "post-moves")
        self.assertEqual((delivery | move).mapped("qty_recorded"), [2, 0])
        self.assertEqual(order.with_user(self.clerk).amount_to_bill, 200)

    def _forget_printed(self, orders):
        """Let the ledger be as before it knew what lines print of the work."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            UPDATE fsm_billing_entry SET qty_exact = NULL, qty_printed = NULL
             WHERE order_id = ANY(%s)
            """,
            [orders.ids],
        )
        self.env.invalidate_all()
        self._migrate("19.0.1.4.0", "post-hours")

    def test_ledger_knows_what_lines_print_of_the_work(self):
        self.policy.write({"labor_minimum": 2, "labor_level": "day"})
        order = self._create_order(hours=1, parts=2)
        invoice = self._post_invoice(order)
        self._confirm(invoice, {self.labor: 1, self.pump: 1})
        entries = order.billing_entry_ids
        names = ["quantity", "qty_exact", "qty_printed"]
        before = entries.read(names)
        self._forget_printed(order)
        self.assertEqual(entries.read(names), before)
        [line] = self._invoice(order).invoice_line_ids.filtered(
            lambda line: line.product_id == self.labor
        )
        self.assertEqual(line.quantity, 1)

    def test_minutes_of_earlier_invoices_add_up(self):
        order = self._create_order(hours=0, parts=0)
        for minutes in (15, 50, 225, 75):
            self._log_hours(order, minutes / 60)
            self._post_invoice(order)
        self._forget_printed(order)
        self._log_hours(order, 35 / 60)
        self._post_invoice(order)
        lines = order.invoice_lines.filtered(lambda line: line.product_id == self.labor)
        self.assertAlmostEqual(sum(lines.mapped("quantity")), 6.67)

    def test_what_clerks_changed_before_is_no_rounding(self):
        order = self._create_order(hours=3, parts=0)
        invoice = self._invoice(order)
        self._product_lines(invoice).quantity = 2
        invoice.action_post()
        self._forget_printed(order)
        self._log_hours(order, 1)
        self.assertEqual(self._product_lines(self._invoice(order)).quantity, 1)

    def _make_lump_sum(self, order):
        """Bill the hours of ``order`` as one piece; return the line."""
        invoice = self._invoice(order)
        line = self._product_lines(invoice)
        line.write(
            {"product_uom_id": self.env.ref("uom.product_uom_unit").id, "quantity": 1}
        )
        invoice.action_post()
        return line

    def test_lump_sum_made_before_pays_for_the_time(self):
        self.policy.write({"labor_rounding": 0.25, "labor_level": "order"})
        order = self._create_order(hours=5, parts=0)
        self._make_lump_sum(order)
        self._forget_printed(order)
        self._log_hours(order, 1)
        self.assertEqual(self._product_lines(self._invoice(order)).quantity, 1)

    def test_lump_sum_credited_before_is_billed_again_as_the_time(self):
        self.policy.write({"labor_rounding": 0.25, "labor_level": "order"})
        order = self._create_order(hours=5, parts=0)
        line = self._make_lump_sum(order)
        self._credit(line.move_id)
        self._forget_printed(order)
        self.assertEqual(self._product_lines(self._invoice(order)).quantity, 5)

    def test_order_that_was_sent_off_the_list_comes_back(self):
        order = self._create_order()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE fsm_order SET billing_status = 'nothing' WHERE id = %s", [order.id]
        )
        self.env.invalidate_all()
        self._migrate("19.0.1.4.0", "post-doors")
        self.assertEqual(order.billing_status, "to_invoice")

    def test_orders_that_were_done_before_have_a_day(self):
        order = self._create_order()
        self.env.flush_all()
        self.env.cr.execute("UPDATE fsm_order SET billing_done_day = NULL")
        self.env.invalidate_all()
        self._migrate("19.0.1.6.0", "pre-done")
        self._migrate("19.0.1.6.0", "post-done")
        self.assertTrue(order.billing_done_day)

    def test_roles_approve_hours_as_in_a_new_database(self):
        group = self.env.ref(
            "fieldservice_invoicing.fieldservice_invoicing_group_approval"
        )
        role = self.env.ref("account.group_account_invoice").sudo()
        role.implied_ids -= group
        self._migrate("19.0.1.6.0", "pre-approval")
        self._migrate("19.0.1.6.0", "post-approval")
        self.assertIn(group, role.implied_ids)

    def test_order_with_a_reduction_that_waited_for_nothing_comes_back(self):
        order = self._create_order(hours=0, parts=0)
        self._add_charge(order, quantity=-1)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE fsm_order SET billing_status = 'nothing' WHERE id = %s", [order.id]
        )
        self.env.invalidate_all()
        self._migrate("19.0.1.7.0", "post-waiting")
        self.assertEqual(order.billing_status, "to_invoice")

    def test_order_whose_hours_wait_for_approval_comes_into_the_queue(self):
        self.policy.is_approval_needed = True
        order = self._create_order(hours=2, parts=0)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE fsm_order SET billing_status = 'nothing' WHERE id = %s", [order.id]
        )
        self.env.invalidate_all()
        self._migrate("19.0.1.8.0", "post-waiting")
        self.assertEqual(order.billing_status, "to_invoice")

    def test_pdf_of_a_run_is_in_a_file_of_its_own(self):
        # sudo: runs are written by the engine alone
        run = (
            self.env["fsm.billing.run"]
            .sudo()
            .create(
                {
                    "name": "RUN/1",
                    "company_id": self.company.id,
                    "user_id": self.clerk.id,
                    "state": "done",
                }
            )
        )
        self.env["ir.attachment"].sudo().create(
            {
                "name": "pdf",
                "res_model": run._name,
                "res_field": "pdf",
                "res_id": run.id,
                "raw": b"%PDF",
            }
        )
        self.env.flush_all()
        self._migrate("19.0.1.8.0", "post-files")
        self.env.invalidate_all()
        self.assertEqual(run.file_ids.company_id, self.company)
        self.assertTrue(run.file_ids.pdf)
        self.assertEqual(run.pdf, run.file_ids.pdf)
