"""Who answers a question of Odoo's: answers are shared only where we know that."""

#: this addon, under whatever name its folder has
OWN_MODULE = __name__.split(".")[2]


def is_answered_by(model, names, modules):
    """Tell whether none but ``modules`` has a say in methods of ``model``.

    :param names: names of the methods
    :param modules: names of the modules whose rules are known, beside our own
    """
    known = {f"odoo.addons.{module}" for module in (*modules, OWN_MODULE)}
    return all(
        ".".join(definition.__module__.split(".")[:3]) in known
        for definition in type(model).mro()
        if not vars(definition).keys().isdisjoint(names)
    )
