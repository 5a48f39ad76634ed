from odoo.addons.fieldservice_invoicing.memory import split_links


def migrate(cr, version):
    """Give each link between invoice lines one meaning: credits, or replaces.

    An invoice that deducts parts which came back credits the line that billed them.
    """
    old, new = "fsm_origin_line_id", "fsm_credited_line_id"
    cr.execute(
        "UPDATE ir_model_fields SET name = %s"
        " WHERE model = 'account.move.line' AND name = %s",
        [new, old],
    )
    cr.execute(
        "UPDATE ir_model_data SET name = %s"
        " WHERE module = 'fieldservice_invoicing' AND name = %s",
        [f"field_account_move_line__{new}", f"field_account_move_line__{old}"],
    )
    split_links(cr, "account_move_line")
