"""What the pictures of the documentation show."""

ORDERS = "/odoo/action-fieldservice.action_fsm_operation_order"
OURS = "/odoo/action-fieldservice_invoicing"
INVOICES = "/odoo/action-account.action_move_out_invoice"
TO_INVOICE = ("fsm.order", [("billing_status", "=", "to_invoice")])
UNPAID = (
    "account.move",
    [
        ("move_type", "=", "out_invoice"),
        ("state", "=", "posted"),
        ("payment_state", "=", "not_paid"),
        ("fsm_order_ids", "!=", False),
    ],
    "amount_total desc",
)

#: name -> where it is, whose screen it is, and what is pressed before the picture
SCREENS = {
    "order_done": {
        "path": ORDERS,
        "record": TO_INVOICE,
        "press": [".o_notebook .nav-link >> text=Billing"],
        "height": 1700,
    },
    "order_paid": {
        "path": ORDERS,
        "record": ("fsm.order", [("billing_status", "=", "paid")]),
        "press": [".o_notebook .nav-link >> text=Billing"],
        "full": True,
    },
    "order_phone": {
        "path": ORDERS,
        "record": TO_INVOICE,
        "press": [".o_notebook .nav-link >> text=Billing"],
        "width": 390,
        "height": 844,
        "full": True,
    },
    # opened by its menu: what changed is looked at first
    "orders": {"path": f"{OURS}.fsm_order_action_open_to_invoice"},
    "dashboard": {
        "path": f"{OURS}.fsm_billing_dashboard_action",
        "full": True,
    },
    "dashboard_phone": {
        "path": f"{OURS}.fsm_billing_dashboard_action",
        "width": 390,
        "height": 844,
        "full": True,
    },
    "dashboard_french": {
        "path": f"{OURS}.fsm_billing_dashboard_action",
        "lang": "fr_FR",
        "full": True,
    },
    "analysis": {
        "path": "/odoo/action-fieldservice_invoicing.fsm_billing_report_action"
    },
    "invoices_to_create": {
        "path": f"{OURS}.fsm_order_action_to_invoice",
        "press": [".o_control_panel button >> text=Create invoices"],
        "part": ".modal-content",
        "height": 1100,
    },
    "invoice_draft": {
        "path": INVOICES,
        "record": (
            "account.move",
            [
                ("move_type", "=", "out_invoice"),
                ("state", "=", "draft"),
                ("fsm_order_ids", "!=", False),
            ],
        ),
    },
    "invoice_list": {"path": INVOICES},
    "credit_note": {
        "path": INVOICES,
        "record": UNPAID,
        "press": ["button >> text=Add credit note"],
        "part": ".modal-content",
    },
    "payment": {
        "path": INVOICES,
        "record": UNPAID,
        "press": ["button >> text=Register payment"],
    },
    "entry": {
        "path": f"{OURS}.account_move_action_journal_entries",
        "record": ("account.move", [("origin_payment_id", "!=", False)], "id desc"),
    },
    # the link that the customer gets by e-mail
    "portal": {"login": None, "record": UNPAID},
}

#: name -> the report, the record, and how many of its pages
DOCUMENTS = {
    "document_service_report": {
        "report": "fieldservice_invoicing.report_service",
        "record": ("fsm.order", [("billing_status", "=", "paid")]),
    },
    "document_credit_note": {
        "report": "account.report_invoice_with_payments",
        "record": (
            "account.move",
            [
                ("move_type", "=", "out_refund"),
                ("state", "=", "posted"),
                ("fsm_order_ids", "!=", False),
            ],
            "id desc",
        ),
    },
    "document_proforma": {
        "report": "fieldservice_invoicing.report_proforma",
        "record": TO_INVOICE,
    },
    "document_invoice": {
        "report": "account.report_invoice_with_payments",
        "record": UNPAID,
        "pages": 2,
    },
}
