import inspect

from odoo.tests import TransactionCase, tagged

from ...models.ledger.fsm_field_guard import MODULE

PACKAGE = f"odoo.addons.{MODULE}."


@tagged("post_install", "-at_install")
class TestShadowedMethods(TransactionCase):
    """A method of ours by the name of one of Odoo's is called as that one is."""

    def test_methods_of_ours_take_what_odoo_gives_them(self):
        found = set()
        for name in self.registry:
            mro = type(self.env[name]).__mro__
            for index, cls in enumerate(mro):
                if not cls.__module__.startswith(PACKAGE):
                    continue
                for attribute, method in vars(cls).items():
                    if inspect.isfunction(method):
                        found.update(
                            f"{cls.__module__}.{attribute} of {other.__module__}"
                            for other in self._get_shadowed(mro[index + 1 :], attribute)
                            if not self._takes_the_same(method, vars(other)[attribute])
                        )
        self.assertFalse(found)

    def _get_shadowed(self, classes, attribute):
        """:return: the classes of others that have a method of this name"""
        return [
            cls
            for cls in classes
            if not cls.__module__.startswith(PACKAGE)
            and inspect.isfunction(vars(cls).get(attribute))
        ]

    def _takes_the_same(self, method, other):
        """:return: True if ``method`` can be called like ``other``"""
        ours = inspect.signature(method).parameters.values()
        if any(p.kind == p.VAR_POSITIONAL for p in ours) and any(
            p.kind == p.VAR_KEYWORD for p in ours
        ):
            return True
        theirs = inspect.signature(other).parameters.values()
        needed = [p.name for p in ours if p.default is p.empty]
        return [p.name for p in theirs] == [p.name for p in ours][: len(theirs)] and (
            len(needed) <= len(theirs)
        )
