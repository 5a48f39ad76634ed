import base64
import re
from collections import defaultdict
from dataclasses import dataclass, field

from odoo import api, models
from odoo.fields import Domain

from .printed_html import FORMATS, PictureTooLarge, get_printed_image

#: photos on one report, and on all reports behind one invoice: an e-mail has to carry
#: them
MAX_PHOTOS = 8
MAX_PHOTOS_TOGETHER = 48
#: a side shorter than that is a logo under an e-mail, not a photo
MIN_PIXELS = 120
#: the name under which the host posts the signature on the order
SIGNATURE_NAME = "sign"
OWN_IMAGE = re.compile(r"/web/image/(\d{1,9})(?:[-/?]|$)")
MIMETYPES = tuple(f"image/{name.lower()}" for name in FORMATS)


@dataclass
class ReportPhotos:
    """The photos of an order, as its report has them."""

    #: list of dict: ``src`` (data URI, empty if it is too large to read), ``caption``
    printed: list = field(default_factory=list)
    left_out: int = 0  # how many more there are


class FsmOrder(models.Model):
    """The pictures on the intervention report."""

    _inherit = "fsm.order"

    def _get_report_photos(self, facts=None):
        """Choose the photos that the customer sees, the oldest first.

        All pictures attached to an order are, other than those in internal notes, in
        e-mails that came in, and in the text of the report, which stand there.

        :param dict facts: order -> what was kept of its report: photos added since
            are left out
        :return: dict order -> ReportPhotos
        """
        limit = min(MAX_PHOTOS, max(1, MAX_PHOTOS_TOGETHER // (len(self) or 1)))
        attachments = self._get_photo_attachments()
        for order, kept in (facts or {}).items():
            if kept:
                attachments[order] &= attachments[order].browse(kept["photos"])
        return {
            order: order._get_photos_printed(attachments[order], limit)
            for order in self
        }

    @api.model
    def _get_photos_printed(self, attachments, limit):
        """:return: ReportPhotos of ``attachments``, at most ``limit`` of them"""
        photos = ReportPhotos()
        for index, attachment in enumerate(attachments):
            if len(photos.printed) == limit:
                photos.left_out = len(attachments) - index
                break
            try:
                source = get_printed_image(attachment.raw or b"", at_least=MIN_PIXELS)
            except PictureTooLarge:
                source = ""
            if source is not None:
                caption = attachment.description or ""
                photos.printed.append({"src": source, "caption": caption})
        return photos

    def _get_photo_attachments(self):
        """:return: dict order -> pictures attached to it that customers may see"""
        Attachment = self.env["ir.attachment"]
        # sudo: who may read an order may read what is attached to it
        attachments = Attachment.sudo().search(
            Domain("res_model", "=", self._name)
            & Domain("res_id", "in", self.ids)
            & Domain("mimetype", "in", MIMETYPES),
            order="id",
        )
        # sudo: internal notes are looked at to leave their pictures out
        hidden = (
            self.env["mail.message"]
            .sudo()
            .search(
                Domain("model", "=", self._name)
                & Domain("res_id", "in", self.ids)
                & Domain("attachment_ids", "in", attachments.ids)
                & (
                    Domain("is_internal", "=", True)
                    | Domain("subtype_id.internal", "=", True)
                    | Domain("message_type", "=", "email")
                )
            )
            .attachment_ids
        )
        result = defaultdict(Attachment.browse)
        for attachment in attachments - hidden:
            order = self.browse(attachment.res_id)
            if (
                attachment.name != SIGNATURE_NAME
                and attachment.id not in order._get_images_in_texts()
            ):
                result[order] |= attachment
        return result

    def _get_images_in_texts(self):
        """:return: ids of the pictures in the texts of the report"""
        texts = f"{self.description or ''}{self.resolution or ''}"
        return {int(number) for number in OWN_IMAGE.findall(texts)}

    def _get_report_image(self, address):
        """Read a picture in a text of this order.

        :return: bytes; or None if it is not attached to this very order
        """
        found = OWN_IMAGE.search(address)
        # sudo: who may read an order may read what is attached to it
        attachment = (
            self.env["ir.attachment"].sudo().browse(found and int(found[1])).exists()
        )
        if attachment.res_model == self._name and attachment.res_id == self.id:
            return attachment.raw
        return None

    def _get_report_signature(self):
        """:return: the customer's signature as a data URI, or None"""
        content = self.with_context(bin_size=False).signature
        try:
            return content and get_printed_image(base64.b64decode(content), (600, 300))
        except PictureTooLarge:
            return None
