from . import test_billed_again
from . import test_exchanged
