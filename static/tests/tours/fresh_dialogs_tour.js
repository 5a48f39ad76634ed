import {PATIENCE, openInvoicingMenu} from "./tour_utils";
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

const PREVIEW = ".modal .o_fsm_billing_wizard_preview";

const openWizard = {
    content: "Open the dialog",
    trigger: ".o_control_panel button:contains(/^Create invoices$/)",
    run: "click",
};

/** Add another hour, as somebody else would meanwhile. */
async function logHour() {
    const call = (model, method, args, kwargs = {}) =>
        rpc(`/web/dataset/call_kw/${model}/${method}`, {model, method, args, kwargs});
    const [order] = await call("fsm.order", "search", [
        [["billing_status", "=", "to_invoice"]],
    ]);
    const [product] = await call("product.product", "search", [
        [
            ["name", "=", "Labor"],
            ["list_price", "=", 60],
        ],
    ]);
    await call("fsm.order.charge", "create", [
        {fsm_order_id: order, product_id: product, quantity: 1},
    ]);
}

registry.category("web_tour.tours").add("fsm_invoicing_fresh_dialogs", {
    timeout: PATIENCE,
    steps: () => [
        ...openInvoicingMenu("menu_invoicing_orders"),
        openWizard,
        {
            content: "Two hours would be billed",
            trigger: `${PREVIEW} tfoot tr:contains('120.00')`,
        },
        {
            content: "Close it",
            trigger: ".modal-footer button:contains(/^Cancel$/)",
            run: "click",
        },
        {
            content: "Meanwhile an hour is added",
            trigger: "body:not(:has(.modal))",
            async run() {
                await logHour();
                // what the dialog shows first is what it shows at all
                window.fsmShown = [];
                new MutationObserver(() => {
                    const total = document.querySelector(`${PREVIEW} tfoot tr`);
                    if (total) {
                        window.fsmShown.push(total.textContent);
                    }
                }).observe(document.body, {childList: true, subtree: true});
            },
        },
        openWizard,
        {
            content: "Three hours would be billed, and never less was shown",
            trigger: `${PREVIEW} tfoot tr:contains('180.00')`,
            run() {
                if (window.fsmShown.some((text) => text.includes("120.00"))) {
                    throw new Error("The dialog showed the preview of before");
                }
            },
        },
    ],
});
