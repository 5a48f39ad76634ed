from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command


class RaceRequests:
    """What people do in a race, each in the transaction of an environment.

    Records go by their names, which are attributes of the test.
    """

    def _get(self, env, *names):
        """:return: records of one model, in the order of their names, or of paths"""
        found = []
        for name in names:
            name, _dot, path = name.partition(".")
            records = self[name].with_env(env)
            found.append(records.mapped(path) if path else records)
        return found[0].concat(*found[1:])

    def _get_values(self, values):
        """:return: values in which fields that end with ``_id`` have ids, for names"""
        return {
            key: self[value].id if key.endswith("_id") else value
            for key, value in values.items()
        }

    # --- any records ---
    def _calls(self, env, method, *names, args=()):
        return getattr(self._get(env, *names), method)(*args)

    def _writes(self, env, name, **values):
        self._get(env, name).write(self._get_values(values))

    def _deletes(self, env, *names):
        self._get(env, *names).unlink()

    # --- work ---
    def _orders(self, env, hours, **values):
        """Have one more order, with ``hours``."""
        return self._create_order(hours, **self._get_values(values))

    def _logs(self, env, hours, days_ago=0):
        day = fields.Date.subtract(fields.Date.today(), days=days_ago)
        return self._log_hours(self.order, hours, env=env, date=day)

    def _charges(self, env):
        return env["fsm.order.charge"].create(
            {"fsm_order_id": self.order.id, "product_id": self.fee.id}
        )

    def _uses_part(self, env, validate=True):
        return self._use_part(self.order, validate=validate)

    def _sets_policy(self, env, *names, **values):
        """Make a policy, and give it to orders."""
        policy = self._get(env, "policy").copy({"name": "Own", **values})
        if names:
            self._get(env, *names).billing_policy_id = policy
        return policy

    # --- invoices ---
    def _bills(self, env, *names):
        """Press Create invoice; of several orders, in the order given."""
        return self._get(env, *names or ["order"]).action_create_invoice()

    def _asks(self, env, *names, **values):
        """Ask for invoices as a program does."""
        orders = self._get(env, *names)
        return env["fsm.order"].create_billing_documents(orders.ids, **values)

    def _gives_up(self, env, request):
        """Do all of it, let the second one come to it, but never commit."""
        request.make(self, env)
        env.flush_all()
        self.overlap.let_second_run()
        raise UserError("The connection broke.")

    def _drafts(self, env, name="order"):
        return self._get(env, name)._create_invoices()

    def _invoices(self, env):
        invoice = self._drafts(env)
        invoice.action_post()
        return invoice

    def _dates(self, env, *names):
        self._get(env, *names).invoice_date = fields.Date.today()

    def _posts(self, env, *names):
        self._get(env, *names).action_post()

    def _cancels(self, env, name):
        self._get(env, name).button_cancel()

    def _resets(self, env, name):
        self._get(env, name).button_draft()

    def _finds_line(self, env, name):
        return self._product_lines(self._get(env, name))[0]

    def _removes_lines(self, env, name):
        self._product_lines(self._get(env, name)).unlink()

    # --- credit notes ---
    def _reverses(self, env, quantity=None, is_modify=False, **values):
        """Go through Odoo's wizard for the invoice, all of it or ``quantity``."""
        credit = self._reverse(self._get(env, "invoice"), is_modify, **values)
        if quantity is not None:
            self._product_lines(credit).quantity = quantity
        return credit

    def _types_credit(self, env, amount):
        """Make a draft credit note by hand that names the invoice."""
        line = {"name": "Typed", "price_unit": amount, "tax_ids": [Command.clear()]}
        return env["account.move"].create(
            {
                "move_type": "out_refund",
                "journal_id": self.invoice.journal_id.id,
                "partner_id": self.customer.id,
                "reversed_entry_id": self.invoice.id,
                "invoice_line_ids": [Command.create(line)],
            }
        )

    def _posts_in_vain(self, env, name):
        with self.assertRaisesRegex(UserError, "would credit"), env.cr.savepoint():
            self._posts(env, name)

    def _opens(self, env, number=None, work="bill_again", name="invoice"):
        """Open the dialog, and enter a quantity, or an amount for the price only."""
        dialog = self._open_dialog(self._get(env, name))
        line = dialog.fsm_credit_line_ids
        line.work = work
        if number is not None:
            line["amount_to_credit" if work == "price" else "qty_to_credit"] = number
        return dialog

    def _confirms(self, env, name):
        self._get(env, name).action_fsm_confirm()

    # --- payments ---
    def _pays(self, env, name="invoice", bank="bank", amount=None):
        return self._pay(self._get(env, name), amount, journal_id=self[bank].id)

    def _opens_payment(self, env):
        return (
            env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .create({"journal_id": self.bank.id})
        )

    def _pays_without_entry(self, env, name, bank):
        """Enter a payment by hand, which has no journal entry."""
        invoice = self._get(env, name)
        payment = env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": invoice.partner_id.id,
                "amount": invoice.amount_residual,
                "journal_id": self[bank].id,
                "invoice_ids": invoice.ids,
            }
        )
        payment.outstanding_account_id = False
        payment.action_post()
        return payment
