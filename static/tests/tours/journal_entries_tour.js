import {registry} from "@web/core/registry";
import {PATIENCE, clickSmartButton, openInvoicingMenu, openRow} from "./tour_utils";

const checkItems = [
    {
        content: "The customer owes the total",
        trigger:
            ".o_field_widget[name='line_ids'] .o_data_row:has(td[name='debit']:contains('253.00'))",
    },
    {
        content: "The work is an income",
        trigger:
            ".o_field_widget[name='line_ids'] .o_data_row:contains('Pump'):has(td[name='credit']:contains('100.00'))",
    },
];

registry.category("web_tour.tours").add("fsm_invoicing_journal_entries", {
    timeout: PATIENCE,
    steps: () => [
        ...openInvoicingMenu("menu_invoicing_invoices"),
        openRow("invoice_partner_display_name", "Heating Cooperative"),
        clickSmartButton("Journal entries"),
        ...checkItems,
        clickSmartButton("Invoice"),
        {
            content: "The invoice is back",
            trigger: "[name='invoice_line_ids']",
        },
        ...openInvoicingMenu("menu_invoicing_journal_entries"),
        {
            content: "There is nothing to add here",
            trigger: ".o_list_view:not(:has(.o_list_button_add))",
        },
        openRow("partner_id", "Heating Cooperative"),
        ...checkItems,
    ],
});
