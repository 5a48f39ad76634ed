BILLING_GROUP = "fieldservice_invoicing.fieldservice_invoicing_group_billing"


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
