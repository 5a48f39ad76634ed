import {Component, onWillStart, useEffect, useRef, useState} from "@odoo/owl";
import {loadBundle} from "@web/core/assets";
import {_t} from "@web/core/l10n/translation";
import {localization} from "@web/core/l10n/localization";

let nextId = 1;

/**
 * A bar chart with its title, a sentence that says what it shows, and the same figures
 * as a table.
 *
 * Its bars are buttons too, for the keyboard and for those who listen: one of them is
 * reached by Tab, the arrows go on to the others.
 */
export class DashboardChart extends Component {
    static template = "fieldservice_invoicing.DashboardChart";
    static props = {
        title: String,
        summary: String,
        labels: {type: Array, element: String},
        // {label, values, color}
        series: {type: Array, element: Object},
        // What the rows of the table are called
        heading: String,
        format: Function,
        formatAxis: {type: Function, optional: true},
        // What the axis of the values counts
        unit: {type: String, optional: true},
        isHorizontal: {type: Boolean, optional: true},
        // Opens the list behind a label
        onSelect: {type: Function, optional: true},
    };

    setup() {
        this.id = `o_fsm_dashboard_chart_${nextId++}`;
        this.canvas = useRef("canvas");
        this.state = useState({isTable: false, current: 0});
        this.chart = null;
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            (canvas) => {
                if (!canvas) {
                    return;
                }
                this.chart = new window.Chart(canvas, this.getConfig());
                return () => {
                    this.chart.destroy();
                    this.chart = null;
                };
            },
            () => [this.canvas.el, this.props.labels, this.props.series]
        );
    }

    // --- bars as buttons ---
    get bars() {
        return this.props.labels.map((label, index) => {
            const {format, series} = this.props;
            const parts = series
                .filter(({values}) => values[index])
                .map(({label: name, values}) =>
                    this.hasTotal
                        ? `${name} ${format(values[index])}`
                        : format(values[index])
                );
            if (parts.length > 1) {
                parts.push(_t("total %s", format(this.getTotal(index))));
            }
            return `${label}: ${parts.join(", ") || format(0)}`;
        });
    }

    get current() {
        return Math.min(this.state.current, this.props.labels.length - 1);
    }

    onBarKeydown(ev) {
        const last = this.props.labels.length - 1;
        const ahead = localization.direction === "rtl" ? "ArrowLeft" : "ArrowRight";
        const back = localization.direction === "rtl" ? "ArrowRight" : "ArrowLeft";
        const index = {
            [ahead]: Math.min(this.current + 1, last),
            [back]: Math.max(this.current - 1, 0),
            ArrowDown: Math.min(this.current + 1, last),
            ArrowUp: Math.max(this.current - 1, 0),
            Home: 0,
            End: last,
        }[ev.key];
        if (index !== undefined) {
            ev.preventDefault();
            ev.currentTarget.children[index].focus();
        }
    }

    /** Show on the chart which bar has the focus, as the mouse would. */
    pointAt(index) {
        this.state.current = index;
        this.highlight(
            this.props.series.map((_, datasetIndex) => ({datasetIndex, index}))
        );
    }

    highlight(elements) {
        if (this.chart) {
            this.chart.setActiveElements(elements);
            this.chart.tooltip.setActiveElements(elements, {x: 0, y: 0});
            this.chart.update();
        }
    }

    get isEmpty() {
        return !this.props.series.some((series) => series.values.some(Boolean));
    }

    get toggleLabel() {
        return this.state.isTable
            ? _t("Show chart: %s", this.props.title)
            : _t("Show table: %s", this.props.title);
    }

    get hasTotal() {
        return this.props.series.length > 1;
    }

    getTotal(index) {
        return this.props.series.reduce((sum, {values}) => sum + values[index], 0);
    }

    /** Colors of the text around it, whichever scheme the styles are of. */
    getColors() {
        const text = getComputedStyle(this.canvas.el).color;
        const [red, green, blue] = text.match(/[\d.]+/g);
        return {text, grid: `rgba(${red}, ${green}, ${blue}, 0.12)`};
    }

    /** A name that leaves room for its bar; the year of a month goes below it. */
    fitLabel(label, width) {
        if (!this.props.isHorizontal) {
            return label.split(/ (?=\d{4}$)/);
        }
        const most = Math.max(12, Math.floor(width / 17));
        return label.length > most ? `${label.slice(0, most - 1).trimEnd()}…` : label;
    }

    getConfig() {
        const {grid, text} = this.getColors();
        const fitLabel = this.fitLabel.bind(this);
        const {format, formatAxis, isHorizontal, labels, onSelect, series, unit} =
            this.props;
        const isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
        const rtl = localization.direction === "rtl";
        const categories = {
            stacked: true,
            grid: {display: false},
            ticks: {
                color: text,
                autoSkip: !isHorizontal,
                maxRotation: 50,
                callback(index) {
                    return fitLabel(labels[index], this.chart.width);
                },
            },
            reverse: rtl && !isHorizontal,
        };
        const values = {
            stacked: true,
            beginAtZero: true,
            grid: {color: grid},
            border: {display: false},
            title: {display: Boolean(unit), text: unit, color: text},
            ticks: {
                color: text,
                maxTicksLimit: isHorizontal ? 4 : 6,
                callback: (value) => (formatAxis || format)(value),
            },
        };
        return {
            type: "bar",
            data: {
                labels,
                datasets: series.map(({label, values: data, color}) => ({
                    label,
                    data,
                    backgroundColor: color,
                    borderRadius: 3,
                    maxBarThickness: 48,
                })),
            },
            options: {
                indexAxis: isHorizontal ? "y" : "x",
                maintainAspectRatio: false,
                animation: isStill ? false : {duration: 300},
                interaction: {
                    mode: "index",
                    axis: isHorizontal ? "y" : "x",
                    intersect: false,
                },
                scales: isHorizontal
                    ? {x: {...values, reverse: rtl}, y: categories}
                    : {x: categories, y: values},
                plugins: {
                    legend: {
                        display: series.length > 1,
                        position: "bottom",
                        rtl,
                        labels: {color: text, boxWidth: 12, boxHeight: 12},
                    },
                    tooltip: {
                        rtl,
                        filter: ({raw}, _index, items) =>
                            raw || !items.some((item) => item.raw),
                        callbacks: {
                            label: ({dataset, raw}) =>
                                series.length > 1
                                    ? ` ${dataset.label}: ${format(raw)}`
                                    : ` ${format(raw)}`,
                        },
                    },
                },
                onClick: (_ev, [element]) => element && onSelect?.(element.index),
                onHover: (ev, elements) => {
                    ev.native.target.style.cursor =
                        onSelect && elements.length ? "pointer" : "default";
                },
            },
        };
    }
}
