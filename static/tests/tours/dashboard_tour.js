import {registry} from "@web/core/registry";
import {PATIENCE, checkStatus, openInvoicingMenu} from "./tour_utils";

/** Wait for a figure on a card of the dashboard. */
function checkCard(card, text) {
    return {
        content: `The card ${card} says ${text}`,
        trigger: `[data-card='${card}'] .o_fsm_dashboard_figure:contains('${text}')`,
    };
}

function openCard(card) {
    return {
        content: `Open the list behind ${card}`,
        trigger: `[data-card='${card}'] .o_fsm_dashboard_card_button`,
        run: "click",
    };
}

function goBack() {
    return {
        content: "Back to the dashboard",
        trigger: ".o_breadcrumb a:contains('Invoicing dashboard')",
        run: "click",
    };
}

registry.category("web_tour.tours").add("fsm_invoicing_dashboard", {
    timeout: PATIENCE,
    steps: () => [
        ...openInvoicingMenu("menu_invoicing_dashboard"),
        checkCard("to_invoice", "1 order"),
        checkCard("unpaid", "253.00"),
        checkCard("paid", "115.00"),
        {
            content: "Ask for the amount of the orders",
            trigger: "[data-card='to_invoice'] button:contains('Show amount')",
            run: "click",
        },
        {
            content: "It is that of the next invoice",
            trigger: ".o_fsm_dashboard_amount:contains('220.00 before tax')",
        },
        {
            content: "The chart is drawn",
            trigger: "[data-chart='invoiced'] canvas[aria-label*='before tax']",
        },
        {
            content: "Read the chart as a table",
            trigger: "[data-chart='invoiced'] .o_fsm_dashboard_table_toggle",
            run: "click",
        },
        {
            content: "The table has labor and parts",
            trigger:
                "[data-chart='invoiced'] thead:contains('Labor'):contains('Parts'):contains('Total')",
        },
        {
            content: "Choose this month",
            trigger: ".o_fsm_dashboard_period",
            run: "click",
        },
        {
            content: "The menu of periods is open",
            trigger: ".o-dropdown-item[data-period='month']",
            run: "click",
        },
        {
            content: "The period is chosen, and announced",
            trigger:
                ".o_fsm_dashboard:has(.o_fsm_dashboard_period:contains('This month')) [role='status']:contains('This month')",
        },
        openCard("overdue"),
        {
            content: "The list has the overdue invoice, and no other",
            trigger:
                ".o_list_view:has(.o_data_row:only-child) .o_data_row:contains('Heating Cooperative')",
        },
        goBack(),
        {
            content: "The period is remembered",
            trigger: ".o_fsm_dashboard_period:contains('This month')",
        },
        openCard("to_invoice"),
        {
            content: "The order is in the list",
            trigger: ".o_list_view .o_data_row:contains('Heating Cooperative')",
        },
        goBack(),
        {
            content: "Open the oldest order",
            trigger: "[data-list='orders_to_invoice'] tbody button",
            run: "click",
        },
        {
            content: "The order is open",
            trigger: ".o_form_view .o_statusbar_buttons [name='action_create_invoice']",
        },
        goBack(),
        {
            content: "Look at all invoices",
            trigger: "[data-list='last_invoices'] .o_fsm_dashboard_all_invoices",
            run: "click",
        },
        {
            content: "The list of invoices is open",
            trigger: ".o_list_view .o_data_row",
        },
        goBack(),
        {
            content: "Press New",
            trigger: ".o_fsm_dashboard_new:contains('New')",
            run: "click",
        },
        checkStatus("Draft"),
        {
            content: "The invoice is blank",
            trigger:
                ".o_form_view:has([name='partner_id'] input) [name='invoice_line_ids'] tbody:not(:has(.o_data_row))",
        },
    ],
});

registry.category("web_tour.tours").add("fsm_invoicing_dashboard_empty", {
    timeout: PATIENCE,
    steps: () => [
        ...openInvoicingMenu("menu_invoicing_dashboard"),
        {
            content: "It says what to do first",
            trigger: ".o_fsm_dashboard_first_step button:contains('service orders')",
            run: "click",
        },
        {
            content: "The service orders are open",
            trigger: ".o_action_manager .o_view_controller",
        },
    ],
});
