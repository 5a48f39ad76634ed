from odoo.api import SUPERUSER_ID, Environment
from odoo.fields import Command

ROLES = (
    "account.group_account_invoice",
    "fieldservice.group_fsm_manager",
    "hr_timesheet.group_hr_timesheet_approver",
)


def migrate(cr, version):
    """Let the roles approve hours that do in a new database.

    Groups of others are written at installation alone.
    """
    env = Environment(cr, SUPERUSER_ID, {})
    group = env.ref("fieldservice_invoicing.fieldservice_invoicing_group_approval")
    for role in ROLES:
        env.ref(role).implied_ids = [Command.link(group.id)]
