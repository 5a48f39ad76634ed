import {PATIENCE, openInvoicingMenu, openRunInvoices, waitUpTo} from "./tour_utils";
import {registry} from "@web/core/registry";

/** From the queue to a run that sends: four presses, once the queue is open. */
registry.category("web_tour.tours").add("fsm_invoicing_office_morning", {
    timeout: PATIENCE,
    steps: () => [
        ...openInvoicingMenu("menu_invoicing_orders"),
        {
            content: "The queue says what is ready, to check and on hold",
            trigger:
                ".o_group_header:contains('To check'), .o_data_row, .o_kanban_group",
        },
        {
            content: "1: invoice all that is listed",
            trigger: ".o_control_panel button:contains(/^Create invoices$/)",
            run: "click",
        },
        {
            content: "2: look at what happens then",
            trigger: ".modal .o_field_widget[name='after'] input",
            run: "click",
        },
        {
            content: "3: confirm and send",
            trigger: ".o_select_menu_item:contains(/^Confirm and send$/)",
            run: "click",
        },
        {
            content: "What waits for somebody is left out",
            trigger: ".modal .o_fsm_left_out:contains('a complaint')",
        },
        {
            content: "4: start",
            trigger: ".modal-footer button:contains(/^Create invoices$/)",
            run: "click",
        },
        waitUpTo(180, ".o_form_view .o_field_widget[name='confirmed_count']"),
        {
            content: "The run has a line for each invoice, and says what is left out",
            trigger: ".o_form_view .alert:contains('1 to check'):contains('1 on hold')",
        },
        {
            content: "All were confirmed at once",
            trigger: ".o_field_widget[name='confirmed_count']:contains(/^28$/)",
        },
        ...openRunInvoices(),
    ],
});
