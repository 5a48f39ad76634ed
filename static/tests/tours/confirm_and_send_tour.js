import {PATIENCE, openInvoicingMenu} from "./tour_utils";
import {registry} from "@web/core/registry";

const BUTTONS = ".o_control_panel";

const tickAll = {
    content: "Tick all of them",
    trigger: ".o_list_record_selector input",
    run: "click",
};

registry.category("web_tour.tours").add("fsm_invoicing_confirm_and_send", {
    timeout: PATIENCE,
    steps: () => [
        ...openInvoicingMenu("menu_invoicing_orders"),
        {
            content: "Invoice all that is listed",
            trigger: ".o_control_panel button:contains(/^Create invoices$/)",
            run: "click",
        },
        {
            content: "Create them",
            trigger: ".modal-footer button:contains(/^Create invoices$/)",
            run: "click",
        },
        {
            content: "The drafts offer to be confirmed and sent, and nothing else",
            trigger: `${BUTTONS}:has(button.btn-primary:contains(/^Confirm$/)):not(:has(button:contains(/^Send$/))):not(:has(button:contains(/^Register payment$/))) button.btn-primary:contains(/^Confirm and send$/)`,
            run: "click",
        },
        {
            content: "Send them",
            trigger: ".modal-footer button:contains(/^Send$/)",
            run: "click",
        },
        {
            content: "They are confirmed: the list has their numbers, whole",
            trigger:
                "body:not(:has(.modal)) .o_data_row td[name='name']:contains('INV/')",
            run({anchor}) {
                const number = anchor.querySelector("span, div") || anchor;
                if (number.scrollWidth > number.clientWidth + 1) {
                    throw new Error("The number is cut");
                }
            },
        },
        {
            content: "What is posted can be sent; there is nothing to confirm",
            trigger: `${BUTTONS}:not(:has(button:contains(/^Confirm$/))) button:contains(/^Send$/)`,
        },
        ...openInvoicingMenu("menu_invoicing_invoices"),
        {
            content: "Not sent is a column, as they wait for the scheduled action",
            trigger:
                ".o_data_row:contains('INV/') td[name='move_sent_values']:contains('Not Sent')",
        },
        tickAll,
        {
            content: "Posted ones are sent and paid, not confirmed",
            trigger: `${BUTTONS}:has(button:contains(/^Register payment$/)):not(:has(button:contains(/^Confirm$/))) button:contains(/^Send$/)`,
        },
    ],
});
