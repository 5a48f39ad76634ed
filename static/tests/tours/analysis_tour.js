import {registry} from "@web/core/registry";
import {PATIENCE, openInvoicingMenu} from "./tour_utils";

registry.category("web_tour.tours").add("fsm_invoicing_analysis", {
    timeout: PATIENCE,
    steps: () => [
        ...openInvoicingMenu("menu_invoicing_analysis"),
        {
            content: "Hours are a row, with what they brought in",
            trigger: ".o_pivot tr:has(th:contains('Labor')):contains('120.00')",
        },
        {
            content: "Go to the rows behind it",
            trigger: ".o_pivot tr:has(th:contains('Labor')) td.o_pivot_cell_value",
            run: "click",
        },
        {
            content: "The list says whose work it is; open it",
            trigger: ".o_list_view .o_data_row:contains('Marc') td[name='kind']",
            run: "click",
        },
        {
            content: "The invoice is there",
            trigger: ".oe_title .o_field_widget[name='name']:contains('INV/')",
        },
    ],
});
