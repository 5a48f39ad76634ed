import {registry} from "@web/core/registry";
import {
    PATIENCE,
    checkStatus,
    clickButton,
    openBillingPolicies,
    openBillingTab,
    openInvoicingMenu,
    openRow,
} from "./tour_utils";
import {stepUtils} from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("fsm_invoicing_billing_policy", {
    timeout: PATIENCE,
    steps: () => [
        // a policy, and what it does in words
        ...openBillingPolicies(),
        {
            content: "Click New",
            trigger: ".o_list_button_add:contains(/^New$/)",
            run: "click",
        },
        {
            content: "Name it",
            trigger: ".o_field_widget[name='name'] input",
            run: "edit Quarter hours",
        },
        {
            content: "Look for the labor product",
            trigger: ".o_field_widget[name='labor_product_id'] input",
            run: "edit Fitter",
        },
        {
            content: "Choose the labor product",
            trigger: ".o-autocomplete--dropdown-item:contains(/^Fitter$/)",
            run: "click",
        },
        {
            content: "Without rounding the time is billed as it was logged",
            trigger:
                ".o_field_widget[name='labor_example']:contains('Time is billed as it was logged.')",
        },
        {
            content: "Round to the half hour",
            trigger: ".o_field_widget[name='labor_rounding'] input",
            run: "edit 0:30 && press Tab",
        },
        {
            content: "The example follows",
            trigger:
                ".o_field_widget[name='labor_example']:contains('1 h 20 worked is billed as 1 h 30.')",
        },
        {
            content: "At least three hours",
            trigger: ".o_field_widget[name='labor_minimum'] input",
            run: "edit 3:00 && press Tab",
        },
        {
            content: "The example says the minimum",
            trigger:
                ".o_field_widget[name='labor_example']:contains('the minimum is 3 h.')",
        },
        ...stepUtils.saveForm(),
        // its effect on an order: the preview, and the invoice
        ...openInvoicingMenu("menu_invoicing_orders"),
        openRow("bill_to_id", "Heating Cooperative"),
        openBillingTab(),
        {
            content: "The preview has the two hours worked",
            trigger: ".o_fsm_billing_preview tr:contains('Marc'):contains('120.00')",
        },
        {
            content: "Look for the new policy",
            trigger: ".o_field_widget[name='billing_policy_id'] input",
            run: "edit Quarter hours",
        },
        {
            content: "Choose the new policy",
            trigger: ".o-autocomplete--dropdown-item:contains(/^Quarter hours$/)",
            run: "click",
        },
        {
            content: "The preview has the minimum, before anything is saved",
            trigger: ".o_fsm_billing_preview tr:contains('Marc'):contains('180.00')",
        },
        ...stepUtils.saveForm(),
        clickButton("Create invoice"),
        checkStatus("Draft"),
        {
            content: "The invoice has the minimum too",
            trigger:
                "[name='invoice_line_ids'] .o_data_row:contains('Fitter') td[name='quantity']:contains('3.00')",
        },
    ],
});
