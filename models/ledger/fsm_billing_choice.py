from odoo import api, models


class FsmBillingChoice(models.AbstractModel):
    """Records with values that go by a rule, and that people may choose otherwise.

    What a person chose stays until a person changes it. Set back to what the rule says,
    or emptied, the value goes by its rule again.
    """

    _name = "fsm.billing.choice"
    _description = "Field Service Billing Choice"

    @api.model
    def _get_choice_flags(self):
        """:return: dict: field -> flag that says a person chose it

        Flags are read-only, so that nobody sends them.
        """
        return {}

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._drop_unchosen(vals) for vals in vals_list]
        records = super().create(vals_list)
        for name in self._get_choice_flags():
            self.browse(
                record.id
                for record, vals in zip(records, vals_list, strict=True)
                if name in vals
            )._flag_choice(name)
        return records

    def write(self, vals):
        names = [name for name in self._get_choice_flags() if name in vals]
        before = {name: {record: record[name] for record in self} for name in names}
        res = super().write(vals)
        for name in names:
            self.filtered(
                lambda record, name=name: record[name] != before[name][record]
            )._flag_choice(name)
        return res

    @api.model
    def _drop_unchosen(self, vals):
        """:return: ``vals`` without empty values, which are left to their rules"""
        empty = {name for name in self._get_choice_flags() if not vals.get(name)}
        if vals.keys().isdisjoint(empty):
            return vals
        return {name: value for name, value in vals.items() if name not in empty}

    def _flag_choice(self, name):
        """Remember whether the value of ``name`` that was just written was chosen.

        A form sends what was computed for it as well.
        """
        flag = self._get_choice_flags()[name]
        chosen = self._filter_otherwise(name)
        for value, records in ((True, chosen), (False, self - chosen)):
            # sudo: the flag is nobody's to write, see fsm.field.guard
            wrong = records.filtered(lambda record, v=value: record[flag] != v).sudo()
            wrong[flag] = value

    def _filter_otherwise(self, name):
        """:return: those of these records with another value than the rule's"""
        # sudo: whoever chooses may not read all that the rule goes by
        return self.filtered(
            lambda record: (
                record[name] and record[name] != record.sudo()._get_value_by_rule(name)
            )
        )

    def _get_value_by_rule(self, name):
        """:return: what the field ``name`` is where nobody chooses otherwise"""
        raise NotImplementedError
