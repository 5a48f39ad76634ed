import {PATIENCE, openBillingTab} from "./tour_utils";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const CHARGES = ".o_field_widget[name='charge_ids']";

registry.category("web_tour.tours").add("fsm_invoicing_phone", {
    timeout: PATIENCE,
    steps: () => [
        {
            content: "Open the order",
            trigger: ".o_kanban_record:contains('To invoice')",
            run: "click",
        },
        openBillingTab(),
        {
            content: "Add a charge",
            trigger: `${CHARGES} button:contains('Add a charge')`,
            run: "click",
        },
        {
            content: "Look for the product",
            trigger: ".modal [name='product_id'] input",
            run: "click",
        },
        {
            content: "Choose the product",
            trigger: ".modal .o_kanban_record:contains(/Disposal/)",
            run: "click",
        },
        {
            content: "The price is proposed; enter the quantity",
            trigger:
                ".modal:has([name='price_unit'] input:value(15.00)) [name='quantity'] input",
            run: "edit 2",
        },
        {
            content: "Save the charge",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "The charge is there with its amount",
            trigger: `${CHARGES} .o_kanban_record:contains('Disposal'):contains('30.00')`,
        },
        ...stepUtils.saveForm(),
        {
            content: "Go back to the orders",
            trigger: ".o_back_button, .o_breadcrumb .breadcrumb-item a",
            run: "click",
        },
        {
            content: "Create the invoices of all orders",
            trigger: ".o_control_panel button:contains(/^Create invoices$/)",
            run: "click",
        },
        {
            content: "The charge is in what is to come",
            trigger: ".modal:contains('To be created'):contains('172.50')",
        },
        {
            content: "Confirm",
            trigger: ".modal-footer button:contains(/^Create invoices$/)",
            run: "click",
        },
        {
            content: "The draft is there",
            trigger: ".o_statusbar_status :contains('Draft')",
        },
    ],
});
