from . import test_credit_amounts
from . import test_credit_taxes
