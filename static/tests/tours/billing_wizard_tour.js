import {PATIENCE, checkStatus, openInvoicingMenu} from "./tour_utils";
import {registry} from "@web/core/registry";

const PREVIEW = ".modal .o_fsm_billing_wizard_preview";

registry.category("web_tour.tours").add("fsm_invoicing_billing_wizard", {
    timeout: PATIENCE,
    steps: () => [
        ...openInvoicingMenu("menu_invoicing_orders"),
        {
            content: "Both orders are listed",
            trigger:
                ".o_data_row:contains('Heating Cooperative') + .o_data_row:contains('Heating Cooperative')",
        },
        {
            content: "Invoice all that is listed",
            trigger: ".o_control_panel button:contains(/^Create invoices$/)",
            run: "click",
        },
        {
            content: "Two invoices would be created",
            trigger: `${PREVIEW} tfoot tr:contains('440.00'):contains('506.00') td:contains(/^2$/)`,
        },
        {
            content: "Look at the choices",
            trigger: ".modal .o_field_widget[name='grouping'] input",
            run: "click",
        },
        {
            content: "Choose one invoice for each customer",
            trigger: ".o_select_menu_item:contains(/^Each customer$/)",
            run: "click",
        },
        {
            content: "One invoice would be created",
            trigger: `${PREVIEW} tfoot tr:contains('506.00') td:contains(/^1$/)`,
        },
        {
            content: "Create it",
            trigger: ".modal-footer button:contains(/^Create invoices$/)",
            run: "click",
        },
        checkStatus("Draft"),
        {
            content: "It comes to what the preview said",
            trigger: ".o_tax_total_label, .oe_subtotal_footer:contains('506.00')",
        },
    ],
});
