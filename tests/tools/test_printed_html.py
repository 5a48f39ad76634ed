from odoo.tests import TransactionCase, tagged

from ...tools.printed_html import clean_printed_html, get_printed_image

FETCHED = "http://internal.example/"
#: one for each way in which a page makes the PDF engine fetch something
NASTY = (
    f'<img src="{FETCHED}">',
    f'<img srcset="{FETCHED} 2x" src="data:image/png;base64,AAAA">',
    f'<picture><source srcset="{FETCHED}"><img src="{FETCHED}"></picture>',
    f'<video poster="{FETCHED}" src="{FETCHED}"></video>',
    f'<audio src="{FETCHED}"></audio>',
    f"<p style=\"background: url('{FETCHED}')\">x</p>",
    f'<p style="list-style: u\\72l({FETCHED})">x</p>',
    f"<style>@import '{FETCHED}'; p {{background: url({FETCHED})}}</style>",
    f'<div><html><head><link rel="stylesheet" href="{FETCHED}"></head></html></div>',
    f'<base href="{FETCHED}"><p>x</p>',
    f'<meta http-equiv="refresh" content="0;url={FETCHED}"><p>x</p>',
    f'<iframe src="{FETCHED}"></iframe>',
    f'<iframe srcdoc="&lt;img src={FETCHED}&gt;"></iframe>',
    f'<object data="{FETCHED}"></object>',
    f'<embed src="{FETCHED}">',
    f'<svg><image xlink:href="{FETCHED}"/><use href="{FETCHED}"/></svg>',
    f'<math><mtext><style><img src="{FETCHED}"></style></mtext></math>',
    f'<table background="{FETCHED}"><tr><td background="{FETCHED}">x</td></tr></table>',
    f'<body background="{FETCHED}">x</body>',
    f'<input type="image" src="{FETCHED}">',
    f'<form action="{FETCHED}"><button formaction="{FETCHED}">x</button></form>',
    f"<script>new Image().src = '{FETCHED}'</script>",
    f"<p onload=\"fetch('{FETCHED}')\">x</p>",
    f'<noscript><p title="</noscript><img src={FETCHED}>"></noscript>',
    f'<!--[if true]><img src="{FETCHED}"><![endif]-->',
    f'<?xml-stylesheet href="{FETCHED}"?><p>x</p>',
    f'<p class="x" data-src="{FETCHED}" cite="{FETCHED}" longdesc="{FETCHED}">x</p>',
    '<img src="file:///etc/passwd">',
    '<img src="/web/image/1">',
)


@tagged("post_install", "-at_install")
class TestPrintedHtml(TransactionCase):
    """What people type makes the server fetch nothing when it is printed."""

    def test_nothing_is_fetched(self):
        for content in NASTY:
            with self.subTest(content=content):
                cleaned = clean_printed_html(f"<p>before</p>{content}")
                self.assertNotIn("internal.example", cleaned)
                self.assertNotIn("src", cleaned)
                self.assertNotIn("url(", cleaned)
                self.assertIn("before", cleaned)

    def test_drawings_in_a_text_are_no_pictures(self):
        for kind in ("svg+xml", "png"):
            # <svg><image href="..."/></svg>
            source = f"data:image/{kind};base64,PHN2Zz48aW1hZ2UgaHJlZj0iaHR0cDovL3gi"
            self.assertFalse(clean_printed_html(f'<img src="{source}">'))

    def test_words_and_their_look_stay(self):
        content = (
            '<ul class="o_checklist x"><li class="o_checked">Drained</li></ul>'
            '<p dir="rtl">شكرا</p><p>é <b>bold</b><br>next</p>'
        )
        self.assertEqual(
            clean_printed_html(content),
            '<div><ul class="o_checklist"><li class="o_checked">Drained</li></ul>'
            '<p dir="rtl">شكرا</p><p>é <b>bold</b><br>next</p></div>',
        )

    def test_headings_do_not_divide_the_document(self):
        # Odoo finds the pages of each of several invoices by their headings
        cleaned = clean_printed_html("<h1>Pump</h1><h2>Valve</h2><p>Fine</p>")
        self.assertNotIn("<h", cleaned)
        self.assertIn("Valve", cleaned)

    def test_links_lead_outside_or_nowhere(self):
        cleaned = clean_printed_html(
            '<a href="https://example.com">a</a><a href="javascript:x">b</a>'
            '<a href="/web">c</a><a href="mailto:x@example.com">d</a>'
        )
        self.assertEqual(cleaned.count("href"), 2)
        self.assertIn("bc", cleaned)

    def test_empty_text_is_empty(self):
        for content in (False, "", "<p><br></p>", " ", "<p>&nbsp;</p>", "<!-- x -->"):
            self.assertFalse(clean_printed_html(content))

    def test_any_text_is_readable(self):
        for content in (
            '<?xml version="1.0" encoding="latin-1"?><p>kept</p>',
            "<p>kept",
            "</div></div><p>kept</p>",
            "<p>\x01kept</p>",
            "kept",
        ):
            self.assertIn("kept", clean_printed_html(content))

    def test_what_is_no_picture_is_left_out(self):
        for content in (
            b"",
            b"<svg/>",
            b"\x89PNG\r\n\x1a\nrubbish",
            b"GIF89a",
            b"%PDF",
        ):
            self.assertIsNone(get_printed_image(content))
