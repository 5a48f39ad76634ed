import {openInvoicingMenu} from "./tour_utils";
import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("fsm_invoicing_approval", {
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
