import {ConnectionLostError, rpc} from "@web/core/network/rpc";
import {PATIENCE, openInvoicingMenu} from "./tour_utils";
import {registry} from "@web/core/registry";

const reallyCall = rpc._rpc;

/** Let `answer(method, send)` stand between the dashboard and the server. */
function intercept(answer) {
    rpc._rpc = (url, params, settings) => {
        const send = () => reallyCall(url, params, settings);
        if (params?.model !== "fsm.billing.dashboard") {
            return send();
        }
        const promise = answer(params.method, send, params.kwargs);
        promise.abort = () => undefined;
        return promise;
    };
}

function stopIntercepting() {
    rpc._rpc = reallyCall;
}

/** Hold the server's answers back until they are asked for. */
function holdAnswers() {
    const held = [];
    intercept(async (_method, send) => {
        const answer = await send();
        await new Promise((release) => held.push(release));
        return answer;
    });
    return held;
}

function choosePeriod(period) {
    return [
        {
            content: "Open the periods",
            trigger: ".o_fsm_dashboard_period",
            run: "click",
        },
        {
            content: `Choose ${period}`,
            trigger: `.o-dropdown-item[data-period='${period}']`,
            run: "click",
        },
    ];
}

function checkPaid(text) {
    return {
        content: `What was paid is ${text}`,
        trigger: `.o_fsm_dashboard_body[aria-busy='false'] [data-card='paid'] .o_fsm_dashboard_figure:contains('${text}')`,
    };
}

registry.category("web_tour.tours").add("fsm_invoicing_dashboard_errors", {
    timeout: PATIENCE,
    steps: () => [
        {
            content: "The server does not answer",
            trigger: "body",
            run: () => intercept(() => Promise.reject(new ConnectionLostError("/web"))),
        },
        ...openInvoicingMenu("menu_invoicing_dashboard"),
        {
            content: "The screen says so, and what to do",
            trigger:
                ".o_fsm_dashboard_error [role='alert']:contains('Check your connection')",
        },
        {
            content: "No figures are shown",
            trigger: ".o_fsm_dashboard:not(:has(.o_fsm_dashboard_card))",
        },
        {
            content: "The server answers now, but has something to say",
            trigger: ".o_fsm_dashboard_retry",
            run: () =>
                intercept((_method, _send, kwargs) =>
                    reallyCall(
                        "/web/dataset/call_kw/fsm.billing.dashboard/get_data",
                        {
                            model: "fsm.billing.dashboard",
                            method: "get_data",
                            args: [],
                            kwargs: {...kwargs, period: "forever"},
                        },
                        {}
                    )
                ),
        },
        {
            content: "Try again",
            trigger: ".o_fsm_dashboard_retry:contains('Try again')",
            run: "click",
        },
        {
            content: "Its own words are shown",
            trigger:
                ".o_fsm_dashboard_error [role='alert']:contains('Choose a period, or')",
        },
        {
            content: "All is well again",
            trigger: ".o_fsm_dashboard_retry",
            run: stopIntercepting,
        },
        {
            content: "Try again",
            trigger: ".o_fsm_dashboard_retry[aria-disabled='false']",
            run: "click",
        },
        checkPaid("115.00"),
        {
            content: "The message is gone, and the keyboard is where the figures are",
            trigger:
                ".o_fsm_dashboard:not(:has(.o_fsm_dashboard_error)) .o_fsm_dashboard_body:focus",
        },
    ],
});

registry.category("web_tour.tours").add("fsm_invoicing_dashboard_answers", {
    timeout: PATIENCE,
    steps: () => {
        let held = [];
        const release = (...indexes) => ({
            content: `Answers ${indexes} arrive`,
            trigger: ".o_fsm_dashboard_body",
            async run() {
                while (held.length <= Math.max(...indexes)) {
                    await new Promise((resolve) => setTimeout(resolve, 20));
                }
                for (const index of indexes) {
                    held[index]();
                    // Long enough for what would be shown to be there
                    await new Promise((resolve) => setTimeout(resolve, 200));
                }
            },
        });
        return [
            {
                content: "The server's answers take their time",
                trigger: "body",
                run() {
                    held = holdAnswers();
                },
            },
            ...openInvoicingMenu("menu_invoicing_dashboard"),
            {
                content: "The screen has the outline of the figures, and says why",
                trigger:
                    ".o_fsm_dashboard_body[aria-busy='true']:has(.o_fsm_dashboard_placeholder) [role='status']:contains('Loading')",
            },
            release(0),
            checkPaid("115.00"),
            {
                content: "Ask for the amount",
                trigger: "[data-card='to_invoice'] button:contains('Show amount')",
                run: "click",
            },
            ...choosePeriod("last_year"),
            {
                content: "The figures stay meanwhile",
                trigger:
                    ".o_fsm_dashboard_body[aria-busy='true'] .o_fsm_dashboard_loading [data-card='paid']:contains('115.00')",
            },
            ...choosePeriod("month"),
            // That of this month comes before that of last year, and the amount last
            release(3, 2, 1),
            checkPaid("115.00"),
            {
                content: "The amount that came late is not shown",
                trigger: "[data-card='to_invoice'] button:contains('Show amount')",
                run: stopIntercepting,
            },
            ...choosePeriod("last_year"),
            checkPaid("0.00"),
        ];
    },
});
