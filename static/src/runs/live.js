import {Component, onWillStart, onWillUnmount, xml} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

/** Milliseconds after which a run at work is read again, should the bus be silent. */
const PATIENCE = 10000;
/** Milliseconds between two readings: a run of small invoices tells of many steps. */
const BREATH = 1000;

/** Reads a billing run again whenever the server says that it went on. */
export class BillingRunLive extends Component {
    static template = xml`<t />`;
    static props = {...standardWidgetProps};

    setup() {
        this.bus = useService("bus_service");
        this.isReading = false;
        const onStep = ({id}) => {
            if (id === this.props.record.resId) {
                this.read();
            }
        };
        onWillStart(() => {
            this.bus.subscribe("fsm_billing_run", onStep);
            this.timer = setInterval(() => {
                const {state, print_state: printState} = this.props.record.data;
                if (state === "running" || printState === "waiting") {
                    this.read();
                }
            }, PATIENCE);
        });
        onWillUnmount(() => {
            this.bus.unsubscribe("fsm_billing_run", onStep);
            clearInterval(this.timer);
            clearTimeout(this.breath);
        });
    }

    async read() {
        if (this.isReading) {
            this.isBehind = true;
            return;
        }
        this.isReading = true;
        this.isBehind = false;
        try {
            await this.props.record.load();
        } catch {
            // the server is restarted: it is read again after a while
        } finally {
            this.breath = setTimeout(() => {
                this.isReading = false;
                if (this.isBehind) {
                    this.read();
                }
            }, BREATH);
        }
    }
}

registry.category("view_widgets").add("fsm_billing_run_live", {
    component: BillingRunLive,
});
