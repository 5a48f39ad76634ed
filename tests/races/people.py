"""Who takes part in a race."""

from dataclasses import dataclass


@dataclass
class Request:
    """What somebody does: a method of the test, called in their transaction."""

    who: str
    what: str
    args: tuple
    kwargs: dict

    def make(self, test, env):
        return getattr(test, f"_{self.what}")(env, *self.args, **self.kwargs)


class Person:
    """A user: ``clerk.posts("draft")`` asks for ``_posts`` of the test."""

    def __init__(self, who):
        self.who = who

    def __getattr__(self, what):
        return lambda *args, **kwargs: Request(self.who, what, args, kwargs)


clerk = Person("clerk")
dispatcher = Person("dispatcher")
manager = Person("manager")
root = Person("root")
salesman = Person("salesman")
storekeeper = Person("storekeeper")
