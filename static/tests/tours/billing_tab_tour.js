import {
    PATIENCE,
    checkRibbon,
    checkStatus,
    clickButton,
    clickDialogButton,
    confirmDraft,
    openBillingTab,
    openInvoicingMenu,
    openRow,
} from "./tour_utils";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const HOURS = ".o_field_widget[name='labor_work_ids'] .o_data_row";
const PARTS = ".o_field_widget[name='part_work_ids'] .o_data_row";
const DOCUMENTS = ".o_field_widget[name='billing_move_ids'] .o_data_row";

function backToOrder() {
    return [
        {
            content: "Go back to the service order",
            trigger: ".o_breadcrumb .o_back_button a, .o_breadcrumb a:last",
            run: "click",
        },
        {
            content: "The service order is on screen",
            trigger: ".o_field_widget[name='billing_status']",
        },
        openBillingTab(),
    ];
}

registry.category("web_tour.tours").add("fsm_invoicing_billing_tab", {
    timeout: PATIENCE,
    steps: () => [
        ...openInvoicingMenu("menu_invoicing_orders"),
        openRow("bill_to_id", "Heating Cooperative"),
        openBillingTab(),
        {
            content: "The hours say their price, their amount and where they go",
            trigger: `${HOURS}:has(td[name='price_unit']:contains('60.00')):has(td[name='amount']:contains('120.00')) td[name='billed_on']:contains(/^Next invoice$/)`,
        },
        {
            content: "Edit the part",
            trigger: `${PARTS} td[name='billing_mode']`,
            run: "click",
        },
        {
            content: "Look at the ways to bill it",
            trigger: `${PARTS}.o_selected_row td[name='billing_mode'] input`,
            run: "click",
        },
        {
            content: "It is under warranty",
            trigger: ".o_select_menu_item:contains(/^Warranty$/)",
            run: "click",
        },
        ...stepUtils.saveForm(),
        {
            content: "The part comes to nothing",
            trigger: `${PARTS}:has(td[name='price_unit']:contains('100.00')) td[name='amount']:contains(' 0.00')`,
        },
        {
            content: "The order comes to the hours",
            trigger: ".o_field_widget[name='amount_to_bill']:contains('120.00')",
        },
        clickButton("Create invoice"),
        checkStatus("Draft"),
        ...backToOrder(),
        {
            content: "The rows say that they are on the draft",
            trigger: `${HOURS} td[name='billed_on']:contains(/^Draft$/)`,
        },
        clickButton("Review draft"),
        ...confirmDraft(),
        ...backToOrder(),
        {
            content: "The rows have the number of the invoice",
            trigger: `${HOURS} td[name='billed_on']:contains('INV/')`,
        },
        {
            content: "The invoice is listed with what is due",
            trigger: `${DOCUMENTS}:contains('INV/') td[name='amount_residual']:contains('138.00')`,
        },
        clickButton("Register payment"),
        clickDialogButton("Confirm payment"),
        checkRibbon("Paid"),
        {
            content: "Nothing is left to do at the top",
            trigger:
                ".o_statusbar_buttons:not(:has(button[name='action_register_payment']))",
        },
    ],
});
