import {registry} from "@web/core/registry";
import {
    PATIENCE,
    checkAmountDue,
    checkCreditNote,
    checkDialogAmount,
    clickButton,
    clickDialogButton,
    editCreditLine,
    openInvoicingMenu,
    openRow,
} from "./tour_utils";

const OPENED = ".modal .o_field_widget[name='fsm_opened']";

registry.category("web_tour.tours").add("fsm_invoicing_credit_part", {
    timeout: PATIENCE,
    steps: () => [
        ...openInvoicingMenu("menu_invoicing_invoices"),
        openRow("invoice_partner_display_name", "Heating Cooperative"),
        checkAmountDue("253.00"),
        clickButton("Add credit note"),
        {
            content: "Choose why",
            trigger: ".modal .o_field_widget[name='fsm_reason_id'] input",
            run: "click",
        },
        {
            content: "Wrong price or quantity",
            trigger:
                ".o-autocomplete--dropdown-item:contains('Wrong price or quantity')",
            run: "click",
        },
        {
            content: "The reason is filled in",
            trigger: ".modal .o_field_widget[name='reason'] input:value(Wrong price)",
        },
        {
            content: "All of it would be open again",
            trigger: `${OPENED}:contains('2 h of Marc, 1 Pump')`,
        },
        {
            content: "Credit nothing at first",
            trigger: ".modal button:contains(/^None$/)",
            run: "click",
        },
        checkDialogAmount("fsm_amount_total", "0.00"),
        ...editCreditLine("Labor", "qty_to_credit", "0,5"),
        {
            content: "A comma is not read as ten times as much",
            trigger: ".o_notification:contains('“0,5” is not a number')",
        },
        checkDialogAmount("fsm_amount_total", "0.00"),
        ...editCreditLine("Labor", "qty_to_credit", "0.5"),
        checkDialogAmount("fsm_amount_total", "34.50"),
        checkDialogAmount("fsm_amount_due_after", "218.50"),
        {
            content: "Half an hour would be open again",
            trigger: `${OPENED}:contains('0.5 h of Marc')`,
        },
        clickDialogButton("Confirm credit note"),
        checkCreditNote(),
        ...openInvoicingMenu("menu_invoicing_invoices"),
        {
            content: "It is deducted from the amount due",
            trigger:
                ".o_data_row:contains('Heating Cooperative') td[name='amount_residual_signed']:contains('218.50')",
        },
    ],
});
