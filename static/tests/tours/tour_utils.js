import {stepUtils} from "@web_tour/tour_utils";

/** For how long each step of a tour is waited for, in ms: a busy machine takes long. */
export const PATIENCE = 60000;

/** Open a menu of Field Service > Invoicing by its XML id. */
export function openInvoicingMenu(menu) {
    return [
        ...stepUtils.goToAppSteps("fieldservice.root", "Open Field Service"),
        {
            content: "Open the Invoicing menu",
            trigger:
                ".o_menu_sections [data-menu-xmlid='fieldservice_invoicing.menu_invoicing']:contains('Invoicing')",
            run: "click",
        },
        {
            content: `Open ${menu}`,
            trigger: `.dropdown-item[data-menu-xmlid='fieldservice_invoicing.${menu}']`,
            run: "click",
        },
    ];
}

/** Open Field Service > Configuration > Billing policies. */
export function openBillingPolicies() {
    return [
        ...stepUtils.goToAppSteps("fieldservice.root", "Open Field Service"),
        {
            content: "Open Configuration",
            trigger:
                ".o_menu_sections [data-menu-xmlid='fieldservice.config']:contains('Configuration')",
            run: "click",
        },
        {
            content: "Open Billing policies",
            trigger:
                ".dropdown-item[data-menu-xmlid='fieldservice_invoicing.menu_fsm_billing_policy']",
            run: "click",
        },
    ];
}

/** Wait for something that may take longer than the ten seconds of a step. */
export function waitUpTo(seconds, selector) {
    return {
        content: `Wait up to ${seconds} s for ${selector}`,
        trigger: "body",
        async run() {
            const end = Date.now() + 1000 * seconds;
            while (!document.querySelector(selector) && Date.now() < end) {
                await new Promise((resolve) => setTimeout(resolve, 200));
            }
        },
    };
}

/** Open the invoices of the run on screen, which are confirmed. */
export function openRunInvoices() {
    return [
        {
            content: "See the invoices",
            trigger:
                ".o_form_statusbar button:contains(/^See the invoices$/):not(:disabled)",
            run: "click",
        },
        {
            content: "They have their numbers",
            trigger: ".o_data_row td[name='name']:contains('INV/')",
        },
    ];
}

/** Click the row of a list whose column holds this text. */
export function openRow(column, text, link = "name") {
    return {
        content: `Open the row of ${text}`,
        trigger: `.o_data_row:has(td[name='${column}']:contains('${text}')) td[name='${link}']`,
        run: "click",
    };
}

/** Click a button of the form by the word it carries. */
export function clickButton(word) {
    return {
        content: `Click ${word}`,
        trigger: `.o_form_statusbar .o_statusbar_buttons button:contains(/^${word}$/)`,
        run: "click",
    };
}

/** Click a button at the foot of a dialog by the word it carries. */
export function clickDialogButton(word) {
    return {
        content: `Click ${word} in the dialog`,
        trigger: `.modal-footer button:contains(/^${word}$/)`,
        run: "click",
    };
}

/** Click a smart button by the word it carries. */
export function clickSmartButton(word) {
    return {
        content: `Click the smart button ${word}`,
        trigger: `.o-form-buttonbox .oe_stat_button:contains('${word}')`,
        run: "click",
    };
}

/** Wait for the status that the document's status bar shows. */
export function checkStatus(status) {
    return {
        content: `The document is ${status}`,
        trigger: `.o_statusbar_status .o_arrow_button_current:contains(/^${status}$/)`,
    };
}

/** Wait for the ribbon across the document. */
export function checkRibbon(title) {
    return {
        content: `The ribbon says ${title}`,
        trigger: `.o_form_sheet .ribbon:contains(/^${title}$/i)`,
    };
}

/** Wait for the figure of what is still due. */
export function checkAmountDue(amount) {
    return {
        content: `${amount} is due`,
        trigger: `.o_field_widget[name='amount_residual']:contains('${amount}')`,
    };
}

/** Wait for the billing status of the service order. */
export function checkBillingStatus(status) {
    return {
        content: `The service order is ${status}`,
        trigger: `.o_field_widget[name='billing_status']:contains(/^${status}$/)`,
    };
}

/** Open the Billing tab of the service order. */
export function openBillingTab() {
    return {
        content: "Open the Billing tab",
        trigger: ".o_notebook .nav-link:contains(/^Billing$/)",
        run: "click",
    };
}

/** Check the work of a done order and invoice it; ends on the draft. */
export function invoiceDoneOrder(customer) {
    return [
        ...openInvoicingMenu("menu_invoicing_orders"),
        openRow("bill_to_id", customer),
        {
            content: "The intervention report is there to read",
            trigger:
                ".o_horizontal_separator:contains(/^Intervention report$/), .o_field_widget[name='resolution']:contains('Pump replaced')",
        },
        openBillingTab(),
        {
            content: "The hours of the technician are there",
            trigger:
                ".o_field_widget[name='labor_work_ids'] .o_data_row:contains('Marc') td[name='qty_to_bill']:contains('02:00')",
        },
        {
            content: "The parts are there",
            trigger:
                ".o_field_widget[name='part_work_ids'] .o_data_row:contains('Pump') td[name='qty_to_bill']:contains('1.00')",
        },
        {
            content: "Create invoice is the primary button, and the only one",
            trigger:
                ".o_statusbar_buttons:not(:has(.btn-primary:not([name='action_create_invoice']))) .btn-primary[name='action_create_invoice']",
        },
        clickButton("Create invoice"),
        checkStatus("Draft"),
        {
            content: "The draft has the labor",
            trigger: "[name='invoice_line_ids'] .o_data_row:contains('Labor')",
        },
        {
            content: "The draft has the parts",
            trigger: "[name='invoice_line_ids'] .o_data_row:contains('Pump')",
        },
    ];
}

/** Confirm the draft on screen: it gets its number. */
export function confirmDraft(prefix = "INV/") {
    return [
        clickButton("Confirm"),
        checkStatus("Posted"),
        {
            content: "The document has its number",
            trigger: `.oe_title .o_field_widget[name='name']:contains('${prefix}')`,
        },
    ];
}

/** Register a payment of this amount, or of all that is due. */
export function registerPayment(amount) {
    const steps = [
        clickButton("Register payment"),
        {
            content: "The dialog is called as the button",
            trigger: ".modal-title:contains(/^Register payment$/)",
        },
        {
            content: "The payment method is asked for",
            trigger: ".modal .o_field_widget[name='payment_method_line_id'] input",
        },
        {
            content: "The date is asked for",
            trigger: ".modal .o_field_widget[name='payment_date']",
        },
    ];
    if (amount) {
        steps.push({
            content: `Enter ${amount}`,
            trigger: ".modal .o_field_widget[name='amount'] input",
            run: `edit ${amount} && press Tab`,
        });
        steps.push({
            content: "The difference is asked about",
            trigger: ".modal .o_field_widget[name='payment_difference']",
        });
    }
    return [...steps, clickDialogButton("Confirm payment")];
}

/** Wait for a figure in the dialog of the credit note. */
export function checkDialogAmount(field, amount) {
    return {
        content: `${field} is ${amount}`,
        trigger: `.modal .o_field_widget[name='${field}']:contains('${amount}')`,
    };
}

/** Wait for a credit note that is confirmed and has its number. */
export function checkCreditNote() {
    return {
        content: "The credit note is confirmed and has its number",
        trigger:
            ".o_form_view:has(.o_arrow_button_current:contains(/^Posted$/)) .oe_title .o_field_widget[name='name']:contains('RINV/')",
    };
}

/** Type into a cell of the dialog that credits an invoice. */
export function editCreditLine(text, field, value) {
    return [
        {
            content: `Click ${field} of ${text}`,
            trigger: `.modal .o_data_row:contains('${text}') td[name='${field}']`,
            run: "click",
        },
        {
            content: `Enter ${value}`,
            trigger: `.modal .o_data_row td[name='${field}'] input`,
            run: `edit ${value} && press Tab`,
        },
    ];
}
