import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import formatLang, split_every

from .values import Check

_logger = logging.getLogger(__name__)

#: orders that are examined at once, and in one transaction of the scheduled action
BATCH_SIZE = 100


class FsmBillingExamination(models.AbstractModel):
    """Looks at orders that are to be invoiced, and says what may be missing on them.

    A check has a code, a row in :meth:`_get_checks`, and two methods named after it:
    ``_find_<code>(orders)`` returns a dict order -> Found, in a constant number of
    queries, and ``_say_<code>(order, **facts)`` the sentence. A room above adds one by
    all three, and its label by ``selection_add`` on the finding's ``code``.

    Facts are kept, and read by people of any language: what is called otherwise in
    another one is kept by its id, and named in :meth:`_name_facts`.
    """

    _name = "fsm.billing.examination"
    _description = "Examination of Orders to Invoice"

    # --- which ---
    @api.model
    def _get_checks(self):
        """:return: dict code -> Check"""
        return {
            "problem": Check("problem"),
            **{
                code: Check("rule", switch)
                for code, switch in self._get_rules().items()
            },
            **{code: Check("warning") for code in self._get_warnings()},
        }

    @api.model
    def _get_rules(self):
        """:return: dict code -> field of the billing policy that asks for it"""
        return {}

    @api.model
    def _get_warnings(self):
        """:return: list of codes of what is looked at whatever the policy says"""
        return []

    # --- examine ---
    @api.model
    def _examine(self, orders):
        """Look at ``orders``, and remember what was found.

        Those that have nothing to invoice are left alone.

        :return: dict order -> the error, where one could not be looked at
        """
        # sudo: reaches timesheets, parts and prices; what is found is for billers only
        orders = orders.sudo().filtered(
            lambda order: order.billing_status == "to_invoice"
        )
        errors = {}
        for ids in split_every(BATCH_SIZE, orders.ids):
            errors |= self._examine_apart(orders.browse(ids))
        return errors

    @api.model
    def _examine_apart(self, orders):
        """Examine a few orders at once; one that fails keeps no other from it.

        :return: dict order -> the error; it stays marked, and so is to be checked
        """
        try:
            with self.env.cr.savepoint():
                self._examine_batch(orders)
                return {}
        except OperationalError:
            raise  # somebody else changed one of them meanwhile
        except Exception as error:
            if len(orders) == 1:
                _logger.exception("Order %s could not be examined", orders.id)
                return {orders: error}
        middle = len(orders) // 2
        return self._examine_apart(orders[:middle]) | self._examine_apart(
            orders[middle:]
        )

    @api.model
    def _examine_batch(self, orders):
        """Look at a few orders, and remember what was found."""
        checks = self.sudo()._get_checks()
        found = {}
        for code, check in checks.items():
            asked = orders
            if check.switch:
                asked = orders.filtered(
                    lambda order, name=check.switch: order.billing_policy_id[name]
                )
            find = getattr(self.sudo(), f"_find_{code}")
            found[code] = find(asked) if asked else {}
        self.env["fsm.billing.finding"]._keep(orders, found, checks)
        orders._set_examined()

    @api.model
    def _say(self, code, order, facts):
        """:return: what was found and what to do, in the language of who reads it"""
        return getattr(self, f"_say_{code}")(order, **facts)

    @api.model
    def _name_facts(self, findings):
        """Name what findings keep by its id, in the language of who reads it.

        :return: dict finding -> facts, as :meth:`_say` wants them
        """
        return {finding: finding.details or {} for finding in findings}

    @api.model
    def _format_amount(self, order, amount):
        """:return: an amount in the company's currency, without its symbol"""
        return formatLang(self.env, amount, digits=order.currency_id.decimal_places)

    @api.model
    def _format_hours(self, hours):
        return self.env["fsm.billing.policy"]._format_time(hours)

    # --- the scheduled action ---
    @api.model
    def _run(self):
        """Examine what changed, and once a day all that is to be invoiced.

        Prices, and what other modules record, change without a word.
        """
        Order = self.env["fsm.order"].sudo()  # sudo: orders of all companies
        Order._end_holds()
        to_invoice = [("billing_status", "=", "to_invoice")]
        changed = Order.search([*to_invoice, ("needs_examination", "=", True)])
        midnight = fields.Datetime.to_datetime(fields.Date.today())
        older = Order.search(
            [*to_invoice, ("examined_on", "<", midnight)], order="examined_on, id"
        )
        orders = changed | older
        Cron = self.env["ir.cron"]
        Cron._commit_progress(remaining=len(orders))
        for ids in split_every(BATCH_SIZE, orders.ids):
            try:
                self._examine(Order.browse(ids))
                self.env.flush_all()
            except OperationalError:
                # they changed meanwhile: they stay marked, and are next
                self.env.cr.rollback()
                Order._trigger_examination()
            if not Cron._commit_progress(len(ids)):
                break
