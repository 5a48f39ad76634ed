import {FloatField, floatField} from "@web/views/fields/float/float_field";
import {_t} from "@web/core/l10n/translation";
import {localization} from "@web/core/l10n/localization";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/**
 * Tell "1,000" from "0,5", which Odoo would read as 5 where a comma groups thousands.
 *
 * @param {String} value: what was typed
 * @returns {Boolean} whether a mark of thousands stands where there are none
 */
function isGroupedWrong(value) {
    const {decimalPoint, thousandsSep} = localization;
    if (!thousandsSep || value.startsWith("=")) {
        return false;
    }
    const [whole, ...decimals] = value.trim().split(decimalPoint);
    const groups = whole.split(thousandsSep);
    return (
        decimals.some((part) => part.includes(thousandsSep)) ||
        (groups.length > 1 && groups.at(-1).length !== 3)
    );
}

/** A quantity that says what is wrong with it, where Odoo only marks it. */
export class QuantityField extends FloatField {
    setup() {
        super.setup();
        this.notification = useService("notification");
    }

    parse(value) {
        try {
            if (isGroupedWrong(value)) {
                throw new Error(`"${value}" is not a correct number`);
            }
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
