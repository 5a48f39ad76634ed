import {_t} from "@web/core/l10n/translation";
import {formatCurrency, getCurrency} from "@web/core/currency";
import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {
    formatFloat,
    formatInteger,
    formatPercentage,
} from "@web/views/fields/formatters";
import {getColor} from "@web/core/colors/colors";

/** The periods to choose from, as the server knows them. */
export const getPeriods = () => [
    ["month", _t("This month")],
    ["last_month", _t("Last month")],
    ["quarter", _t("This quarter")],
    ["last_quarter", _t("Last quarter")],
    ["year", _t("This year")],
    ["last_year", _t("Last year")],
    ["last_12_months", _t("Last 12 months")],
    ["custom", _t("Other period")],
];

const AGES = () => ({
    not_due: _t("Not due yet"),
    "1_30": _t("1 – 30 days"),
    "31_60": _t("31 – 60 days"),
    "61_90": _t("61 – 90 days"),
    over_90: _t("Over 90 days"),
    credit: _t("Credits"),
});

const DELAYS = () => ({
    0: _t("Same day"),
    "1_3": _t("1 – 3 days"),
    "4_7": _t("4 – 7 days"),
    "8_14": _t("8 – 14 days"),
    "15_30": _t("15 – 30 days"),
    over_30: _t("Over 30 days"),
});

const FATES = () => ({
    billed: _t("Billed"),
    quoted: _t("In a quotation"),
    free: _t("Warranty or not billed"),
    open: _t("Not billed yet"),
});

// Places in Odoo's palette for charts of up to twelve colors
const COLORS = {
    labor: 0,
    parts: 2,
    charges: 6,
    quotation: 8,
    other: 10,
    billed: 3,
    quoted: 8,
    free: 10,
    open: 4,
    not_due: 2,
    "1_30": 10,
    "31_60": 6,
    "61_90": 4,
    over_90: 5,
    credit: 8,
};

function color(key, index = 0) {
    return getColor(COLORS[key] ?? index * 2 + 1, undefined, "md");
}

function sum(values) {
    return values.reduce((total, value) => total + value, 0);
}

/** Turns what the server read into the words, charts and tables on screen. */
export class Figures {
    constructor(data) {
        this.data = data;
        this.cards = this.getCards();
        // Made once: a chart is drawn again when its series are others
        this.charts = this.getCharts();
    }

    // --- words ---
    money(amount, currencyId = this.data.currency_id) {
        return formatCurrency(amount, currencyId);
    }

    get currency() {
        return getCurrency(this.data.currency_id)?.symbol || "";
    }

    shortMoney(amount) {
        return Math.abs(amount) < 1000
            ? formatInteger(Math.round(amount))
            : formatFloat(amount, {humanReadable: true, decimals: 0, minDigits: 1});
    }

    hours(hours) {
        return _t("%s h", formatFloat(hours, {digits: [16, 1]}));
    }

    day(text) {
        return text ? formatDate(deserializeDate(text)) : "";
    }

    days(count) {
        if (count === false) {
            return "";
        }
        return count === 1 ? _t("1 day") : _t("%s days", formatInteger(count));
    }

    orders(count) {
        return count === 1 ? _t("1 order") : _t("%s orders", formatInteger(count));
    }

    invoices(count) {
        return count === 1 ? _t("1 invoice") : _t("%s invoices", formatInteger(count));
    }

    documents(count) {
        return count === 1
            ? _t("1 document")
            : _t("%s documents", formatInteger(count));
    }

    creditNotes(count) {
        return count === 1
            ? _t("1 credit note")
            : _t("%s credit notes", formatInteger(count));
    }

    payments(count) {
        return count === 1 ? _t("1 payment") : _t("%s payments", formatInteger(count));
    }

    get period() {
        return _t("%(from)s – %(to)s", {
            from: this.day(this.data.date_from),
            to: this.day(this.data.date_to),
        });
    }

    get steps() {
        const formats = {day: "d MMM", week: "d MMM", month: "MMM yyyy", year: "yyyy"};
        return this.data.starts.map((start) =>
            deserializeDate(start).toFormat(formats[this.data.step])
        );
    }

    get stepName() {
        return {
            day: _t("Day"),
            week: _t("Week from"),
            month: _t("Month"),
            year: _t("Year"),
        }[this.data.step];
    }

    // --- cards ---
    getCards() {
        const {cards, orders_to_invoice: orders} = this.data;
        const found = [];
        if (orders) {
            found.push({
                name: "to_invoice",
                title: _t("To invoice"),
                figure: this.orders(cards.to_invoice.count),
                detail: cards.to_invoice.oldest
                    ? _t("Oldest: %s", this.days(cards.to_invoice.oldest_days))
                    : _t("Done, and not invoiced yet"),
            });
        }
        const documents = [
            ["draft", _t("Drafts"), (count) => this.documents(count)],
            ["not_sent", _t("Not sent"), (count) => this.documents(count)],
            ["unpaid", _t("Unpaid"), (count) => this.invoices(count)],
            ["overdue", _t("Overdue"), (count) => this.invoices(count)],
            ["paid", _t("Paid in the period"), (count) => this.payments(count)],
            [
                "credited",
                _t("Credited in the period"),
                (count) => this.creditNotes(count),
            ],
        ];
        for (const [name, title, say] of documents) {
            if (cards[name]) {
                found.push({
                    name,
                    title,
                    figure: this.money(cards[name].amount),
                    detail: say(cards[name].count),
                    isAlarming: name === "overdue" && cards[name].count > 0,
                });
            }
        }
        return found.map((card) => ({...card, list: cards[card.name].list}));
    }

    // --- charts ---
    getCharts() {
        const charts = [];
        if (this.data.invoiced) {
            charts.push(this.invoiced, this.receivables);
        }
        if (this.data.hours) {
            charts.push(this.workedHours, this.delays);
        }
        if (this.data.customers) {
            charts.push(this.customers);
        }
        return charts;
    }

    get invoiced() {
        const {series, lists} = this.data.invoiced;
        const titles = {
            day: _t("Invoiced by day"),
            week: _t("Invoiced by week"),
            month: _t("Invoiced by month"),
            year: _t("Invoiced by year"),
        };
        const {amount, count} = this.data.cards.invoiced;
        return {
            name: "invoiced",
            isWide: true,
            title: titles[this.data.step],
            summary: _t(
                "%(amount)s before tax, credit notes deducted (%(documents)s).",
                {
                    amount: this.money(amount),
                    documents: this.documents(count),
                }
            ),
            heading: this.stepName,
            labels: this.steps,
            series: series.map(({key, label, amounts}, index) => ({
                label,
                values: amounts,
                color: color(key, index),
            })),
            format: (value) => this.money(value),
            formatAxis: (value) => this.shortMoney(value),
            unit: this.currency,
            getList: (index) => lists[index],
        };
    }

    get receivables() {
        const ages = this.data.receivables;
        const late = sum(
            ages
                .filter(({key}) => key !== "not_due" && key !== "credit")
                .map(({amount}) => amount)
        );
        return {
            name: "receivables",
            title: _t("Receivables by age"),
            summary: _t("%(total)s in the books today, %(late)s of it past due.", {
                total: this.money(sum(ages.map(({amount}) => amount))),
                late: this.money(late),
            }),
            heading: _t("Past due"),
            labels: ages.map(({key}) => AGES()[key]),
            series: [
                {
                    label: _t("Amount due"),
                    values: ages.map(({amount}) => amount),
                    color: ages.map(({key}) => color(key)),
                },
            ],
            format: (value) => this.money(value),
            formatAxis: (value) => this.shortMoney(value),
            unit: this.currency,
            getList: (index) => ages[index].list,
        };
    }

    get workedHours() {
        const {lists, series} = this.data.hours;
        const totals = Object.fromEntries(
            series.map(({key, hours}) => [key, sum(hours)])
        );
        const worked = sum(Object.values(totals));
        return {
            name: "hours",
            title: _t("Billed hours of worked hours"),
            summary: worked
                ? _t("%(billed)s billed of %(worked)s worked: %(share)s.", {
                      billed: this.hours(totals.billed),
                      worked: this.hours(worked),
                      share: formatPercentage(totals.billed / worked, {
                          digits: [16, 0],
                      }),
                  })
                : _t("No hours on service orders."),
            heading: this.stepName,
            labels: this.steps,
            series: series
                .filter(({key}) => totals[key] || key === "billed")
                .map(({key, hours}) => ({
                    label: FATES()[key],
                    values: hours,
                    color: color(key),
                })),
            format: (value) => this.hours(value),
            formatAxis: (value) => formatFloat(value, {digits: [16, 0]}),
            unit: _t("Hours"),
            getList: (index) => lists[index],
        };
    }

    get delays() {
        const {average, count, counts, median} = this.data.delays;
        return {
            name: "delays",
            title: _t("Days from done to invoiced"),
            summary: count
                ? _t(
                      "%(orders)s invoiced after %(average)s days on average, half within %(median)s.",
                      {
                          orders: this.orders(count),
                          average: formatFloat(average, {digits: [16, 1]}),
                          median: formatFloat(median, {digits: [16, 0]}),
                      }
                  )
                : _t("No order was invoiced."),
            heading: _t("Time"),
            labels: counts.map(({key}) => DELAYS()[key]),
            series: [
                {
                    label: _t("Orders"),
                    values: counts.map((delay) => delay.count),
                    color: color("labor"),
                },
            ],
            format: (value) => formatInteger(value),
            formatAxis: (value) =>
                Number.isInteger(value) ? formatInteger(value) : "",
            unit: _t("Orders"),
            getList: (index, dashboard) => dashboard.findDelayed(counts[index].key),
        };
    }

    get customers() {
        const {customers} = this.data;
        return {
            name: "customers",
            title: _t("Top customers"),
            summary: _t("Invoiced before tax, credit notes deducted."),
            heading: _t("Customer"),
            isHorizontal: true,
            labels: customers.map(({name}) => name),
            series: [
                {
                    label: _t("Invoiced"),
                    values: customers.map(({amount}) => amount),
                    color: color("quotation"),
                },
            ],
            format: (value) => this.money(value),
            formatAxis: (value) => this.shortMoney(value),
            unit: this.currency,
            getList: (index) => customers[index].list,
        };
    }
}
