import base64
import re
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime, is_html_empty

from ...tools.groups import BILLING_GROUP
from ...tools.one_record import check_one
from ...tools.printed_html import (
    FORMATS,
    PictureTooLarge,
    clean_printed_html,
    get_printed_image,
)
from ...tools.tolerance import NOISE
from .values import ReportPhotos

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


class FsmOrder(models.Model):
    """The intervention report: what the customer reads of the work on an order.

    It is printed on its own, behind an invoice, and shown on the portal; all of them
    use the template ``report_intervention_document``.
    """

    _inherit = "fsm.order"

    signed_tax_note = fields.Html(
        readonly=True,
        copy=False,
        help="What the report said of taxes when the customer signed it.",
    )

    def write(self, vals):
        res = super().write(vals)
        if vals.get("signed_on"):
            # sudo: who takes a signature reads neither prices nor taxes
            for order in self.sudo():
                lang = order.bill_to_id.lang or order.env.lang
                order.signed_tax_note = order.with_context(lang=lang)._get_tax_note()
        return res

    def _get_tax_note(self):
        """:return: HTML: the text of the fiscal position of the next invoice, or False

        Such as a reduced rate that the customer has to sign for.
        """
        terms = self.env["fsm.billing.pricing"]._get_terms(self)[self]
        note = terms.fiscal_position.note
        return not is_html_empty(note) and note

    def _is_report_due(self):
        """:return: True if this report is printed behind the invoices of its order

        Not behind an interim invoice: it is filled in until the order is done.
        """
        self.ensure_one()
        is_going_on = not (self.is_invoiceable or self._is_cancelled())
        return self.billing_policy_id.is_report_printed and not is_going_on

    def _prepare_intervention_reports(self, facts=None):
        """Gather what the intervention reports of these orders say.

        Call it as superuser, on orders that the reader may read: there are no amounts
        in it, but times and parts that he may not read himself. Texts are those of the
        context's language.

        :param dict facts: order -> what was kept of its report, if anything was
        :return: list of dict, the values of ``report_intervention_document``
        """
        facts = facts or {}
        photos = self._get_report_photos(facts)
        return [
            order._prepare_intervention_report(photos[order], facts.get(order))
            for order in self
        ]

    def _prepare_intervention_report(self, photos=None, facts=None):
        """:return: dict, see :meth:`_prepare_intervention_reports`"""
        self.ensure_one()
        if photos is None:
            photos = self._get_report_photos()[self]
        tax_note = False
        if not facts:  # behind an invoice, which says it itself, there are facts
            is_signed = bool(self.signed_on)
            tax_note = self.signed_tax_note if is_signed else self._get_tax_note()
        facts = facts or self._prepare_intervention_facts()
        signed_on = fields.Datetime.to_datetime(facts["signed_on"])
        get_image = self._get_report_image
        notice = self.env._("(too long to print in full)")
        report = {
            "order": self,
            "request": clean_printed_html(facts["request"], get_image, notice),
            "resolution": clean_printed_html(facts["resolution"], get_image, notice),
            "equipment": facts["equipment"],
            "hours": [
                {**row, "day": fields.Date.to_date(row["day"])}
                for row in facts["hours"]
            ],
            "parts": facts["parts"],
            "photos": photos.printed,
            "photos_left_out": photos.left_out,
            "tax_note": tax_note,
            # another one that was given since is of no concern here
            "signature": self._get_report_signature()
            if signed_on == (self.signed_on or None)
            else None,
            "signed_by": facts["signed_by"],
            "signed_on": signed_on and self._format_report_time(signed_on),
            **self._print_report_facts(facts["summary"]),
        }
        is_filled = ("resolution", "hours", "parts", "photos", "signature")
        report["is_empty"] = not any(report[name] for name in is_filled)
        return report

    def _prepare_intervention_facts(self):
        """:return: dict: the report in texts, numbers and days alone, to be kept"""
        self.ensure_one()
        return {
            "request": self.description or "",
            "resolution": self.resolution or "",
            "equipment": ", ".join(self.equipment_ids.mapped("name")),
            "hours": [
                {**row, "day": fields.Date.to_string(row["day"])}
                for row in self._get_report_hours()
            ],
            "parts": [
                {**row, "unit": row["unit"].name} for row in self._get_report_parts()
            ],
            "signed_by": self.signed_by or "",
            "signed_on": fields.Datetime.to_string(self.signed_on),
            "summary": self._prepare_report_facts(),
        }

    def _prepare_report_summary(self, sources=None):
        """Say in a few words where and when the work was done, by whom and for whom.

        :param list sources: recordsets of the work; by default all work on the order
        :return: dict
        """
        return self._print_report_facts(self._prepare_report_facts(sources))

    def _prepare_report_facts(self, sources=None):
        """:return: dict: the summary in texts, numbers and days alone, to be kept"""
        self.ensure_one()
        if sources is None:
            sources = self._get_billing_sources()
        works = [source for kind in sources for source in kind]
        times = [work for work in works if work._is_billing_time]
        days = sorted({work._get_billing_date() for work in times or works} - {False})
        employees = [work._get_billing_employee().name for work in times]
        address = self._get_site_address_lines()
        return {
            "number": self.name,
            "site_id": self.location_id.id,
            "place": self.location_id.display_name or "",
            "site": self.location_id.partner_id.name or "",
            "address_lines": address,
            "address": ", ".join(address),
            "days": [
                fields.Date.to_string(day) for day in days or [self._get_work_date()]
            ],
            "technicians": ", ".join(dict.fromkeys(name for name in employees if name))
            or self.person_id.name
            or "",
            "reference": self.customer_reference or "",
        }

    @api.model
    def _print_report_facts(self, facts):
        """:return: ``facts`` of a summary as they are printed"""
        days = [fields.Date.to_date(day) for day in facts["days"]]
        return {**facts, "days": self._format_report_days(days)}

    # --- words ---
    def _get_site_address_lines(self):
        """:return: list of the lines of the address of the site"""
        address = self.location_id.partner_id._display_address(without_company=True)
        return [line.strip() for line in address.split("\n") if line.strip()]

    @api.model
    def _format_report_days(self, days):
        """:return: days as people write them: one, two, or the first and the last"""
        words = [format_date(self.env, day) for day in days]
        if len(words) > 2:
            return f"{words[0]} – {words[-1]}"
        return ", ".join(words)

    def _format_report_time(self, moment):
        """:return: ``moment`` as it was on site"""
        zone = self._get_time_zone()
        return format_datetime(self.env, moment, tz=zone, dt_format="short")

    # --- work ---
    def _get_report_hours(self):
        """Add up the time worked by technician and day, as it was recorded.

        :return: list of dict: ``day``, ``technician``, ``work`` (list of what was
            done) and ``hours``
        """
        self.ensure_one()
        hour = self.env.ref("uom.product_uom_hour")
        rows = {}
        for line in self.timesheet_ids.sorted(lambda line: (line.date, line.id)):
            technician = line.employee_id.name or line.user_id.name or ""
            row = rows.setdefault(
                (line.date, technician),
                {
                    "day": line.date,
                    "technician": technician,
                    "work": [],
                    "hours": 0.0,
                },
            )
            row["hours"] += line._convert_billing_quantity(line.unit_amount, hour)
            name = (line.name or "").strip()
            if name not in ("", "/", *row["work"]):
                row["work"].append(name)
        return list(rows.values())

    def _get_report_parts(self):
        """Add up the parts that stayed with the customer.

        :return: list of dict: ``name``, ``lots``, ``quantity``, ``unit`` and
            ``is_warranty``
        """
        self.ensure_one()
        groups = defaultdict(self.part_ids.browse)
        for move in self.part_ids:
            is_warranty = move.billing_mode == "warranty"
            groups[move.product_id, move.product_uom, is_warranty] |= move
        return [
            {
                "name": product.display_name,
                "lots": ", ".join(self._get_lots_left(moves)),
                "quantity": quantity,
                "unit": unit,
                "is_warranty": is_warranty,
            }
            for (product, unit, is_warranty), moves in groups.items()
            if unit.compare(quantity := sum(moves.mapped("qty_recorded")), 0)
        ]

    @api.model
    def _get_lots_left(self, moves):
        """:return: names of the lots of ``moves`` that did not come back"""
        balance = defaultdict(float)
        for move in moves.filtered("qty_recorded"):
            sign = 1 if move.qty_recorded > 0 else -1
            for lot, quantity in move._get_lot_quantities().items():
                balance[lot] += sign * quantity
        return [lot.name for lot, quantity in balance.items() if quantity > NOISE]

    # --- the pictures on the intervention report ---
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

    # --- amounts on the documents of a service order ---
    def _check_report_access(self, with_prices):
        """Check the rights of whoever asks: templates of e-mails print as superuser.

        :raise AccessError: if they may not read the orders, or their amounts
        """
        orders = self.sudo(False)
        orders.check_access("read")
        # what is left of a superuser is Odoo's own: a scheduled action, an automation
        if with_prices and not (
            orders.env.su or self.env.user.has_group(BILLING_GROUP)
        ):
            raise AccessError(
                self.env._(
                    "You are not allowed to see the amounts of service orders. Print "
                    "the service report without prices, or ask an administrator for "
                    "the right to create invoices."
                )
            )

    def _check_proforma(self):
        """:raise UserError: if one has nothing to price, or no price; in the language
        of whoever prints it, not in that of the customer
        """
        priced = self.env["fsm.billing.pricing"]._price(self)
        for order, each in priced.items():
            if each.problem:
                order._raise_problem(each.problem)
            if not each.invoiced:
                raise UserError(order._get_nothing_to_invoice_message())

    def _prepare_proforma(self):
        """Price what the next invoice of this order would have on it today.

        :return: dict, see :meth:`_prepare_report_prices`; with ``payment_term`` and
            ``note``
        """
        self.ensure_one()
        priced = self.env["fsm.billing.pricing"]._price(self)
        [group] = self._plan_documents(priced.values())
        document = group.documents[0]  # the invoice comes first
        day = format_date(self.env, self._get_site_day())
        return {
            **self._prepare_open_prices(document),
            "payment_term": document.terms.payment_term,
            "note": self.env._(
                "This is not an invoice. It shows what the invoice would come to on "
                "%(day)s.",
                day=day,
            ),
        }

    def _prepare_report_prices(self):
        """Gather the amounts of this order, invoice by invoice, and of what is open.

        :return: list of dict: ``title``, ``sections`` (list of heading and rows),
            ``currency``, ``is_discounted``, ``untaxed``, ``tax`` and ``total``
        """
        self.ensure_one()
        blocks = [
            self._prepare_billed_prices(move, lines)
            for move, lines in self._get_lines_billed().grouped("move_id").items()
        ]
        priced = self.env["fsm.billing.pricing"]._price(self)
        [group] = self._plan_documents(priced.values())
        return blocks + list(map(self._prepare_open_prices, group.documents))

    def _get_lines_billed(self):
        """:return: lines of this order on invoices and credit notes, as they print"""
        lines = self.env["account.move.line"].search(
            Domain("fsm_order_ids", "in", self.ids)
            & Domain("display_type", "=", "product")
            & Domain("parent_state", "!=", "cancel")
            & Domain("move_id.move_type", "in", ("out_invoice", "out_refund"))
        )
        return lines.sorted(
            lambda line: (
                line.move_id.invoice_date or line.move_id.date,
                line.move_id.id,
                line.sequence,
                line.id,
            )
        )

    def _prepare_open_prices(self, document):
        """:return: dict of a PlannedDocument: what is on no invoice yet"""
        preview = self._prepare_billing_preview(document.lines, document)
        return {
            **preview,
            "title": self.env._(
                "To be credited of %(invoice)s", invoice=document.credited.name
            )
            if document.credited
            else self.env._("To be invoiced"),
            "sections": [
                (
                    heading,
                    [
                        {
                            "name": row["name"],
                            "details": row["details"],
                            "quantity": row["line"].quantity,
                            "unit": row["line"].unit.name,
                            "price_unit": row["line"].price_unit,
                            "discount": row["line"].discount,
                            "amount": row["line"].subtotal,
                        }
                        for row in rows
                    ],
                )
                for heading, rows in preview["sections"].items()
            ],
        }

    def _prepare_billed_prices(self, move, lines):
        """:return: dict of what is on ``move``; a credit note counts against it"""
        sign = -1 if move.move_type == "out_refund" else 1
        currency = move.currency_id
        untaxed = currency.round(sign * sum(lines.mapped("price_subtotal")))
        total = currency.round(sign * sum(lines.mapped("price_total")))
        sections = {}
        for line in lines:
            name, *details = (line.name or "").split("\n")
            sections.setdefault(line.parent_id.name or "", []).append(
                {
                    "name": name,
                    "details": details,
                    "quantity": sign * line.quantity,
                    "unit": line.product_uom_id.name,
                    "price_unit": line.price_unit,
                    "discount": line.discount,
                    "amount": sign * line.price_subtotal,
                }
            )
        return {
            "title": move._get_fsm_title(),
            "sections": list(sections.items()),
            "currency": currency,
            "price_digits": self._get_price_digits(),
            "is_discounted": any(lines.mapped("discount")),
            "untaxed": untaxed,
            "tax": currency.round(total - untaxed),
            "total": total,
        }

    # --- printing and sending the documents of a service order ---
    def action_print_report(self):
        """Print the service report, without prices."""
        report = self.env.ref("fieldservice_invoicing.fsm_order_report_service")
        # sudo: technicians may not read reports; what is printed is checked there
        return report.sudo().report_action(self, config=False)

    def action_send_report(self):
        """Open an e-mail to the customer with the service report, without prices."""
        check_one(self)
        self._check_report_access(with_prices=False)
        template = self.env.ref(
            "fieldservice_invoicing.mail_template_service_report",
            raise_if_not_found=False,
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send report"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_template_id": template.id if template else False,
                "default_email_layout_xmlid": "mail.mail_notification_light",
                "force_email": True,
            },
        }

    # --- e-mail ---
    def _get_report_recipient(self):
        """:return: who gets the service report: the site's contact, else who pays"""
        self.ensure_one()
        site = self.location_id.partner_id
        return site if site.email else self.bill_to_id

    def _get_report_lang(self):
        """:return: the language of documents about this order"""
        self.ensure_one()
        return self.bill_to_id.lang or self.location_id.partner_id.lang or self.env.lang

    # --- a service order as the customer who is billed for it sees it ---
    def _get_portal_site(self):
        """:return: name and town of the site, as the customer knows it"""
        self.ensure_one()
        site = self.location_id
        return ", ".join(filter(None, [site.name, site.city]))

    def _prepare_portal_facts(self, days):
        """:return: dict: site, first and last of ``days``, as they are kept"""
        days = days or {self._get_work_date()}
        return {
            "site": self._get_portal_site(),
            "days": [fields.Date.to_string(day) for day in (min(days), max(days))],
        }

    def _prepare_portal_service(self, facts):
        """:return: dict: what the portal tells of this order: its id and name, site,
        first and last day of the work, and whether it has a report
        """
        return {
            "order_id": self.id,
            "name": facts["summary"]["number"],
            "site": facts["portal"]["site"],
            "days": tuple(map(fields.Date.to_date, facts["portal"]["days"])),
            "is_reported": bool(facts["report"]),
        }

    def _get_report_base_filename(self):
        self.ensure_one()
        return self.env._("Service report %(order)s", order=self.name)
