import {PATIENCE, clickDialogButton, openInvoicingMenu} from "./tour_utils";
import {registry} from "@web/core/registry";

/** A dispatcher creates drafts, and is told who goes on with them. */
registry.category("web_tour.tours").add("fsm_invoicing_dispatcher", {
    timeout: PATIENCE,
    steps: () => [
        ...openInvoicingMenu("menu_invoicing_orders"),
        {
            content: "Invoice all that is listed",
            trigger: ".o_control_panel button:contains(/^Create invoices$/)",
            run: "click",
        },
        {
            content: "They are not asked what happens then",
            trigger: ".modal:not(:has([name='after'])) .modal-footer",
        },
        clickDialogButton("Create invoices"),
        {
            content: "The office has them",
            trigger: ".o_notification:contains('The office has the 2 drafts')",
        },
        {
            content: "Nothing is left in the queue",
            trigger: "body:not(:has(.modal)) .o_nocontent_help",
        },
    ],
});
