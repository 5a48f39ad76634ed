from ..ready_common import ReadyCommon


class RunsCommon(ReadyCommon):
    """Orders in runs, and Odoo's scheduled actions that take them on."""

    @classmethod
    def _create_orders(cls, count, **values):
        """:return: done orders with an hour each"""
        return cls.env["fsm.order"].union(
            *(
                cls._create_complete_order(hours=1, parts=0, **values)
                for _index in range(count)
            )
        )

    def _start(self, orders, after="draft", user=None, **choices):
        user = user or self.clerk
        run = self.env["fsm.billing.run"].with_user(user)
        return run._start(orders.with_user(user), after, **choices)

    def _work(self):
        """Let Odoo's scheduled action work until nothing is left."""
        self._run_action("fieldservice_invoicing.fsm_billing_run_cron")

    def _work_once(self, run):
        """Let the scheduled action take one step with one chunk."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            run.sudo().with_env(run.env(cr=cr, su=True))._work()

    def _run_action(self, xmlid):
        if type(self)._registry_patched:  # as while PDFs are made
            self.env.ref(xmlid).sudo().method_direct_trigger()
            self.env.invalidate_all()
            return
        with self.enter_registry_test_mode():
            self.env.ref(xmlid).sudo().method_direct_trigger()

    def _poison(self, order):
        """Make an order that can't be invoiced: it has labor without a product."""
        order.timesheet_ids.fsm_labor_product_id = False
        policy = self.policy.copy({"labor_product_id": False})
        order.billing_policy_id = policy
        self.env["hr.employee"].search([]).fsm_labor_product_id = False

    def _break(self, order):
        """Let the pricing of ``order`` fail as another module's fault would."""
        pricing = type(self.env["fsm.billing.pricing"])
        right = pricing._get_items

        def wrong(this, other, items, terms):
            if other == order:
                raise ValueError("broken by another module")
            return right(this, other, items, terms)

        self.patch(pricing, "_get_items", wrong)
