import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("fsm_invoicing_portal", {
    timeout: 60000, // as in tour_utils, which the portal has no use for
    steps: () => [
        {
            content: "Site and day are there to be read, not cut off",
            trigger: "td[name='fsm_services']:contains('Boiler room, Liège')",
            run() {
                if (this.anchor.scrollWidth > this.anchor.clientWidth) {
                    throw new Error("The column of services is too narrow");
                }
            },
        },
        {
            content: "The list says which service order an invoice is for",
            trigger: "tr:contains('Boiler room, Liège') td a:contains('INV/')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The invoice names it too",
            trigger: ".o_portal_sidebar .o_fsm_service:contains('Boiler room, Liège')",
        },
        {
            content: "Its report can be downloaded",
            trigger: ".o_fsm_service a.o_fsm_report:contains('Service report')",
        },
        {
            content: "The invoice can be downloaded as always",
            trigger: "a.o_download_btn",
        },
    ],
});
