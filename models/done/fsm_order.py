from odoo import api, fields, models
from odoo.tools import SQL


class FsmOrder(models.Model):
    """The day on which a service order was done: its place in the office's queue."""

    _inherit = "fsm.order"

    billing_done_day = fields.Date(
        string="Done on",
        compute="_compute_billing_done_day",
        store=True,
        index="btree_not_null",
        copy=False,
        help="The day of the actual end, on site. Where nobody entered one, the day on "
        "which the order was completed.",
    )

    @api.depends("date_end", "is_invoiceable", "location_id")
    def _compute_billing_done_day(self):
        for order in self:
            if not order.is_invoiceable:
                order.billing_done_day = False
            elif order.date_end:
                order.billing_done_day = order._get_site_day(order.date_end)
            else:
                day = order.billing_done_day
                order.billing_done_day = day or order._get_site_day()

    def _is_order_asked(self, asked):
        """Say whether a WorkAsked asks for what is of this order as a whole.

        Lines of its quotation, and down payments: they are of the day on which it was
        done, and on no invoice of some of its work before.
        """
        if not self.is_invoiceable:
            return asked.is_all  # as what it will come to is reckoned
        return asked.has(self.id, self.billing_done_day)

    def _get_work_date(self):
        day = self.billing_done_day
        return day if day and not self.timesheet_ids else super()._get_work_date()

    @api.model
    def _fill_done_days(self):
        """Find out when orders were done before anybody kept it.

        By their actual end; else when they came to their stage, as their history says;
        else the last day that time was logged for; else when they were last written.
        """
        self.env.flush_all()
        order_id = SQL("item.id")
        self.env.cr.execute(
            SQL(
                """
                UPDATE fsm_order
                   SET billing_done_day = item.day
                  FROM (
                        SELECT item.id, COALESCE(%(end)s, %(came)s, (
                                   SELECT MAX(hours.date)
                                     FROM account_analytic_line AS hours
                                    WHERE hours.fsm_order_id = item.id
                                      AND hours.project_id IS NOT NULL
                               ), %(written)s) AS day
                          FROM (%(visits)s) AS item
                       ) AS item
                 WHERE item.id = fsm_order.id
                """,
                end=self._get_site_day_sql(SQL("item.date_end"), order_id),
                came=self._get_site_day_sql(SQL("item.came_on"), order_id),
                written=self._get_site_day_sql(SQL("item.write_date"), order_id),
                visits=self._get_visits_done_sql(),
            )
        )
        self.invalidate_model(["billing_done_day"])

    @api.model
    def _get_visits_done_sql(self):
        """:return: SQL of the done orders, and when they came to their stage"""
        return SQL(
            """
            SELECT item.id, item.date_end, item.write_date, came.came_on
              FROM fsm_order AS item
              JOIN fsm_stage AS stage
                   ON stage.id = item.stage_id AND stage.is_invoiceable
                      AND stage.id <> %(cancelled)s
              LEFT JOIN (
                    SELECT message.res_id, value.new_value_integer AS stage_id,
                           MAX(message.date) AS came_on
                      FROM mail_message AS message
                      JOIN mail_tracking_value AS value
                           ON value.mail_message_id = message.id
                      JOIN ir_model_fields AS field
                           ON field.id = value.field_id AND field.name = 'stage_id'
                     WHERE message.model = 'fsm.order'
                     GROUP BY message.res_id, value.new_value_integer
                   ) AS came
                   ON came.res_id = item.id AND came.stage_id = item.stage_id
            """,
            cancelled=self.env.ref("fieldservice.fsm_stage_cancelled").id,
        )
