import {PATIENCE, openInvoicingMenu} from "./tour_utils";
import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("fsm_invoicing_approval", {
    timeout: PATIENCE,
    steps: () => [
        ...openInvoicingMenu("menu_invoicing_approval"),
        {
            content: "Marc's week is there: approve it",
            trigger:
                ".o_data_row:has(td[name='employee_id']:contains('Marc')):has(td[name='hours']:contains('02:00')) button[name='action_approve']",
            run: "click",
        },
        {
            content: "Nothing is left to approve",
            trigger: ".o_nocontent_help:contains('All hours are approved')",
        },
    ],
});

/** The week changes behind the foreman's back, who is told, looks and approves. */
registry.category("web_tour.tours").add("fsm_invoicing_approval_changed", {
    timeout: PATIENCE,
    steps: () => [
        ...openInvoicingMenu("menu_invoicing_approval"),
        {
            content: "Tick Marc's week of two hours",
            trigger:
                ".o_data_row:has(td[name='hours']:contains('02:00')) .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Approve what is ticked",
            trigger: ".o_control_panel button:contains(/^Approve$/)",
            run: "click",
        },
        {
            content: "It was not approved, for it has three hours now",
            trigger: ".o_notification:contains('changed since you opened this list')",
        },
        {
            content: "Approve the three hours",
            trigger:
                ".o_data_row:has(td[name='hours']:contains('03:00')) button[name='action_approve']",
            run: "click",
        },
        {
            content: "Nothing is left to approve",
            trigger: ".o_nocontent_help:contains('All hours are approved')",
        },
    ],
});
