"""The field for a product that bills hours: the same on every record that names one."""

from odoo import fields

HELP = (
    "Bills the hours: its price list, taxes and income account apply, and the hours "
    "are converted to its unit. The first one that is set counts: of the timesheet, of "
    "the technician, of the order's type, of the billing policy."
)


def service_product_field(**attributes):
    """:return: a field for a service that is sold: labor, or a fee"""
    return fields.Many2one(
        "product.product",
        domain=lambda self: self.env["product.product"]._get_fsm_service_domain(),
        ondelete="restrict",
        **attributes,
    )


def labor_product_field(**attributes):
    """:return: a field for the product that bills hours"""
    return service_product_field(
        **{"string": "Labor product", "help": HELP, **attributes}
    )
