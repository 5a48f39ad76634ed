from . import test_down_payments
from . import test_down_payments_left
from . import test_down_payments_random
