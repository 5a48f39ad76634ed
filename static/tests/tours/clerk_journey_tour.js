import {registry} from "@web/core/registry";
import {
    PATIENCE,
    checkAmountDue,
    checkBillingStatus,
    checkRibbon,
    clickButton,
    clickDialogButton,
    clickSmartButton,
    confirmDraft,
    invoiceDoneOrder,
    registerPayment,
} from "./tour_utils";

registry.category("web_tour.tours").add("fsm_invoicing_clerk_journey", {
    timeout: PATIENCE,
    steps: () => [
        // invoiced once, at the wrong rate
        ...invoiceDoneOrder("Heating Cooperative"),
        ...confirmDraft(),
        clickButton("Add credit note"),
        {
            content: "Give the reason",
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit Wrong rate",
        },
        clickDialogButton("Save as draft"),
        {
            content: "It is a credit note",
            trigger: ".o_form_view .oe_title:contains('Credit Note')",
        },
        ...confirmDraft("RINV/"),
        clickSmartButton("Service orders"),
        // the work is open again
        checkBillingStatus("To invoice"),
        ...invoiceDoneOrder("Heating Cooperative"),
        ...confirmDraft(),
        clickButton("Send"),
        clickDialogButton("Send"),
        {
            content: "The dialog is gone",
            trigger: "body:not(:has(.modal)) .o_form_statusbar",
        },
        ...registerPayment("53"),
        checkRibbon("Partial"),
        checkAmountDue("200.00"),
        ...registerPayment(),
        checkRibbon("Paid"),
        clickSmartButton("Journal entries"),
        {
            content: "Debit and credit are the same",
            trigger: ".o_list_footer:contains('253.00')",
        },
        clickSmartButton("Invoice"),
        clickSmartButton("Service orders"),
        checkBillingStatus("Paid"),
    ],
});
