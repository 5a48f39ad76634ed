"""A heading stays on the page of its first line, and the last line with the totals.

The PDF engine, an old WebKit, keeps a row of a table whole, and nothing larger:
neither rows that belong together nor a group of rows. So what must stay together
becomes one row of a single cell, in which its rows are a table of their own.
"""

from lxml import etree
from lxml import html as lxml_html

#: stands before the lines of a document about service orders
MARK = "o_fsm_orders"


TABLES = (
    f"//div[contains(concat(' ', normalize-space(@class), ' '), ' {MARK} ')]"
    "/following-sibling::table[@name='invoice_line_table']"
)


HEADINGS = {"o_line_section", "o_line_subsection"}


#: Odoo's columns; the styles know how wide they are
COLUMNS = {
    "th_description",
    "th_quantity",
    "th_priceunit",
    "th_discount",
    "th_taxes",
    "th_subtotal",
}


#: more may be larger than a page, and a row that is one would be cut in the midst of
#: a line of text
MAX_TEXT_LINES = 25


#: the same for the last rows with the room for the totals
MAX_LINES_WITH_ROOM = 34


#: characters that fit in a line of the printed columns, at least
LINE_LENGTH, LINE_LENGTH_OF_FIGURES = 30, 8


#: more go to the next page where they don't fit
MAX_TOTALS = 12


def keep_printed_rows(content):
    """Keep together what belongs together in the lines of documents of service orders.

    :param bytes content: the HTML of one or several documents
    :return: bytes, the same HTML where it is about nothing of ours
    """
    if MARK.encode() not in content:
        return content
    root = lxml_html.fromstring(content, parser=lxml_html.HTMLParser(encoding="utf-8"))
    for table in root.xpath(TABLES):
        _keep_rows(table)
    return lxml_html.tostring(root, encoding="utf-8", doctype="<!DOCTYPE html>")


def _keep_rows(table):
    columns = [head.get("name") for head in table.xpath("./thead/tr/th")]
    rows = table.xpath("./tbody/tr")
    if not (columns and rows):
        return
    for row in rows[::2]:
        _add_class(row, "o_fsm_odd")
    for cell in table.xpath("./tbody/tr/td[@colspan]"):
        # cells across "all" columns would make columns of their own
        span = min(int(cell.get("colspan")), len(columns))
        cell.set("colspan", str(span))
    _add_class(table, "o_fsm_lines")
    table.insert(0, _make_columns(columns))
    totals = _count_totals(table)
    for together in _get_rows_together(rows):
        has_room = together[-1] is rows[-1] and _has_room(together, totals)
        if has_room or len(together) > 1:
            inner = _join_rows(together, columns)
            if has_room:
                _add_class(inner, "o_fsm_end")
                _add_class(table, f"o_fsm_with_room o_fsm_room_{totals}")
                # what follows the table is drawn over it
                inner.addnext(etree.Element("div", {"class": "o_fsm_room"}))


def _get_rows_together(rows):
    """:return: list of rows, from the headings to their first line, if not too large"""
    found, together = [], []
    for row in rows:
        together.append(row)
        if not HEADINGS & set(row.get("class", "").split()):
            found.append(together)
            together = []
    if together:
        found.append(together)
    return [rows for rows in found if _count_text_lines(rows) <= MAX_TEXT_LINES]


def _has_room(rows, totals):
    """:return: True if a page has room for these rows and for so many ``totals``"""
    # in lines of text: those of the styles are 1.5 high, and have a margin
    return _count_text_lines(rows) + 4 + 1.5 * totals <= MAX_LINES_WITH_ROOM


def _count_text_lines(rows):
    """:return: about how many lines of text the rows take"""
    return sum(
        max(
            _count_cell_lines(cell, LINE_LENGTH_OF_FIGURES if index else LINE_LENGTH)
            for index, cell in enumerate(row.xpath("./td") or [row])
        )
        for row in rows
    )


def _count_cell_lines(cell, length):
    """:return: about how many lines of ``length`` characters a cell takes"""
    texts = [""]
    for node in cell.xpath(".//text() | .//br"):
        if isinstance(node, str):
            texts[-1] += node
        else:
            texts.append("")
    return sum(1 + len(" ".join(text.split())) // length for text in texts)


def _count_totals(table):
    """:return: rows of the amounts by site and of the totals that follow, up to what
    the styles know"""
    rows = table.xpath(
        "./following-sibling::*[contains(@class, 'o_fsm_sites')]//tr"
        " | ./following-sibling::*//table[contains(@class, 'o_total_table')]//tr"
    )
    return min(len(rows), MAX_TOTALS)


def _join_rows(rows, columns):
    """Put rows in the one cell of a row that takes their place.

    :return: the table in that cell
    """
    outer = etree.Element("tr")
    rows[0].addprevious(outer)
    cell = etree.SubElement(
        outer, "td", {"colspan": str(len(columns)), "class": "o_fsm_whole"}
    )
    # in a block of text the engine looks for no place to cut: without it, it would
    # leave gaps where a page ended before the rows above were moved
    block = etree.SubElement(cell, "div")
    table = etree.SubElement(
        block, "table", {"class": "table table-borderless o_fsm_together"}
    )
    table.append(_make_columns(columns))
    etree.SubElement(table, "tbody").extend(rows)
    return table


def _make_columns(columns):
    """:return: the columns of a table, which have their widths by their names

    Where other modules add some, that of the description keeps a share of its own.
    """
    is_shared = bool(set(columns) - COLUMNS)
    group = etree.Element("colgroup", {"class": "o_fsm_shared"} if is_shared else {})
    for name in columns:
        etree.SubElement(group, "col", {"class": name or ""})
    return group


def _add_class(node, name):
    node.set("class", f"{node.get('class', '')} {name}".strip())
