import {registry} from "@web/core/registry";
import {PATIENCE, confirmDraft, openInvoicingMenu} from "./tour_utils";

function addLine(product, quantity) {
    return [
        {
            content: "Add a line",
            trigger:
                "[name='invoice_line_ids'] .o_field_x2many_list_row_add a:contains('Add a line')",
            run: "click",
        },
        {
            content: `Look for ${product}`,
            trigger:
                "[name='invoice_line_ids'] .o_selected_row [name='product_id'] input",
            run: `edit ${product}`,
        },
        {
            content: `Choose ${product}`,
            trigger: `.o-autocomplete--dropdown-item:contains(/^${product}$/)`,
            run: "click",
        },
        {
            content: "Enter the quantity",
            trigger:
                "[name='invoice_line_ids'] .o_selected_row [name='quantity'] input",
            run: `edit ${quantity}`,
        },
        {
            content: "Leave the line",
            trigger: ".o_form_view .oe_title",
            run: "click",
        },
        {
            content: "The line is there",
            trigger: `[name='invoice_line_ids'] .o_data_row:not(.o_selected_row):contains('${product}')`,
        },
    ];
}

registry.category("web_tour.tours").add("fsm_invoicing_on_its_own", {
    timeout: PATIENCE,
    steps: () => [
        ...openInvoicingMenu("menu_invoicing_dashboard"),
        {
            content: "The dashboard shows what is unpaid",
            trigger: ".o_fsm_dashboard_card[data-card='unpaid']",
        },
        ...openInvoicingMenu("menu_invoicing_invoices"),
        {
            content: "Click New",
            trigger: ".o_list_button_add:contains(/^New$/)",
            run: "click",
        },
        {
            content: "Look for the customer",
            trigger: ".o_form_view [name='partner_id'] input",
            run: "edit Heating Cooperative",
        },
        {
            content: "Choose the customer",
            trigger: ".o-autocomplete--dropdown-item:contains('Heating Cooperative')",
            run: "click",
        },
        ...addLine("Yearly inspection", "3"),
        ...addLine("Pump", "2"),
        {
            content: "380.00 before tax",
            trigger: "[name='tax_totals']:contains('380.00')",
        },
        ...confirmDraft(),
        {
            content: "Back to the list",
            trigger: ".o_breadcrumb a:contains('Invoices')",
            run: "click",
        },
        {
            content: "The list shows the number",
            trigger:
                ".o_data_row:contains('Heating Cooperative') td[name='name']:contains('INV/')",
        },
        {
            content: "The list shows the amount",
            trigger:
                ".o_data_row:contains('Heating Cooperative') td[name='amount_total_in_currency_signed']:contains('437.00')",
        },
        {
            content: "The list shows what is due",
            trigger:
                ".o_data_row:contains('Heating Cooperative') td[name='amount_residual_signed']:contains('437.00')",
        },
        {
            content: "The list shows the status",
            trigger:
                ".o_data_row:contains('Heating Cooperative') td[name='status_in_payment']:contains('Posted')",
        },
    ],
});
