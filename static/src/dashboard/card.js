import {Component} from "@odoo/owl";

/** One figure; the whole card is the button that opens the list behind it. */
export class DashboardCard extends Component {
    static template = "fieldservice_invoicing.DashboardCard";
    static props = {
        name: String,
        title: String,
        figure: String,
        detail: String,
        isAlarming: {type: Boolean, optional: true},
        onOpen: Function,
        slots: {type: Object, optional: true},
    };

    get label() {
        const {detail, figure, title} = this.props;
        return `${title}: ${figure}, ${detail}`;
    }
}
