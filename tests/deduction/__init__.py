from . import test_credit_deductions
from . import test_credit_returned_in_inventory
