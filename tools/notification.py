"""What a button answers: a text over the page, which is loaded again behind it."""


def notify(message, kind="warning", is_sticky=True, then=None, **params):
    """Make the client action that shows a text.

    :param str kind: ``success`` or ``warning``
    :param bool is_sticky: whether it stays until it is closed
    :param dict then: action that follows; the page is loaded again by default
    :param params: other parameters of Odoo's ``display_notification``
    """
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {
            "type": kind,
            "sticky": is_sticky,
            "message": message,
            "next": then or {"type": "ir.actions.client", "tag": "soft_reload"},
            **params,
        },
    }
