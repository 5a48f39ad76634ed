import {Component, markRaw, onWillStart, useEffect, useRef, useState} from "@odoo/owl";
import {ConnectionLostError} from "@web/core/network/rpc";
import {deserializeDate, serializeDate} from "@web/core/l10n/dates";
import {Figures, getPeriods} from "./figures";
import {DashboardCard} from "./card";
import {DashboardChart} from "./chart";
import {DateTimeInput} from "@web/core/datetime/datetime_input";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {KeepLast} from "@web/core/utils/concurrency";
import {Layout} from "@web/search/layout";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {makeContext} from "@web/core/context";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";

const MODEL = "fsm.billing.dashboard";
// What the server takes as days of a period
const EARLIEST = "1900-01-01";
const LATEST = "2199-12-31";
const STORAGE_KEY = "fieldservice_invoicing.dashboard.period";

/** What is to be invoiced, what is due and what came in, at a glance. */
export class InvoicingDashboard extends Component {
    static template = "fieldservice_invoicing.Dashboard";
    static components = {
        DashboardCard,
        DashboardChart,
        DateTimeInput,
        Dropdown,
        DropdownItem,
        Layout,
    };
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.loads = 0;
        this.keepLast = new KeepLast();
        this.periods = getPeriods();
        this.display = {controlPanel: {}};
        this.days = {
            minDate: deserializeDate(EARLIEST),
            maxDate: deserializeDate(LATEST),
        };
        this.body = useRef("body");
        this.state = useState({
            // Figures, or what kept them from being read, stay while others are read
            isLoading: true,
            figures: null,
            error: "",
            announcement: "",
            toInvoice: null,
            companyIds: [],
            ...this.restorePeriod(),
        });
        // Not waited for: the screen shows at once that it is loading
        onWillStart(() => {
            this.load();
        });
        // The button that was pressed goes away with the message
        useEffect(
            (hasError) => () => hasError && this.body.el?.focus(),
            () => [Boolean(this.state.error)]
        );
    }

    // --- reading ---
    get question() {
        const {companyIds, dateFrom, dateTo, period} = this.state;
        return {
            period,
            date_from: dateFrom,
            date_to: dateTo,
            company_ids: companyIds,
        };
    }

    async load() {
        Object.assign(this.state, {
            isLoading: true,
            toInvoice: null,
            announcement: _t("Loading figures"),
        });
        this.loads += 1;
        try {
            const data = await this.keepLast.add(
                this.orm.call(MODEL, "get_data", [], this.question)
            );
            Object.assign(this.state, {
                figures: markRaw(new Figures(data)),
                error: "",
                announcement: _t("Figures of %s are shown.", this.periodLabel),
            });
            this.storePeriod();
        } catch (error) {
            this.state.error = this.explain(error);
            this.state.announcement = "";
        }
        this.state.isLoading = false;
    }

    /** Say what to do about an error, in words of those who look at figures. */
    explain(error) {
        if (error instanceof ConnectionLostError) {
            return _t(
                "The server does not answer. Check your connection, then try again."
            );
        }
        if (error.exceptionName?.startsWith("odoo.exceptions.")) {
            return error.data.message;
        }
        console.error(error);
        return _t(
            "Something went wrong on the server. Try again; if it goes on, tell your administrator."
        );
    }

    retry() {
        return this.state.isLoading ? undefined : this.load();
    }

    async priceOrders(ev) {
        // The button goes away
        ev.currentTarget.closest(".o_fsm_dashboard_amount").focus();
        this.state.toInvoice = {isLoading: true};
        const {loads} = this;
        const {companyIds} = this.state;
        try {
            const amount = await this.orm.call(MODEL, "get_amount_to_invoice", [], {
                company_ids: companyIds,
            });
            if (loads !== this.loads) {
                return; // that of other companies, which nobody waits for
            }
            this.state.toInvoice = amount;
            this.state.announcement = this.toInvoiceText;
        } catch (error) {
            this.state.toInvoice = null;
            throw error;
        }
    }

    // --- period and companies ---
    restorePeriod() {
        const fallback = {period: "last_12_months", dateFrom: false, dateTo: false};
        try {
            const stored = JSON.parse(browser.localStorage.getItem(STORAGE_KEY));
            const isKnown = getPeriods().some(([name]) => name === stored?.period);
            return isKnown ? {...fallback, ...stored} : fallback;
        } catch {
            return fallback;
        }
    }

    storePeriod() {
        const {dateFrom, dateTo, period} = this.state;
        browser.localStorage.setItem(
            STORAGE_KEY,
            JSON.stringify({period, dateFrom, dateTo})
        );
    }

    setPeriod(period) {
        if (period === "custom") {
            // Starts with the days on screen
            this.state.dateFrom = this.data?.date_from || false;
            this.state.dateTo = this.data?.date_to || false;
        }
        this.state.period = period;
        return this.load();
    }

    setDay(name, date) {
        if (!date) {
            return;
        }
        this.state[name] = serializeDate(date);
        // The other end follows, so that the period is never the wrong way round
        const {dateFrom, dateTo} = this.state;
        if (!dateFrom || !dateTo || dateFrom > dateTo) {
            this.state.dateFrom = this.state.dateTo = this.state[name];
        }
        this.load();
    }

    getDay(name) {
        return this.state[name] ? deserializeDate(this.state[name]) : false;
    }

    setCompanies(companyIds) {
        this.state.companyIds = companyIds;
        return this.load();
    }

    get data() {
        return this.state.figures?.data;
    }

    get figures() {
        return this.state.figures;
    }

    get periodLabel() {
        return String(this.periods.find(([name]) => name === this.state.period)[1]);
    }

    get periodTitle() {
        return _t("Period: %s", this.periodLabel);
    }

    get companyTitle() {
        return _t("Company: %s", this.companyLabel);
    }

    get companyLabel() {
        const company = this.data.companies.find(
            ({id}) => id === this.state.companyIds[0]
        );
        return company ? company.name : _t("All companies");
    }

    get hasCompanies() {
        return this.data?.companies.length > 1;
    }

    /** Columns of a chart: the first one is wide. */
    getColumns(isWide) {
        return isWide ? "col-12 col-xxl-8" : "col-12 col-lg-6 col-xxl-4";
    }

    // --- texts ---
    get toInvoiceText() {
        const {amount, count, currency_id, is_all, problems} = this.state.toInvoice;
        const money = this.figures.money(amount, currency_id);
        const text = is_all
            ? _t("%s before tax", money)
            : _t("%(amount)s before tax for the %(count)s oldest", {
                  amount: money,
                  count,
              });
        return problems
            ? _t("%(text)s, %(problems)s not priced", {text, problems})
            : text;
    }

    get convertedText() {
        return _t(
            "Amounts in %s are converted at the rates of today.",
            this.data.converted.join(", ")
        );
    }

    get firstStep() {
        return {
            create_order: {
                title: _t("Nothing to invoice yet"),
                text: _t(
                    "An invoice starts with a service order: plan one, log the hours and the parts on it, and complete it."
                ),
                button: _t("Go to the service orders"),
                open: () => this.action.doAction("fieldservice.action_fsm_dash_order"),
            },
            complete_order: {
                title: _t("No service order is done yet"),
                text: _t(
                    "Press Complete on an order that has hours or parts. It then appears here as to invoice, and Create invoice makes the draft."
                ),
                button: _t("Go to the service orders"),
                open: () => this.action.doAction("fieldservice.action_fsm_dash_order"),
            },
            create_invoice: {
                title: _t("No invoice yet"),
                text: _t(
                    "Press New to write the first one. It is tracked here until it is paid."
                ),
                button: _t("New invoice"),
                open: () => this.createInvoice(),
            },
        }[this.data.first_step];
    }

    // --- ways to the records ---
    createInvoice() {
        return this.action.doAction("account.action_move_out_invoice", {
            viewType: "form",
        });
    }

    /** Open the records that a figure counts, and no others. */
    async openList({domain, xmlid}, name) {
        const action = await this.action.loadAction(xmlid);
        const context = Object.fromEntries(
            Object.entries(makeContext([action.context || {}])).filter(
                ([key]) => !key.startsWith("search_default_")
            )
        );
        return this.action.doAction({
            ...action,
            name,
            display_name: name,
            domain,
            context,
        });
    }

    openRecord(model, id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    /** Find the orders behind a delay: no domain of fields says which they are. */
    findDelayed(delay) {
        return this.orm.call(MODEL, "get_delay_list", [delay], this.question);
    }

    async openChart(chart, index) {
        return this.openList(
            await chart.getList(index, this),
            `${chart.title}: ${chart.labels[index]}`
        );
    }
}

registry
    .category("actions")
    .add("fieldservice_invoicing.dashboard", InvoicingDashboard);
