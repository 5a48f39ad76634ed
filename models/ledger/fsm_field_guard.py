from math import isfinite

from odoo import api, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import ormcache

MODULE = "fieldservice_invoicing"


#: nobody has worked, delivered or charged more; beyond it sums lose their cents
LARGEST = 1e12


class FsmFieldGuard(models.AbstractModel):
    """Records with fields of ours, which take from outside what people may say.

    Odoo lets every field be written by RPC, or be given by a default, a computed one
    too: its value stays in the cache of the request, and stored fields are computed
    from it. So

    * what only we compute is never taken, from whomever it comes;
    * what only the engine writes is refused to everybody else;
    * a number is a number: neither NaN, nor infinite, nor beyond all reason.
    """

    _name = "fsm.field.guard"
    _description = "Field Service Field Guard"

    # --- guards ---
    @api.model
    def default_get(self, fields):
        """Take no default for what is not to be said from outside either."""
        closed = self._get_closed_fields(self.env.su)
        values = super().default_get([name for name in fields if name not in closed])
        self._check_numbers(values)
        return values

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._drop_computed_values(vals) for vals in vals_list]
        for vals in vals_list:
            self._check_numbers(vals)
            if not self.env.su:
                self._check_engine_values_new(vals)
        return super().create(vals_list)

    def write(self, vals):
        vals = self._drop_computed_values(vals)
        self._check_numbers(vals)
        if not self.env.su:
            self._check_engine_values(vals)
        return super().write(vals)

    @api.model
    def _drop_computed_values(self, vals):
        """:return: ``vals`` without what is only ever computed, whoever sent it"""
        closed = self._get_computed_fields()
        if closed.isdisjoint(vals):
            return vals
        return {name: value for name, value in vals.items() if name not in closed}

    @api.model
    def _check_numbers(self, vals):
        """:raise ValidationError: if a number of ours is none that can be reckoned"""
        for name in self._get_number_fields() & vals.keys():
            try:
                number = float(vals[name] or 0.0)
            except (TypeError, ValueError):
                continue  # Odoo says what is wrong with it
            if not isfinite(number) or abs(number) > LARGEST:
                field = self._fields[name]
                raise ValidationError(
                    self.env._(
                        "%(field)s can't be %(value)s. Enter an ordinary number.",
                        field=field._description_string(self.env),
                        value=vals[name],
                    )
                )

    @api.model
    def _check_engine_values_new(self, vals):
        """:raise AccessError: if a new record would come with what the engine writes"""
        for name in self._get_engine_fields() - self._get_engine_fields_copied():
            if vals.get(name):
                self._raise_engine_only(name)

    def _check_engine_values(self, vals):
        """:raise AccessError: if ``vals`` would change what the engine writes"""
        for name in self._get_engine_fields() & vals.keys():
            if any(self._is_value_changed(record, name, vals[name]) for record in self):
                self._raise_engine_only(name)

    @api.model
    def _is_value_changed(self, record, name, value):
        """:return: True if writing ``value`` on ``record`` would change the field"""
        field = self._fields[name]
        # sudo: whoever writes may not read what is there
        record = record.sudo()
        return field.convert_to_cache(value, record) != field.convert_to_cache(
            record[name], record
        )

    @api.model
    def _raise_engine_only(self, name):
        raise AccessError(
            self.env._(
                "%(field)s is known by the billing ledger alone, and can't be set.",
                field=self._fields[name]._description_string(self.env),
            )
        )

    # --- which fields ---
    @api.model
    @ormcache("is_engine")
    def _get_closed_fields(self, is_engine):
        """:return: names of the fields that are taken from nobody but the engine"""
        computed = self._get_computed_fields()
        return computed if is_engine else computed | self._get_engine_fields()

    @api.model
    @ormcache()
    def _get_computed_fields(self):
        """:return: names of the fields that nobody but us says, by computing them"""
        return frozenset(
            name
            for name, field in self._fields.items()
            if field.compute
            and not field.inverse
            and field.readonly
            and self._is_computed_by_us(field)
        )

    @api.model
    def _is_computed_by_us(self, field):
        """:return: True for fields of ours, and those that the host has us compute"""
        return MODULE in field._modules or any(
            field.compute in vars(cls)
            for cls in type(self).__mro__
            if isinstance(field.compute, str)
            and cls.__module__.startswith(f"odoo.addons.{MODULE}.")
        )

    @api.model
    @ormcache()
    def _get_engine_fields(self):
        """:return: names of the fields of ours that nobody but the engine writes"""
        if self._transient:  # dialogs are filled in by whoever opens them
            return frozenset()
        return frozenset(
            name
            for name, field in self._fields.items()
            if field.readonly
            and not field.compute
            and name not in models.MAGIC_COLUMNS
            and MODULE in field._modules
        )

    @api.model
    def _get_engine_fields_copied(self):
        """:return: names of those that come with copies that Odoo makes of records

        Whoever names them here checks what they say.
        """
        return frozenset()

    @api.model
    @ormcache()
    def _get_number_fields(self):
        """:return: names of the numbers that bills are reckoned with"""
        return frozenset(
            name
            for name, field in self._fields.items()
            if field.type in ("float", "monetary")
            and (MODULE in field._modules or name in self._get_host_numbers())
            and name not in self._get_computed_fields()
        )

    @api.model
    def _get_host_numbers(self):
        """:return: names of fields of the host that bills are reckoned with as well"""
        return ()
