"""What the pictures of the documentation show."""

ORDERS = "/odoo/action-fieldservice.action_fsm_operation_order"
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
        "full": True,
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
}

#: name -> the report, the record, and how many of its pages
DOCUMENTS = {
    "document_invoice": {
        "report": "account.report_invoice_with_payments",
        "record": UNPAID,
        "pages": 2,
    },
}
