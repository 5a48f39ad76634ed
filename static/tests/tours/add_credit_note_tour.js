import {registry} from "@web/core/registry";
import {
    PATIENCE,
    checkAmountDue,
    checkCreditNote,
    checkDialogAmount,
    clickButton,
    clickDialogButton,
    openInvoicingMenu,
    openRow,
} from "./tour_utils";

registry.category("web_tour.tours").add("fsm_invoicing_add_credit_note", {
    timeout: PATIENCE,
    steps: () => [
        ...openInvoicingMenu("menu_invoicing_invoices"),
        openRow("invoice_partner_display_name", "Heating Cooperative"),
        checkAmountDue("253.00"),
        clickButton("Add credit note"),
        {
            content: "The dialog is called as the button",
            trigger: ".modal-title:contains(/^Add credit note$/)",
        },
        {
            content: "Give the reason",
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit Wrong rate",
        },
        {
            content: "Say that the work is to be billed again",
            trigger:
                ".modal .o_field_widget[name='fsm_work'] input[data-value='bill_again']",
            run: "click",
        },
        {
            content: "The hours are carried over",
            trigger:
                ".modal .o_data_row:contains('Labor'):contains('2.00'):contains('120.00')",
        },
        {
            content: "The parts are carried over",
            trigger: ".modal .o_data_row:contains('Pump'):contains('100.00')",
        },
        checkDialogAmount("fsm_amount_total", "253.00"),
        checkDialogAmount("fsm_amount_due_after", "0.00"),
        clickDialogButton("Confirm credit note"),
        checkCreditNote(),
        ...openInvoicingMenu("menu_invoicing_credit_notes"),
        {
            content: "The credit note is listed",
            trigger:
                ".o_data_row:contains('Heating Cooperative') td[name='name']:contains('RINV/')",
        },
        ...openInvoicingMenu("menu_invoicing_invoices"),
        {
            content: "It is deducted from the amount due",
            trigger:
                ".o_data_row:contains('Heating Cooperative') td[name='amount_residual_signed']:contains('0.00')",
        },
    ],
});
