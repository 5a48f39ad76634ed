from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class FsmBillingRequest(models.Model):
    """What a program asked for under a key, and what it was answered.

    Asked once more, it gets the same answer, and no second invoice.
    """

    _name = "fsm.billing.request"
    _description = "Request for Billing Documents"
    _order = "id desc"
    _rec_name = "key"

    key = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    asked = fields.Json(readonly=True, help="The orders, and what was chosen.")
    answer = fields.Json(readonly=True)

    _key_unique = models.Constraint(
        "UNIQUE (company_id, key)", "This key has been used already."
    )

    @api.model
    def _open(self, key, asked):
        """Take ``key`` for ourselves, or find what was asked under it before.

        Whoever asks at the same moment waits until we are done; then PostgreSQL says
        that they have seen too little, and Odoo has them start again.

        :param dict asked: what the answer goes by
        :return: (request, whether it is a new one)
        :raise UserError: if something else was asked under this key
        """
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO fsm_billing_request (key, company_id, create_uid,
                                                 write_uid, create_date, write_date)
                VALUES (%(key)s, %(company)s, %(user)s, %(user)s, %(now)s, %(now)s)
                ON CONFLICT (company_id, key) DO NOTHING
                RETURNING id
                """,
                key=key,
                company=self.env.company.id,
                user=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        if rows:
            request = self.browse(rows[0])
            request.asked = asked
            return request, True
        request = self.search(
            [("company_id", "=", self.env.company.id), ("key", "=", key)]
        )
        if request.asked != asked:
            raise UserError(
                self.env._(
                    "Key %(key)s was used on %(day)s for other service orders or "
                    "choices. Use another key for another request.",
                    key=key,
                    day=fields.Date.to_string(request.create_date),
                )
            )
        return request, False
