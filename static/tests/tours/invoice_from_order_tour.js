import {registry} from "@web/core/registry";
import {
    PATIENCE,
    checkBillingStatus,
    clickButton,
    clickDialogButton,
    clickSmartButton,
    confirmDraft,
    invoiceDoneOrder,
} from "./tour_utils";

registry.category("web_tour.tours").add("fsm_invoicing_from_order", {
    timeout: PATIENCE,
    steps: () => [
        ...invoiceDoneOrder("Heating Cooperative"),
        ...confirmDraft(),
        clickButton("Send"),
        {
            content: "The e-mail goes to the customer",
            trigger: ".modal .o_tag:contains('Heating Cooperative')",
        },
        {
            content: "The invoice is attached as a PDF",
            trigger: ".modal:contains('.pdf')",
        },
        clickDialogButton("Send"),
        {
            content: "The dialog is gone",
            trigger: "body:not(:has(.modal)) .o_form_statusbar",
        },
        clickSmartButton("Service orders"),
        checkBillingStatus("Posted"),
        {
            content: "There is nothing left to invoice",
            trigger:
                ".o_statusbar_buttons:not(:has(button[name='action_create_invoice']))",
        },
        clickSmartButton("Invoices"),
        {
            content: "The invoice is back",
            trigger: ".oe_title .o_field_widget[name='name']:contains('INV/')",
        },
    ],
});
