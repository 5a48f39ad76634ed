from . import test_billed_elsewhere
