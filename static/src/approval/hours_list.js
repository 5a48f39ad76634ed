import {ListController} from "@web/views/list/list_controller";
import {MultiRecordViewButton} from "@web/views/view_button/multi_record_view_button";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";

/** Tells the server what the ticked rows say: what changed since is not approved. */
class HoursButton extends MultiRecordViewButton {
    async onClick(ev, newWindow) {
        const {clickParams, list} = this.props;
        const seen = list.selection.map(({resId, data}) => [resId, data.fingerprint]);
        clickParams.context = {fsm_seen: seen};
        return super.onClick(ev, newWindow);
    }
}

class HoursListController extends ListController {
    static components = {
        ...ListController.components,
        MultiRecordViewButton: HoursButton,
    };
}

registry.category("views").add("fsm_hours_list", {
    ...listView,
    Controller: HoursListController,
});
