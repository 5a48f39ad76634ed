"""How much of what people typed goes on paper.

The PDF engine knows no limits. Its time grows with the square of the letters in a word:
20,000 take a second, 300,000 take minutes. What is longer than anybody reads is cut,
and the paper says so.
"""

import re

from lxml import etree

#: of one text: pages that nobody reads, but somebody may paste
MAX_LETTERS = 20_000


MAX_LINES = 500


#: of what is printed as one cell or paragraph
MAX_CELL_LETTERS = 5_000


MAX_CELL_LINES = 120


#: longer words get places to break
MAX_WORD = 200


LONG_WORD = re.compile(rf"(\S{{{MAX_WORD}}})(?=\S)")


BREAK = "\u200b"  # of no width


#: each begins a line
LINES = frozenset(("blockquote", "br", "div", "hr", "li", "p", "pre", "tr"))


class Room:
    """The room on paper that is left for a text."""

    def __init__(self, letters, lines):
        self.letters = letters
        self.lines = lines
        self.is_used_up = False

    def take_line(self):
        """:return: True if there was room for another line"""
        self.lines -= 1
        self.is_used_up = self.is_used_up or self.lines < 0
        return not self.is_used_up

    def take(self, text):
        """:return: as much of ``text`` as there is room for, its long words broken"""
        if not text or self.is_used_up:
            return ""
        if len(text) > self.letters:
            text = text[: self.letters]
            self.is_used_up = True
        self.letters -= len(text)
        return LONG_WORD.sub(rf"\1{BREAK}", text)


def limit_text(root, notice):
    """Cut what is typed into one text, with all that is inside it.

    :param root: the element of the text; changed in place
    :param notice: says on paper that there was more
    """
    room = Room(MAX_LETTERS, MAX_LINES)
    beyond = []
    for event, node in list(etree.iterwalk(root, events=("start", "end"))):
        if event == "end":
            if node is not root:
                node.tail = room.take(node.tail)
        elif room.is_used_up or (node.tag in LINES and not room.take_line()):
            beyond.append(node)
        else:
            node.text = room.take(node.text)
    _cut(root, beyond, room, notice)


def limit_cells(root, notice):
    """Cut what is too long for a cell or a paragraph, each by itself.

    :param root: the element of a document; changed in place
    :param notice: says on paper that there was more
    """
    for node in list(root.iter("td", "p", "div", "span", "strong", "li", "h1", "h2")):
        texts = [node.text, *(child.tail for child in node)]
        letters = sum(len(text) for text in texts if text)
        if letters <= MAX_WORD and len(node) <= MAX_CELL_LINES:
            continue
        room = Room(MAX_CELL_LETTERS, MAX_CELL_LINES)
        node.text = room.take(node.text)
        beyond = []
        for child in node:
            if child.tag == "br" and not room.take_line():
                beyond.append(child)
            child.tail = room.take(child.tail)
        _cut(node, beyond, room, notice)


def _cut(root, beyond, room, notice):
    """Remove the elements ``beyond`` the room, and say so at the end of ``root``."""
    for node in beyond:
        node.getparent().remove(node)
    if room.is_used_up:
        last = etree.SubElement(root, "em")
        last.text = f" … {notice}"
