"""What people typed, and the pictures they took, made safe to print.

The PDF engine fetches whatever a page names: pictures, `srcset`, `poster`, the `url()`
of a style. It runs on the server, and sees what the server sees.
"""

import base64
import io
import re

from lxml import etree
from lxml import html as lxml_html
from lxml.html.clean import Cleaner
from markupsafe import Markup
from PIL import Image, WebPImagePlugin

from odoo.tools.image import image_fix_orientation

from .printed_limits import limit_text

#: all that is left of a text; others lose their tags and keep their words
TAGS = (
    *("a", "b", "blockquote", "br", "code", "div", "em", "hr", "i", "img", "li"),
    *("ol", "p", "pre", "s", "span", "strong", "sub", "sup", "u", "ul"),
    *("table", "tbody", "td", "th", "thead", "tr"),
)


#: these would cut a document in two: Odoo finds where one ends by its headings
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


#: these lose their words too
KILLED = (
    *("applet", "audio", "canvas", "embed", "frame", "frameset", "head", "iframe"),
    *("math", "noframes", "noscript", "object", "picture", "script", "select"),
    *("style", "svg", "template", "textarea", "title", "video", "xml"),
)


ATTRIBUTES = ("alt", "class", "colspan", "dir", "href", "rowspan", "src")


#: Odoo's lists of things to tick off, and the look of tables
CLASSES = {"o_checklist", "o_checked"}


#: a table of the size of a page
SPAN = re.compile(r"[1-9]|1\d")


#: no text has them, and the parser stops at them
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


LINKS = re.compile(r"(https?://|mailto:|tel:)", re.I)


DATA = re.compile(r"data:image/(png|jpe?g|gif|webp|bmp);base64,(.*)", re.I | re.S)


FORMATS = ("BMP", "GIF", "JPEG", "PNG", WebPImagePlugin.WebPImageFile.format)


#: no camera takes larger pictures
MAX_PIXELS = 220_000_000


#: read into memory; a JPEG is made smaller while it is read
MAX_PIXELS_READ = 30_000_000


#: pictures in one text
MAX_PICTURES = 20


def clean_printed_html(content, get_image=None, notice=""):
    """Reduce what somebody typed to a short list of tags, without a link to fetch.

    :param content: HTML from wherever
    :param get_image: function: address of a picture -> its bytes, or None; pictures
        in the text itself are kept without it
    :param notice: says on paper that something was too long to print, or too large
    :return: Markup, empty if nothing is left to read or to see
    """
    if not content or not str(content).strip():
        return Markup()
    root = _parse(CONTROLS.sub("", str(content)))
    if root is None:
        return Markup()
    _rename_headings(root)
    Cleaner(
        allow_tags=TAGS,
        kill_tags=KILLED,
        remove_unknown_tags=False,
        safe_attrs_only=True,
        safe_attrs=frozenset(ATTRIBUTES),
        inline_style=True,
        style=True,
        forms=False,  # their words stay: a form is none of the tags
    )(root)
    limit_text(root, notice)
    pictures = _Pictures(get_image)
    for node in list(root.iter(etree.Element)):
        _clean_node(node, pictures)
    if pictures.is_left_out:
        etree.SubElement(root, "em").text = f" … {notice}"
    if not root.text_content().strip() and not root.findall(".//img"):
        return Markup()
    return Markup(lxml_html.tostring(root, encoding="unicode"))


def _parse(content):
    """:return: the elements of ``content`` in a div; or None if there are none"""
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        return lxml_html.fragment_fromstring(
            content.encode("utf-8", errors="ignore"), create_parent="div", parser=parser
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def _rename_headings(root):
    for node in root.iter(*HEADINGS):
        node.tag = "p"
        node.set("class", "o_fsm_heading")


class _Pictures:
    """The pictures of a text, each read once however often it stands there."""

    def __init__(self, get_image):
        self.get_image = get_image
        self.found = {}
        self.count = 0
        self.is_left_out = False

    def get(self, source):
        """:return: a picture of the text as a data URI, or None"""
        if source not in self.found and len(self.found) < MAX_PICTURES:
            try:
                self.found[source] = _get_image_data(source, self.get_image)
            except PictureTooLarge:
                self.found[source] = None
                self.is_left_out = True
        if source not in self.found or self.count == MAX_PICTURES:
            self.is_left_out = True
            return None
        data = self.found[source]
        self.count += bool(data)
        return data


def _clean_node(node, pictures):
    """Take from an element what is fetched, and what looks odd on paper."""
    kept = [name for name in (node.get("class") or "").split() if name in CLASSES]
    if node.tag == "table":
        kept = ["table", "table-sm", "table-bordered"]
    is_heading = "o_fsm_heading" in (node.get("class") or "").split()
    if is_heading and node.tag == "p":
        kept.append("o_fsm_heading")
    node.attrib.pop("class", None)
    if kept:
        node.set("class", " ".join(kept))
    for name in ("colspan", "rowspan"):
        if name in node.attrib and not SPAN.fullmatch(node.get(name)):
            del node.attrib[name]
    href = node.attrib.pop("href", None)
    source = node.attrib.pop("src", None)
    if node.tag == "a":
        if href and LINKS.match(href.strip()):
            node.set("href", href.strip())
        else:
            node.drop_tag()
    elif node.tag == "img":
        data = pictures.get(source or "")
        if data:
            node.set("src", data)
        else:
            node.drop_tree()


def _get_image_data(source, get_image):
    """:return: a picture of a text as a data URI, or None"""
    found = DATA.match(source.strip())
    if found:
        try:
            content = base64.b64decode(found[2])
        except ValueError:
            return None
    else:
        content = get_image and get_image(source)
    return content and get_printed_image(content)


class PictureTooLarge(Exception):
    """A picture of more pixels than are read for a page."""


def _check_pixels(image, limit):
    """:raise PictureTooLarge: if ``image`` has more pixels than the ``limit``"""
    if image.width * image.height > limit:
        raise PictureTooLarge


def get_printed_image(content, size=(900, 900), at_least=1):
    """Make a picture small enough to print and to mail.

    :param bytes content: a picture, as whoever took it has sent it
    :param at_least: pixels of the shorter side
    :return: data URI of a JPEG, or None if it is no picture that can be printed
    :raise PictureTooLarge: if reading it would fill the memory
    """
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if min(image.size) < at_least:
                return None
            _check_pixels(image, MAX_PIXELS)
            image.draft("RGB", size)
            _check_pixels(image, MAX_PIXELS_READ)
            image = image_fix_orientation(image)
            image.thumbnail(size)
            paper = Image.new("RGB", image.size, "white")
            image = image.convert("RGBA")
            paper.paste(image, mask=image)
    except Image.DecompressionBombError as error:
        raise PictureTooLarge from error
    except (OSError, ValueError, SyntaxError):
        return None
    output = io.BytesIO()
    paper.save(output, "JPEG", quality=80, optimize=True)
    encoded = base64.b64encode(output.getvalue()).decode()
    return f"data:image/jpeg;base64,{encoded}"
