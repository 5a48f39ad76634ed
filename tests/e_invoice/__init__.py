from . import test_e_invoice_facts
from . import test_e_invoice_rules
