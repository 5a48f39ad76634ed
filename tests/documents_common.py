import base64
import io
import re

from lxml import html
from PIL import Image

from odoo.fields import Command
from odoo.tools.pdf import PdfFileReader

from .common import InvoicingCommon


class DocumentsCommon(InvoicingCommon):
    """Prints documents of service orders, as HTML and as PDF."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site.partner_id.write(
            {"street": "Boiler street 7", "zip": "4000", "city": "Liège"}
        )
        # the PDF engine finds no server in these tests, and need not wait for one
        cls.env["ir.config_parameter"].sudo().set_param(
            "report.url", "http://127.0.0.1:9"
        )

    @classmethod
    def _create_report_order(cls, **values):
        """:return: a done order of two technicians, with a report"""
        order = cls._create_order(
            hours=2,
            parts=2,
            done=False,
            resolution="<p>The pump was <b>blocked</b>.</p>",
            customer_reference="PO-77",
            **values,
        )
        cls._log_hours(order, 1.25, cls.lea, name="Cleaning")
        order.action_complete()
        return order

    # --- pictures ---
    @classmethod
    def _get_picture(cls, size=(400, 300), kind="PNG", color="red"):
        """:return: bytes of a picture"""
        output = io.BytesIO()
        Image.new("RGB", size, color).save(output, kind)
        return output.getvalue()

    @classmethod
    def _attach(cls, order, content=None, **values):
        return cls.env["ir.attachment"].create(
            {
                "name": "photo.png",
                "raw": content or cls._get_picture(),
                "res_model": order._name,
                "res_id": order.id,
                **values,
            }
        )

    @classmethod
    def _sign(cls, order):
        """Sign on the technician's telephone, by the host's wizard."""
        wizard = cls.env["fsm.order.sign.wizard"].create(
            {
                "order_id": order.id,
                "signed_by": "Mrs Customer",
                "signature": base64.b64encode(cls._get_picture((300, 200))),
            }
        )
        wizard.action_sign()

    # --- print ---
    def _print(self, name, records, user=None):
        """:return: the printed page as the elements of its HTML"""
        content, _kind = (
            self.env["ir.actions.report"]
            .with_user(user or self.clerk)
            ._render_qweb_html(name, records.ids)
        )
        return html.fromstring(content)

    def _print_pdf(self, name, records, user=None):
        """:return: texts of the pages of the real PDF, blanks made single"""
        content, kind = (
            self.env["ir.actions.report"]
            .with_user(user or self.clerk)
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf(name, records.ids)
        )
        self.assertEqual(kind, "pdf")
        return self._read_pdf(content)

    def _print_styled_pdf(self, name, record, space=0):
        """:return: list of the lines of text on each page, see `_print_styled_pages`"""
        return [
            [line.strip() for line in page.extract_text().split("\n") if line.strip()]
            for page in self._print_styled_pages(name, record, space)
        ]

    def _print_styled_pages(self, name, record, space=0):
        """Print the lines of a document, with the styles that tests have no server for.

        :param space: pixels of white space above
        :return: the pages of the PDF
        """
        report = self.env["ir.actions.report"].with_user(self.clerk)
        content, _kind = report._render_qweb_html(
            name, record.ids, data={"report_type": "pdf"}
        )
        [body], _ids, _header, _footer, args = report._prepare_html(
            content, report_model=record._name
        )
        bundle = self.env["ir.qweb"]._get_asset_bundle(
            "web.report_assets_common", js=False, assets_params={}
        )
        # nor for fonts, without which the engine prints no letter
        style = re.sub("@font-face *{[^}]*}", "", bundle.preprocess_css())
        style += f".page {{ padding-top: {space}px }}"
        body = re.sub("<link[^>]*>|<script.*?</script>", "", str(body), flags=re.S)
        body = body.replace("</head>", f"<style>{style}</style></head>")
        pdf = report._run_wkhtmltopdf([body], specific_paperformat_args=args)
        return PdfFileReader(io.BytesIO(pdf)).pages

    def _read_pdf(self, content):
        pages = PdfFileReader(io.BytesIO(content)).pages
        return [
            " ".join(page.extract_text().split()).replace(" .", ".") for page in pages
        ]

    def _text(self, node):
        return re.sub(r"\s+", " ", node.text_content()).strip()

    def _find(self, page, name):
        """:return: text of the one element called ``name``"""
        [found] = page.xpath(f"//*[@name='{name}']")
        return self._text(found)

    def _find_all(self, page, name):
        return [self._text(node) for node in page.xpath(f"//*[@name='{name}']")]

    def _group_by(self, grouping, *orders):
        """:return: the posted invoice of several orders"""
        self.policy.grouping = grouping
        together = self.env["fsm.order"].union(*orders)
        together.with_user(self.clerk).action_create_invoice()
        invoice = together.billing_entry_ids.move_id.with_user(self.clerk)
        invoice.action_post()
        return invoice

    @classmethod
    def _set_tracked(cls):
        """:return: a part with serial numbers, and two of these in stock"""
        product = cls._create_part("Meter", 50.0, 20.0, tracking="serial")
        lots = cls.env["stock.lot"].create(
            [{"name": name, "product_id": product.id} for name in ("SN-1", "SN-2")]
        )
        for lot in lots:
            cls.env["stock.quant"]._update_available_quantity(
                product, cls.warehouse.lot_stock_id, 1, lot_id=lot
            )
        return product, lots

    @classmethod
    def _use_lot(cls, order, product, lot):
        """Deliver one part with a serial number."""
        places = {
            "location_id": cls.warehouse.lot_stock_id.id,
            "location_dest_id": cls.env.ref("stock.stock_location_customers").id,
        }
        move_line = {"product_id": product.id, "quantity": 1, "lot_id": lot.id}
        picking = cls.env["stock.picking"].create(
            {
                "picking_type_id": cls.warehouse.out_type_id.id,
                "fsm_order_id": order.id,
                **places,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": 1,
                            "product_uom": product.uom_id.id,
                            "move_line_ids": [Command.create({**move_line, **places})],
                            **places,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.move_ids.picked = True
        picking.button_validate()
        return picking.move_ids
