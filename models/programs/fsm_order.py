from odoo import api, fields, models
from odoo.exceptions import UserError

#: characters that a key may have
MAX_KEY = 200


class FsmOrder(models.Model):
    """What other programs may ask: a public method whose name and values stay."""

    _inherit = "fsm.order"

    @api.model
    def create_billing_documents(
        self,
        order_ids,
        grouping=None,
        detail=None,
        date=None,
        until=None,
        key=None,
        interim=False,
    ):
        """Create draft invoices and credit notes of service orders.

        By the rights of whoever calls, as **Create invoices** on the list does. What
        can't be invoiced is left out, and does not keep the others from it. So is what
        is to check or on hold, as nobody looks at what a program asks for.

        :param list order_ids: ids of the service orders
        :param str grouping: which orders come on one invoice, in place of what their
            billing policies say: ``order``, ``site``, ``customer`` or ``reference``
        :param str detail: how hours are printed, likewise
        :param str date: date of the invoices (``2026-11-30``); by default the day on
            which they are confirmed
        :param str until: bill the work until this day alone
        :param str key: name of this request, of your own making. Asked once more under
            the same key, in the same company, the answer is the same and nothing is
            created, also if both come at the same moment. A request that created
            nothing leaves its key free.
        :param bool interim: bill what is recorded so far of orders that are not done
            yet as well, where their billing policies allow interim invoices
        :return: dict, as JSON has it: ``documents`` (a list of ``id``, ``move_type``
            and ``order_ids``), ``left_out`` (a list of ``order_id``, ``name`` and
            ``reason``) and ``is_repeated``
        :raise UserError: if a value is none of the above
        :raise AccessError: if the user has no right to invoice any of the orders
        """
        orders = self._get_orders_asked(order_ids)
        options = self._get_options_asked(grouping, detail, date, until, interim)
        # a request that is repeated shows no more than it would
        writable = orders._filtered_access("write")
        (writable or orders)._check_billing_access()
        if not key:
            return orders._create_documents_asked(options)
        self._check_key(key)
        asked = {"order_ids": sorted(orders.ids), **options}
        for name in ("invoice_date", "until"):
            if asked[name]:
                asked[name] = fields.Date.to_string(asked[name])
        # sudo: requests are kept by the engine alone
        request, is_new = self.env["fsm.billing.request"].sudo()._open(key, asked)
        if not is_new:
            return {**request.answer, "is_repeated": True}
        answer = orders._create_documents_asked(options)
        if answer["documents"]:
            request.answer = answer
        else:
            request.unlink()
        return answer

    def _create_documents_asked(self, options):
        """:return: dict, see :meth:`create_billing_documents`"""
        # sudo: what stands in the way of the orders that the user may change, in words
        reasons = self._filtered_access("write").sudo()._get_run_obstacles()
        orders = self.filtered(lambda order: order not in reasons)
        result = orders._create_invoices_apart(**options)
        left_out = {**reasons, **result.left_out}
        return {
            "documents": [
                # sudo: ids alone, to whoever created them
                {
                    "id": move.id,
                    "move_type": move.move_type,
                    "order_ids": move._get_fsm_concerned_orders().ids,
                }
                for move in result.moves.sudo()
            ],
            "left_out": [
                {
                    "order_id": order.id,
                    "name": order.has_access("read") and order.name,
                    "reason": str(left_out[order]),
                }
                for order in self
                if order in left_out
            ],
            "is_repeated": False,
        }

    # --- values from outside ---
    @api.model
    def _get_orders_asked(self, order_ids):
        """:return: the orders

        :raise UserError: unless ``order_ids`` are ids of service orders
        """
        if (
            not isinstance(order_ids, (list, tuple))
            or not order_ids
            or not all(type(id_) is int for id_ in order_ids)
        ):
            raise UserError(
                self.env._(
                    "order_ids is a list of ids of service orders, such as [7, 8]."
                )
            )
        orders = self.browse(dict.fromkeys(order_ids))
        missing = orders - orders.exists()
        if missing:
            raise UserError(
                self.env._(
                    "There are no service orders with the ids %(ids)s. Leave them out.",
                    ids=", ".join(map(str, missing.ids)),
                )
            )
        return orders

    @api.model
    def _get_options_asked(self, grouping, detail, date, until, interim):
        """:return: dict of options of :meth:`_create_invoices`

        :raise UserError: naming the value that is none
        """
        options = {}
        for name, value in (("grouping", grouping), ("detail", detail)):
            field = self.env["fsm.billing.policy"]._fields[name]
            choices = field.get_values(self.env)
            if value and value not in choices:
                raise UserError(
                    self.env._(
                        "%(value)s is no %(name)s. Choose one of %(choices)s, or leave "
                        "it out to go by the billing policies.",
                        value=value,
                        name=name,
                        choices=", ".join(choices),
                    )
                )
            options[name] = value or None
        options["invoice_date"] = self._get_day_asked("date", date)
        options["until"] = self._get_day_asked("until", until)
        if not isinstance(interim, bool):
            raise UserError(
                self.env._(
                    "%(value)s is no value of interim. Choose true or false.",
                    value=interim,
                )
            )
        if interim:  # without it, a request is the same as it ever was
            options["interim"] = True
        return options

    @api.model
    def _get_day_asked(self, name, value):
        """:return: date, or None for no value

        :raise UserError: unless ``value`` is a day
        """
        try:
            return fields.Date.to_date(value) or None
        except (TypeError, ValueError):
            raise UserError(
                self.env._(
                    "%(value)s is no day for %(name)s. Write it as 2026-11-30.",
                    value=value,
                    name=name,
                )
            ) from None

    @api.model
    def _check_key(self, key):
        """:raise UserError: unless ``key`` can name a request"""
        if not isinstance(key, str) or not key.strip() or len(key) > MAX_KEY:
            raise UserError(
                self.env._(
                    "key is a text of at most %(count)s characters.", count=MAX_KEY
                )
            )
