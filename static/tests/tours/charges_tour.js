import {registry} from "@web/core/registry";
import {
    PATIENCE,
    checkStatus,
    clickButton,
    openBillingTab,
    openInvoicingMenu,
    openRow,
} from "./tour_utils";
import {stepUtils} from "@web_tour/tour_utils";

const CHARGES = ".o_field_widget[name='charge_ids']";
const PREVIEW = ".o_fsm_billing_preview";

registry.category("web_tour.tours").add("fsm_invoicing_charges", {
    timeout: PATIENCE,
    steps: () => [
        ...openInvoicingMenu("menu_invoicing_orders"),
        openRow("bill_to_id", "Heating Cooperative"),
        openBillingTab(),
        {
            content: "The fee of the policy is on the next invoice",
            trigger: `${PREVIEW} tr:contains('Call-out'):contains('75.00')`,
        },
        {
            content: "Delete the fee",
            trigger: `${CHARGES} .o_data_row:contains('Call-out') .o_list_record_remove`,
            run: "click",
        },
        {
            content: "Add a charge",
            trigger: `${CHARGES} .o_field_x2many_list_row_add a:contains('Add a charge')`,
            run: "click",
        },
        {
            content: "Look for the product",
            trigger: `${CHARGES} .o_selected_row [name='product_id'] input`,
            run: "edit Disposal",
        },
        {
            content: "Choose the product",
            trigger: ".o-autocomplete--dropdown-item:contains(/^Disposal$/)",
            run: "click",
        },
        {
            content: "Write a note for the customer",
            trigger: `${CHARGES} .o_selected_row [name='name'] input`,
            run: "edit Two old pumps",
        },
        {
            content: "Enter the quantity",
            trigger: `${CHARGES} .o_selected_row [name='quantity'] input`,
            run: "edit 2",
        },
        {
            content: "The price is proposed; type another",
            trigger: `${CHARGES} .o_selected_row [name='price_unit'] input:value(15.00)`,
            run: "edit 12.50",
        },
        ...stepUtils.saveForm(),
        {
            content: "The charge is on the next invoice",
            trigger: `${PREVIEW} tr:contains('Disposal'):contains('Two old pumps'):contains('25.00')`,
        },
        {
            content: "The fee is not",
            trigger: `${PREVIEW}:not(:contains('Call-out'))`,
        },
        clickButton("Create invoice"),
        checkStatus("Draft"),
        {
            content: "The charge is on the invoice",
            trigger:
                "[name='invoice_line_ids'] .o_data_row:contains('Disposal'):contains('12.50')",
        },
        {
            content: "The fee is not on the invoice",
            trigger: "[name='invoice_line_ids']:not(:contains('Call-out'))",
        },
    ],
});
