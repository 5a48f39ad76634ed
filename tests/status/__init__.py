from . import test_amount_billed
from . import test_billing_due
from . import test_billing_search
from . import test_billing_status
