import {registry} from "@web/core/registry";
import {
    PATIENCE,
    checkAmountDue,
    checkBillingStatus,
    checkRibbon,
    clickSmartButton,
    openInvoicingMenu,
    openRow,
    registerPayment,
} from "./tour_utils";

registry.category("web_tour.tours").add("fsm_invoicing_register_payment", {
    timeout: PATIENCE,
    steps: () => [
        ...openInvoicingMenu("menu_invoicing_invoices"),
        openRow("invoice_partner_display_name", "Heating Cooperative"),
        ...registerPayment("100"),
        checkRibbon("Partial"),
        checkAmountDue("153.00"),
        ...registerPayment(),
        checkRibbon("Paid"),
        checkAmountDue("0.00"),
        clickSmartButton("Service orders"),
        checkBillingStatus("Paid"),
        ...openInvoicingMenu("menu_invoicing_payments"),
        {
            content: "The payments are listed",
            trigger: ".o_data_row:contains('Heating Cooperative') + .o_data_row",
        },
    ],
});
