from . import test_parts_kits
