import re
from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...models.runs import fsm_billing_run, fsm_order
from .runs_common import RunsCommon


@tagged("post_install", "-at_install")
class TestRuns(RunsCommon):
    """Many orders in the background: each exactly once, and each with its reason."""

    def test_run_creates_a_draft_for_each_order(self):
        orders = self._create_orders(3)
        run = self._start(orders)
        self.assertFalse(orders.invoice_ids)
        self._work()
        self.assertEqual(run.state, "done")
        self.assertEqual(orders.mapped("billing_status"), ["draft"] * 3)
        self.assertEqual(run.line_ids.mapped("state"), ["draft"] * 3)
        self.assertEqual(run.line_ids.move_ids, orders.invoice_ids)
        self.assertEqual(run.progress, 100)
        self.assertLedgerHolds(orders)

    def test_run_has_a_line_for_each_invoice_of_so_many_orders(self):
        self.policy.write({"grouping": "customer", "max_orders": 2})
        run = self._start(self._create_orders(3))
        self._work()
        self.assertEqual(sorted(run.line_ids.mapped("order_count")), [1, 2])

    def test_run_acts_as_whoever_started_it(self):
        orders = self._create_orders(1)
        self._start(orders, user=self.dispatcher)
        self._work()
        self.assertEqual(orders.invoice_ids.create_uid, self.dispatcher)

    def test_run_confirms(self):
        orders = self._create_orders(2)
        run = self._start(orders, "post")
        self._work()
        self.assertEqual(orders.mapped("billing_status"), ["posted"] * 2)
        self.assertEqual(run.confirmed_count, 2)

    def test_run_sends_by_mail(self):
        orders = self._create_orders(1)
        self.customer.email = "office@customer.example"
        run = self._start(orders, "send")
        self._work()
        self.assertTrue(orders.invoice_ids.sending_data)
        self.assertEqual(run.line_ids.how_far, "sending")
        orders.invoice_ids.is_move_sent = True
        self.assertEqual(run.line_ids.how_far, "sent")
        self.assertEqual(run.sent_count, 1)

    def test_customer_without_address_is_named(self):
        orders = self._create_orders(1)
        self.customer.email = False
        run = self._start(orders, "send")
        self._work()
        line = run.line_ids
        self.assertEqual((line.state, line.failed_step), ("failed", "send"))
        self.assertIn(self.customer.name, line.problem)
        self.assertEqual(orders.billing_status, "posted")
        self.customer.email = "office@customer.example"
        run.action_retry()
        self._work()
        self.assertEqual(line.state, "sent")

    def test_run_of_somebody_archived_stops_and_goes_on_with_others(self):
        self.company.fsm_review_user_id = self.accountant
        orders = self._create_orders(2)
        run = self._start(orders)
        self.clerk.active = False
        self._work()
        self.assertEqual(run.state, "stopped")
        self.assertEqual(run.sudo().line_ids.mapped("state"), ["waiting"] * 2)
        activity = run.sudo().activity_ids
        self.assertEqual(activity.user_id, self.accountant)
        self.assertIn("is archived", activity.summary)
        run.with_user(self.accountant).action_resume()
        self._work()
        self.assertEqual(orders.invoice_ids.create_uid, self.accountant)

    def test_run_that_nobody_would_work_on_is_refused(self):
        cron = self.env.ref("fieldservice_invoicing.fsm_billing_run_cron").sudo()
        cron.active = False
        with self.assertRaisesRegex(UserError, "switched off"):
            self._start(self._create_orders(1))

    def test_dispatcher_does_not_confirm(self):
        with self.assertRaisesRegex(UserError, "Leave drafts"):
            self._start(self._create_orders(1), "post", user=self.dispatcher)

    def test_technician_starts_no_run(self):
        with self.assertRaises(AccessError):
            self._start(self._create_orders(1), user=self.technician)

    def test_order_that_cannot_be_invoiced_is_one_line_with_its_reason(self):
        orders = self._create_orders(4)
        bad = orders[1]
        run = self._start(orders)
        self._poison(bad)
        self._work()
        failed = run.line_ids.filtered(lambda line: line.state == "failed")
        self.assertEqual(failed.order_ids, bad)
        self.assertIn("product", failed.problem)
        self.assertEqual((orders - bad).mapped("billing_status"), ["draft"] * 3)
        self.assertEqual(run.state, "done")

    def test_unexpected_error_is_one_line_with_its_reason(self):
        orders = self._create_orders(5)
        bad = orders[3]
        self._break(bad)
        run = self._start(orders)
        with self.assertLogs("odoo.addons.fieldservice_invoicing", "ERROR"):
            self._work()
        failed = run.line_ids.filtered(lambda line: line.state == "failed")
        self.assertEqual(failed.order_ids, bad)
        self.assertIn("broken by another module", failed.problem)
        self.assertEqual((orders - bad).mapped("billing_status"), ["draft"] * 4)

    def test_unexpected_error_of_one_order_leaves_the_rest_of_its_invoice(self):
        self.policy.grouping = "customer"
        orders = self._create_orders(4)
        bad = orders[2]
        self._break(bad)
        run = self._start(orders)
        self.assertEqual(len(run.line_ids), 1)
        with self.assertLogs("odoo.addons.fieldservice_invoicing", "ERROR"):
            self._work()
        failed = run.line_ids.filtered(lambda line: line.state == "failed")
        self.assertEqual(failed.order_ids, bad)
        self.assertEqual((orders - bad).invoice_ids.fsm_order_ids, orders - bad)
        self.assertEqual(len((orders - bad).invoice_ids), 1)

    def test_order_to_check_is_left_out_and_counted(self):
        orders = self._create_orders(1)
        bad = self._create_complete_order(resolution=False)
        self._examine(bad)
        run = self._start(orders | bad)
        self.assertEqual(run.line_ids.order_ids, orders)
        self.assertIn("1 to check", run.left_out)
        self._work()
        self.assertIn("1 to check", run.activity_ids.summary)

    def test_order_that_changed_is_looked_at_when_it_is_its_turn(self):
        orders = self._create_orders(2)
        run = self._start(orders)
        orders[0].resolution = False
        self._work()
        states = {line.order_ids: line.state for line in run.line_ids}
        self.assertEqual(states, {orders[0]: "failed", orders[1]: "draft"})

    def test_order_put_on_hold_meanwhile_is_not_invoiced(self):
        orders = self._create_orders(2)
        run = self._start(orders)
        orders[0].sudo()._set_hold(self._get_hold_reason(), "a complaint")
        self._work()
        self.assertEqual(orders.mapped("billing_status"), ["to_invoice", "draft"])
        [line] = run.line_ids.filtered(lambda line: line.order_ids == orders[0])
        self.assertIn("a complaint", line.problem)

    def test_draft_of_an_order_held_since_is_not_confirmed(self):
        orders = self._create_orders(2)
        run = self._start(orders, "post")
        self._work_once(run)
        self._hold(orders[0], note="a complaint")
        self._work()
        self.assertEqual(orders.mapped("billing_status"), ["draft", "posted"])
        [line] = run.line_ids.filtered(lambda line: line.order_ids == orders[0])
        self.assertIn("a complaint", line.problem)
        orders[0].with_user(self.clerk).action_release()
        run.action_retry()
        self._work()
        self.assertEqual(orders[0].billing_status, "posted")

    def test_invoice_of_a_customer_held_since_is_not_sent(self):
        order = self._create_orders(1)
        self.customer.email = "office@customer.example"
        run = self._start(order, "send")
        self._work_once(run)
        self._work_once(run)
        self._hold(self.customer, note="a complaint")
        self._work()
        self.assertFalse(order.invoice_ids.sending_data)
        self.assertIn("a complaint", run.line_ids.problem)

    def _answer_findings(self, order):
        """Say that what was found on ``order`` is fine."""
        self._examine(order)
        order.billing_finding_ids.with_user(self.clerk)._answer("as agreed")

    def _get_hold_reason(self):
        return self.env["fsm.billing.hold.reason"].search([], limit=1)

    def test_work_of_an_earlier_visit_is_credited_by_a_run(self):
        first = self._create_orders(1)
        self._post_invoice(first)
        later = self._create_complete_order(hours=0, parts=1)
        self._log_hours(later, -1)
        self._answer_findings(later)
        run = self._start(later)
        self._work()
        self.assertEqual(run.line_ids.mapped("state"), ["draft"])
        kinds = run.line_ids.move_ids.mapped("move_type")
        self.assertEqual(sorted(kinds), ["out_invoice", "out_refund"])

    def test_hold_that_is_over_is_no_obstacle(self):
        orders = self._create_orders(1)
        run = self._start(orders)
        with freeze_time("2026-01-05 10:00:00"):
            orders.sudo()._set_hold(self._get_hold_reason(), "later", "2026-01-08")
        self._work()
        self.assertEqual(orders.billing_status, "draft")
        self.assertEqual(run.state, "done")

    def test_error_on_creation_leaves_the_rest_of_its_invoice(self):
        self.policy.grouping = "customer"
        orders = self._create_orders(3)
        bad = orders[1]
        Order = type(self.env["fsm.order"])
        right = Order._create_documents

        def wrong(this, documents):
            if any(bad in document.orders for document in documents):
                raise ValueError("broken by another module")
            return right(this, documents)

        self.patch(Order, "_create_documents", wrong)
        run = self._start(orders)
        with self.assertLogs("odoo.addons.fieldservice_invoicing", "ERROR"):
            self._work()
        failed = run.line_ids.filtered(lambda line: line.state == "failed")
        self.assertEqual(failed.order_ids, bad)
        self.assertEqual((orders - bad).invoice_ids.fsm_order_ids, orders - bad)

    def test_retry_goes_on_with_the_rights_of_whoever_presses_it(self):
        order = self._create_orders(1)
        run = self._start(order, user=self.accountant)
        self._poison(order)
        self._work()
        order.billing_policy_id = self.policy
        run.with_user(self.clerk).action_retry()
        self._work()
        self.assertEqual(order.invoice_ids.create_uid, self.clerk)

    def test_dispatcher_does_not_retry_what_confirms(self):
        order = self._create_orders(1)
        run = self._start(order, "post")
        self._poison(order)
        self._work()
        with self.assertRaisesRegex(UserError, "Leave drafts"):
            run.with_user(self.dispatcher).action_retry()

    def test_invoice_reset_before_it_is_sent_is_not_called_sent(self):
        orders = self._create_orders(1)
        self.customer.email = "office@customer.example"
        run = self._start(orders, "send")
        self._work_once(run)
        self._work_once(run)
        orders.invoice_ids.button_draft()
        self._work()
        self.assertEqual(run.line_ids.state, "skipped")

    def test_runs_take_turns(self):
        orders = self._create_orders(3)
        with patch.object(fsm_billing_run, "CHUNK_SIZE", 1):
            long, short = self._start(orders[:2]), self._start(orders[2])
            self._work()
        created = (orders[0] | orders[2]).invoice_ids
        self.assertEqual((long | short).mapped("state"), ["done", "done"])
        self.assertLess(max(created.ids), orders[1].invoice_ids.id)

    def test_run_that_cannot_go_on_does_not_stop_the_next(self):
        first, second = self._create_orders(2)
        broken, good = self._start(first), self._start(second)
        Run = type(self.env["fsm.billing.run"])
        right = Run._take_step

        def wrong(this):
            if this.id == broken.id:
                raise ValueError("broken by another module")
            return right(this)

        self.patch(Run, "_take_step", wrong)
        with self.assertLogs("odoo.addons.fieldservice_invoicing", "ERROR"):
            self._work()
        self.assertEqual(good.state, "done")
        self.assertEqual(second.billing_status, "draft")

    def test_retry_invoices_what_was_put_right(self):
        order = self._create_orders(1)
        run = self._start(order)
        self._poison(order)
        self._work()
        order.billing_policy_id = self.policy
        run.action_retry()
        self._work()
        self.assertEqual(order.billing_status, "draft")
        self.assertEqual(run.line_ids.state, "draft")

    def test_nothing_to_retry_is_said(self):
        run = self._start(self._create_orders(1))
        self._work()
        with self.assertRaisesRegex(UserError, "Nothing failed"):
            run.action_retry()

    def test_stopped_run_goes_on_where_it_was(self):
        orders = self._create_orders(3)
        with patch.object(fsm_billing_run, "CHUNK_SIZE", 1):
            run = self._start(orders)
            self._work_once(run)
            run.action_stop()
            self._work()
            self.assertEqual(len(orders.invoice_ids), 1)
            self.assertEqual(run.state, "stopped")
            run.action_resume()
            self._work()
        self.assertEqual(len(orders.invoice_ids), 3)
        self.assertEqual(run.state, "done")

    def test_time_left_goes_by_the_time_it_took_so_far(self):
        with patch.object(fsm_billing_run, "CHUNK_SIZE", 1):
            run = self._start(self._create_orders(4)).sudo()
            self._work_once(run)
        run.started_on = fields.Datetime.now() - timedelta(seconds=50)
        self.assertEqual(run.time_left, "about 3 minutes")  # 50 s for one of four

    def test_orders_on_one_invoice_are_one_line(self):
        self.policy.grouping = "customer"
        orders = self._create_orders(3)
        run = self._start(orders)
        self._work()
        self.assertEqual(run.line_ids.order_ids, orders)
        self.assertEqual(len(run.line_ids), 1)
        self.assertEqual(len(orders.invoice_ids), 1)

    def test_what_comes_on_two_invoices_becomes_two_lines(self):
        self.policy.grouping = "customer"
        orders = self._create_orders(3)
        self._deliver_abroad(orders[2])
        run = self._start(orders)
        self._work()
        lines = run.line_ids
        self.assertEqual(sorted(lines.mapped("order_count")), [1, 2])
        for line in lines:
            self.assertEqual(line.move_ids.fsm_order_ids, line.order_ids)

    def test_second_invoice_of_a_customer_is_beside_the_first(self):
        self.policy.grouping = "customer"
        adam = self.env["res.partner"].create({"name": "Adam"})
        zoe = self._create_orders(2)
        self._deliver_abroad(zoe[1])
        first = self._create_orders(1, location_id=self._create_site("Home", adam).id)
        run = self._start(first | zoe)
        self._work()
        self.assertEqual(
            [line.partner_id for line in run.line_ids.sorted("sequence")],
            [adam, self.customer, self.customer],
        )

    def test_no_invoice_is_longer_than_the_server_allows(self):
        self.policy.grouping = "customer"
        with patch.object(fsm_order, "MAX_TOGETHER", 2):
            run = self._start(self._create_orders(3))
        self.assertEqual(run.line_ids.mapped("order_count"), [2, 1])

    def _deliver_abroad(self, order):
        """Move ``order`` to a site with a fiscal position of its own."""
        positions = self.env["account.fiscal.position"]
        positions.search([]).auto_apply = False
        belgium = self.env.ref("base.be").id
        positions.create({"name": "Belgium", "auto_apply": True, "country_id": belgium})
        self.customer.country_id = self.env.ref("base.us")
        order.location_id = self._create_site("Brussels", self.customer)
        order.location_id.partner_id.write({"type": "delivery", "country_id": belgium})

    def test_order_billed_by_hand_meanwhile_is_nothing_to_do(self):
        orders = self._create_orders(2)
        run = self._start(orders)
        self._invoice(orders[0])
        self._work()
        states = {line.order_ids: line.state for line in run.line_ids}
        self.assertEqual(states, {orders[0]: "skipped", orders[1]: "draft"})
        self.assertEqual(len(orders[0].invoice_ids), 1)
        self.assertFalse(run.failed_count)

    def test_failed_line_of_an_order_invoiced_by_hand_is_nothing_to_do(self):
        order = self._create_orders(1)
        run = self._start(order)
        self._poison(order)
        self._work()
        self.assertEqual(run.line_ids.state, "failed")
        order.billing_policy_id = self.policy
        self._invoice(order)
        self.assertEqual(run.line_ids.state, "skipped")
        self.assertFalse(run.failed_count)

    def test_failed_line_of_an_order_looked_at_since_is_closed_too(self):
        order = self._create_orders(1)
        first = self._start(order)
        self._poison(order)
        self._work()
        order.billing_policy_id = self.policy
        order.sudo().examined_on = fields.Datetime.now() + timedelta(minutes=1)
        self._start(order)
        self._work()
        self.assertEqual(order.billing_status, "draft")
        self.assertEqual(first.line_ids.state, "skipped")

    def test_failed_line_with_work_left_to_invoice_stays(self):
        order = self._create_orders(1)
        self._log_hours(order, 1, date="2026-01-05")
        run = self._start(order)
        self._poison(order)
        self._work()
        order.billing_policy_id = self.policy
        order.with_user(self.clerk)._create_invoices(until=date(2026, 1, 31))
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertEqual(run.line_ids.state, "failed")

    def test_failed_line_of_an_invoice_confirmed_by_hand_is_nothing_to_do(self):
        order = self._create_orders(1)
        run = self._start(order, "post")
        self._work_once(run)
        invoice = order.invoice_ids
        invoice.partner_id = False
        self._work()
        self.assertEqual(run.line_ids.failed_step, "confirm")
        invoice.partner_id = self.customer
        self.assertEqual(run.line_ids.state, "failed")
        invoice.with_user(self.clerk).action_post()
        self.assertEqual(run.line_ids.state, "skipped")

    def test_failed_line_of_an_invoice_sent_by_hand_is_nothing_to_do(self):
        order = self._create_orders(1)
        self.customer.email = False
        run = self._start(order, "send")
        self._work()
        self.assertEqual(run.line_ids.failed_step, "send")
        order.invoice_ids.with_user(self.clerk).is_move_sent = True
        self.assertEqual(run.line_ids.state, "skipped")

    def test_order_is_not_taken_by_two_runs(self):
        orders = self._create_orders(2)
        first = self._start(orders[0])
        second = self._start(orders)
        self.assertEqual(second.line_ids.order_ids, orders[1])
        with self.assertRaisesRegex(UserError, first.name):
            self._start(orders[0])

    def test_draft_deleted_meanwhile_is_not_confirmed(self):
        orders = self._create_orders(2)
        run = self._start(orders, "post")
        self._work_once(run)
        orders[0].invoice_ids.with_user(self.clerk).unlink()
        self._work()
        self.assertEqual(orders.mapped("billing_status"), ["to_invoice", "posted"])
        self.assertEqual(sorted(run.line_ids.mapped("state")), ["posted", "skipped"])

    def test_starter_is_told_what_needs_a_person(self):
        orders = self._create_orders(2)
        run = self._start(orders)
        self._poison(orders[0])
        self._work()
        activity = run.activity_ids
        self.assertEqual(activity.user_id, self.clerk)
        self.assertIn("1 failed", activity.summary)

    def test_cost_of_a_line_does_not_depend_on_their_number(self):
        def count(orders):
            run = self._start(orders).sudo()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            run._take_step()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count(self._create_orders(2))  # what is read once only
        few, many = (count(self._create_orders(number)) for number in (4, 24))
        self.assertLessEqual((many - few) / 20, 24)

    def test_each_step_locks_its_orders_before_anything_else(self):
        run = self._start(self._create_orders(2), "post").sudo()
        lock = r"FROM fsm_order WHERE id = .* FOR UPDATE"
        for state in ("draft", "posted"):
            self.env.flush_all()
            self.env.invalidate_all()
            with self.assertLogs("odoo.sql_db", "DEBUG") as queries:
                run._take_step()
            [locked, *_later] = [
                place
                for place, query in enumerate(queries.output)
                if re.search(lock, query)
            ]
            self.assertLess(locked, len(queries.output) / 10)
            # else it is free again where something is undone
            saved = next(
                place
                for place, query in enumerate(queries.output)
                if "SAVEPOINT" in query
            )
            self.assertLess(locked, saved)
            self.assertEqual(set(run.line_ids.mapped("state")), {state})

    def test_texts_of_a_run_are_in_the_language_of_whoever_started_it(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.clerk.lang = "fr_FR"
        orders = self._create_orders(2)
        run = self._start(orders)
        orders[0].sudo()._set_hold(self.complaint)
        self._invoice(orders[1])
        self._work()
        held, billed = run.line_ids
        self.assertIn("est mise en attente", held.problem)
        self.assertNotIn("Nothing", billed.problem)

    def test_line_closed_by_others_is_in_the_language_of_whoever_started_it(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.accountant.lang = "fr_FR"
        order = self._create_orders(1)
        run = self._start(order, user=self.accountant)
        self._poison(order)
        self._work()
        order.billing_policy_id = self.policy
        self._invoice(order)
        self.assertEqual(run.line_ids.state, "skipped")
        self.assertNotIn("It has been", run.line_ids.problem)

    def test_summary_of_one_invoice_reads_well(self):
        [order] = self._create_orders(1)
        run = self._start(order)
        self.assertIn("0 of 1 invoice created.", run._get_summary())
        self._poison(order)
        self._work()
        self.assertIn("1 failed: see why on its line", run.activity_ids.summary)

    def test_running_run_is_not_deleted(self):
        run = self._start(self._create_orders(1)).sudo()
        with self.assertRaisesRegex(UserError, "Stop"):
            run.unlink()
