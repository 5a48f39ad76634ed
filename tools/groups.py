"""Who may see and do what: the groups that fields and buttons name."""

BILLING_GROUP = "fieldservice_invoicing.fieldservice_invoicing_group_billing"


#: who may confirm invoices, and so whoever may create them from service orders
CLERK_GROUP = "account.group_account_invoice"


#: who may approve hours
APPROVAL_GROUP = "fieldservice_invoicing.fieldservice_invoicing_group_approval"


#: who may say who pays for work, and how it is priced
TERMS_GROUPS = (
    "fieldservice_invoicing.fieldservice_invoicing_group_billing,"
    "fieldservice.group_fsm_dispatcher"
)


#: who may say which line of a quotation sells time: those whom Odoo lets
SALE_GROUPS = (
    f"{TERMS_GROUPS},sales_team.group_sale_salesman,project.group_project_manager,"
    "hr_timesheet.group_hr_timesheet_approver"
)


#: who may read invoices, and so the amounts on them
INVOICE_READERS = "account.group_account_invoice,account.group_account_readonly"


#: who may read what work cost: what time costs tells what people earn
COST_READERS = (
    "account.group_account_readonly,account.group_account_user,"
    "account.group_account_manager"
)
