import {onWillDestroy} from "@odoo/owl";
import {AccountMoveListController} from "@account/views/account_move_list/account_move_list_controller";
import {evaluateBooleanExpr} from "@web/core/py_js/py";
import {patch} from "@web/core/utils/patch";
import {useService} from "@web/core/utils/hooks";

const OPEN = ["not_paid", "partial", "blocked"];

function isOverdue({invoice_date_due: due, payment_state: state}) {
    return (
        OPEN.includes(state) &&
        Boolean(due) &&
        due < luxon.DateTime.now().startOf("day")
    );
}

/** What can be done with these documents: a button shows where it does something. */
export function getSteps(records) {
    const states = records.map((record) => record.data);
    const isPosted = states.length > 0 && states.every(({state}) => state === "posted");
    return {
        fsm_can_confirm: states.some(({state}) => state === "draft"),
        fsm_can_send: isPosted,
        fsm_can_remind: isPosted && states.some(isOverdue),
        fsm_can_pay:
            isPosted &&
            states.some(({payment_state: state}) =>
                ["not_paid", "partial", "in_payment"].includes(state)
            ),
    };
}

patch(AccountMoveListController.prototype, {
    setup() {
        super.setup();
        if (this.props.context.fsm_drafts) {
            this.showUploadButton = false;
        }
        // what was sent in the background is marked once it is
        const bus = useService("bus_service");
        const reload = () => this.model.root.editedRecord || this.model.load();
        bus.subscribe("account_notification", reload);
        onWillDestroy(() => bus.unsubscribe("account_notification", reload));
    },

    evalViewModifier(modifier) {
        const {evalContext, records, selection} = this.model.root;
        // lists without these columns keep all buttons
        if (!("payment_state" in this.model.root.activeFields)) {
            return super.evalViewModifier(modifier);
        }
        const ticked = selection.length ? selection : records;
        // what a list evaluates by is its context
        return evaluateBooleanExpr(modifier, {...evalContext, ...getSteps(ticked)});
    },
});
