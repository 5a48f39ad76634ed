"""What the commands' options are made of."""

import argparse


def positive(text):
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("write a number from 1 on")
    return int(text)


def numbers(text):
    """Return whole numbers, sorted and each once: those of *100,1,10,10*."""
    try:
        found = sorted({int(part) for part in text.split(",")})
    except ValueError:
        found = [0]
    if found[0] < 1:
        raise argparse.ArgumentTypeError("write whole numbers, such as 1,10,100")
    return found
