from . import test_parts_lots
