import {PATIENCE, openInvoicingMenu} from "./tour_utils";
import {registry} from "@web/core/registry";

function press(keys, trigger) {
    return {content: `Press ${keys}`, trigger, run: `press ${keys}`};
}

function checkFocus(trigger) {
    return {content: `The focus is on ${trigger}`, trigger: `${trigger}:focus`};
}

function goBack() {
    return {
        content: "Back to the dashboard",
        trigger: ".o_breadcrumb a:contains('Invoicing dashboard')",
        run: "click",
    };
}

/** Open the list behind a bar of a chart. */
function openBar(chart, place) {
    const bar = `[data-chart='${chart}'] [role='toolbar'] button:${place}`;
    return [
        {
            content: `To a bar of ${chart}`,
            trigger: bar,
            run: ({anchor}) => anchor.focus(),
        },
        press("Enter", `${bar}:focus`),
    ];
}

const UNPAID = "[data-card='unpaid'] .o_fsm_dashboard_card_button";
const BAR = "[data-chart='invoiced'] [role='toolbar'] button";

registry.category("web_tour.tours").add("fsm_invoicing_dashboard_keyboard", {
    timeout: PATIENCE,
    steps: () => [
        ...openInvoicingMenu("menu_invoicing_dashboard"),
        {
            content: "The figures are there",
            trigger: ".o_fsm_dashboard_card",
        },
        {
            content: "The keyboard starts above them",
            trigger: ".o_fsm_dashboard_period",
            run: ({anchor}) => anchor.focus(),
        },
        press("Tab", ".o_fsm_dashboard_period:focus"),
        {
            content: "A card says all it knows",
            trigger:
                "[data-card='to_invoice'] button:focus[aria-label='To invoice: 1 order, Oldest: 0 days']",
        },
        press("Tab", "[data-card='to_invoice'] button:focus"),
        press("Enter", "[data-card='to_invoice'] button:contains('Show amount'):focus"),
        {
            content: "The focus stays where the amount is",
            trigger: ".o_fsm_dashboard_amount:focus:contains('220.00')",
        },
        {
            content: "On to the next card",
            trigger: "[data-card='not_sent'] button",
            run: ({anchor}) => anchor.focus(),
        },
        press("Tab", "[data-card='not_sent'] button:focus"),
        checkFocus(UNPAID),
        press("Enter", UNPAID),
        {
            content: "The list of the card is open",
            trigger: ".o_list_view .o_data_row:contains('253.00')",
        },
        goBack(),
        {
            content: "To the first chart",
            trigger: "[data-chart='invoiced'] .o_fsm_dashboard_table_toggle",
            run: ({anchor}) => anchor.focus(),
        },
        press("Tab", "[data-chart='invoiced'] .o_fsm_dashboard_table_toggle:focus"),
        checkFocus(`${BAR}:first-child`),
        press("ArrowRight", `${BAR}:focus`),
        checkFocus(`${BAR}:nth-child(2)[tabindex='0']`),
        press("End", `${BAR}:focus`),
        checkFocus(`${BAR}:last-child`),
        press("ArrowRight", `${BAR}:focus`),
        {
            content: "A bar says its figures, and is the only one that Tab reaches",
            trigger:
                "[data-chart='invoiced'] [role='toolbar']:not(:has([tabindex='0']:not(:focus))) button:focus:contains('Labor $ 120.00, Parts $ 100.00, total $ 220.00')",
        },
        press("Enter", `${BAR}:last-child:focus`),
        {
            content: "The list of the bar is open",
            trigger: ".o_list_view .o_data_row:contains('253.00')",
        },
        goBack(),
        ...openBar("hours", "last-child"),
        {
            content: "The hours are listed, billed and not billed; open an order",
            trigger:
                ".o_list_view .o_data_row:contains('Marc') td[name='qty_recorded']:contains('02:00')",
            run: "click",
        },
        {
            content: "The order is open",
            trigger: ".o_form_view .o_field_widget[name='billing_status']",
        },
        goBack(),
        ...openBar("delays", "first-child"),
        {
            content: "The order that was invoiced on the same day is listed, alone",
            trigger:
                ".o_list_view:has(.o_data_row:only-child) .o_data_row:contains('Heating Cooperative')",
        },
    ],
});
