from odoo.orm.model_classes import add_to_registry


class ModelsCommon:
    """Models and fields of addons that are not installed, while a class is tested."""

    @classmethod
    def _declare(cls, *definitions):
        """Add what an addon would declare.

        :param definitions: classes of models with ``_module = None`` and a ``_name``
        """
        names = [definition._name for definition in definitions]
        bases = {
            name: cls.registry[name]._base_classes__
            for name in names
            if name in cls.registry
        }
        cls.addClassCleanup(cls._forget, set(names) - bases.keys(), bases)
        for definition in definitions:
            add_to_registry(cls.registry, definition)
        cls.registry._setup_models__(cls.cr, names)

    @classmethod
    def _create_tables(cls, *names):
        cls.registry.init_models(cls.cr, names, {"models_to_check": True})

    @classmethod
    def _forget(cls, names, bases):
        """Put the registry back; columns and tables go with the transaction."""
        for name in names:
            for model in cls.registry.values():
                model._inherit_children.discard(name)
            del cls.registry[name]
        for name, classes in bases.items():
            cls.registry[name]._base_classes__ = classes
        cls.registry._setup_models__(cls.cr)
