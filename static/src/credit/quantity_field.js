import {FloatField, floatField} from "@web/views/fields/float/float_field";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/** A quantity that says what is wrong with it, where Odoo only marks it. */
export class QuantityField extends FloatField {
    setup() {
        super.setup();
        this.notification = useService("notification");
    }

    parse(value) {
        try {
            return super.parse(value);
        } catch (error) {
            this.notification.add(
                _t("“%s” is not a number. Enter a quantity, such as 2 or 0.5.", value),
                {type: "danger"}
            );
            throw error;
        }
    }
}

registry.category("fields").add("fsm_quantity", {
    ...floatField,
    component: QuantityField,
});
