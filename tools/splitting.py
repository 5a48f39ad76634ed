"""An amount or a quantity in parts, which add up to it to the cent."""

from .tolerance import NOISE


def split(amount, weights, rounded):
    """Split ``amount`` by ``weights``, without losing a cent.

    100.00 by 1, 1 and 1 is 33.33, 33.34 and 33.33.

    :param rounded: function that rounds an amount, such as a currency's
    :return: list of amounts that add up to ``amount``
    """
    total = sum(weights)
    if abs(total) < NOISE:
        return [amount, *[0.0] * (len(weights) - 1)]
    shares = []
    weight = given = 0.0
    for part in weights:
        weight += part
        until = rounded(amount * weight / total)
        shares.append(rounded(until - given))
        given = until
    return shares


def fill(total, rooms):
    """Give each of ``rooms`` what it holds, until ``total`` is given away.

    5 into 2, 2 and 4 is 2, 2 and 1.

    :param list rooms: what each of them holds at most, of either sign
    :return: list of what falls to each
    """
    shares = []
    for room in rooms:
        share = min(room, total, key=abs) if room * total > 0 else 0.0
        shares.append(share)
        total -= share
    return shares


def share_out(total, rooms):
    """Do the same, and give the last of them what no other has room for.

    :return: list of what falls to each, which adds up to ``total``
    """
    if not rooms:
        return []
    shares = fill(total, rooms[:-1])
    return [*shares, total - sum(shares)]
