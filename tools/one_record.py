"""Buttons that work on one record, and programs that press them on none."""

from odoo.exceptions import UserError


def check_one(records):
    """Refuse a button in words, where ``ensure_one`` fails without any for people.

    :raise UserError: if it was pressed on nothing, or on several records
    """
    if len(records) != 1:
        raise UserError(
            records.env._(
                "This is done with one record at a time. Open it, and press the button "
                "there."
            )
        )
