import {registry} from "@web/core/registry";
import {
    PATIENCE,
    checkAmountDue,
    checkStatus,
    clickButton,
    clickDialogButton,
    confirmDraft,
    openInvoicingMenu,
    openRow,
} from "./tour_utils";

registry.category("web_tour.tours").add("fsm_invoicing_correct", {
    timeout: PATIENCE,
    steps: () => [
        ...openInvoicingMenu("menu_invoicing_invoices"),
        openRow("invoice_partner_display_name", "Heating Cooperative"),
        checkAmountDue("253.00"),
        clickButton("Add credit note"),
        {
            content: "The lines are there",
            trigger: ".modal .o_data_row:contains('Labor')",
        },
        {
            content: "Give the reason",
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit Wrong rate",
        },
        clickDialogButton("Correct"),
        checkStatus("Draft"),
        {
            content: "The new draft has the labor: correct its price",
            trigger:
                "[name='invoice_line_ids'] .o_data_row:contains('Labor'):contains('Marc') td[name='price_unit']",
            run: "click",
        },
        {
            content: "50.00 an hour",
            trigger: "[name='invoice_line_ids'] td[name='price_unit'] input",
            run: "edit 50 && press Tab",
        },
        {
            content: "The total follows",
            trigger: ".o_field_widget[name='tax_totals']:contains('230.00')",
        },
        ...confirmDraft(),
        checkAmountDue("230.00"),
    ],
});
