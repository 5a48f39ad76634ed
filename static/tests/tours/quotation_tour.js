import {registry} from "@web/core/registry";
import {
    PATIENCE,
    checkBillingStatus,
    checkStatus,
    clickButton,
    clickSmartButton,
    openBillingTab,
    openInvoicingMenu,
    openRow,
} from "./tour_utils";
import {stepUtils} from "@web_tour/tour_utils";

const HOURS = ".o_field_widget[name='labor_work_ids']";
const PREVIEW = ".o_fsm_billing_preview";

registry.category("web_tour.tours").add("fsm_invoicing_quotation", {
    timeout: PATIENCE,
    steps: () => [
        ...openInvoicingMenu("menu_invoicing_orders"),
        openRow("bill_to_id", "Heating Cooperative"),
        openBillingTab(),
        {
            content: "The next invoice has the price agreed",
            trigger: `${PREVIEW} tr:contains('Boiler replacement'):contains('1,890.00')`,
        },
        {
            content: "The hours are included in it",
            trigger: `${HOURS} .o_data_row:contains('Replaced the boiler') td[name='billed_on']:contains('Included in S0')`,
        },
        {
            content: "Edit the hours that were not agreed",
            trigger: `${HOURS} .o_data_row:contains('Thermostat') td[name='billing_mode']`,
            run: "click",
        },
        {
            content: "Mark them as extra work",
            trigger: `${HOURS} .o_selected_row td[name='is_extra'] input`,
            run: "click",
        },
        ...stepUtils.saveForm(),
        {
            content: "They are not included any more",
            trigger: `${HOURS} .o_data_row:contains('Thermostat') td[name='qty_to_bill']:contains('01:30')`,
        },
        {
            content: "The next invoice has them beside the quotation",
            trigger: `${PREVIEW} tr:contains('Marc'):contains('90.00')`,
        },
        clickButton("Create invoice"),
        checkStatus("Draft"),
        {
            content: "The invoice has a section for the quotation",
            trigger:
                "[name='invoice_line_ids'] .o_is_line_section .o_input:value(/^Quotation S0/)",
        },
        {
            content: "The price agreed is on it",
            trigger:
                "[name='invoice_line_ids'] .o_data_row:contains('Boiler replacement'):contains('1,890.00')",
        },
        {
            content: "So is the extra work, and no other",
            trigger:
                "[name='invoice_line_ids'] .o_data_row:contains('Marc') td[name='quantity']:contains('1.50')",
        },
        clickSmartButton("Service orders"),
        checkBillingStatus("Draft"),
    ],
});
