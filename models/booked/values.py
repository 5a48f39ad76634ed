"""What is handed on while documents are reversed; plain values."""

from dataclasses import dataclass, field


@dataclass
class ReversalCopies:
    """Documents that Odoo copies one after the other, and their copies."""

    #: id of each document -> the values of its copy, beside those of the document
    defaults: dict[int, dict]
    #: id of a document -> its copy, as long as nobody has asked for it
    made: dict[int, "account.move"] = field(default_factory=dict)

    def is_wanted(self, moves):
        """:return: whether ``moves`` is one of the documents, not copied yet"""
        return len(moves) == 1 and (moves.id in self.defaults or moves.id in self.made)

    def take(self, move, copy_all):
        """:return: the copy of ``move``; all of them are made when the first is asked

        :param copy_all: callable that makes them, given the ids of the documents
        """
        if self.defaults:
            ids = list(self.defaults)
            self.made = dict(zip(ids, copy_all(ids), strict=True))
            self.defaults = {}
        return self.made.pop(move.id)
