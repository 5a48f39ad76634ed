from . import test_billed_again
