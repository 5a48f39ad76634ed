import {
    PATIENCE,
    openBillingPolicies,
    openInvoicingMenu,
    openRow,
    openRunInvoices,
} from "./tour_utils";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

/** Let a policy be invoiced at the end of each month. */
registry.category("web_tour.tours").add("fsm_invoicing_schedule", {
    timeout: PATIENCE,
    steps: () => [
        ...openBillingPolicies(),
        openRow("name", "Test policy"),
        {
            content: "Look when it is invoiced",
            trigger: ".o_field_widget[name='moment'] input",
            run: "click",
        },
        {
            content: "Every month",
            trigger: ".o_select_menu_item:contains(/^Every month$/)",
            run: "click",
        },
        {
            content: "The last day of the month is proposed",
            trigger: ".o_field_widget[name='month_day'] input:value(31)",
        },
        {
            content: "It is done on behalf of whoever chose it",
            trigger: ".o_field_widget[name='run_user_id'] input:value(clerk)",
        },
        {
            content: "Look at what happens then",
            trigger: ".o_field_widget[name='after'] input",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".o_select_menu_item:contains(/^Confirm$/)",
            run: "click",
        },
        ...stepUtils.saveForm(),
    ],
});

/** What it came to, on the morning after. */
registry.category("web_tour.tours").add("fsm_invoicing_schedule_done", {
    timeout: PATIENCE,
    steps: () => [
        ...openInvoicingMenu("menu_invoicing_runs"),
        {
            content: "The run bears the name of its policy",
            trigger:
                ".o_data_row:contains('Done') td[name='name']:contains('Test policy')",
            run: "click",
        },
        {
            content: "Its two invoices were confirmed",
            trigger: ".o_field_widget[name='confirmed_count']:contains(/^2$/)",
        },
        ...openRunInvoices(),
    ],
});
